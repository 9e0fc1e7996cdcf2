"""The stored past of pools as arrays, straight from the database's cursor.

Only the monitor and what is run by hand import this: it needs numpy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Select, bindparam, select, type_coerce

from app.domain.fund_series import AssetPast
from app.store.column_types import Instant
from app.store.tables import fund_samples, pools


def past(
    conn: Connection, *, pool_id: str, since: datetime, until: datetime
) -> tuple[AssetPast, ...]:
    """What is stored of a pool from ``since`` to ``until`` (both included), by asset."""
    return past_of_many(conn, pool_ids=(pool_id,), since=since, until=until)[pool_id]


def past_of_many(
    conn: Connection, *, pool_ids: Collection[str], since: datetime, until: datetime
) -> Mapping[str, tuple[AssetPast, ...]]:
    """``past`` of each of these pools; empty for one of which nothing is stored."""
    found: dict[str, tuple[AssetPast, ...]] = dict.fromkeys(pool_ids, ())
    numbers = conn.execute(_NUMBERS, {"pool_ids": list(pool_ids)}).all()
    if not numbers:
        return found
    stretch = {"pools": [row.number for row in numbers], "since": since, "until": until}
    rows = _fetched(conn, stretch)
    if rows:
        by_number = _by_pool(rows)
        found |= {row.id: tuple(by_number.get(row.number, ())) for row in numbers}
    return found


def _fetched(conn: Connection, stretch: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
    """The driver's own tuples: of a hundred thousand rows, any other object would be the cost."""
    cursor = conn.execute(_ROWS, stretch).cursor
    assert cursor is not None
    rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _by_pool(rows: Sequence[tuple[Any, ...]]) -> Mapping[int, list[AssetPast]]:
    """Cuts the rows, which are in the order of their key, into one past for each pool and asset."""
    pool_numbers, times, assets, amounts, values = zip(*rows, strict=True)
    names = sorted(set(assets))
    series = np.array(pool_numbers, dtype=np.int64)
    at, amount = np.array(times, dtype=np.int64), np.array(amounts, dtype=np.float64)
    usd = np.array(values, dtype=np.float64)  # None becomes NaN
    if len(names) > 1:
        codes = {name: code for code, name in enumerate(names)}
        series *= len(names)
        series += np.fromiter(map(codes.__getitem__, assets), np.int64, len(rows))
        order = np.argsort(series, kind="stable")
        series, at, amount, usd = series[order], at[order], amount[order], usd[order]
    latest = _last_of_runs(series, at)
    if not latest.all():
        series, at, amount, usd = series[latest], at[latest], amount[latest], usd[latest]
    ends = np.flatnonzero(_last_of_runs(series)) + 1
    found: dict[int, list[AssetPast]] = {}
    begin = 0
    for end in ends.tolist():
        number, code = divmod(int(series[begin]), len(names))
        part = slice(begin, end)
        one = AssetPast(asset=names[code], at=at[part], amount=amount[part], usd=usd[part])
        found.setdefault(number, []).append(one)
        begin = end
    return found


def _last_of_runs(*columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a run of rows equal in these columns ends: of revisions, the latest."""
    last = np.ones(len(columns[0]), dtype=np.bool_)
    last[:-1] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return last


def _rows() -> Select[Any]:
    key = (fund_samples.c.pool, fund_samples.c.at, fund_samples.c.asset, fund_samples.c.revision)
    return (
        select(
            fund_samples.c.pool,
            type_coerce(fund_samples.c.at, BigInteger),
            fund_samples.c.asset,
            fund_samples.c.amount,
            fund_samples.c.usd,
        )
        .where(
            fund_samples.c.pool.in_(bindparam("pools", expanding=True)),
            fund_samples.c.at.between(
                bindparam("since", type_=Instant()), bindparam("until", type_=Instant())
            ),
        )
        .order_by(*key)
    )


_ROWS = _rows()
_NUMBERS = select(pools.c.number, pools.c.id).where(
    pools.c.id.in_(bindparam("pool_ids", expanding=True))
)
