"""The past of Kraken's liquidity pool, step by step as it is read live. Pure functions.

Source: https://docs.kraken.com/api-reference/analytics/get-liquidity-pool-statistic; how far
back it goes is not documented, so what is there of two years is taken.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.domain.fund import FundHistoryPage
from app.venues import history, wire
from app.venues import krakenfutures_market as market
from app.venues.krakenfutures_market import INTERVAL
from app.venues.wire import Row

FIRST: Final = timedelta(days=730)
SINCE, BEGAN, UNTIL = "since", "began", "until"


def begin(now: datetime) -> Row:
    until = int(now.timestamp()) // INTERVAL * INTERVAL
    since = until - FIRST // timedelta(seconds=1)
    return {SINCE: since, BEGAN: since, UNTIL: until}


def question(at: Row) -> dict[str, object]:
    """What follows a time, in steps of the same width as live: then they say the same."""
    since, _, until = _seconds(at)
    return {"since": since, "to": until, "interval": INTERVAL}


def page(answer: object, at: Row) -> FundHistoryPage:
    """One answer's steps that have ended; Kraken says whether there is more. Raises ``Malformed``."""
    since, began, until = _seconds(at)
    now = wire.milliseconds(until * 1000, UNTIL)
    whole = market.past(answer, until=now - timedelta(seconds=INTERVAL))
    reading = replace(whole, balances=history.thinned(whole.balances, now=now))
    further = market.next_since(answer)
    if further is None or not since < further < until:
        return FundHistoryPage(readings=(reading,))
    return FundHistoryPage(
        readings=(reading,),
        cursor=history.cursor(**{SINCE: further, BEGAN: began, UNTIL: until}),
        share=(further - began) / (until - began),
    )


def _seconds(at: Row) -> tuple[int, int, int]:
    since, began, until = (int(wire.number(at, key)) for key in (SINCE, BEGAN, UNTIL))
    return since, began, until
