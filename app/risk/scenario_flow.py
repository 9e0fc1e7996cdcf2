"""What a move forces out at one venue, and who pays for it, draw by draw. Needs numpy.

Arrays have a row a contract or a pool and a column a draw. Formulas: docs/scenarios.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.scenario import (
    AfterFund,
    ScenarioContract,
    ScenarioEvent,
    ScenarioPool,
    ScenarioVenue,
)
from app.risk.scenario_draws import Draws, Floats, VenueDraws
from app.risk.scenario_moves import FARTHEST, drift
from app.risk.scenario_parameters import Parameters

BLOCK = 16_384
"""So many numbers are worked on at once: they stay in the processor's cache."""
DEEPEST = 2.5
"""The largest log return looked for when a cascade of a given size is sought: a fall of 92 %."""
HALVINGS = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContractFlow:
    """Of one contract: log return, share of its open interest forced out, and by how much of the
    price those are closed beyond bankruptcy (0 where they are not)."""

    log_return: Floats
    forced_share: Floats
    beyond: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PoolFlow:
    """Of one pool, in USD. ``paid``, ``left``, ``uncovered`` and ``unpaid_share`` (of the
    shortfall) are ``None`` where the balance is not known, ``adl`` and ``profits`` besides where
    the venue does something else.

    ``profits`` are what the move brings the winning side. ``adl`` is the value of the positions
    that nobody can pay for: closed against the winners at the bankruptcy price, these lose
    ``uncovered``.
    """

    pool: ScenarioPool
    forced: Floats
    shortfall: Floats
    profits: Floats | None
    paid: Floats | None
    left: Floats | None
    uncovered: Floats | None
    unpaid_share: Floats | None
    adl: Floats | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VenueFlow:
    """Pools whose open interest is known, by key, and contracts by the venue's own name."""

    pools: Mapping[str | None, PoolFlow]
    contracts: Mapping[str, ContractFlow]


def venue_flow(
    venue: ScenarioVenue,
    event: ScenarioEvent,
    draws: Draws,
    parameters: Parameters,
    *,
    log_btc: Floats | None = None,
) -> VenueFlow:
    """``log_btc`` is the logarithm of the size of BTC's log return where a cascade decides it."""
    held = {position.native_symbol for position in venue.positions}
    rounds = 1 if event.final else 2
    pools: dict[str | None, PoolFlow] = {}
    contracts: dict[str, ContractFlow] = {}
    for pool in venue.pools:
        if pool.contracts:
            book = _Book(pool.contracts, event, draws, parameters, venue.venue)
            sums, kept = _worked(book, log_btc, rounds, held=held, after=venue.after_fund)
            pools[pool.key] = _pool(pool, sums)
            contracts |= kept
    return VenueFlow(pools=pools, contracts=contracts)


def cascade_size(
    venue: ScenarioVenue, event: ScenarioEvent, draws: Draws, parameters: Parameters
) -> tuple[Floats, Floats]:
    """For a cascade at ``venue``: the logarithm of the size of BTC's log return that forces out
    so much, and in which draws no move does (1, else 0; the deepest is taken there)."""
    assert event.cascade is not None
    contracts = [contract for pool in venue.pools for contract in pool.contracts]
    book = _Book(contracts, event, draws, parameters, venue.venue)
    low, high = np.zeros(draws.count), np.full(draws.count, DEEPEST)
    unreached = (book.forced(np.log(high)) < event.cascade.usd).astype(np.float64)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = book.forced(np.log(middle)) >= event.cascade.usd
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return np.log(high), unreached


class _Book:
    """Contracts of one venue as columns of figures, with what was drawn for them."""

    def __init__(
        self,
        contracts: Sequence[ScenarioContract],
        event: ScenarioEvent,
        draws: Draws,
        parameters: Parameters,
        venue: str,
    ) -> None:
        self.contracts, self.draws = contracts, draws
        self.own: VenueDraws = draws.venues[venue]
        drifts = [drift(one.base, one.beta, event, parameters) for one in contracts]
        self.sign = _column([one.sign for one in drifts])
        self.size = _column([one.log_size for one in drifts])
        self.strays = _column([one.strays for one in drifts])
        self.follows = _column([float(one.follows) for one in drifts])
        self.interest = _column([one.open_interest_usd for one in contracts])
        self.volatility = _column([
            parameters.volatility if one.daily_volatility is None else one.daily_volatility
            for one in contracts
        ])  # fmt: skip
        self.turnover = _column([_turnover(one) for one in contracts])

    def log_sizes(self, part: slice, log_btc: Floats | None) -> Floats:
        """The logarithm of the size of each contract's log return."""
        sizes = np.stack([self.draws.coins[one.base][part] for one in self.contracts])
        sizes *= self.strays
        sizes += self.size
        if log_btc is not None:
            sizes += self.follows * log_btc[part]
        return sizes

    def push(self, part: slice) -> Floats:
        """Slippage per root of the share of open interest that is closed."""
        impact = self.draws.impact[part]
        drawn = self.volatility * (impact / np.sqrt(self.own.volume[part]))
        given = np.flatnonzero(~np.isnan(self.turnover[:, 0]))
        drawn[given] = (self.volatility[given] / np.sqrt(self.turnover[given])) * impact
        return drawn

    def forced(self, log_btc: Floats) -> Floats:
        """USD forced out by the move alone."""
        own, whole = self.own, slice(None)
        sizes = self.log_sizes(whole, log_btc)
        forced: Floats = (_share(sizes, own.log_way, own.shape, own.levered) * self.interest).sum(0)
        return forced


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sums:
    """Of all contracts together, in USD. ``bankrupt`` is what is closed beyond bankruptcy."""

    forced: Floats
    shortfall: Floats
    bankrupt: Floats | None
    profits: Floats | None


def _worked(
    book: _Book, log_btc: Floats | None, rounds: int, *, held: set[str], after: AfterFund
) -> tuple[_Sums, dict[str, ContractFlow]]:
    """All contracts together, and those ``held`` apart; what ``after`` the fund needs, and no more."""
    count = book.draws.count
    forced, shortfall = np.zeros((2, count))
    bankrupt = np.zeros(count) if after is AfterFund.ADL else None
    profits = np.zeros(count) if after is AfterFund.HAIRCUT else None
    wanted = [n for n, one in enumerate(book.contracts) if one.native_symbol in held]
    kept = np.empty((len(wanted), 3, count))
    width = max(BLOCK // len(book.contracts), 256)
    for start in range(0, count, width):
        part = slice(start, start + width)
        moved, share, beyond = _closed(book, book.log_sizes(part, log_btc), part, rounds)
        for row, number in enumerate(wanted):
            kept[row, 0, part] = book.sign[number] * moved[number]
            kept[row, 1, part] = share[number]
            kept[row, 2, part] = beyond[number]
        share *= book.interest
        np.add.reduce(share, axis=0, out=forced[part])
        np.einsum("ij,ij->j", share, beyond, out=shortfall[part])
        if bankrupt is not None:
            share *= beyond > 0
            np.add.reduce(share, axis=0, out=bankrupt[part])
        if profits is not None:
            moved *= book.sign
            np.exp(moved, out=moved)
            moved -= 1
            moved *= book.sign * book.interest
            np.add.reduce(moved, axis=0, out=profits[part])
    flows = {
        book.contracts[number].native_symbol: ContractFlow(
            log_return=kept[row, 0], forced_share=kept[row, 1], beyond=kept[row, 2]
        )
        for row, number in enumerate(wanted)
    }
    return _Sums(forced=forced, shortfall=shortfall, bankrupt=bankrupt, profits=profits), flows


def _closed(
    book: _Book, log_size: Floats, part: slice, rounds: int
) -> tuple[Floats, Floats, Floats]:
    """Size of the log return, share forced out, and how far beyond bankruptcy it is closed.

    A second round lets what stays of the slippage move the price, and liquidates by that.
    """
    own, push = book.own, book.push(part)
    drawn = own.log_way[part], own.shape[part], own.levered[part]
    moved = np.exp(log_size)
    np.minimum(moved, FARTHEST, out=moved)
    share = _share(log_size, *drawn)
    slippage = np.sqrt(share)
    slippage *= push
    for _ in range(rounds - 1):
        slippage *= own.feedback[part]
        moved += slippage
        np.minimum(moved, FARTHEST, out=moved)
        with np.errstate(divide="ignore"):
            np.log(moved, out=slippage)
        share = _share(slippage, *drawn)
        slippage = np.sqrt(share)
        slippage *= push
    slippage -= own.buffer[part]
    np.maximum(slippage, 0.0, out=slippage)
    return moved, share, slippage


def _share(log_size: Floats, log_way: Floats, shape: Floats, levered: Floats) -> Floats:
    """The part of open interest whose way to liquidation is shorter than the move."""
    odds_against = log_way - log_size
    odds_against *= shape
    with np.errstate(over="ignore"):
        np.exp(odds_against, out=odds_against)
    odds_against += 1
    return np.divide(levered, odds_against, out=odds_against)


def _pool(pool: ScenarioPool, sums: _Sums) -> PoolFlow:
    forced, shortfall, profits = sums.forced, sums.shortfall, sums.profits
    if pool.balance_usd is None:
        return PoolFlow(
            pool=pool, forced=forced, shortfall=shortfall, profits=profits, paid=None, left=None,
            uncovered=None, unpaid_share=None, adl=None,
        )  # fmt: skip
    paid = np.minimum(shortfall, pool.balance_usd)
    uncovered = shortfall - paid
    unpaid = np.divide(uncovered, shortfall, out=np.zeros_like(shortfall), where=shortfall > 0)
    return PoolFlow(
        pool=pool,
        forced=forced,
        shortfall=shortfall,
        profits=profits,
        paid=paid,
        left=pool.balance_usd - paid,
        uncovered=uncovered,
        unpaid_share=unpaid,
        adl=None if sums.bankrupt is None else sums.bankrupt * unpaid,
    )


def _turnover(contract: ScenarioContract) -> float:
    """Daily volume over open interest, not a number where it is to be drawn."""
    volume, interest = contract.daily_volume_usd, contract.open_interest_usd
    return float("nan") if not volume or not interest else volume / interest


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64).reshape(-1, 1)
