"""The joint picture of each account, as last worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from app.domain.joint import JointLiquidation
from app.store import revisions
from app.store.codec import from_json, to_json
from app.store.tables import account_joints, accounts
from app.store.upsert import insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredJoint:
    """A joint picture, and when it was worked out."""

    joint: JointLiquidation
    computed_at: datetime


def put(conn: Connection, *, account_id: str, joint: JointLiquidation, now: datetime) -> None:
    """Keep the picture of an account that was just read, in place of the one before."""
    statement = insert_into(conn, account_joints)
    new = {"document": statement.excluded.document, "computed_at": statement.excluded.computed_at}
    conn.execute(
        statement.on_conflict_do_update(index_elements=["account_id"], set_=new),
        {"account_id": account_id, "document": to_json(joint), "computed_at": now},
    )


def replace(conn: Connection, *, items: Mapping[str, JointLiquidation], now: datetime) -> None:
    """Put new pictures in place of those of the same accounts, where they say something else.

    ``items`` maps account ids to pictures. An account that was unlinked meanwhile gets none, and
    one that was read after ``now`` keeps what it has.
    """
    kept = conn.execute(
        select(account_joints.c.account_id, account_joints.c.document, accounts.c.user_id)
        .join(accounts)
        .where(account_joints.c.account_id.in_(list(items)), account_joints.c.computed_at <= now)
        .order_by(account_joints.c.account_id)
    ).all()
    for row in kept:
        joint = items[row.account_id]
        if from_json(JointLiquidation, row.document) != joint:
            conn.execute(
                update(account_joints)
                .where(account_joints.c.account_id == row.account_id)
                .values(document=to_json(joint), computed_at=now)
            )
            revisions.bump(conn, revisions.user_scope(row.user_id))


def get(conn: Connection, *, user_id: str, account_id: str) -> StoredJoint | None:
    """The picture of one account of this user; ``None`` where there is none (yet)."""
    row = conn.execute(
        select(account_joints.c.document, account_joints.c.computed_at)
        .join(accounts)
        .where(accounts.c.id == account_id, accounts.c.user_id == user_id)
    ).one_or_none()
    if row is None:
        return None
    return StoredJoint(joint=from_json(JointLiquidation, row.document), computed_at=row.computed_at)


def of_user(conn: Connection, *, user_id: str) -> Mapping[str, StoredJoint]:
    """The pictures of all accounts of this user that have one, by account id."""
    rows = conn.execute(
        select(account_joints.c.account_id, account_joints.c.document, account_joints.c.computed_at)
        .join(accounts)
        .where(accounts.c.user_id == user_id)
    )
    return {
        row.account_id: StoredJoint(
            joint=from_json(JointLiquidation, row.document), computed_at=row.computed_at
        )
        for row in rows
    }
