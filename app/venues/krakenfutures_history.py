"""The past of Kraken's liquidity pool: two years in hours. Pure functions.

Source: https://docs.kraken.com/api-reference/analytics/get-liquidity-pool-statistic; how far
back it goes is not documented, so what is there of two years is taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app.domain.fund import FundHistoryPage
from app.venues import history, wire
from app.venues import krakenfutures_market as market
from app.venues.wire import Row

HOUR: Final = 3_600
FIRST: Final = timedelta(days=730)
SINCE, BEGAN, UNTIL = "since", "began", "until"


def begin(now: datetime) -> Row:
    """Up to now, because the steps of five minutes that are known already stay as they are."""
    since = int((now - FIRST).timestamp()) // HOUR * HOUR
    return {SINCE: since, BEGAN: since, UNTIL: int(now.timestamp()) // HOUR * HOUR}


def question(at: Row) -> dict[str, object]:
    return {
        "since": int(wire.number(at, SINCE)),
        "to": int(wire.number(at, UNTIL)),
        "interval": HOUR,
    }


def page(answer: object, at: Row) -> FundHistoryPage:
    """One answer's hours that have ended; Kraken says whether there is more. Raises ``Malformed``."""
    since, began, until = (int(wire.number(at, key)) for key in (SINCE, BEGAN, UNTIL))
    reading = market.past(answer, until=wire.milliseconds((until - HOUR) * 1000, UNTIL))
    further = market.next_since(answer)
    if further is None or not since < further < until:
        return FundHistoryPage(readings=(reading,))
    return FundHistoryPage(
        readings=(reading,),
        cursor=history.cursor(**{SINCE: further, BEGAN: began, UNTIL: until}),
        share=(further - began) / (until - began),
    )
