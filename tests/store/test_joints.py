"""The joint picture of an account is kept with it, and goes with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.joint import JointLiquidation
from app.risk.joint import joint_liquidation
from app.store import accounts, joints, revisions
from app.store.accounts import Account
from app.store.database import Database
from app.store.tables import account_joints
from tests.store.helpers import link
from tests.support.nouns import NOON, a_margin, a_position, later


@pytest.fixture
def account(database: Database, owner: str) -> Account:
    return link(database, owner)


def a_joint(balance: float = 1620.0) -> JointLiquidation:
    held = a_position(liquidation_price=None, maintenance_margin_rate=0.004)
    return joint_liquidation(
        [held], [a_margin(margin_balance=balance, margin_ratio=None)], betas={}, as_of=NOON
    )


def kept(database: Database, owner: str, account: Account) -> joints.StoredJoint:
    with database.read() as conn:
        found = joints.get(conn, user_id=owner, account_id=account.id)
    assert found is not None
    return found


def test_a_picture_is_read_as_it_was_kept(database: Database, owner: str, account: Account) -> None:
    joint = a_joint()
    assert joint.views[0].down is not None, "there is something to lose on the way"
    with database.write() as conn:
        joints.put(conn, account_id=account.id, joint=joint, now=NOON)
    assert kept(database, owner, account) == joints.StoredJoint(joint=joint, computed_at=NOON)


def test_a_newer_picture_takes_the_place_of_the_older(
    database: Database, owner: str, account: Account
) -> None:
    for minute, balance in ((0, 1620.0), (1, 5000.0)):
        with database.write() as conn:
            joints.put(
                conn, account_id=account.id, joint=a_joint(balance), now=later(minutes=minute)
            )
    found = kept(database, owner, account)
    assert (found.joint, found.computed_at) == (a_joint(5000.0), later(minutes=1))


def test_before_it_was_worked_out_there_is_none(
    database: Database, owner: str, account: Account
) -> None:
    with database.read() as conn:
        assert joints.get(conn, user_id=owner, account_id=account.id) is None


def test_a_picture_judged_anew_is_kept_and_counted_as_a_change_for_its_owner(
    database: Database, owner: str, account: Account
) -> None:
    with database.write() as conn:
        joints.put(conn, account_id=account.id, joint=a_joint(), now=NOON)
    scope = revisions.user_scope(owner)

    def replaced(joint: JointLiquidation) -> int:
        with database.write() as conn:
            joints.replace(conn, items={account.id: joint}, now=later(minutes=1))
        with database.read() as conn:
            return revisions.read(conn, [scope])[scope]

    before = replaced(a_joint())
    assert kept(database, owner, account).computed_at == NOON, "it says nothing new"
    assert replaced(a_joint(900.0)) == before + 1
    assert kept(database, owner, account).joint == a_joint(900.0)


def test_what_was_read_since_is_not_replaced_by_what_was_judged_before(
    database: Database, owner: str, account: Account
) -> None:
    with database.write() as conn:
        joints.put(conn, account_id=account.id, joint=a_joint(), now=later(minutes=1))
        joints.replace(conn, items={account.id: a_joint(900.0)}, now=NOON)
    assert kept(database, owner, account).joint == a_joint()


def test_an_account_unlinked_meanwhile_gets_none_and_keeps_none(
    database: Database, owner: str, account: Account
) -> None:
    with database.write() as conn:
        joints.put(conn, account_id=account.id, joint=a_joint(), now=NOON)
        accounts.delete(conn, user_id=owner, account_id=account.id)
        joints.replace(conn, items={account.id: a_joint(900.0)}, now=later(minutes=1))
    with database.read() as conn:
        assert conn.execute(select(account_joints)).all() == []


def test_a_picture_kept_before_a_field_was_added_is_still_read(
    database: Database, owner: str, account: Account
) -> None:
    with database.write() as conn:
        joints.put(conn, account_id=account.id, joint=a_joint(), now=NOON)
        document = dict(conn.scalars(select(account_joints.c.document)).one())
        for view in document["views"]:
            del view["breaks"]
        conn.execute(account_joints.update().values(document=document))
    views = tuple(replace(view, breaks=()) for view in a_joint().views)
    assert kept(database, owner, account).joint == replace(a_joint(), views=views)


def test_the_pictures_of_all_accounts_are_found_by_their_account(
    database: Database, owner: str, account: Account
) -> None:
    other = link(database, owner)
    link(database, owner)
    with database.write() as conn:
        joints.put(conn, account_id=account.id, joint=a_joint(), now=NOON)
        joints.put(conn, account_id=other.id, joint=a_joint(900.0), now=NOON)
    with database.read() as conn:
        found = joints.of_user(conn, user_id=owner)
    assert {name: one.joint for name, one in found.items()} == {
        account.id: a_joint(),
        other.id: a_joint(900.0),
    }
