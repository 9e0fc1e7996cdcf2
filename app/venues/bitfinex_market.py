"""What Bitfinex publishes of its derivatives: fund, marks, open interest. Pure functions.

Source: https://docs.bitfinex.com/reference/rest-public-derivatives-status
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import wire
from app.venues.bitfinex_account import VENUE, arrays
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

STATUS: Final = {"key": 0, "mts": 1, "fund": 6, "mark": 15, "open_interest": 18}
DOLLAR_CONTRACTS: Final = "USTF0"
PAPER: Final = "tTEST"
"""Contracts for trading with paper money."""
BITCOIN: Final = "tBTCF0:USTF0"
CADENCE: Final = 60
"""Bitfinex writes the status every few seconds and keeps one row a minute."""

NOTE: Final = (
    "Bitfinex calls it the Liquidation Fund and states its balance with every contract; that it "
    "is in USDt, and one fund for all contracts settled in USDt, follows from the equal numbers."
)
SIDES: Final = "Bitfinex does not say whether it counts one side or both; taken as one."


def rows(answer: object) -> tuple[Row, ...]:
    """The status of every contract, paper trading left out.

    Bitfinex answers an unknown key with an empty list, so that is ``Malformed`` here.
    """
    listed = arrays(answer, STATUS, "the status of derivatives")
    found = tuple(row for row in listed if not wire.text(row, "key").startswith(PAPER))
    if not found:
        raise Malformed("the status of derivatives is empty")
    return found


def marks(answer: object) -> dict[str, float]:
    """Mark prices by symbol."""
    found = {wire.text(row, "key"): wire.optional_number(row, "mark") for row in rows(answer)}
    return {symbol: mark for symbol, mark in found.items() if mark}


def dollars(marks: Mapping[str, float]) -> dict[str, float]:
    """USD for one of what contracts are quoted in: USDT counts as a dollar."""
    bitcoin = marks.get(BITCOIN)
    return {"USDT": 1.0} | ({"BTC": bitcoin} if bitcoin else {})


def pool(answer: object) -> PoolReading:
    """The Liquidation Fund behind the contracts settled in USDt, by the newest row."""
    listed = [row for row in rows(answer) if _is_dollar(row)]
    stated = [row for row in listed if wire.optional_number(row, "fund") is not None]
    if not stated:
        raise Malformed("no contract states the fund's balance")
    newest = max(stated, key=lambda row: wire.moment(row, "mts"))
    amount = wire.number(newest, "fund")
    return PoolReading(
        venue=VENUE,
        key="usdt",
        name="Liquidation Fund",
        kind=PoolKind.SHARED,
        balances=(
            FundBalance(asset="USDT", amount=amount, usd=amount, at=wire.moment(newest, "mts")),
        ),
        symbols=tuple(wire.text(row, "key") for row in listed),
        cadence_seconds=CADENCE,
        note=NOTE,
    )


def _is_dollar(data: Row) -> bool:
    return wire.text(data, "key").rpartition(":")[2] == DOLLAR_CONTRACTS


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest of every contract; interest is in base units."""
    prices = dollars(marks(answer))
    return tuple(
        _stat(row, contracts[name], prices)
        for row in rows(answer)
        if (name := wire.text(row, "key")) in contracts
    )


def _stat(data: Row, contract: Contract, prices: Mapping[str, float]) -> MarketStat:
    at = wire.moment(data, "mts")
    mark = wire.optional_number(data, "mark") or None
    held = wire.optional_number(data, "open_interest")
    dollar = prices.get(contract.quote)
    known = held is not None and mark is not None and dollar is not None
    value = (held or 0.0) * (mark or 0.0) * (dollar or 0.0) if known else None
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=SIDES if value is not None else None,
    )
