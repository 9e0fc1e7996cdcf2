"""The joint picture of an account is worked out when it is read, and again when marks move."""

from __future__ import annotations

import pytest

from app.domain.errors import VenueUnreachable
from app.domain.fund import MarketStat
from app.domain.joint import JointLiquidation
from app.domain.position import MarginMode, Position
from app.monitor.accounts import refresh_account
from app.monitor.reassess import judge_venue
from app.store import accounts, joints, markets
from app.store.joints import StoredJoint
from tests.support.nouns import a_position, later
from tests.support.scripted import Script, Worker

GONE = VenueUnreachable("Binance did not answer.", venue="binance")


def held(scope: str = "linear", **fields: object) -> Position:
    """A long of 32,500 USD on isolated margin of its own, far from liquidation at first."""
    values: dict[str, object] = {
        "scope": scope,
        "margin_mode": MarginMode.ISOLATED,
        "liquidation_price": None,
        "collateral": 6630.0,
        "maintenance_margin_rate": 0.004,
    }
    return a_position(**(values | fields))


@pytest.fixture
def account(worker: Worker) -> str:
    return worker.link()


@pytest.fixture
def script(worker: Worker, account: str) -> Script:
    found = worker.clients.script(account)
    found.scopes = {"linear": (held(),), "inverse": (held("inverse", native_symbol="OTHER"),)}
    return found


def kept(worker: Worker, account: str) -> StoredJoint:
    with worker.database.read() as connection:
        user = accounts.get_any(connection, account_id=account).user_id
        found = joints.get(connection, user_id=user, account_id=account)
    assert found is not None
    return found


def nearest(joint: JointLiquidation) -> float:
    down = joint.views[0].down
    assert down is not None
    return down.move


def test_a_refresh_keeps_the_account_as_one(worker: Worker, account: str, script: Script) -> None:
    refresh_account(worker.context, account)
    found = kept(worker, account)
    assert found.computed_at == worker.time.now
    assert (found.joint.positions, len(found.joint.views)) == (2, 2)
    assert nearest(found.joint) == pytest.approx(-6500 / 32370)


def test_a_scope_that_did_not_answer_counts_with_what_is_known_of_it(
    worker: Worker, account: str, script: Script
) -> None:
    refresh_account(worker.context, account)
    worker.time.passes(seconds=30)
    before = worker.time.now
    script.scopes = {
        "linear": (held(as_of=before, collateral=13_000.0),),
        "inverse": GONE,
    }
    refresh_account(worker.context, account)
    found = kept(worker, account)
    assert found.joint.positions == 2
    assert found.joint.as_of < before, "the older of the two"
    assert nearest(found.joint) == pytest.approx(-6500 / 32370), "that of the older one"


def test_a_mark_that_moved_moves_the_picture_without_another_reading(
    worker: Worker, account: str, script: Script
) -> None:
    refresh_account(worker.context, account)
    worker.time.passes(seconds=30)
    with worker.database.write() as connection:
        markets.save_stats(
            connection,
            stats=[
                MarketStat(
                    venue="binance",
                    native_symbol="BTCUSDT",
                    at=worker.time.now,
                    mark_price=58_500.0,
                )
            ],
        )
    judge_venue(worker.context, "binance")
    found = kept(worker, account)
    assert found.computed_at == worker.time.now
    broken_at = 65_000 * (1 - 6500 / 32370)
    assert nearest(found.joint) == pytest.approx(broken_at / 58_500 - 1)


def test_an_account_that_was_closed_out_says_that_nothing_is_open(
    worker: Worker, account: str, script: Script
) -> None:
    refresh_account(worker.context, account)
    worker.time.passes(seconds=30)
    script.scopes = {"linear": (), "inverse": ()}
    refresh_account(worker.context, account)
    found = kept(worker, account).joint
    assert (found.positions, found.notes) == (0, {"views": "There are no open positions."})
    assert found.as_of == later(seconds=30)
