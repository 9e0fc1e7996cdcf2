"""The past of Crypto.com's insurance fund, backwards in windows of time. Pure functions.

Source: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html#public-get-insurance,
which says neither how often there is a point nor how many fit into an answer: a window with as
many as Crypto.com gives when it is not told is asked for again in halves, and one of a month
without any point is the end.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.domain.fund import FundBalance, FundHistoryPage, PoolKind, PoolReading
from app.venues import cryptocom_market as market
from app.venues import history, wire
from app.venues.cryptocom_account import VENUE
from app.venues.wire import Row

POINTS: Final = 100
FULL: Final = 25
"""How many points Crypto.com gives unless told otherwise; whether it gives more is not known."""
MONTH: Final = 30 * 86_400_000
SHORTEST: Final = 60_000
FIRST: Final = 730 * 86_400_000
"""Milliseconds: the widest and the narrowest window, and how far back at most."""
END, WIDTH, BEGAN = "end", "width", "began"


def begin(now: datetime) -> Row:
    end = int(now.timestamp() * 1000)
    return {END: end, WIDTH: MONTH, BEGAN: end}


def question(at: Row) -> dict[str, object]:
    end, width, _ = _numbers(at)
    return {"instrument_name": "USD", "count": POINTS, "start_ts": end - width, "end_ts": end}


def page(answer: object, at: Row) -> FundHistoryPage:
    """One window's points, and where to go on. Raises ``Malformed``."""
    end, width, began = _numbers(at)
    points = market.past(answer)
    if len(points) >= FULL and width > SHORTEST:
        return FundHistoryPage(
            readings=(), cursor=_cursor(end, width // 2, began), share=(began - end) / FIRST
        )
    if not points and width >= MONTH:
        return history.END
    readings = (_reading(points),) if points else ()
    # The millisecond more keeps a point on the border, whichever border Crypto.com counts in.
    before = end - width + 1
    if began - before >= FIRST:
        return FundHistoryPage(readings=readings)
    wider = min(width * 2, MONTH) if 2 * len(points) < FULL else width
    return FundHistoryPage(
        readings=readings,
        cursor=_cursor(before, wider, began),
        share=(began - before) / FIRST,
    )


def _reading(points: tuple[FundBalance, ...]) -> PoolReading:
    return PoolReading(
        venue=VENUE,
        key=market.POOL,
        name="Insurance fund",
        kind=PoolKind.SHARED,
        balances=points,
    )


def _numbers(at: Row) -> tuple[int, int, int]:
    end, width, began = (int(wire.number(at, key)) for key in (END, WIDTH, BEGAN))
    return end, width, began


def _cursor(end: int, width: int, began: int) -> str:
    return history.cursor(**{END: end, WIDTH: width, BEGAN: began})
