"""A pool's past as so many points for a chart: lows and highs kept, whatever the stretch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    type_coerce,
)

from app.domain.errors import NotFound
from app.domain.fund import FundBalance, PoolReading
from app.store.codec import from_json
from app.store.column_types import Instant, micros, when
from app.store.tables import fund_samples, pools

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundBucket:
    """The pool's value within a stretch of time: the last of it (of ``at``), lowest and highest."""

    at: datetime
    last_usd: float
    low_usd: float
    high_usd: float


def points(
    conn: Connection, *, pool_id: str, since: datetime, until: datetime, count: int
) -> tuple[FundBucket, ...]:
    """What is stored from ``since`` to ``until`` (both included) in at most ``count`` buckets.

    The buckets are of equal width; one without a sample is left out. Each asset is valued at
    its newest price throughout: a coin's price draws no dip. Where a pool holds several, there
    is no value before all of those with a price are known. None at all where no asset has one.
    Raises ``NotFound`` for a pool that was never read.
    """
    found = conn.execute(_FOUND, {"pool_id": pool_id}).one_or_none()
    if found is None:
        raise NotFound("There is no such pool.")
    balances = from_json(PoolReading, found.reading).balances
    prices = {
        balance.asset: price
        for balance in balances
        if (price := _price(conn, found.number, balance)) is not None
    }
    asked = {
        "pool": found.number,
        "since": since,
        "until": until,
        "count": count,
        "width": max(until - since, _MICROSECOND) // _MICROSECOND // count + 1,
    }
    if len(prices) == 1:
        ((asset, price),) = prices.items()
        return _of_one_asset(conn, {**asked, "asset": asset}, price)
    return _of_several(conn, {**asked, "assets": list(prices)}, prices)


def _price(conn: Connection, number: int, newest: FundBalance) -> float | None:
    """USD per unit by the newest balance that says it; an emptied asset keeps its last price."""
    if newest.usd is not None and newest.amount:
        return newest.usd / newest.amount
    valued = conn.execute(_VALUED, {"pool": number, "asset": newest.asset}).one_or_none()
    return None if valued is None else float(valued.usd / valued.amount)


def _of_one_asset(
    conn: Connection, asked: Mapping[str, Any], price: float
) -> tuple[FundBucket, ...]:
    corrected = {row[0]: row[1] for row in conn.execute(_CORRECTED, asked)}
    rows = conn.execute(_OTHER_BUCKETS if corrected else _BUCKETS, asked)
    since, width = micros(asked["since"]), asked["width"]
    buckets = {(at - since) // width: (at, last, low, high) for at, last, low, high in rows}
    for at, amount in corrected.items():
        bucket = (at - since) // width
        until, last, low, high = buckets.get(bucket, (at, amount, amount, amount))
        newest = (at, amount) if at >= until else (until, last)
        buckets[bucket] = (*newest, min(low, amount), max(high, amount))
    return tuple(
        FundBucket(at=when(at), last_usd=last * price, low_usd=low * price, high_usd=high * price)
        for _, (at, last, low, high) in sorted(buckets.items())
    )


def _of_several(
    conn: Connection, asked: Mapping[str, Any], prices: Mapping[str, float]
) -> tuple[FundBucket, ...]:
    """The lows of assets need not fall together: what counts is the low of the sum."""
    held: dict[str, float] = {}
    buckets: dict[int, tuple[int, float, float, float]] = {}
    for (at, bucket), group in groupby(conn.execute(_BALANCES, asked), key=itemgetter(0, 1)):
        for _, _, asset, amount in group:
            held[asset] = amount * prices[asset]
        if len(held) == len(prices):
            usd = sum(held.values())
            _, _, low, high = buckets.get(bucket, (at, usd, usd, usd))
            buckets[bucket] = (at, usd, min(low, usd), max(high, usd))
    return tuple(
        FundBucket(at=when(at), last_usd=last, low_usd=low, high_usd=high)
        for at, last, low, high in buckets.values()
    )


_AT, _POOL, _ASSET = fund_samples.c.at, fund_samples.c.pool, fund_samples.c.asset
_KEY = (_AT, _ASSET, fund_samples.c.revision)
_WITHIN = (
    bindparam("pool") == _POOL,
    _AT.between(bindparam("since", type_=Instant()), bindparam("until", type_=Instant())),
)
_BUCKET = (
    type_coerce(_AT, BigInteger) - type_coerce(bindparam("since", type_=Instant()), BigInteger)
) // bindparam("width", type_=BigInteger)


def _buckets(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Of each bucket the time of its last balance, that balance, the lowest and the highest."""
    amount, asset = fund_samples.c.amount, bindparam("asset") == _ASSET
    buckets = (
        select(
            type_coerce(func.max(_AT), BigInteger).label("at"),
            func.min(amount).label("low"),
            func.max(amount).label("high"),
        )
        .where(*_WITHIN, asset, *conditions)
        .group_by(_BUCKET)
        .limit(bindparam("count"))  # there are no more; a planner cannot know
        .subquery()
    )
    newest = fund_samples.alias()
    # No join: for five hundred rows PostgreSQL would read the whole pool.
    last = (
        select(newest.c.amount)
        .where(
            newest.c.pool == bindparam("pool"),
            type_coerce(newest.c.at, BigInteger) == buckets.c.at,
            newest.c.asset == bindparam("asset"),
        )
        .order_by(newest.c.revision.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(buckets.c.at, last, buckets.c.low, buckets.c.high).order_by(buckets.c.at)


_FOUND = select(pools.c.number, pools.c.reading).where(pools.c.id == bindparam("pool_id"))
_VALUED = (
    select(fund_samples.c.usd, fund_samples.c.amount)
    .where(
        bindparam("pool") == _POOL,
        bindparam("asset") == _ASSET,
        fund_samples.c.usd.is_not(None),
        fund_samples.c.amount != 0,
    )
    .order_by(_AT.desc(), _ASSET.desc(), fund_samples.c.revision.desc())
    .limit(1)
)
_REVISED = (*_WITHIN, bindparam("asset") == _ASSET, fund_samples.c.revision > literal_column("0"))
"""Corrections by the venue, as the index of the few there are says it."""
_CORRECTED = (
    select(type_coerce(_AT, BigInteger), fund_samples.c.amount)
    .where(*_REVISED)
    .order_by(fund_samples.c.revision)
)
_BUCKETS = _buckets()
_OTHER_BUCKETS = _buckets(_AT.not_in(select(_AT).where(*_REVISED).correlate(None)))
_BALANCES = (
    select(type_coerce(_AT, BigInteger), _BUCKET, _ASSET, fund_samples.c.amount)
    .where(*_WITHIN, _ASSET.in_(bindparam("assets", expanding=True)))
    .order_by(*_KEY)
)
