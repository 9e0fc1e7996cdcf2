"""Counters that say whether anything a reader was shown has changed: the source of ETags.

A scope is ``user:<id>``, ``venue:<id>`` or ``funds``. A reader who takes the revision
*before* the data can at worst be told "changed" once too often, never once too seldom.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, select

from app.store.tables import revisions
from app.store.upsert import insert_into

FUNDS = "funds"
"""The scope of everything shown of pools, over all venues."""

_PENDING = "seawall.bumped"
_READ = select(revisions.c.scope, revisions.c.revision).where(
    revisions.c.scope.in_(bindparam("scopes", expanding=True))
)


def user_scope(user_id: str) -> str:
    return f"user:{user_id}"


def venue_scope(venue: str) -> str:
    return f"venue:{venue}"


def bump(conn: Connection, *scopes: str) -> None:
    """Count these scopes up in this transaction.

    They are gathered and written just before the commit, once each and in name order:
    concurrent writers then lock the rows in one order and for the shortest time.
    """
    conn.info.setdefault(_PENDING, set()).update(scopes)


def write_bumps(conn: Connection) -> None:
    """Write what ``bump`` gathered; ``Database.write`` calls this before it commits."""
    pending: set[str] = conn.info.pop(_PENDING, set())
    if pending:
        statement = insert_into(conn, revisions).on_conflict_do_update(
            index_elements=[revisions.c.scope], set_={"revision": revisions.c.revision + 1}
        )
        conn.execute(statement, [{"scope": scope, "revision": 1} for scope in sorted(pending)])


def forget_bumps(conn: Connection) -> None:
    """Drop what an abandoned transaction gathered."""
    conn.info.pop(_PENDING, None)


def read(conn: Connection, scopes: Collection[str]) -> Mapping[str, int]:
    """The revision of each scope asked for; 0 for one that never changed."""
    found = {row.scope: row.revision for row in conn.execute(_READ, {"scopes": list(scopes)})}
    return {scope: found.get(scope, 0) for scope in scopes}
