"""What Orderly publishes: its insurance fund, how near that is to its trigger, the markets.

Pure functions. Sources: https://orderly.network/docs/build-on-omnichain/restful-api/public
(each endpoint), https://orderly.network/docs/introduction/trade-on-orderly/perpetual-futures/
insurance-fund-and-adl, https://orderly.network/docs/build-on-omnichain/perp-anything/introduction.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import unified, wire
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row
from app.venues.woofipro_account import COLLATERAL, VENUE, asked_at, data_of

FUND: Final = "platform"
CADENCE: Final = 60
STANDARD: Final = re.compile(r"PERP_[^_]+_USDC")
"""Names of Orderly's own markets; a builder's market also names its builder."""

FUND_NOTE: Final = (
    "One fund for all markets that Orderly itself lists, with every builder's traders. Its figure "
    "is its own collateral, unsettled profit of positions it took over included. Community listed "
    "markets have funds of their builders instead, whose balances are not published."
)
UNDATED: Final = "Orderly did not date this answer: the time is when it was asked for."
CONDITIONS: Final = (
    "Orderly deleverages when the fund's margin ratio is below the trigger and no liquidator takes "
    "the positions over, neither from the trader nor from the fund."
)
ONE_SIDE: Final = "Orderly does not say whether it counts one side or both; taken as one."


def standard_symbols(answer: object) -> tuple[str, ...]:
    """The contracts of ``/v1/public/futures`` that no builder lists on its own account."""
    return tuple(
        wire.text(row, "symbol")
        for row in _markets(answer)
        if not row.get("broker_id") and STANDARD.fullmatch(wire.text(row, "symbol"))
    )


def pool(answer: object, *, symbols: Collection[str], now: datetime) -> PoolReading:
    """The fund of ``/v1/public/insurancefund``, which is a margin account of its own in USDC."""
    data = data_of(answer, "the insurance fund")
    at, note = _dated(answer, now)
    amount = wire.number(data, "total_collateral_value")
    return PoolReading(
        venue=VENUE,
        key=FUND,
        name="Orderly insurance fund",
        kind=PoolKind.SHARED,
        balances=(FundBalance(asset=COLLATERAL, amount=amount, usd=amount, at=at),),
        symbols=tuple(sorted(symbols)),
        cadence_seconds=CADENCE,
        note=" ".join(filter(None, (FUND_NOTE, note))),
    )


def signal(answer: object, *, now: datetime) -> AdlSignal:
    """The fund's margin ratio against the ratio below which Orderly deleverages.

    Progress is the trigger over the ratio: 1 where they meet. A fund whose collateral is used
    up is past it.
    """
    data = data_of(answer, "the insurance fund")
    ratio = wire.number(data, "margin_ratio")
    trigger = wire.number(data, "min_insurance_fund_margin_ratio")
    return AdlSignal(
        venue=VENUE,
        kind="fund_margin_ratio",
        at=_dated(answer, now)[0],
        pool=FUND,
        value=ratio,
        trigger=trigger,
        progress=trigger / ratio if ratio > 0 else 1.0,
        note=CONDITIONS,
    )


def _dated(answer: object, now: datetime) -> tuple[datetime, str | None]:
    if wire.row(answer, "the insurance fund").get("timestamp") is None:
        return now, UNDATED
    return asked_at(answer, "the insurance fund"), None


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest (in base units, valued at the mark) of ``/v1/public/futures``."""
    at = asked_at(answer, "the markets")
    return tuple(_stat(row, at, contracts) for row in _markets(answer))


def _markets(answer: object) -> tuple[Row, ...]:
    return wire.rows(data_of(answer, "the markets").get("rows"), "the list of markets")


def _stat(data: Row, at: datetime, contracts: Mapping[str, Contract]) -> MarketStat:
    native, mark = wire.text(data, "symbol"), wire.optional_number(data, "mark_price") or None
    held = wire.optional_number(data, "open_interest")
    value = held * mark if held is not None and mark is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=at,
        symbol=contracts[native].symbol if native in contracts else None,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=ONE_SIDE if value is not None else None,
    )


def candles_question(symbol: str, since: datetime, limit: int) -> dict[str, object]:
    """The hours of a contract from ``since`` on; Orderly counts back from the end, in seconds.

    https://orderly.network/docs/build-on-omnichain/restful-api/public/get-kline-history
    """
    return {
        "symbol": symbol,
        "resolution": "1h",
        "from": unified.milliseconds(since) // 1000,
        "to": unified.last_millisecond(since, limit) // 1000,
        "limit": limit,
    }


def candle_rows(answer: object) -> list[list[object]]:
    """Orderly's columns as rows of time, open, high, low and close. Empty where it has no data."""
    data = wire.row(answer, "the answer")
    if data.get("s") == "no_data":
        return []
    times, *prices = (_column(data, name) for name in ("t", "o", "h", "l", "c"))
    if any(len(column) != len(times) for column in prices):
        raise Malformed("the columns of the candles differ in length")
    return [
        [wire.number({"t": at}, "t") * 1000, *found]
        for at, *found in zip(times, *prices, strict=True)
    ]


def _column(data: Row, name: str) -> list[object]:
    column = data.get(name)
    if not isinstance(column, list):
        raise Malformed(f"{name} is not a list")
    return column
