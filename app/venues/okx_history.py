"""The past of OKX's security fund: family by family, a hundred rows a page. Pure functions.

Source: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-security-fund; how far back it
goes is not documented, so it is followed until there is nothing older.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.fund import FundHistoryPage
from app.venues import history, okx_fund, wire
from app.venues.okx_account import data_of
from app.venues.okx_fund import Family
from app.venues.wire import Row

ROWS: Final = 100
"""The most that OKX gives at once."""
BEFORE: Final = "before"


def question(family: Family, at: Row) -> dict[str, object]:
    """``after`` asks for what is older than a time in milliseconds."""
    asked: dict[str, object] = {
        "instType": family.line,
        "instFamily": family.name,
        "limit": str(ROWS),
    }
    if BEFORE in at:
        asked["after"] = str(int(wire.number(at, BEFORE)))
    return asked


def page(
    answer: object, family: Family, known: Mapping[Family, Collection[str]], at: Row
) -> FundHistoryPage:
    """One answer's balances and events; a full one is followed by what is older.

    Only dollars have a value: the price of a coin then is not known. Raises ``Malformed``.
    """
    names = [one.key for one in known]
    rows = [
        row
        for part in data_of(answer, "the security fund")
        for row in wire.rows(part.get("details") or [], "the fund's rows")
    ]
    times = [wire.moment(row, "ts") for row in rows]
    if not times or not _is_older(min(times), at):
        return history.page(names, family.key, ())
    reading, _ = okx_fund.fund(answer, family, known[family], {})
    oldest = round(min(times).timestamp() * 1000) if len(rows) >= ROWS else None
    return history.page(names, family.key, (reading,), **{BEFORE: oldest})


def _is_older(oldest: datetime, at: Row) -> bool:
    return BEFORE not in at or oldest < wire.moment(at, BEFORE)
