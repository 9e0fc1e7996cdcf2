"""What the worker reads, when next, who is at it, and how it went.

A source is ``account:<id>``, ``funds:<venue>``, ``markets:<venue>``, ``candles:<venue>`` (hourly
prices of the contracts held there), ``history:<venue>`` (the past of its fund, read once) or ``verdicts:<user>`` (judging the user's positions anew,
once after each change of what they are judged by). It is *due* when its time has come and nobody holds its
lease; ``claim`` takes the lease in one statement, so that of any number of workers exactly one
reads it. A worker that dies loses the lease when it runs out, and the source is due again at that
moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, literal, or_, select, update

from app.domain.errors import NotFound
from app.store import revisions
from app.store.column_types import Instant
from app.store.tables import accounts, sources
from app.store.upsert import insert_into

REQUEUE_AFTER = timedelta(seconds=60)
"""A job that nobody started for so long is taken for lost and queued again."""


NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One source. ``failures`` counts in a row; ``failing_since`` is the first of them."""

    source: str
    interval_seconds: float
    next_due_at: datetime
    queued_at: datetime | None
    lease_until: datetime | None
    leased_by: str | None
    failures: int
    last_started_at: datetime | None
    last_success_at: datetime | None
    last_error_code: str | None
    last_error_message: str | None
    failing_since: datetime | None


def account_source(account_id: str) -> str:
    return f"account:{account_id}"


def funds_source(venue: str) -> str:
    return f"funds:{venue}"


def markets_source(venue: str) -> str:
    return f"markets:{venue}"


def history_source(venue: str) -> str:
    return f"history:{venue}"


def candles_source(venue: str) -> str:
    return f"candles:{venue}"


def verdicts_source(user_id: str) -> str:
    return f"verdicts:{user_id}"


def ensure(conn: Connection, *, source: str, interval: float, due_at: datetime) -> bool:
    """Make the source, first due at ``due_at``, unless it is there. ``interval`` in seconds.

    ``True`` when it was made.
    """
    statement = (
        insert_into(conn, sources)
        .values(source=source, interval_seconds=interval, next_due_at=due_at, failures=0)
        .on_conflict_do_nothing()
        .returning(sources.c.source)
    )
    return conn.scalar(statement) is not None


def due(conn: Connection, *, now: datetime, limit: int) -> tuple[SourceState, ...]:
    """Sources to be queued now, longest due first."""
    rows = conn.execute(
        select(sources).where(_startable(now), _unqueued(now)).order_by(*_BY_TIME).limit(limit)
    )
    return tuple(_state(row) for row in rows)


def mark_queued(conn: Connection, *, source: str, now: datetime) -> bool:
    """``True`` for the one caller who shall put the source's job in the queue."""
    marked = conn.execute(
        update(sources)
        .where(sources.c.source == source, _startable(now), _unqueued(now))
        .values(queued_at=now)
    )
    return bool(marked.rowcount)


def claim(
    conn: Connection, *, source: str, owner: str, now: datetime, lease_seconds: float
) -> bool:
    """Take the source for ``owner``; ``True`` for exactly one caller.

    ``False`` when somebody holds it, and when it is not due: a job that was queued twice then
    reads once. Who wants it read at once calls ``hasten`` first.
    """
    until = now + timedelta(seconds=lease_seconds)
    claimed = conn.execute(
        update(sources)
        .where(sources.c.source == source, _startable(now))
        .values(
            lease_until=until,
            leased_by=owner,
            queued_at=None,
            last_started_at=now,
            next_due_at=until,
        )
    )
    return bool(claimed.rowcount)


def finish_success(
    conn: Connection, *, source: str, owner: str, now: datetime, interval: float
) -> bool:
    """Give the lease back; next due after ``interval`` seconds, or when hastened meanwhile.

    ``True`` when this is a recovery. Does nothing when ``owner`` lost the lease to another.
    """
    held = _held(conn, source=source, owner=owner)
    if held is None:
        return False
    _release(
        conn,
        source=source,
        next_due_at=now + timedelta(seconds=interval),
        interval_seconds=interval,
        failures=0,
        last_success_at=now,
        last_error_code=None,
        last_error_message=None,
        failing_since=None,
    )
    return held.failing_since is not None


def finish_done(conn: Connection, *, source: str, owner: str) -> None:
    """Forget a source that has nothing left to ask, unless it was hastened meanwhile.

    Then it is due once more. Does nothing when ``owner`` lost the lease to another.
    """
    held = _held(conn, source=source, owner=owner)
    if held is None:
        return
    if held.lease_until is not None and held.next_due_at < held.lease_until:
        give_back(conn, source=source, owner=owner, now=held.next_due_at)
    else:
        remove(conn, source=source)


def finish_failure(
    conn: Connection,
    *,
    source: str,
    owner: str,
    now: datetime,
    delay: float,
    code: str,
    message: str,
    interval: float | None = None,
) -> bool:
    """Give the lease back after a failure; next try after ``delay`` seconds.

    With ``interval`` it failed in part: the rest was read now, and is every so many seconds.
    ``True`` when it is the first failure in a row. Does nothing when ``owner`` lost the lease.
    """
    held = _held(conn, source=source, owner=owner)
    if held is None:
        return False
    read = {} if interval is None else {"last_success_at": now, "interval_seconds": interval}
    _release(
        conn,
        source=source,
        next_due_at=now + timedelta(seconds=delay),
        failures=held.failures + 1,
        last_error_code=code,
        last_error_message=message,
        failing_since=held.failing_since or now,
        **read,
    )
    return held.failing_since is None


def renew(
    conn: Connection, *, source: str, owner: str, now: datetime, lease_seconds: float
) -> bool:
    """Hold the lease for so long from now; ``False`` when ``owner`` has lost it."""
    until = now + timedelta(seconds=lease_seconds)
    hastened = sources.c.next_due_at < sources.c.lease_until
    renewed = conn.execute(
        update(sources)
        .where(sources.c.source == source, sources.c.leased_by == owner)
        .values(
            lease_until=until,
            next_due_at=case((hastened, sources.c.next_due_at), else_=literal(until, Instant())),
        )
    )
    return bool(renewed.rowcount)


def give_back(conn: Connection, *, source: str, owner: str, now: datetime) -> bool:
    """Drop the lease without an outcome: the source is due at once, for whoever takes it."""
    given = conn.execute(
        update(sources)
        .where(sources.c.source == source, sources.c.leased_by == owner)
        .values(lease_until=None, leased_by=None, queued_at=None, next_due_at=now)
    )
    return bool(given.rowcount)


def hasten(conn: Connection, *, source: str, due_at: datetime) -> bool:
    """Make the source due at ``due_at`` at the latest; ``True`` when that is sooner than it was.

    Asked while it is being read, it is read once more after that.
    """
    hastened = conn.execute(
        update(sources)
        .where(sources.c.source == source, sources.c.next_due_at > due_at)
        .values(next_due_at=due_at)
    )
    return bool(hastened.rowcount)


def get(conn: Connection, *, source: str) -> SourceState:
    """Raises ``NotFound``."""
    row = conn.execute(select(sources).where(sources.c.source == source)).one_or_none()
    if row is None:
        raise NotFound(f"There is no source {source}.")
    return _state(row)


def get_many(conn: Connection, *, names: Collection[str]) -> Mapping[str, SourceState]:
    """The state of each source named that is there."""
    rows = conn.execute(select(sources).where(sources.c.source.in_(names)))
    return {row.source: _state(row) for row in rows}


def all(conn: Connection) -> tuple[SourceState, ...]:
    return tuple(_state(row) for row in conn.execute(select(sources).order_by(sources.c.source)))


def remove(conn: Connection, *, source: str) -> None:
    """Forget the source; who holds its lease finishes to no effect."""
    conn.execute(delete(sources).where(sources.c.source == source))


def keep_only(conn: Connection, *, kinds: Collection[str], names: Collection[str]) -> None:
    """Forget the sources of these kinds that are none of ``names``."""
    known = conn.execute(select(sources.c.source)).scalars()
    for source in [one for one in known if one.partition(":")[0] in kinds and one not in names]:
        remove(conn, source=source)


_BY_TIME = (sources.c.next_due_at, sources.c.source)


def _startable(now: datetime) -> Any:
    free = or_(sources.c.lease_until.is_(None), sources.c.lease_until <= now)
    return and_(sources.c.next_due_at <= now, free)


def _unqueued(now: datetime) -> Any:
    return or_(sources.c.queued_at.is_(None), sources.c.queued_at <= now - REQUEUE_AFTER)


def _held(conn: Connection, *, source: str, owner: str) -> SourceState | None:
    row = conn.execute(
        select(sources)
        .where(sources.c.source == source, sources.c.leased_by == owner)
        .with_for_update()
    ).one_or_none()
    return None if row is None else _state(row)


def _release(conn: Connection, *, source: str, next_due_at: datetime, **values: object) -> None:
    # claim() set the due time to the end of the lease; an earlier one is a wish made since.
    hastened = sources.c.next_due_at < sources.c.lease_until
    conn.execute(
        update(sources)
        .where(sources.c.source == source)
        .values(
            next_due_at=case(
                (hastened, sources.c.next_due_at), else_=literal(next_due_at, Instant())
            ),
            queued_at=None,
            lease_until=None,
            leased_by=None,
            **values,
        )
    )
    kind, _, subject = source.partition(":")
    if kind in ("candles", "history", "verdicts"):
        return  # What it brings says so itself, and how it fares is in no answer.
    if kind != "account":
        revisions.bump(conn, revisions.venue_scope(subject))
        return
    user_id = conn.scalar(select(accounts.c.user_id).where(accounts.c.id == subject))
    if user_id is not None:
        revisions.bump(conn, revisions.user_scope(user_id))


def _state(row: Row[*tuple[Any, ...]]) -> SourceState:
    return SourceState(**row._mapping)
