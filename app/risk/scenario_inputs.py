"""From what is stored of a venue to what a scenario works with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.fund import PoolKind, PoolReading
from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.scenario import (
    AfterFund,
    ScenarioContract,
    ScenarioPool,
    ScenarioPosition,
    ScenarioVenue,
)
from app.domain.session import SessionRule, TakenFrom
from app.risk.coverage import pool_open_interest
from app.risk.pool_match import PoolIndex
from app.risk.scenario_stock import Held, VenueStock, base_in, coin
from app.risk.units import is_dollar

OTHER_COINS = "other coins"
APART = 8
"""So many of a pool's contracts, the largest, are worked out one by one; held ones besides."""
POOLS = 12
"""So many of a venue's pools, those with most open interest; those behind positions besides."""
CROSS = "On cross margin this holds only while all other prices stand still."
NO_POOL = "No fund is known to stand behind these contracts."
UNLISTED = "Which contracts this fund stands behind is not published."
REACHING = (StepKind.AUTO_DELEVERAGING, StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK)


def scenario_venue(
    stock: VenueStock,
    *,
    betas: Mapping[str, float],
    named: Collection[str],
    now: datetime,
    max_age: timedelta,
) -> ScenarioVenue:
    """``named`` are the coins that have a move of their own, ``max_age`` is of open interest."""
    index = PoolIndex(stock.pools)
    shared = _behind_all(stock, index)
    positions = tuple(_position(one, stock, index, betas) for one in stock.held)
    symbols: dict[str | None, list[str]] = {}
    for symbol in stock.stats:
        pool = index.find(stock.venue, symbol) or shared or _behind_asset(symbol, stock, index)
        symbols.setdefault(None if pool is None else pool.key, []).append(symbol)
    by_key = {pool.key: pool for pool in stock.pools if pool.kind is not PoolKind.HEADLINE}
    for position in positions:
        symbols.setdefault(position.pool, [])
    apart = {one.native_symbol for one in positions}
    pools = [
        _pool(
            by_key.get(key) if key is not None else None,
            listed,
            stock,
            apart=apart,
            betas=betas,
            named=named,
            now=now,
            max_age=max_age,
        )
        for key, listed in symbols.items()
    ]
    behind = {position.pool for position in positions}
    kind, step = after_fund(stock.loss_model, stock.session)
    notes = {}
    if step is not None and step.unsourced:
        notes["after_fund"] = "What follows an empty fund here is stated without a source."
    return ScenarioVenue(
        venue=stock.venue,
        name=stock.name,
        pools=_largest(pools, behind),
        after_fund=kind,
        close_price=step.close_price if step is not None else None,
        positions=positions,
        notes=notes,
    )


def after_fund(
    model: LossModel, session: SessionRule | None
) -> tuple[AfterFund, WaterfallStep | None]:
    """The first step the venue states that reaches other traders, as a scenario takes it."""
    steps = () if model.closed_on is not None else model.after_fund()
    step = next((one for one in steps if one.kind in REACHING and one.applies is Touches.YES), None)
    if step is None:
        return AfterFund.UNKNOWN, None
    if step.kind is StepKind.AUTO_DELEVERAGING:
        return AfterFund.ADL, step
    if session is not None and session.taken_from is TakenFrom.WITHDRAWALS:
        return AfterFund.WITHDRAWALS, step
    if step.touches_profit is Touches.YES:
        return AfterFund.HAIRCUT, step
    return AfterFund.UNKNOWN, step


def _behind_all(stock: VenueStock, index: PoolIndex) -> PoolReading | None:
    """The pool behind every contract of the venue; markets do not say which scope they are of."""
    found = {
        None if pool is None else pool.key: pool
        for pool in (index.find(stock.venue, "", scope) for scope in stock.every_scope)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _behind_asset(symbol: str, stock: VenueStock, index: PoolIndex) -> PoolReading | None:
    """The one pool behind the perpetuals settled in the same asset, where there is just one.

    A dated future may be of a scope of its own, which its name does not tell.
    """
    settled, _, date = (stock.stats[symbol].symbol or "").partition(":")[2].partition("-")
    scopes = () if date else stock.settled.get(settled, ())
    found = {
        pool.key: pool
        for scope in scopes
        if (pool := index.find(stock.venue, "", scope)) is not None
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _pool(
    pool: PoolReading | None,
    symbols: Sequence[str],
    stock: VenueStock,
    *,
    apart: Collection[str],
    betas: Mapping[str, float],
    named: Collection[str],
    now: datetime,
    max_age: timedelta,
) -> ScenarioPool:
    state = None if pool is None else stock.states.get(pool.id)
    notes = {}
    if pool is None:
        notes["balance_usd"] = stock.no_fund or NO_POOL
    elif state is None or state.balance_usd is None:
        notes["balance_usd"] = (
            state.notes.get("balance_usd") if state is not None else None
        ) or "The balance of this fund has not been read or cannot be valued in USD."
    if pool is not None and not symbols and not pool.symbols:
        notes["open_interest_usd"] = UNLISTED
    interest = pool_open_interest(symbols, stock.stats, now=now, max_age=max_age)
    contracts: tuple[ScenarioContract, ...] = ()
    if interest.usd is None:
        notes.setdefault("open_interest_usd", interest.note or "Open interest is not known.")
    else:
        contracts = _contracts(symbols, stock, apart=apart, betas=betas, named=named)
    return ScenarioPool(
        key=None if pool is None else pool.key,
        name="No fund known" if pool is None else pool.name,
        balance_usd=None if state is None else state.balance_usd,
        contracts=contracts,
        as_of=None if state is None else state.as_of,
        notes=notes,
    )


def _contracts(
    symbols: Sequence[str],
    stock: VenueStock,
    *,
    apart: Collection[str],
    betas: Mapping[str, float],
    named: Collection[str],
) -> tuple[ScenarioContract, ...]:
    """The largest, the held and those of named coins one by one, the others as one."""
    all_of = sorted(
        (_contract(symbol, stock, betas) for symbol in symbols),
        key=lambda one: (-one.open_interest_usd, one.native_symbol),
    )
    kept: list[ScenarioContract] = []
    others: list[ScenarioContract] = []
    for number, one in enumerate(all_of):
        alone = number < APART or one.native_symbol in apart or one.base in {*named, "BTC"}
        (kept if alone else others).append(one)
    return (*kept, *together(others))


def together(contracts: Sequence[ScenarioContract]) -> tuple[ScenarioContract, ...]:
    """Several as one: their open interest, and beta and volatility as they weigh in it."""
    total = sum(one.open_interest_usd for one in contracts)
    if total <= 0:
        return ()
    return (
        ScenarioContract(
            native_symbol="",
            base=OTHER_COINS,
            open_interest_usd=total,
            beta=_weighted((one.beta, one.open_interest_usd) for one in contracts),
            daily_volatility=_weighted(
                (one.daily_volatility, one.open_interest_usd) for one in contracts
            ),
        ),
    )


def _weighted(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    known = [(value, weight) for value, weight in pairs if value is not None]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total > 0 else None


def _contract(symbol: str, stock: VenueStock, betas: Mapping[str, float]) -> ScenarioContract:
    risk, base = stock.risks.get(symbol), base_in(stock, symbol)
    measured = risk.beta if risk is not None else None
    return ScenarioContract(
        native_symbol=symbol,
        base=base,
        open_interest_usd=stock.stats[symbol].open_interest_usd or 0.0,
        beta=betas.get(base) if measured is None else measured,
        daily_volatility=None if risk is None else risk.daily_volatility,
    )


def _largest(
    pools: Sequence[ScenarioPool], behind: Collection[str | None]
) -> tuple[ScenarioPool, ...]:
    """Pools behind positions and the largest others; the contracts of the rest as one."""

    def interest(pool: ScenarioPool) -> float:
        return sum(one.open_interest_usd for one in pool.contracts)

    held = [pool for pool in pools if pool.key in behind]
    others = sorted((pool for pool in pools if pool.key not in behind), key=interest, reverse=True)
    shown = (*held, *others[:POOLS])
    rest = [pool for pool in others[POOLS:] if pool.contracts]
    if not rest:
        return shown
    why = f"{len(rest)} smaller funds are not worked out one by one."
    merged = ScenarioPool(
        key="others",
        name=f"{len(rest)} smaller funds",
        balance_usd=None,
        contracts=together([one for pool in rest for one in pool.contracts]),
        notes={"balance_usd": why},
    )
    return (*shown, merged)


def _position(
    one: Held, stock: VenueStock, index: PoolIndex, betas: Mapping[str, float]
) -> ScenarioPosition:
    assessment = one.assessment
    held = assessment.position
    pool = index.pool_for(held)
    stat = stock.stats.get(held.native_symbol)
    risk = stock.risks.get(held.native_symbol)
    base = coin(held.symbol)
    mark = held.mark_price or (stat.mark_price if stat is not None else None)
    notes = {}
    if assessment.liquidation_price is None:
        notes["liquidated"] = (
            assessment.liquidation_price_note or "Its liquidation price is not known."
        )
    elif held.margin_mode != "isolated":
        notes["liquidated"] = CROSS
    found = ScenarioPosition(
        id=one.id,
        venue=stock.venue,
        account=one.account,
        symbol=held.symbol,
        native_symbol=held.native_symbol,
        base=base,
        side=held.side,
        notional_usd=held.notional_usd,
        mark_price=mark,
        liquidation_price=assessment.liquidation_price,
        bankruptcy_price=assessment.bankruptcy_price,
        profit_usd=_in_usd(held.unrealized_pnl, held.settle_asset, base, mark),
        standing=held.adl.standing if held.adl is not None else None,
        pool=None if pool is None else pool.key,
        notes=notes,
    )
    measured = risk.beta if risk is not None else None
    return replace(found, beta=betas.get(base) if measured is None else measured)


def _in_usd(amount: float | None, asset: str, base: str, mark: float | None) -> float | None:
    """A profit in dollars, or in the coin itself, valued at its mark."""
    if amount is None or is_dollar(asset):
        return amount
    return amount * mark if asset == base and mark else None
