"""Insurance-fund pools: what a venue publishes of each, its samples and events, its state.

Samples are never altered. The same balance read twice is one sample; another balance for the
same venue time is a new revision of it, kept beside the first. The USD value of a sample is the
one it was first given, since a later reading would value it at a later price.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select, update

from app.domain.errors import NotFound
from app.domain.fund import FundBalance, FundEvent, FundSample, FundState, PoolReading
from app.store import fund_retention, revisions, tables
from app.store.codec import from_json, to_json
from app.store.fund_recording import NO_TIME, put_events, put_samples, samples_of
from app.store.tables import fund_events, fund_samples
from app.store.upsert import insert_into

_POOLS = tables.pools


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


def record_readings(
    conn: Connection,
    *,
    readings: Sequence[PoolReading],
    now: datetime,
    spacing: timedelta = NO_TIME,
) -> int:
    """Store readings of different pools: the pools, and the samples and events not known yet.

    A balance that only repeats what the one before it said, less than ``spacing`` ago, is no
    sample. How many samples are new. Few statements, however many pools there are.
    """
    if not readings:
        return 0
    numbers = _put_pools(conn, readings, now)
    put_events(conn, {numbers[reading.id]: reading.events for reading in readings})
    read = {numbers[reading.id]: samples_of(reading) for reading in readings}
    added = put_samples(conn, read, now=now, spacing=spacing)
    _bump(conn, *{reading.venue for reading in readings})
    return added


def record_pool_reading(
    conn: Connection, *, reading: PoolReading, now: datetime, spacing: timedelta = NO_TIME
) -> int:
    """``record_readings`` of one pool."""
    return record_readings(conn, readings=(reading,), now=now, spacing=spacing)


def record_past(conn: Connection, *, reading: PoolReading, now: datetime) -> int:
    """Store balances and events of a pool's past; what was last read of it stays as it is.

    A pool nobody has read is made, in no list until the venue is found to publish it still.
    How many samples are new.
    """
    made = insert_into(conn, _POOLS).values(
        id=reading.id,
        venue=reading.venue,
        reading=_document(reading),
        read_at=now,
        retired_at=now,
    )
    conn.execute(made.on_conflict_do_nothing())
    number = _held(conn, reading.id)
    put_events(conn, {number: reading.events})
    return _put_past(conn, reading.id, number, samples_of(reading), now)


def import_samples(
    conn: Connection, *, pool_id: str, samples: Sequence[FundSample], now: datetime
) -> int:
    """Store a stretch of history, and count what of it is new.

    Raises ``NotFound`` for a pool that was never read.
    """
    return _put_past(conn, pool_id, _held(conn, pool_id), samples, now)


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
    """The last reading of each pool a venue publishes, newest balances and no events, by id."""
    published = _of(select(_POOLS.c.reading).where(_POOLS.c.retired_at.is_(None)), venue)
    return tuple(from_json(PoolReading, row.reading) for row in conn.execute(published))


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
    """Every pool with a state, of one venue or of all, by id.

    Those that are published, and those known only by imported records.
    """
    listed = or_(_POOLS.c.retired_at.is_(None), _POOLS.c.imported_from.is_not(None))
    computed = select(*_SHOWN).where(listed, _POOLS.c.computed_at.is_not(None))
    return tuple(_fund(row) for row in conn.execute(_of(computed, venue)))


def state(conn: Connection, *, pool_id: str) -> StoredFund:
    """Raises ``NotFound``, also for a pool that has no state yet."""
    known = select(*_SHOWN).where(_POOLS.c.id == pool_id, _POOLS.c.computed_at.is_not(None))
    row = conn.execute(known).one_or_none()
    if row is None:
        raise _not_found()
    return _fund(row)


_SHOWN = (_POOLS.c.reading, _POOLS.c.state, _POOLS.c.recent, _POOLS.c.computed_at)


def _of(statement: Select[Any], venue: str | None) -> Select[Any]:
    wanted = statement if venue is None else statement.where(_POOLS.c.venue == venue)
    return wanted.order_by(_POOLS.c.id)


def _put_pools(
    conn: Connection, readings: Sequence[PoolReading], now: datetime
) -> Mapping[str, int]:
    """The pools as they were read now, and their numbers by id."""
    statement = insert_into(conn, _POOLS)
    upsert = statement.on_conflict_do_update(
        index_elements=[_POOLS.c.id],
        set_={
            "reading": statement.excluded.reading,
            "read_at": statement.excluded.read_at,
            "retired_at": None,
            "imported_from": None,
        },
    )
    # In one order, so that two who record the same pools wait for, not on, each other.
    rows = [
        {"id": one.id, "venue": one.venue, "reading": _document(one), "read_at": now}
        for one in sorted(readings, key=attrgetter("id"))
    ]
    conn.execute(upsert, rows)
    # Returned by the statement itself, the numbers would make it one of a thousand parameters.
    named = select(_POOLS.c.id, _POOLS.c.number).where(_POOLS.c.id.in_([row["id"] for row in rows]))
    return {row.id: row.number for row in conn.execute(named)}


def _held(conn: Connection, pool_id: str) -> int:
    """The pool's number; its row is this transaction's until it ends."""
    number = conn.scalar(select(_POOLS.c.number).where(_POOLS.c.id == pool_id).with_for_update())
    if number is None:
        raise _not_found()
    return int(number)


def _put_past(
    conn: Connection, pool_id: str, number: int, samples: Sequence[FundSample], now: datetime
) -> int:
    added = put_samples(conn, {number: samples}, now=now)
    if added:
        fund_retention.look_again(conn, pool=number, since=min(one.at for one in samples))
        _bump(conn, pool_id.partition(":")[0])
    return added


def _document(reading: PoolReading) -> object:
    """What is kept of the last reading: events and older balances have tables of their own."""
    newest: dict[str, FundBalance] = {}
    for balance in reading.balances:
        known = newest.get(balance.asset)
        if known is None or balance.at > known.at:
            newest[balance.asset] = balance
    return to_json(replace(reading, balances=tuple(newest.values()), events=()))


def _fund(row: Row[*tuple[Any, ...]]) -> StoredFund:
    return StoredFund(
        pool=from_json(PoolReading, row.reading),
        state=from_json(FundState, row.state),
        recent=_line(row.recent),
        computed_at=row.computed_at,
    )


def _line(points: Sequence[Mapping[str, Any]]) -> tuple[FundPoint, ...]:
    """As ``from_json`` does, without its care: a board has ten thousand of these."""
    read = datetime.fromisoformat
    return tuple([FundPoint(at=read(point["at"]), usd=point["usd"]) for point in points])


def _bump(conn: Connection, *venues: str) -> None:
    revisions.bump(conn, revisions.FUNDS, *map(revisions.venue_scope, venues))


def _not_found() -> NotFound:
    return NotFound("There is no such pool.")
