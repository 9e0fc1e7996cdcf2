"""The same scenario in plain Python, one draw after another, as docs/scenarios.md has the formulas.

For tests to compare with, which give it what was drawn, and for the benchmark, where it draws.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, expm1, log, log1p, sqrt
from statistics import fmean

from app.domain.scenario import (
    REST,
    AfterFund,
    ScenarioContract,
    ScenarioEvent,
    ScenarioPosition,
    ScenarioVenue,
)
from app.risk.scenario_parameters import Around, Between, Parameters


@dataclass
class Unknowns:
    """One draw: of the market, of each venue (its figures by name) and of each coin."""

    impact: float
    venues: Mapping[str, Mapping[str, float]]
    coins: Mapping[str, float]


@dataclass
class PoolResult:
    forced: float
    shortfall: float
    paid: float | None
    left: float | None
    uncovered: float | None
    adl: float
    haircut: float


@dataclass
class PositionResult:
    move: float
    liquidated: bool
    gain: float
    lost: float | None


def one_draw(
    event: ScenarioEvent,
    venues: Sequence[ScenarioVenue],
    unknowns: Unknowns,
    parameters: Parameters,
) -> tuple[dict[tuple[str, str | None], PoolResult], dict[str, PositionResult]]:
    """Pools by venue and key, positions by id; for a move, not for a cascade."""
    pools, positions = {}, {}
    for venue in venues:
        own = unknowns.venues[venue.venue]
        contracts = {}
        for pool in venue.pools:
            forced = shortfall = profits = bankrupt = 0.0
            for contract in pool.contracts:
                size, share, beyond = _closed(contract, event, own, unknowns, parameters)
                contracts[contract.native_symbol] = (size, share, beyond)
                usd = share * contract.open_interest_usd
                forced += usd
                shortfall += usd * beyond
                bankrupt += usd if beyond > 0 else 0.0
                profits += contract.open_interest_usd * abs(expm1(size))
            if not pool.contracts:
                continue
            paid = left = uncovered = None
            adl = haircut = 0.0
            if pool.balance_usd is not None:
                paid = min(pool.balance_usd, shortfall)
                left = pool.balance_usd - paid
                uncovered = shortfall - paid
                adl = bankrupt * uncovered / shortfall if shortfall else 0.0
                if uncovered > 0:
                    haircut = min(uncovered / profits, 1.0) if profits else 1.0
            pools[venue.venue, pool.key] = PoolResult(
                forced, shortfall, paid, left, uncovered, adl, haircut
            )
        for held in venue.positions:
            result = pools.get((venue.venue, held.pool))
            known = contracts.get(held.native_symbol)
            size = known[0] if known else _size(held.base, held.beta, event, unknowns, parameters)
            positions[held.id] = _position(held, venue.after_fund, size, known, result)
    return pools, positions


def drawn(
    venues: Sequence[str], coins: Sequence[str], parameters: Parameters, chance: random.Random
) -> Unknowns:
    """One draw of every unknown."""
    depth = exp(chance.uniform(log(parameters.depth_left.low), log(parameters.depth_left.high)))
    return Unknowns(
        impact=_around(parameters.impact, chance) / sqrt(depth),
        venues={
            name: {
                "levered": 1 - _between(parameters.unlevered, chance),
                "log_way": log(_around(parameters.way, chance)),
                "shape": _between(parameters.shape, chance),
                "buffer": _between(parameters.buffer, chance),
                "volume": _around(parameters.volume, chance),
                "feedback": _between(parameters.feedback, chance),
            }
            for name in venues
        },
        coins={name: chance.gauss(0.0, 1.0) for name in coins},
    )


def _between(range_: Between, chance: random.Random) -> float:
    return chance.uniform(range_.low, range_.high)


def _around(range_: Around, chance: random.Random) -> float:
    return range_.median * exp(chance.gauss(0.0, range_.spread))


def quantiles(values: Sequence[float]) -> tuple[float, ...]:
    """Mean, then the five quantiles."""
    ordered = sorted(values)
    found = [fmean(ordered)]
    for part in (0.05, 0.25, 0.5, 0.75, 0.95):
        place = part * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        found.append(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
    return tuple(found)


def _size(
    base: str,
    beta: float | None,
    event: ScenarioEvent,
    unknowns: Unknowns,
    parameters: Parameters,
) -> float:
    """The coin's log return."""
    if base in event.moves:
        return log1p(event.moves[base])
    if REST in event.moves:
        return log1p(event.moves[REST]) * exp(parameters.beta_spread * unknowns.coins[base])
    if event.move is None:
        return 0.0
    if base == "BTC":
        return log1p(event.move)
    follows = parameters.beta if beta is None else beta
    return follows * log1p(event.move) * exp(parameters.beta_spread * unknowns.coins[base])


def _closed(
    contract: ScenarioContract,
    event: ScenarioEvent,
    own: Mapping[str, float],
    unknowns: Unknowns,
    parameters: Parameters,
) -> tuple[float, float, float]:
    size = _size(contract.base, contract.beta, event, unknowns, parameters)
    volatility = contract.daily_volatility
    if volatility is None:
        volatility = parameters.volatility
    volume = own["volume"]
    if contract.daily_volume_usd and contract.open_interest_usd:
        volume = contract.daily_volume_usd / contract.open_interest_usd
    share, slippage = _slipped(size, own, volatility * unknowns.impact, volume)
    if not event.final:
        push = own["feedback"] * slippage
        size += push if size > 0 else -push
        share, slippage = _slipped(size, own, volatility * unknowns.impact, volume)
    return size, share, max(slippage - own["buffer"], 0.0)


def _slipped(
    size: float, own: Mapping[str, float], push: float, volume: float
) -> tuple[float, float]:
    odds = (abs(size) / exp(own["log_way"])) ** own["shape"]
    share = own["levered"] * odds / (1 + odds)
    return share, push * sqrt(share / volume)


def _position(
    held: ScenarioPosition,
    after: AfterFund,
    size: float,
    contract: tuple[float, float, float] | None,
    pool: PoolResult | None,
) -> PositionResult:
    assert held.notional_usd is not None and held.mark_price is not None
    assert held.liquidation_price is not None and held.bankruptcy_price is not None
    move, sign = expm1(size), held.side.sign
    price = held.mark_price * (1 + move)
    liquidated = sign * (price - held.liquidation_price) <= 0
    end = held.bankruptcy_price / held.mark_price - 1 if liquidated else move
    gain = held.notional_usd * sign * end
    if pool is None or pool.uncovered is None or after not in (AfterFund.ADL, AfterFund.HAIRCUT):
        return PositionResult(move, liquidated, gain, None)
    profit = 0.0 if liquidated else max(gain + (held.profit_usd or 0.0), 0.0)
    if after is AfterFund.HAIRCUT:
        return PositionResult(move, liquidated, gain, pool.haircut * profit)
    assert contract is not None
    _, share, beyond = contract
    closed = share * pool.uncovered / pool.shortfall if beyond > 0 and gain > 0 else 0.0
    reached = closed
    if held.standing is not None:
        reached = 1.0 if closed > 0 and held.standing >= 1 - closed else 0.0
    return PositionResult(move, liquidated, gain, min(held.notional_usd * beyond * reached, profit))
