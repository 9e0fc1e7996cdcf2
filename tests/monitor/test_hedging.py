"""Hedges over all accounts of a user, as stored and as read just now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.position import Position, Side
from app.monitor.accounts import refresh_account
from app.monitor.reassess import judge_venue
from app.store import positions
from app.store.tables import users
from tests.support.nouns import NOON, a_position
from tests.support.scripted import Worker

LONG = a_position(unrealized_pnl=500.0)
SHORT = a_position(
    venue="bybit", side=Side.SHORT, liquidation_price=69_000.0, unrealized_pnl=-400.0
)


def hold(worker: Worker, account_id: str, *held: Position) -> None:
    now = worker.time.now
    script = worker.clients.script(account_id)
    script.scopes = {"linear": tuple(replace(one, as_of=now) for one in held)}
    refresh_account(worker.context, account_id)


def hedges(worker: Worker) -> dict[str, Any]:
    """By account label."""
    with worker.database.read() as connection:
        held = positions.list_for(connection, user_id=worker.user_id)
    return {one.account_label: one.assessment.hedge for one in held}


@pytest.fixture
def both(worker: Worker) -> tuple[str, str]:
    """A long at Binance, then its hedge at Bybit."""
    long, short = worker.link(label="one"), worker.link(venue="bybit", label="two")
    hold(worker, long, LONG)
    assert hedges(worker) == {"one": None}
    hold(worker, short, SHORT)
    return long, short


def test_a_leg_elsewhere_is_seen_by_the_account_that_is_read(
    worker: Worker, both: tuple[str, str]
) -> None:
    found = hedges(worker)
    assert found["one"] is None, "it was read before there was another leg"
    assert found["two"].share == pytest.approx(1.0)
    assert found["two"].venues == ("binance",)
    assert "one" in found["two"].legs[0] and "Binance" in found["two"].legs[0]


def test_the_other_leg_learns_of_it_when_its_venue_is_judged(
    worker: Worker, both: tuple[str, str]
) -> None:
    judge_venue(worker.context, "binance")
    found = hedges(worker)
    assert found["one"].venues == ("bybit",)
    assert found["one"].lost_to_adl, "it is in profit, and Binance deleverages"
    assert not found["two"].lost_to_adl, "it is at a loss"


def test_a_leg_that_was_closed_is_forgotten_at_once_and_in_turn(
    worker: Worker, both: tuple[str, str]
) -> None:
    long, _ = both
    judge_venue(worker.context, "binance")
    worker.time.passes(seconds=60)
    hold(worker, long)
    assert hedges(worker).keys() == {"two"}
    judge_venue(worker.context, "bybit")
    assert hedges(worker) == {"two": None}


def test_the_positions_of_another_user_offset_nothing(worker: Worker) -> None:
    first = worker.link(label="one")
    hold(worker, first, LONG)
    mine = worker.user_id
    with worker.database.write() as connection:
        connection.execute(users.insert().values(id="other", name="other", created_at=NOON))
    worker.user_id = "other"
    theirs = worker.link(venue="bybit", label="two")
    hold(worker, theirs, SHORT)
    judge_venue(worker.context, "binance")
    assert hedges(worker) == {"two": None}
    worker.user_id = mine
    assert hedges(worker) == {"one": None}
