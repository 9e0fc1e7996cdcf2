"""What Lighter publishes: marks, open interest, and LLP with its strategies. Pure functions.

Sources: https://apidocs.lighter.xyz/reference/orderbookdetails,
https://docs.lighter.xyz/trading/liquidations-and-llp-insurance-fund/llp-strategies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import unified, wire
from app.venues.lighter_account import SETTLE, VENUE, details
from app.venues.wire import Malformed, Row

LLP: Final = 281474976710654
"""LLP's account, 2^48 - 2; which account backs a market is read with the market."""

SIDES: Final = "Lighter does not say whether it counts one side or both; taken as one."
NO_TIME: Final = "Lighter states no time with it."
HEADLINE_NOTE: Final = (
    "All of LLP, with its open profit and loss. A market can lose no more than the collateral of "
    f"its own strategy, so this total overstates the protection. {NO_TIME}"
)
WHOLE_NOTE: Final = (
    "Lighter gives no strategies of this account now, so its whole value, with its open profit "
    f"and loss, is shown behind its markets. {NO_TIME}"
)
UNCLEAR_NOTE: Final = (
    "All of LLP. How it is split into strategies cannot be read from Lighter's answer now, so no "
    f"balance is shown behind any market. {NO_TIME}"
)
STRATEGY_NOTE: Final = (
    "The collateral allocated to this strategy of LLP: the most its markets can lose before they "
    f"are auto-deleveraged. It moves with what Lighter allocates, too. {NO_TIME}"
)
EMPTY_NOTE: Final = "It is used up: these markets are subject to auto-deleveraging."


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """The symbols behind one fund account, by the strategy they are assigned to."""

    fund: int
    strategies: Mapping[int, tuple[str, ...]]

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(symbol for symbols in self.strategies.values() for symbol in symbols)


def backings(answer: object) -> tuple[Backing, ...]:
    """Which account and strategy stands behind each market, from ``orderBookDetails``."""
    found: dict[int, dict[int, list[str]]] = {}
    for data in details(answer):
        config = wire.row(data.get("market_config"), "market_config")
        fund = int(wire.number(config, "insurance_fund_account_index"))
        strategy = int(wire.number(data, "strategy_index"))
        symbols = found.setdefault(fund, {}).setdefault(strategy, [])
        symbols.append(wire.text(data, "symbol"))
    return tuple(
        Backing(fund=fund, strategies={n: tuple(s) for n, s in sorted(strategies.items())})
        for fund, strategies in found.items()
    )


def pools(answer: object, backing: Backing, *, at: datetime) -> tuple[PoolReading, ...]:
    """A fund account from ``account?by=index``: its total, and each strategy with markets.

    The strategy of a market is the one at its place in the account's list. If a market names
    a place that is not in the list, nothing is shown behind any market.
    """
    data = _only(answer, backing.fund)
    total = wire.optional_number(data, "total_asset_value")
    value = wire.number(data, "collateral") if total is None else total
    key, name = ("llp", "LLP") if backing.fund == LLP else (f"fund-{backing.fund}", "Fund")
    held = _strategies(data)
    whole = PoolReading(
        venue=VENUE,
        key=key,
        name=name if not held else f"{name}, total",
        kind=PoolKind.HEADLINE if held else PoolKind.VAULT,
        balances=_usdc(value, at),
        symbols=() if held else backing.symbols,
        note=HEADLINE_NOTE if held else WHOLE_NOTE,
    )
    if not held:
        return (whole,)
    if max(backing.strategies) >= len(held):
        return (replace(whole, note=UNCLEAR_NOTE),)
    strategies = (
        PoolReading(
            venue=VENUE,
            key=f"{key}:strategy-{number}",
            name=f"{name} strategy {number}",
            kind=PoolKind.ISOLATED,
            balances=_usdc(held[number], at),
            symbols=symbols,
            note=STRATEGY_NOTE if held[number] > 0 else f"{STRATEGY_NOTE} {EMPTY_NOTE}",
        )
        for number, symbols in backing.strategies.items()
    )
    return (whole, *strategies)


def market_stats(answer: object, *, at: datetime) -> tuple[MarketStat, ...]:
    """Marks and open interest (base units, valued at the mark) of the active perpetuals."""
    return tuple(_stat(data, at) for data in details(answer) if data.get("status") == "active")


def _stat(data: Row, at: datetime) -> MarketStat:
    symbol = wire.text(data, "symbol")
    mark = wire.optional_number(data, "mark_price") or None
    price = mark or wire.optional_number(data, "last_trade_price") or None
    held = wire.optional_number(data, "open_interest")
    known = held is not None and price is not None
    return MarketStat(
        venue=VENUE,
        native_symbol=symbol,
        at=at,
        symbol=f"{symbol}/{SETTLE}:{SETTLE}",
        mark_price=mark,
        open_interest_usd=held * price if held is not None and price is not None else None,
        open_interest_at=at if known else None,
        note=SIDES if known else None,
    )


def _usdc(amount: float, at: datetime) -> tuple[FundBalance, ...]:
    return (FundBalance(asset=SETTLE, amount=amount, usd=amount, at=at),)


def _strategies(data: Row) -> tuple[float, ...]:
    info = data.get("pool_info")
    listed = wire.row(info, "pool_info").get("strategies") if info is not None else None
    return tuple(
        wire.number(strategy, "collateral")
        for strategy in wire.rows(listed or [], "the strategies")
    )


def _only(answer: object, index: int) -> Row:
    for data in wire.rows(wire.row(answer, "the fund's account").get("accounts"), "the accounts"):
        if wire.number(data, "index") == index:
            return data
    raise Malformed("the fund's account is not in the answer")


def market_id(answer: object, symbol: str) -> int | None:
    """The number Lighter knows a market by, from ``orderBookDetails``."""
    for data in details(answer):
        if data.get("symbol") == symbol:
            return int(wire.number(data, "market_id"))
    return None


def candles_question(number: int, since: datetime, limit: int) -> dict[str, object]:
    """The hours of a market from ``since`` on. https://apidocs.lighter.xyz/reference/candles"""
    return {
        "market_id": number,
        "resolution": "1h",
        "start_timestamp": unified.milliseconds(since),
        "end_timestamp": unified.last_millisecond(since, limit),
        "count_back": 0,
    }


def candle_rows(answer: object) -> list[list[object]]:
    """Lighter's candles as rows of time, open, high, low and close."""
    listed = wire.rows(wire.row(answer, "the answer").get("c"), "the list of candles")
    return [[one.get(name) for name in "tohlc"] for one in listed]
