"""How far the past of each venue's fund has been read, and what came of it.

A page of it, its samples and events and the cursor to the next one, is stored in one
transaction of the caller's: whatever happens between two pages, nothing is lost or doubled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.fund import FundHistoryPage
from app.store import funds
from app.store.tables import fund_backfills
from app.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """``cursor`` is where to go on, ``samples`` how many it brought that were not known.

    ``share`` is about how much of the whole was read, 0 to 1, ``None`` where that cannot be
    told.
    """

    venue: str
    cursor: str | None
    began_at: datetime
    finished_at: datetime | None
    samples: int
    share: float | None


def of(conn: Connection, *, venue: str) -> Backfill | None:
    """``None`` where nothing of the past was read yet."""
    row = conn.execute(select(fund_backfills).where(fund_backfills.c.venue == venue)).one_or_none()
    return None if row is None else Backfill(**row._mapping)


def progress(conn: Connection) -> tuple[Backfill, ...]:
    """Every backfill that began, by venue."""
    rows = conn.execute(select(fund_backfills).order_by(fund_backfills.c.venue))
    return tuple(Backfill(**row._mapping) for row in rows)


def finished(conn: Connection) -> frozenset[str]:
    """The venues whose whole past was read."""
    done = fund_backfills.c.finished_at.is_not(None)
    return frozenset(conn.scalars(select(fund_backfills.c.venue).where(done)))


def record_page(
    conn: Connection, *, venue: str, asked: str | None, page: FundHistoryPage, now: datetime
) -> Backfill | None:
    """Store what ``page`` holds, and where to go on; ``asked`` is the cursor it was read with.

    ``None``, and nothing is stored, when another worker has gone on from there already.
    """
    before = _held(conn, venue=venue, now=now)
    if before.finished_at is not None or before.cursor != asked:
        return None
    added = sum(funds.record_past(conn, reading=one, now=now) for one in page.readings)
    after = Backfill(
        venue=venue,
        cursor=page.cursor,
        began_at=before.began_at,
        finished_at=now if page.cursor is None else None,
        samples=before.samples + added,
        share=1.0 if page.cursor is None else page.share,
    )
    conn.execute(
        fund_backfills.update()
        .where(fund_backfills.c.venue == venue)
        .values(
            cursor=after.cursor,
            finished_at=after.finished_at,
            samples=after.samples,
            share=after.share,
        )
    )
    return after


def _held(conn: Connection, *, venue: str, now: datetime) -> Backfill:
    """The venue's backfill, begun if need be; its row is this transaction's until it ends."""
    first = insert_into(conn, fund_backfills).values(venue=venue, began_at=now, samples=0)
    conn.execute(first.on_conflict_do_nothing())
    row = conn.execute(
        select(fund_backfills).where(fund_backfills.c.venue == venue).with_for_update()
    ).one()
    return Backfill(**row._mapping)
