"""The people whose accounts these are. One person on one machine is the user ``owner``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from app.domain.errors import NotFound
from app.store.identifiers import new_id
from app.store.tables import users
from app.store.upsert import insert_into

OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """``last_seen_at`` is when a page or the extension last asked for something."""

    id: str
    name: str
    created_at: datetime
    last_seen_at: datetime | None


def ensure_owner(conn: Connection, *, now: datetime) -> User:
    """The default user, made when missing; the same one whoever asks first."""
    conn.execute(
        insert_into(conn, users)
        .values(id=new_id(), name=OWNER, created_at=now)
        .on_conflict_do_nothing(index_elements=[users.c.name])
    )
    return _user(conn.execute(select(users).where(users.c.name == OWNER)).one())


def get(conn: Connection, *, user_id: str) -> User:
    """Raises ``NotFound``."""
    row = conn.execute(select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such user.")
    return _user(row)


def saw(conn: Connection, *, user_id: str, now: datetime) -> None:
    """Somebody is looking: what they see is worth reading more often."""
    earlier = or_(users.c.last_seen_at.is_(None), users.c.last_seen_at < now)
    conn.execute(update(users).where(users.c.id == user_id, earlier).values(last_seen_at=now))


def last_seen(conn: Connection, *, user_id: str) -> datetime | None:
    """When this user last looked, ``None`` if never. Raises ``NotFound``."""
    return get(conn, user_id=user_id).last_seen_at


def _user(row: Row[*tuple[Any, ...]]) -> User:
    return User(**row._mapping)
