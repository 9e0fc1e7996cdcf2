"""Where each user's figures begin to count.

Only what a user changed is stored, so that better defaults reach everybody else. A figure whose
steps were changed keeps all three of them: they belong together. A change makes the source
``verdicts:<user>`` due, by which the worker judges the user's positions anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from app.domain.errors import InvalidInput
from app.domain.thresholds import Thresholds, overridden, problems
from app.store import revisions, sources
from app.store.codec import Json, from_json, to_json
from app.store.tables import thresholds as rows
from app.store.upsert import insert_into

DEFAULTS = Thresholds()
VERDICTS_SECONDS = 60.0
"""How soon judging anew is tried again where it broke."""

Changes = Mapping[str, float | Mapping[str, float | None]]
"""Figures by name, each with its value or with some of its steps by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredThresholds:
    """``changed_at`` is ``None`` where all is as by default."""

    thresholds: Thresholds
    changed_at: datetime | None


def get(conn: Connection, *, user_id: str) -> StoredThresholds:
    """What holds for a user, and since when it was changed."""
    row = conn.execute(select(rows).where(rows.c.user_id == user_id)).one_or_none()
    if row is None:
        return StoredThresholds(thresholds=DEFAULTS, changed_at=None)
    return StoredThresholds(
        thresholds=from_json(Thresholds, row.document), changed_at=row.changed_at
    )


def of_user(conn: Connection, *, user_id: str) -> Thresholds:
    """What holds for a user: the defaults with what they changed."""
    return get(conn, user_id=user_id).thresholds


def of_users(conn: Connection, *, user_ids: Collection[str]) -> Mapping[str, Thresholds]:
    """What holds for each of these users; everyone asked for is in it."""
    changed = conn.execute(
        select(rows.c.user_id, rows.c.document).where(rows.c.user_id.in_(set(user_ids)))
    )
    documents = {row.user_id: row.document for row in changed}
    return {
        user_id: from_json(Thresholds, documents[user_id]) if user_id in documents else DEFAULTS
        for user_id in user_ids
    }


def merged(thresholds: Thresholds, changes: Changes) -> Thresholds:
    """``thresholds`` with ``changes`` made; steps that are not named stay.

    Raises ``InvalidInput`` for a figure or step that does not exist.
    """
    document = to_json(thresholds)
    for name, change in changes.items():
        before = document.get(name)
        if isinstance(before, dict) and isinstance(change, Mapping):
            document[name] = _steps(name, before, change)
        elif isinstance(before, float) and isinstance(change, int | float):
            document[name] = float(change)
        else:
            raise InvalidInput(f"There is no threshold {name} of this form.")
    return from_json(Thresholds, document)


def save(conn: Connection, *, user_id: str, thresholds: Thresholds, now: datetime) -> None:
    """Let ``thresholds`` hold for a user from now on; what is as by default is not stored.

    Raises ``InvalidInput`` for what ``problems`` finds something wrong with.
    """
    wrong = problems(thresholds)
    if wrong:
        raise InvalidInput(" ".join(f"{name}: {text}" for name, text in wrong.items()))
    if thresholds == of_user(conn, user_id=user_id):
        return
    document = to_json(thresholds)
    own = {name: document[name] for name in overridden(thresholds)}
    if not own:
        reset(conn, user_id=user_id, now=now)
        return
    statement = insert_into(conn, rows).values(user_id=user_id, document=own, changed_at=now)
    conn.execute(
        statement.on_conflict_do_update(
            index_elements=[rows.c.user_id], set_={"document": own, "changed_at": now}
        )
    )
    _judge_anew(conn, user_id=user_id, now=now)


def reset(conn: Connection, *, user_id: str, now: datetime) -> None:
    """Back to the defaults."""
    if conn.execute(delete(rows).where(rows.c.user_id == user_id)).rowcount:
        _judge_anew(conn, user_id=user_id, now=now)


def _steps(name: str, before: dict[str, Json], change: Mapping[str, float | None]) -> Json:
    unknown = change.keys() - before.keys()
    if unknown:
        raise InvalidInput(f"There is no step {name}.{min(unknown)}.")
    return {**before, **change}


def _judge_anew(conn: Connection, *, user_id: str, now: datetime) -> None:
    source = sources.verdicts_source(user_id)
    if not sources.ensure(conn, source=source, interval=VERDICTS_SECONDS, due_at=now):
        sources.hasten(conn, source=source, due_at=now)
    revisions.bump(conn, revisions.user_scope(user_id))
