"""A pool's past in few samples: what a month is judged by, without a month of samples."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, or_, select, type_coerce

from app.domain.fund import FundSample
from app.store.column_types import Instant
from app.store.tables import fund_samples, pools


def thinned(
    conn: Connection, *, pool_id: str, since: datetime, until: datetime, step: timedelta
) -> tuple[FundSample, ...]:
    """Of each asset the highest and the last sample of every ``step``, oldest first.

    ``since`` is included, ``until`` is not. Enough for highs and for the balance at a time to
    within a ``step``, without a month of samples leaving the database.
    """
    microseconds = step // timedelta(microseconds=1)
    stretch = {"pool_id": pool_id, "since": since, "until": until, "step": microseconds}
    return tuple(
        FundSample(pool_id=pool_id, asset=row.asset, at=row.at, amount=row.amount, usd=row.usd)
        for row in conn.execute(_THINNED, stretch)
    )


def _statement() -> Select[Any]:
    """Ranks the latest revision of each sample within its step, twice: by amount, by time."""
    newer = fund_samples.alias()
    superseded = (
        select(newer.c.revision)
        .where(
            newer.c.pool == fund_samples.c.pool,
            newer.c.at == fund_samples.c.at,
            newer.c.asset == fund_samples.c.asset,
            newer.c.revision > fund_samples.c.revision,
        )
        .exists()
    )
    step = type_coerce(fund_samples.c.at, BigInteger) // bindparam("step", type_=BigInteger)
    each, latest = (fund_samples.c.asset, step), fund_samples.c.at.desc()
    height = (fund_samples.c.amount.desc(), latest)
    ranked = (
        select(
            fund_samples.c.at,
            fund_samples.c.asset,
            fund_samples.c.amount,
            fund_samples.c.usd,
            func.row_number().over(partition_by=each, order_by=height).label("height"),
            func.row_number().over(partition_by=each, order_by=latest).label("recency"),
        )
        .join(pools)
        .where(
            pools.c.id == bindparam("pool_id"),
            fund_samples.c.at >= bindparam("since", type_=Instant()),
            fund_samples.c.at < bindparam("until", type_=Instant()),
            ~superseded,
        )
        .subquery()
    )
    kept = or_(ranked.c.height == 1, ranked.c.recency == 1)
    figures = (ranked.c.at, ranked.c.asset, ranked.c.amount, ranked.c.usd)
    return select(*figures).where(kept).order_by(ranked.c.at, ranked.c.asset)


_THINNED = _statement()
