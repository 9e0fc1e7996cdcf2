"""Noting that somebody is looking, without making them wait."""

from __future__ import annotations

import pytest
import time_machine

from app.api.demand import Demand
from app.store import users
from app.store.tokens import Principal
from tests.support.api import Stage
from tests.support.nouns import NOON, later


def principal(stage: Stage, *, touch_due: bool = False) -> Principal:
    return Principal(
        user_id=stage.user_id,
        token_id="t",
        scopes=frozenset({"read"}),
        kind="api",
        touch_due=touch_due,
    )


def last_seen(stage: Stage, demand: Demand) -> object:
    demand.settle()
    with stage.database.read() as conn:
        return users.last_seen(conn, user_id=stage.user_id)


def test_who_keeps_looking_is_noted_every_ten_seconds(
    stage: Stage, time: time_machine.Traveller
) -> None:
    demand, who = Demand(stage.database), principal(stage)
    demand.looked(who)
    assert last_seen(stage, demand) == NOON
    time.move_to(later(seconds=9))
    demand.looked(who)
    assert last_seen(stage, demand) == NOON
    time.move_to(later(seconds=10))
    demand.looked(who)
    assert last_seen(stage, demand) == later(seconds=10)


def test_a_note_that_cannot_be_written_is_lost_and_nobody_notices(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError("no space left")

    demand = Demand(stage.database)
    monkeypatch.setattr(stage.database, "write", full)
    demand.looked(principal(stage))
    demand.settle()


def test_a_reader_is_answered_while_somebody_else_writes(stage: Stage) -> None:
    reader = stage.caller("read")
    with stage.database.write() as conn:
        users.saw(conn, user_id=stage.user_id, now=NOON)
        assert reader.get("/api/v1/positions").status_code == 200
