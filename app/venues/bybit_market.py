"""What Bybit publishes: insurance pools, auto-deleveraging alerts, marks. Pure functions.

Source: https://bybit-exchange.github.io/docs/v5, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.bybit_account import VENUE, asked_at, result
from app.venues.markets import Contract
from app.venues.wire import Row

ISOLATED_CADENCE: Final = 60
SHARED_CADENCE: Final = 86_400
SHOWN: Final = 3
MAJORS: Final = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE")
"""A shared pool is named after these where it holds them: people know it by its largest."""

SHARED_NOTE: Final = (
    "Shared by these contracts; Bybit refreshes it once a day, so a loss within the day shows "
    "only in its contracts' auto-deleveraging signals."
)
BELOW_ZERO: Final = "This pool owes more than it holds: Bybit auto-deleverages until it is filled."
HALVED: Final = "Bybit counted both sides here; half of it is shown."


def pools(answer: object) -> tuple[PoolReading, ...]:
    """The pools of ``/v5/market/insurance``: one contract is an isolated pool, several share.

    Balances are in the pool's coin and may be negative; ``value`` is Bybit's own in USD.
    """
    data = result(answer, "the insurance pools")
    at = wire.moment(data, "updatedTime")
    listed = wire.rows(data.get("list"), "the list of pools")
    return tuple(_pool(pool, at) for pool in listed)


def _pool(data: Row, at: datetime) -> PoolReading:
    coin = wire.text(data, "coin")
    names = (wire.optional_text(data, "symbols") or "").split(",")
    symbols = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    shared = len(symbols) != 1
    amount = wire.number(data, "balance")
    note = BELOW_ZERO if amount < 0 else SHARED_NOTE if shared else None
    if not symbols:
        note = "Bybit does not say which contracts this pool stands behind."
    return PoolReading(
        venue=VENUE,
        key=f"{coin}:{'-'.join(known_by(symbols)) or 'all'}".lower(),
        name=_name(coin, symbols),
        kind=PoolKind.SHARED if shared else PoolKind.ISOLATED,
        balances=(
            FundBalance(
                asset=coin,
                amount=amount,
                usd=wire.optional_number(data, "value"),
                at=_day(at) if shared else at,
            ),
        ),
        symbols=symbols,
        cadence_seconds=SHARED_CADENCE if shared else ISOLATED_CADENCE,
        note=note,
    )


def _day(at: datetime) -> datetime:
    """00:00 UTC of that day, when Bybit refreshes shared pools; its own time is the answer's."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def known_by(symbols: Sequence[str]) -> tuple[str, ...]:
    """Up to three contracts a pool is known by, whatever order Bybit lists them in."""

    def rank(symbol: str) -> tuple[int, str]:
        majors = [place for place, coin in enumerate(MAJORS) if symbol.startswith(coin)]
        return (majors[0] if majors else len(MAJORS), symbol)

    return tuple(sorted(symbols, key=rank)[:SHOWN])


def _name(coin: str, symbols: Sequence[str]) -> str:
    if not symbols:
        return f"{coin} pool"
    shown, more = known_by(symbols), len(symbols) - SHOWN
    return f"{coin} pool of {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"


def adl_signals(answer: object) -> tuple[AdlSignal, ...]:
    """How far each contract is from auto-deleveraging, from ``/v5/market/adlAlert``.

    Thresholds are read with each row. An empty pool deleverages at once (progress 1). A pool
    above ``adlTriggerThreshold`` does when ``pnlRatio`` falls below ``insurancePnlRatio``:
    progress is their ratio, 0 while the contract earns. Below that threshold the loss ratio
    has no effect, so there is no progress to state.
    """
    data = result(answer, "the auto-deleveraging alerts")
    at = wire.moment(data, "updatedTime" if "updatedTime" in data else "updateTime")
    listed = wire.rows(data.get("list"), "the list of alerts")
    return tuple(_signal(row, at) for row in listed)


def _signal(data: Row, at: datetime) -> AdlSignal:
    balance = wire.number(data, "balance")
    ratio = wire.optional_number(data, "pnlRatio")
    trigger = wire.optional_number(data, "insurancePnlRatio")
    threshold = wire.optional_number(data, "adlTriggerThreshold")
    stop = wire.optional_number(data, "adlStopRatio")
    kind, progress, note = "pnl_drawdown", None, None
    if balance <= 0:
        kind, progress = "pool_empty", 1.0
        note = "The pool behind this contract is empty: Bybit deleverages until it is filled."
    elif ratio is None or trigger is None or threshold is None or trigger >= 0:
        note = "Bybit does not state its auto-deleveraging threshold for this contract."
    elif balance <= threshold:
        note = (
            "The pool is smaller than the size at which the loss ratio counts: "
            "deleveraging starts when it is empty."
        )
    else:
        progress = max(0.0, ratio / trigger)
        if stop is not None:
            note = f"Once begun, deleveraging stops above a loss ratio of {stop:g}."
    return AdlSignal(
        venue=VENUE,
        native_symbol=wire.text(data, "symbol"),
        kind=kind,
        at=at,
        value=ratio,
        trigger=trigger,
        progress=progress,
        note=note,
    )


def market_stats(
    answer: object, *, kind: ContractKind, contracts: Mapping[str, Contract]
) -> tuple[MarketStat, ...]:
    """Marks and one-sided open interest in USD from ``/v5/market/tickers`` of one category.

    Bybit's ``openInterest`` counts both sides; the single-sided fields are taken where they
    are there, else half of the others. Linear interest is valued at the mark (USDT and USDC
    count as dollars), inverse contracts are a dollar each.
    """
    at = asked_at(answer, "the tickers")
    listed = wire.rows(result(answer, "the tickers").get("list"), "the list of tickers")
    return tuple(_stat(row, at, kind, contracts) for row in listed)


def _stat(
    data: Row, at: datetime, kind: ContractKind, contracts: Mapping[str, Contract]
) -> MarketStat:
    native = wire.text(data, "symbol")
    mark = wire.optional_number(data, "markPrice") or None
    single = wire.optional_number(data, "singleOpenInterest")
    both = wire.optional_number(data, "openInterest")
    one_side = single if single is not None else both / 2 if both is not None else None
    price = 1.0 if kind is ContractKind.INVERSE else mark
    known = one_side is not None and price is not None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=at,
        symbol=contracts[native].symbol if native in contracts else None,
        mark_price=mark,
        open_interest_usd=one_side * price if one_side is not None and price is not None else None,
        open_interest_at=at if known else None,
        note=HALVED if known and single is None else None,
    )
