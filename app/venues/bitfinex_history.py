"""The past of Bitfinex's Liquidation Fund: one row a minute, backwards. Pure functions.

Every contract settled in USDt states the same fund, so one of them tells all of its past.
Source: https://docs.bitfinex.com/reference/rest-public-derivatives-status-history; how far back
it goes is not documented, so what is there of two years is taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app.domain.fund import FundBalance, FundHistoryPage, PoolKind, PoolReading
from app.venues import history, wire
from app.venues.bitfinex_account import VENUE, arrays
from app.venues.wire import Row

PLACES: Final = {"mts": 0, "fund": 5}
"""As in the status of now, without the contract before them."""
ROWS: Final = 5_000
"""The most that Bitfinex gives at once."""
FIRST: Final = timedelta(days=730)
END, BEGAN = "end", "began"


def begin(now: datetime) -> Row:
    end = int(now.timestamp() * 1000)
    return {END: end, BEGAN: end}


def question(at: Row) -> dict[str, object]:
    """The newest rows up to a time in milliseconds."""
    end = int(wire.number(at, END))
    return {"end": end, "limit": ROWS, "sort": -1}


def page(answer: object, at: Row) -> FundHistoryPage:
    """One answer's balances in USDt, and what is older. Raises ``Malformed``."""
    end, began = wire.moment(at, END), wire.moment(at, BEGAN)
    rows = [row for row in arrays(answer, PLACES, "the fund's past") if row["fund"] is not None]
    balances = [one for row in rows if (one := _balance(row)).at < end]
    if not balances:
        return history.END
    oldest = min(one.at for one in balances)
    reading = PoolReading(
        venue=VENUE,
        key="usdt",
        name="Liquidation Fund",
        kind=PoolKind.SHARED,
        balances=history.thinned(balances, now=began),
    )
    if began - oldest >= FIRST:
        return FundHistoryPage(readings=(reading,))
    further = {END: round(oldest.timestamp() * 1000), BEGAN: round(began.timestamp() * 1000)}
    return FundHistoryPage(
        readings=(reading,), cursor=history.cursor(**further), share=(began - oldest) / FIRST
    )


def _balance(data: Row) -> FundBalance:
    amount = wire.number(data, "fund")
    return FundBalance(asset="USDT", amount=amount, usd=amount, at=wire.moment(data, "mts"))
