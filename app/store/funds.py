"""Insurance-fund pools: what a venue publishes of each, its samples and events, its state.

Samples are never altered. The same balance read twice is one sample; another balance for the
same venue time is a new revision of it, kept beside the first. The USD value of a sample is the
one it was first given, since a later reading would value it at a later price.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from app.domain.errors import NotFound
from app.domain.fund import FundBalance, FundEvent, FundSample, FundState, PoolReading
from app.store import revisions, tables
from app.store.codec import from_json, to_json
from app.store.identifiers import digest
from app.store.tables import fund_events, fund_samples
from app.store.upsert import insert_into

_POOLS = tables.pools
NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundPoint:
    """A point of the short line drawn beside a pool's balance."""

    at: datetime
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFund:
    """A pool as it is shown: its last reading (as ``pools`` gives it), and what it comes to."""

    pool: PoolReading
    state: FundState
    recent: tuple[FundPoint, ...]
    computed_at: datetime


def record_pool_reading(
    conn: Connection, *, reading: PoolReading, now: datetime, spacing: timedelta = NO_TIME
) -> int:
    """Store a reading: the pool, the samples and events not known yet. How many samples are new.

    A balance that only repeats what a sample said less than ``spacing`` before is none.
    """
    statement = insert_into(conn, _POOLS).values(
        id=reading.id, venue=reading.venue, reading=_document(reading), read_at=now
    )
    number = conn.execute(
        statement.on_conflict_do_update(
            index_elements=[_POOLS.c.id],
            set_={
                "reading": statement.excluded.reading,
                "read_at": statement.excluded.read_at,
                "retired_at": None,
            },
        ).returning(_POOLS.c.number)
    ).scalar_one()
    _put_events(conn, number, reading.events)
    read = (
        FundSample(pool_id=reading.id, asset=one.asset, at=one.at, amount=one.amount, usd=one.usd)
        for one in reading.balances
    )
    added = _put_samples(conn, number, tuple(read), now, spacing)
    _bump(conn, reading.venue)
    return added


def import_samples(
    conn: Connection, *, pool_id: str, samples: Sequence[FundSample], now: datetime
) -> int:
    """Store a stretch of history, and count what of it is new.

    Raises ``NotFound`` for a pool that was never read.
    """
    added = _put_samples(conn, _number(conn, pool_id), samples, now)
    if added:
        _bump(conn, pool_id.partition(":")[0])
    return added


def samples(
    conn: Connection,
    *,
    pool_id: str,
    since: datetime,
    until: datetime | None = None,
) -> tuple[FundSample, ...]:
    """The latest revision of each sample from ``since`` to ``until`` (both included), oldest first.

    Samples of one time follow one another by asset.
    """
    statement = (
        select(fund_samples)
        .join(_POOLS)
        .where(_POOLS.c.id == pool_id, fund_samples.c.at >= since)
        .order_by(fund_samples.c.at, fund_samples.c.asset, fund_samples.c.revision)
    )
    if until is not None:
        statement = statement.where(fund_samples.c.at <= until)
    # Revisions are rare and come last, so the last one of a time and asset is kept.
    latest = {(row.at, row.asset): row for row in conn.execute(statement)}
    return tuple(
        FundSample(pool_id=pool_id, asset=row.asset, at=row.at, amount=row.amount, usd=row.usd)
        for row in latest.values()
    )


def events(conn: Connection, *, pool_id: str, since: datetime) -> tuple[FundEvent, ...]:
    """What the venue labelled since then, oldest first."""
    rows = conn.execute(
        select(fund_events)
        .join(_POOLS)
        .where(_POOLS.c.id == pool_id, fund_events.c.at >= since)
        .order_by(fund_events.c.at, fund_events.c.fingerprint)
    )
    return tuple(
        FundEvent(kind=row.kind, at=row.at, asset=row.asset, amount=row.amount, detail=row.detail)
        for row in rows
    )


def pools(conn: Connection, *, venue: str | None = None) -> tuple[PoolReading, ...]:
    """The last reading of each pool, its newest balances and no events, by id."""
    return tuple(from_json(PoolReading, row.reading) for row in conn.execute(_pools(venue)))


def retire_pools(
    conn: Connection, *, venue: str, keep: Collection[str], now: datetime
) -> tuple[str, ...]:
    """Take the venue's pools that it no longer publishes out of every list; their history stays.

    ``keep`` are pool ids. The ids of those retired; read again, a pool is back.
    """
    gone = conn.scalars(
        update(_POOLS)
        .where(
            _POOLS.c.venue == venue, _POOLS.c.retired_at.is_(None), _POOLS.c.id.not_in(list(keep))
        )
        .values(retired_at=now)
        .returning(_POOLS.c.id)
    ).all()
    if gone:
        _bump(conn, venue)
    return tuple(sorted(gone))


def save_state(
    conn: Connection, *, state: FundState, recent: Sequence[FundPoint], now: datetime
) -> None:
    """Keep what was computed of a pool. Raises ``NotFound`` for a pool that was never read."""
    saved = conn.execute(
        update(_POOLS)
        .where(_POOLS.c.id == state.pool_id)
        .values(state=to_json(state), recent=[to_json(point) for point in recent], computed_at=now)
    )
    if not saved.rowcount:
        raise _not_found()
    _bump(conn, state.venue)


def states(conn: Connection, *, venue: str | None = None) -> tuple[StoredFund, ...]:
    """Every pool with a state, of one venue or of all, by id."""
    computed = _pools(venue).where(_POOLS.c.computed_at.is_not(None))
    return tuple(_fund(row) for row in conn.execute(computed))


def state(conn: Connection, *, pool_id: str) -> StoredFund:
    """Raises ``NotFound``, also for a pool that has no state yet."""
    known = select(_POOLS).where(_POOLS.c.id == pool_id, _POOLS.c.computed_at.is_not(None))
    row = conn.execute(known).one_or_none()
    if row is None:
        raise _not_found()
    return _fund(row)


def _pools(venue: str | None) -> Any:
    statement = select(_POOLS).where(_POOLS.c.retired_at.is_(None)).order_by(_POOLS.c.id)
    return statement if venue is None else statement.where(_POOLS.c.venue == venue)


def _put_samples(
    conn: Connection,
    number: int,
    read: Collection[FundSample],
    now: datetime,
    spacing: timedelta = NO_TIME,
) -> int:
    if not read:
        return 0
    times = [sample.at for sample in read]
    oldest = min(times) - spacing
    known = {
        (row.at, row.asset): row
        for row in conn.execute(
            select(fund_samples)
            .where(fund_samples.c.pool == number, fund_samples.c.at.between(oldest, max(times)))
            .order_by(fund_samples.c.revision)
        )
    }
    rows: dict[tuple[datetime, str], dict[str, object]] = {}
    for sample in read:
        stored = known.get((sample.at, sample.asset))
        if stored is not None and not _differs(sample, stored):
            continue
        if stored is None and spacing and _is_repeated(sample, known.values(), spacing):
            continue
        rows[sample.at, sample.asset] = {
            "pool": number,
            "at": sample.at,
            "asset": sample.asset,
            "revision": 0 if stored is None else stored.revision + 1,
            "amount": sample.amount,
            "usd": sample.usd,
            "recorded_at": now,
        }
    if rows:
        statement = insert_into(conn, fund_samples).on_conflict_do_nothing()
        conn.execute(statement, list(rows.values()))
    return len(rows)


def _is_repeated(
    sample: FundSample, known: Iterable[Row[*tuple[Any, ...]]], spacing: timedelta
) -> bool:
    """Whether the newest sample before this one says the same, and is not too long ago."""
    before = [row for row in known if row.asset == sample.asset and row.at < sample.at]
    newest = max(before, key=lambda row: (row.at, row.revision), default=None)
    if newest is None or sample.at - newest.at >= spacing:
        return False
    return not _differs(sample, newest)


def _differs(sample: FundSample, stored: Row[*tuple[Any, ...]]) -> bool:
    valued = stored.usd is None and sample.usd is not None
    return bool(sample.amount != stored.amount or valued)


def _put_events(conn: Connection, number: int, published: Iterable[FundEvent]) -> None:
    rows = [
        {
            "pool": number,
            "at": event.at,
            "fingerprint": digest(
                event.kind, event.asset or "", repr(event.amount), event.detail or ""
            ),
            "kind": event.kind,
            "asset": event.asset,
            "amount": event.amount,
            "detail": event.detail,
        }
        for event in published
    ]
    if rows:
        conn.execute(insert_into(conn, fund_events).on_conflict_do_nothing(), rows)


def _document(reading: PoolReading) -> object:
    """Events and older balances have tables of their own; what is left is read often."""
    newest: dict[str, FundBalance] = {}
    for balance in reading.balances:
        known = newest.get(balance.asset)
        if known is None or balance.at > known.at:
            newest[balance.asset] = balance
    return to_json(replace(reading, balances=tuple(newest.values()), events=()))


def _number(conn: Connection, pool_id: str) -> int:
    number = conn.scalar(select(_POOLS.c.number).where(_POOLS.c.id == pool_id))
    if number is None:
        raise _not_found()
    return int(number)


def _fund(row: Row[*tuple[Any, ...]]) -> StoredFund:
    return StoredFund(
        pool=from_json(PoolReading, row.reading),
        state=from_json(FundState, row.state),
        recent=tuple(from_json(FundPoint, point) for point in row.recent),
        computed_at=row.computed_at,
    )


def _bump(conn: Connection, venue: str) -> None:
    revisions.bump(conn, revisions.FUNDS, revisions.venue_scope(venue))


def _not_found() -> NotFound:
    return NotFound("There is no such pool.")
