"""The stored hours of contracts as arrays, straight from the database's cursor.

Only the monitor and what is run by hand import this: it needs numpy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import BigInteger, Connection, bindparam, select, type_coerce

from app.domain.price_series import SECONDS_AN_HOUR, PriceSeries, no_prices
from app.store.tables import candles

_MICROSECONDS_AN_HOUR: Final = SECONDS_AN_HOUR * 1_000_000


def prices(conn: Connection, *, venue: str, symbols: Collection[str]) -> Mapping[str, PriceSeries]:
    """All hours that are stored of each of these contracts, none of one that nobody recorded."""
    found = dict.fromkeys(symbols, no_prices())
    if not found:
        return found
    rows = _fetched(conn, {"venue": venue, "symbols": list(found)})
    begin = 0
    names = [row[0] for row in rows]
    for end in range(1, len(rows) + 1):
        if end == len(rows) or names[end] != names[begin]:
            found[names[begin]] = _series(rows[begin:end])
            begin = end
    return found


def _series(rows: Sequence[tuple[Any, ...]]) -> PriceSeries:
    _, times, highs, lows, closes = zip(*rows, strict=True)
    return PriceSeries(
        hours=np.array(times, dtype=np.int64) // _MICROSECONDS_AN_HOUR,
        high=np.array(highs, dtype=np.float64),
        low=np.array(lows, dtype=np.float64),
        close=np.array(closes, dtype=np.float64),
    )


def _fetched(conn: Connection, asked: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
    """The driver's own tuples: of tens of thousands of rows, any other object would be the cost."""
    cursor = conn.execute(_ROWS, asked).cursor
    assert cursor is not None
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


_ROWS = (
    select(
        candles.c.native_symbol,
        type_coerce(candles.c.at, BigInteger),
        candles.c.high,
        candles.c.low,
        candles.c.close,
    )
    .where(
        candles.c.venue == bindparam("venue"),
        candles.c.native_symbol.in_(bindparam("symbols", expanding=True)),
    )
    .order_by(candles.c.native_symbol, candles.c.at)
)
