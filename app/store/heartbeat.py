"""The worker's sign of life, which it gives every few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from app.store.tables import heartbeats
from app.store.upsert import insert_into

LATE = timedelta(seconds=30)
"""So long without a sign of life, the worker is taken for gone."""

_WORKER = "worker"


def beat(conn: Connection, *, now: datetime) -> None:
    """A worker is alive now."""
    statement = insert_into(conn, heartbeats).values(process=_WORKER, at=now)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=["process"], set_={"at": statement.excluded.at}
        )
    )


def last(conn: Connection) -> datetime | None:
    """When any worker was last alive; ``None`` if none ever was."""
    at: datetime | None = conn.scalar(
        select(heartbeats.c.at).where(heartbeats.c.process == _WORKER)
    )
    return at
