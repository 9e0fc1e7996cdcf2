"""What GRVT publishes of a contract: mark price and open interest. Pure functions.

Source: https://api-docs.grvt.io/market_data_api/, "Ticker".
"""

from __future__ import annotations

from typing import Final

from app.domain.fund import MarketStat
from app.venues import wire
from app.venues.grvt_account import VENUE, result
from app.venues.markets import Contract
from app.venues.wire import Malformed

NANOSECONDS: Final = 1e6
"""In a millisecond: GRVT's times are in nanoseconds."""
COUNTED: Final = "GRVT does not say whether it counts one side or both."


def stat(answer: object, contract: Contract) -> MarketStat:
    """Mark and open interest (coins, valued at the mark) of one contract."""
    data = wire.row(result(answer, "the ticker"), "the ticker")
    if data.get("instrument") != contract.native_symbol:
        raise Malformed("the ticker is of another contract")
    at = wire.milliseconds(wire.number(data, "event_time") / NANOSECONDS, "event_time")
    mark = wire.optional_number(data, "mark_price") or None
    coins = wire.optional_number(data, "open_interest")
    value = coins * mark if coins is not None and mark is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=COUNTED if value is not None else None,
    )
