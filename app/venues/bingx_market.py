"""What BingX publishes of its contracts: marks and open interest. Pure functions.

Source: https://bingx-api.github.io/docs-v3/, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.venues import wire
from app.venues.bingx_account import VENUE, data_of
from app.venues.markets import Contract

SIDES: Final = "BingX does not say whether it counts one side or both; taken as one."
NO_UNIT: Final = "BingX does not say in which unit it counts the open interest of this contract."


def marks(
    answer: object, contracts: Mapping[str, Contract], at: datetime, *, note: str | None = None
) -> dict[str, MarketStat]:
    """The mark prices of one product's listed contracts, at their own time where they have one."""
    found = {}
    for row in wire.rows(data_of(answer, "the mark prices"), "the mark prices"):
        symbol = wire.text(row, "symbol")
        if symbol in contracts:
            updated = wire.optional_number(row, "updateTime")
            found[symbol] = MarketStat(
                venue=VENUE,
                native_symbol=symbol,
                at=wire.milliseconds(updated, "updateTime") if updated else at,
                symbol=contracts[symbol].symbol,
                mark_price=wire.optional_number(row, "markPrice") or None,
                note=note,
            )
    return found


def with_interest(stat: MarketStat, answer: object) -> MarketStat:
    """``stat`` with the open interest in USDT or USDC of ``swap/v2/quote/openInterest``."""
    data = wire.row(data_of(answer, "the open interest"), "the open interest")
    return replace(
        stat,
        open_interest_usd=wire.number(data, "openInterest"),
        open_interest_at=wire.moment(data, "time"),
        note=SIDES,
    )
