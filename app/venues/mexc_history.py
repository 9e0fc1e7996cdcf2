"""The past of MEXC's insurance fund: about a week of snapshots, fund by fund. Pure functions.

Source: https://www.mexc.com/api-docs/futures/market-endpoints
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.fund import FundHistoryPage, PoolReading
from app.venues import history, wire
from app.venues import mexc_market as market
from app.venues.mexc_account import data_of
from app.venues.wire import Row

SNAPSHOTS: Final = 100
"""The most that MEXC gives at once."""
PAGE: Final = "page"


def question(pool: PoolReading, at: Row) -> dict[str, object]:
    """Any contract of a fund tells all of its past."""
    return {"symbol": pool.symbols[0], "page_num": _number(at), "page_size": SNAPSHOTS}


def page(
    answer: object, pool: PoolReading, known: Mapping[str, PoolReading], at: Row
) -> FundHistoryPage:
    """One answer's snapshots, followed by MEXC's next page of them. Raises ``Malformed``."""
    pages = wire.number(wire.row(data_of(answer, "the fund's history"), "data"), "totalPage")
    further = _number(at) + 1 if _number(at) < pages else None
    return history.page(known, pool.key, (market.with_past(pool, answer),), **{PAGE: further})


def _number(at: Row) -> int:
    return int(wire.number(at, PAGE)) if PAGE in at else 1
