"""The past of the total that HTX publishes: a balance a day, a hundred days a page. Pure functions.

Source: https://www.htx.com/en-us/opend/newApiPages/?id=8cb89359-77b5-11ed-9966-1924161816a; how
far back it goes is not documented, so it is followed until there is nothing older.
"""

from __future__ import annotations

from typing import Final

from app.domain.fund import FundHistoryPage
from app.venues import history, wire
from app.venues import htx_market as market
from app.venues.htx_account import data_of
from app.venues.wire import Row

DAYS: Final = 100
"""The most that HTX gives at once."""
FROM, ASSET = "from", "asset"


def question(at: Row) -> dict[str, object]:
    """``prev`` asks for what is older than the row of a number."""
    if FROM not in at:
        return {"limit": DAYS}
    return {"limit": DAYS, "direct": "prev", "from_id": int(wire.number(at, FROM))}


def page(answer: object, at: Row) -> FundHistoryPage:
    """One answer's balances; a full one is followed by what is older. Raises ``Malformed``."""
    asset = wire.text(at, ASSET)
    balances = market.history(answer, asset)
    if not balances:
        return history.END
    rows = wire.rows(data_of(answer, "the fund's history"), "the fund's history")
    oldest = int(min(wire.number(row, "query_id") for row in rows))
    known = FROM in at and oldest >= wire.number(at, FROM)
    ended = known or len(rows) < DAYS
    return FundHistoryPage(
        readings=(market.pool(balances[0], balances[1:], ()),),
        cursor=None if ended else history.cursor(**{FROM: oldest, ASSET: asset}),
    )
