"""How long samples are kept: all of the last 90 days, then of every hour, then of every day.

Of an hour older than 90 days, and of a day older than two years, each asset keeps three
samples: the last, the lowest and the highest (the later one of equals), each with its
revisions. A drain that came and went is in them; nothing is averaged. Thinning what was thinned
changes nothing.

It goes in steps of a few thousand samples, so that no transaction is long, and
remembers how far each pool is thinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    bindparam,
    delete,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from app.store.column_types import Instant
from app.store.fund_recording import is_latest
from app.store.tables import fund_samples, fund_thinnings, pools
from app.store.upsert import insert_into

FULL_RATE = timedelta(days=90)
HOURLY = timedelta(days=730)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_SAMPLES = 2000
"""Looked at in one step, unless a single hour or day has more."""
MOST_POOLS = 100
"""That a step finds to have nothing old enough."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def thin(conn: Connection, *, now: datetime) -> bool:
    """One step of thinning; whether there is more to do."""
    return any(_step(conn, tier, now) for tier in _TIERS)


def look_again(conn: Connection, *, pool: int, since: datetime) -> None:
    """Older samples were stored, from ``since`` on: what was thinned there is to be thinned anew.

    ``pool`` is its number.
    """
    for tier in _TIERS:
        conn.execute(
            update(fund_thinnings)
            .where(fund_thinnings.c.pool == pool, tier.until > since)
            .values({tier.until: _begin(since, tier.width)})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tier:
    """Samples older than ``age`` are thinned to steps of ``width``; ``until`` says how far."""

    age: timedelta
    width: timedelta
    until: Column[datetime]

    def edge(self, now: datetime) -> datetime:
        """Steps that end here or before are old enough as a whole."""
        return _begin(now - self.age, self.width)


_TIERS = (
    _Tier(age=FULL_RATE, width=HOUR, until=fund_thinnings.c.hourly_until),
    _Tier(age=HOURLY, width=DAY, until=fund_thinnings.c.daily_until),
)


def _step(conn: Connection, tier: _Tier, now: datetime) -> bool:
    """Thin a stretch of the first pools that need it; whether any did."""
    edge = tier.edge(now)
    waiting = conn.execute(
        select(pools.c.number, tier.until)
        .outerjoin(fund_thinnings)
        .where(or_(tier.until.is_(None), tier.until < edge))
        .order_by(pools.c.number)
        .limit(MOST_POOLS)
    ).all()
    left = MOST_SAMPLES
    for pool, until in waiting:
        begin = _begin(until or _first(conn, pool) or edge, tier.width)
        end = _end(conn, tier, pool, within=(begin, edge), most=left)
        left -= _thin(conn, tier, pool, begin, end)
        _remember(conn, tier, pool, end)
        if left <= 0 or end < edge:
            break
    return bool(waiting)


def _first(conn: Connection, pool: int) -> datetime | None:
    """The time of the pool's first sample."""
    times = select(fund_samples.c.at).where(fund_samples.c.pool == pool)
    first: datetime | None = conn.scalar(times.order_by(fund_samples.c.at).limit(1))
    return first


def _end(
    conn: Connection, tier: _Tier, pool: int, *, within: tuple[datetime, datetime], most: int
) -> datetime:
    """Where a stretch of whole steps ends that holds about ``most`` samples, from its beginning on."""
    begin, edge = within
    beyond = conn.scalar(
        select(fund_samples.c.at)
        .where(*_within(pool, begin, edge))
        .order_by(fund_samples.c.at)
        .offset(most)
        .limit(1)
    )
    if beyond is None:
        return edge
    return max(_begin(beyond, tier.width), begin + tier.width)


def _thin(conn: Connection, tier: _Tier, pool: int, begin: datetime, end: datetime) -> int:
    """Thin a stretch of whole steps; how many samples were in it."""
    stretch = _within(pool, begin, end)
    held = conn.scalar(select(func.count()).select_from(fund_samples).where(*stretch)) or 0
    if not held:
        return 0
    step = type_coerce(fund_samples.c.at, BigInteger) // (tier.width // _MICROSECOND)
    each, later = (fund_samples.c.asset, step), fund_samples.c.at.desc()
    amount = fund_samples.c.amount
    ranked = (
        select(
            fund_samples.c.at,
            fund_samples.c.asset,
            *(
                func.row_number().over(partition_by=each, order_by=order).label(name)
                for name, order in (
                    ("recency", (later,)),
                    ("depth", (amount, later)),
                    ("height", (amount.desc(), later)),
                )
            ),
        )
        .where(*stretch, is_latest(pool, begin, end))
        .subquery()
    )
    best = or_(ranked.c.recency == 1, ranked.c.depth == 1, ranked.c.height == 1)
    kept = select(ranked.c.asset, ranked.c.at).where(best)
    between = []
    for asset, moments in groupby(conn.execute(kept.order_by(*kept.selected_columns)), _ASSET):
        after = begin - _MICROSECOND
        for _, at in moments:
            between.append({"pool": pool, "asset": asset, "after": after, "before": at})
            after = at
    conn.execute(_DROP, between)
    return held


_ASSET = itemgetter(0)
_DROP = delete(fund_samples).where(
    fund_samples.c.pool == bindparam("pool"),
    fund_samples.c.asset == bindparam("asset"),
    fund_samples.c.at > bindparam("after", type_=Instant()),
    fund_samples.c.at < bindparam("before", type_=Instant()),
)
"""What lies between two samples of an asset that stay. The last one of a stretch always stays."""


def _remember(conn: Connection, tier: _Tier, pool: int, until: datetime) -> None:
    first: dict[str, Any] = {one.until.name: _EPOCH for one in _TIERS}
    statement = insert_into(conn, fund_thinnings).values(
        {"pool": pool, **first, tier.until.name: until}
    )
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=[fund_thinnings.c.pool], set_={tier.until.name: until}
        )
    )


def _within(pool: int, since: datetime, until: datetime) -> tuple[Any, ...]:
    at = fund_samples.c.at
    return fund_samples.c.pool == pool, at >= since, at < until


def _begin(at: datetime, width: timedelta) -> datetime:
    """The beginning of the hour or day of ``at``, UTC."""
    return at - (at - _EPOCH) % width
