"""Open positions as last read, with what they mean: the rows every list is made of.

A position keeps its row as long as it is open. The venue's own payload lies in a table of its
own, so that no list ever carries it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from app.domain.errors import InvalidInput, NotFound
from app.domain.position import AccountMargin
from app.domain.verdict import Assessment, Severity
from app.store import revisions, snapshots
from app.store.codec import Json, from_json, plain, to_json
from app.store.column_types import Instant
from app.store.identifiers import digest
from app.store.margins import put as put_margins
from app.store.tables import account_margins, accounts, position_payloads, positions, sources
from app.store.upsert import insert_into

_FARTHEST = 1e300
"""Stands for an unknown distance in the order of a list: after every known one."""
_NAME = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPosition:
    """A current position of a user.

    ``margin`` is the account's, of the position's scope, where the venue gives one;
    ``expected_interval_seconds`` is how often the account is read at present.
    """

    id: str
    account_id: str
    account_label: str
    user_id: str
    venue: str
    severity: Severity
    assessment: Assessment
    margin: AccountMargin | None
    as_of: datetime
    expected_interval_seconds: float | None


_SOURCE = sources.c.source == literal("account:").concat(positions.c.account_id)
_MARGIN = and_(
    account_margins.c.account_id == positions.c.account_id,
    account_margins.c.scope == positions.c.scope,
)
_ORDER = (positions.c.urgency, positions.c.nearness, positions.c.id)
_STORED = select(
    positions.c.id,
    positions.c.account_id,
    accounts.c.label.label("account_label"),
    positions.c.user_id,
    positions.c.venue,
    positions.c.document,
    positions.c.as_of,
    account_margins.c.document.label("margin"),
    sources.c.interval_seconds,
).select_from(
    positions.join(accounts, accounts.c.id == positions.c.account_id)
    .outerjoin(sources, _SOURCE)
    .outerjoin(account_margins, _MARGIN)
)

_REPLACE = (
    update(positions)
    .where(
        positions.c.id == bindparam("name"),
        positions.c.as_of <= bindparam("read_at", type_=Instant()),
    )
    .values({name: bindparam(name) for name in ("document", "severity", "urgency", "nearness")})
    .returning(positions.c.user_id)
)


def position_id(account_id: str, key: str) -> str:
    """The same for the same position of the same account, whenever it is read."""
    return digest(account_id, key)


def record_snapshot(
    conn: Connection,
    *,
    account_id: str,
    user_id: str,
    venue: str,
    scopes: Collection[str],
    assessments: Sequence[Assessment],
    margins: Sequence[AccountMargin],
    taken_at: datetime,
) -> int:
    """Store what one refresh found; the id of its snapshot.

    ``scopes`` names the scopes that answered, with positions or without: what was known of
    those is replaced, what was known of the others stays. Raises ``NotFound`` when the account
    was unlinked while it was being read.
    """
    # FOR KEY SHARE: whoever unlinks waits for this transaction, and then takes these rows too.
    owned = select(accounts.c.id).where(accounts.c.id == account_id, accounts.c.user_id == user_id)
    if conn.scalar(owned.with_for_update(read=True, key_share=True)) is None:
        raise NotFound("There is no such account.")
    named = [(position_id(account_id, one.position.key), one) for one in assessments]
    conn.execute(
        delete(positions).where(
            positions.c.account_id == account_id,
            positions.c.scope.in_(list(scopes)),
            positions.c.id.not_in([name for name, _ in named]),
        )
    )
    if named:
        _put_positions(conn, named, account_id=account_id, user_id=user_id, venue=venue)
    put_margins(conn, account_id=account_id, scopes=scopes, margins=margins)
    revisions.bump(conn, revisions.user_scope(user_id))
    return snapshots.add(
        conn, account_id=account_id, assessments=named, margins=margins, taken_at=taken_at
    )


def list_for(
    conn: Connection,
    *,
    user_id: str,
    venue: str | None = None,
    account_id: str | None = None,
    severity: Severity | None = None,
    symbol: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> tuple[StoredPosition, ...]:
    """The user's positions: most severe first, then nearest to liquidation.

    ``symbol`` is the unified or the venue's own; ``after`` the ``cursor`` of the last position
    of the page before. Raises ``InvalidInput`` for a cursor that is none.
    """
    statement = _STORED.where(positions.c.user_id == user_id).order_by(*_ORDER).limit(limit)
    if venue is not None:
        statement = statement.where(positions.c.venue == venue)
    if account_id is not None:
        statement = statement.where(positions.c.account_id == account_id)
    if severity is not None:
        statement = statement.where(positions.c.severity == severity.value)
    if symbol is not None:
        named = or_(positions.c.symbol == symbol, positions.c.native_symbol == symbol)
        statement = statement.where(named)
    if after is not None:
        statement = statement.where(tuple_(*_ORDER) > tuple_(*_place(after)))
    return tuple(_stored(row) for row in conn.execute(statement))


def cursor(position: StoredPosition) -> str:
    """What ``list_for(after=…)`` takes to go on behind this position, wherever it is by then."""
    values = _order_values(position.assessment)
    place = json.dumps([values["urgency"], values["nearness"], position.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def get(conn: Connection, *, user_id: str, position_id: str) -> StoredPosition:
    """Raises ``NotFound``, also for a position of somebody else."""
    mine = _STORED.where(positions.c.id == position_id, positions.c.user_id == user_id)
    row = conn.execute(mine).one_or_none()
    if row is None:
        raise _not_found()
    return _stored(row)


def payload(conn: Connection, *, user_id: str, position_id: str) -> Mapping[str, Json]:
    """The venue's own payload of a position, for looking at. Raises ``NotFound``."""
    found: Mapping[str, Json] | None = conn.scalar(
        select(position_payloads.c.payload)
        .join(positions)
        .where(positions.c.id == position_id, positions.c.user_id == user_id)
    )
    if found is None:
        raise _not_found()
    return found


def count_by_account(conn: Connection, *, user_id: str) -> Mapping[str, int]:
    """How many positions each account has; one without any is not in it."""
    counted = (
        select(positions.c.account_id, func.count().label("positions"))
        .where(positions.c.user_id == user_id)
        .group_by(positions.c.account_id)
    )
    return {row.account_id: row.positions for row in conn.execute(counted)}


def pools_behind(conn: Connection, *, user_id: str, venue: str) -> frozenset[str]:
    """The ids of the pools behind the positions a user holds at a venue."""
    rows = conn.execute(_STORED.where(positions.c.user_id == user_id, positions.c.venue == venue))
    funds = (_stored(row).assessment.fund for row in rows)
    return frozenset(fund.pool_id for fund in funds if fund is not None)


def venues_of(conn: Connection, *, user_id: str) -> tuple[str, ...]:
    """The venues where a user holds something, in the order of their ids."""
    held = select(positions.c.venue).where(positions.c.user_id == user_id).distinct()
    return tuple(conn.scalars(held.order_by(positions.c.venue)))


def current_for_venue(conn: Connection, *, venue: str) -> tuple[StoredPosition, ...]:
    """For the worker: the venue's positions of all users, to be assessed anew."""
    rows = conn.execute(_STORED.where(positions.c.venue == venue).order_by(positions.c.id))
    return tuple(_stored(row) for row in rows)


def replace_assessments(conn: Connection, *, items: Mapping[str, Assessment]) -> int:
    """Put new assessments in place of those of the same positions; how many were replaced.

    ``items`` maps position ids to assessments. One that was closed meanwhile, or read
    again since the assessed reading, keeps what it has.
    """
    users = set()
    replaced = 0
    for name, assessment in sorted(items.items(), key=lambda item: item[0]):
        user_id = conn.scalar(
            _REPLACE,
            {
                "name": name,
                "read_at": assessment.position.as_of,
                "document": _document(assessment),
                **_order_values(assessment),
            },
        )
        if user_id is not None:
            users.add(user_id)
            replaced += 1
    revisions.bump(conn, *(revisions.user_scope(user_id) for user_id in users))
    return replaced


def _put_positions(
    conn: Connection,
    named: Sequence[tuple[str, Assessment]],
    *,
    account_id: str,
    user_id: str,
    venue: str,
) -> None:
    rows = [
        {
            "id": name,
            "account_id": account_id,
            "user_id": user_id,
            "venue": venue,
            "scope": assessment.position.scope,
            "symbol": assessment.position.symbol,
            "native_symbol": assessment.position.native_symbol,
            "as_of": assessment.position.as_of,
            "document": _document(assessment),
            **_order_values(assessment),
        }
        # In one order, so that two writers never hold what the other waits for.
        for name, assessment in sorted(named, key=lambda one: one[0])
    ]
    statement = insert_into(conn, positions)
    kept = {"id", "account_id", "user_id", "venue"}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), rows)
    payloads = insert_into(conn, position_payloads)
    conn.execute(
        payloads.on_conflict_do_update(
            index_elements=["position_id"], set_={"payload": payloads.excluded.payload}
        ),
        [{"position_id": name, "payload": plain(one.position.raw)} for name, one in named],
    )


def _document(assessment: Assessment) -> dict[str, Json]:
    return to_json(replace(assessment, position=replace(assessment.position, raw={})))


def _order_values(assessment: Assessment) -> dict[str, str | int | float]:
    severity, distance = assessment.verdict.severity, assessment.distance
    return {
        "severity": severity.value,
        "urgency": Severity.CRITICAL.rank - severity.rank,
        "nearness": _FARTHEST if distance is None else distance,
    }


def _place(after: str) -> tuple[int, float, str]:
    try:
        padded = after + "=" * (-len(after) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        place = None
    match place:
        case [int(urgency), float() | int() as nearness, str(name)] if (
            0 <= urgency <= Severity.CRITICAL.rank
            and abs(nearness) <= _FARTHEST
            and _NAME.fullmatch(name)
        ):
            return urgency, float(nearness), name
    raise InvalidInput("The cursor is not one this list gave out. Start from the top.")


def _stored(row: Row[*tuple[Any, ...]]) -> StoredPosition:
    assessment = from_json(Assessment, row.document)
    return StoredPosition(
        id=row.id,
        account_id=row.account_id,
        account_label=row.account_label,
        user_id=row.user_id,
        venue=row.venue,
        severity=assessment.verdict.severity,
        assessment=assessment,
        margin=None if row.margin is None else from_json(AccountMargin, row.margin),
        as_of=row.as_of,
        expected_interval_seconds=row.interval_seconds,
    )


def _not_found() -> NotFound:
    return NotFound("There is no such position.")
