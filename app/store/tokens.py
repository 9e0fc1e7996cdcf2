"""Bearer tokens of programs and sessions of browsers.

A token is 256 random bits behind the prefix ``sw_``. Only its SHA-256 is kept, so neither the
database nor its backup lets anybody in, and the look-up by hash takes the same time whatever
was guessed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, and_, bindparam, case, delete, literal, or_, select, update

from app.domain.errors import InvalidInput, NotFound
from app.store.column_types import Instant
from app.store.identifiers import new_id
from app.store.labels import checked_label
from app.store.tables import tokens

TokenKind = Literal["api", "session"]

SCOPES = frozenset({"read", "admin"})
SESSION_IDLE = timedelta(days=7)
"""A session nobody uses for so long is over."""
SESSION_LIFETIME = timedelta(days=30)
"""So is one this old, used or not."""
TOUCH_INTERVAL = timedelta(minutes=1)

_PREFIX = "sw_"
_LENGTH = len(_PREFIX) + 43
_KEEP_DEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What may be shown of a token: everything but the token."""

    id: str
    user_id: str
    kind: TokenKind
    label: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A new token, the only time it is readable."""

    token: str = field(repr=False)
    row: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking and what they may do.

    ``touch_due`` says that ``touch`` was last called more than ``TOUCH_INTERVAL`` ago.
    """

    user_id: str
    token_id: str
    scopes: frozenset[str]
    kind: TokenKind
    touch_due: bool


def _alive() -> Any:
    now = bindparam("now", type_=tokens.c.expires_at.type)
    return and_(
        tokens.c.revoked_at.is_(None),
        or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
        or_(tokens.c.idle_expires_at.is_(None), tokens.c.idle_expires_at > now),
    )


AUTHENTICATE = select(
    tokens.c.id, tokens.c.user_id, tokens.c.scopes, tokens.c.kind, tokens.c.last_used_at
).where(tokens.c.hash == bindparam("hash"), _alive())


def issue(
    conn: Connection,
    *,
    user_id: str,
    label: str,
    scopes: Collection[str],
    now: datetime,
    expires_at: datetime | None = None,
    kind: TokenKind = "api",
) -> IssuedToken:
    """Make a token. A session ends by itself; an API token only at ``expires_at``, if given.

    Raises ``InvalidInput`` for an unknown scope or a label that is none.
    """
    label = checked_label(label)
    if not scopes or not SCOPES.issuperset(scopes):
        raise InvalidInput(f"Scopes are {' and '.join(sorted(SCOPES))}.")
    _delete_dead(conn, user_id=user_id, now=now)
    token = _PREFIX + secrets.token_urlsafe(32)
    session = kind == "session"
    values = {
        "id": new_id(),
        "user_id": user_id,
        "kind": kind,
        "label": label,
        "scopes": " ".join(sorted(scopes)),
        "created_at": now,
        "expires_at": expires_at or (now + SESSION_LIFETIME if session else None),
        "last_used_at": None,
    }
    conn.execute(
        tokens.insert().values(
            **values,
            hash=token_hash(token),
            idle_expires_at=now + SESSION_IDLE if session else None,
        )
    )
    return IssuedToken(token=token, row=_token(values))


def authenticate(conn: Connection, *, token: str, now: datetime) -> Principal | None:
    """Whose token this is, or ``None`` for one that is unknown, revoked or over. One read."""
    if len(token) != _LENGTH or not token.startswith(_PREFIX):
        return None
    row = conn.execute(AUTHENTICATE, {"hash": token_hash(token), "now": now}).one_or_none()
    if row is None:
        return None
    return Principal(
        user_id=row.user_id,
        token_id=row.id,
        scopes=frozenset(row.scopes.split()),
        kind=row.kind,
        touch_due=row.last_used_at is None or row.last_used_at <= now - TOUCH_INTERVAL,
    )


def touch(conn: Connection, *, token_id: str, now: datetime) -> None:
    """Note that the token was used, and give a session its next idle period.

    For when ``Principal.touch_due`` says so: a read then writes at most once a minute.
    """
    unused = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= now - TOUCH_INTERVAL)
    idle_expires_at = case(
        (tokens.c.idle_expires_at.is_not(None), literal(now + SESSION_IDLE, Instant()))
    )
    conn.execute(
        update(tokens)
        .where(tokens.c.id == token_id, unused)
        .values(last_used_at=now, idle_expires_at=idle_expires_at)
    )


def list_for(conn: Connection, *, user_id: str, now: datetime) -> tuple[Token, ...]:
    """The user's tokens and sessions that still let somebody in, newest first."""
    rows = conn.execute(
        select(tokens)
        .where(tokens.c.user_id == user_id, _alive())
        .order_by(tokens.c.created_at.desc(), tokens.c.id),
        {"now": now},
    )
    return tuple(_token(row._mapping) for row in rows)


def revoke(conn: Connection, *, user_id: str, token_id: str, now: datetime) -> None:
    """End a token at once. Raises ``NotFound``, also for one that was revoked before."""
    revoked = conn.execute(
        update(tokens)
        .where(tokens.c.id == token_id, tokens.c.user_id == user_id, tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if not revoked.rowcount:
        raise NotFound("There is no such token.")


def _delete_dead(conn: Connection, *, user_id: str, now: datetime) -> None:
    limit = now - _KEEP_DEAD
    conn.execute(
        delete(tokens).where(
            tokens.c.user_id == user_id,
            or_(
                tokens.c.revoked_at < limit,
                tokens.c.expires_at < limit,
                tokens.c.idle_expires_at < limit,
            ),
        )
    )


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _token(values: Any) -> Token:
    return Token(
        id=values["id"],
        user_id=values["user_id"],
        kind=values["kind"],
        label=values["label"],
        scopes=frozenset(values["scopes"].split()),
        created_at=values["created_at"],
        expires_at=values["expires_at"],
        last_used_at=values["last_used_at"],
    )
