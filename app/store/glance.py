"""One look at what is asked for most: whose token this is, and whether anything has changed.

The extension asks for the overlay every few seconds, and mostly the answer is "as before". One
statement then does what ``tokens.authenticate`` and ``revisions.read`` do in two. It is the
same for every request, so it is turned into the database's own SQL once and sent as that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, ScalarSelect, bindparam, literal, select

from app.store import revisions
from app.store.column_types import Instant
from app.store.tables import revisions as revision_rows
from app.store.tables import tokens as token_rows
from app.store.tokens import AUTHENTICATE, TOUCH_INTERVAL, Principal, token_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Who asks, and the revisions of what they were shown of a venue: theirs, its, the funds'."""

    principal: Principal
    revisions: tuple[int, int, int]


def look(conn: Connection, *, token: str, venue: str, now: datetime) -> Glance | None:
    """``None`` for a token that ``tokens.authenticate`` does not know. One read."""
    given = {
        "hash": token_hash(token),
        "now": _kept(now, conn.dialect),
        "venue_scope": revisions.venue_scope(venue),
    }
    statement = _compiled(conn.dialect)
    row = conn.exec_driver_sql(statement.sql, statement.parameters(given)).fetchone()
    if row is None:
        return None
    token_id, user_id, scopes, kind, last_used_at, *seen = row
    principal = Principal(
        user_id=user_id,
        token_id=token_id,
        scopes=frozenset(scopes.split()),
        kind=kind,
        touch_due=last_used_at is None or last_used_at <= _kept(now - TOUCH_INTERVAL, conn.dialect),
    )
    of_user, of_venue, of_funds = seen
    return Glance(principal=principal, revisions=(of_user or 0, of_venue or 0, of_funds or 0))


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    constants: Mapping[str, Any]
    order: tuple[str, ...] | None
    """The names of the parameters by place, where the driver takes them by place."""

    def parameters(self, given: Mapping[str, Any]) -> Any:
        named = {**self.constants, **given}
        return named if self.order is None else tuple([named[name] for name in self.order])


@cache
def _compiled(dialect: Dialect) -> _Statement:
    compiled = _LOOK.compile(dialect=dialect)
    order = tuple(compiled.positiontup) if compiled.positiontup is not None else None
    return _Statement(str(compiled), dict(compiled.params), order)


def _revision(scope: ColumnElement[str]) -> ScalarSelect[Any]:
    wanted = select(revision_rows.c.revision).where(revision_rows.c.scope == scope)
    return wanted.scalar_subquery()


_kept = Instant().process_bind_param
"""A time as the database keeps it; here no column type does that for us."""
_LOOK = AUTHENTICATE.add_columns(
    _revision(literal(revisions.user_scope("")).concat(token_rows.c.user_id)),
    _revision(bindparam("venue_scope", type_=revision_rows.c.scope.type)),
    _revision(literal(revisions.FUNDS)),
)
