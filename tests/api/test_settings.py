"""Settings: by which thresholds one's positions are judged."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from app.store import sources
from tests.support.api import Caller, Stage, body
from tests.support.nouns import later

SETTINGS = "/api/v1/settings"
THRESHOLDS = f"{SETTINGS}/thresholds"


@pytest.fixture
def admin(stage: Stage) -> Caller:
    return stage.caller("admin")


def put(caller: Caller, document: Any, status: int = 200) -> Any:
    return body(caller.ask("PUT", THRESHOLDS, json=document), status)


def due(stage: Stage) -> list[str]:
    with stage.database.read() as conn:
        return [one.source for one in sources.due(conn, now=stage.now(), limit=9)]


def test_who_changed_nothing_sees_the_defaults(stage: Stage) -> None:
    shown = body(stage.caller("read").get(SETTINGS))
    assert shown["thresholds"] == shown["defaults"]
    assert shown["thresholds"]["distance"] == {"watch": 0.1, "warning": 0.05, "critical": 0.02}
    assert shown["thresholds"]["touch_24h"] == {"watch": 0.05, "warning": 0.2, "critical": 0.5}
    assert shown["thresholds"]["coverage"]["critical"] is None
    assert (shown["overridden"], shown["changed_at"]) == ([], None)


def test_a_part_is_changed_and_the_rest_stays(admin: Caller, time: time_machine.Traveller) -> None:
    time.move_to(later(hours=1))
    shown = put(admin, {"distance": {"watch": 0.15, "critical": None}, "adl_standing": 0.9})
    assert shown["thresholds"]["distance"] == {"watch": 0.15, "warning": 0.05, "critical": None}
    assert shown["thresholds"]["adl_standing"] == 0.9
    assert shown["thresholds"]["trigger"] == shown["defaults"]["trigger"]
    assert shown["overridden"] == ["distance", "adl_standing"]
    assert shown["changed_at"] == "2026-11-22T13:00:00Z"
    assert body(admin.get(SETTINGS)) == shown


def test_after_a_change_the_worker_judges_anew_without_an_exchange(
    stage: Stage, admin: Caller
) -> None:
    put(admin, {"distance": {"watch": 0.15}})
    assert due(stage) == [f"verdicts:{stage.user_id}"]
    assert stage.queue.jobs == []


def test_back_to_the_defaults(stage: Stage, admin: Caller) -> None:
    put(admin, {"distance": {"watch": 0.15}})
    answer = admin.delete(THRESHOLDS)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    shown = body(admin.get(SETTINGS))
    assert (shown["thresholds"], shown["overridden"]) == (shown["defaults"], [])
    assert admin.delete(THRESHOLDS).status_code == 204


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"distance": {"watch": 0.04}}, ("distance",)),
        ({"touch_24h": {"watch": 0.3}}, ("touch_24h",)),
        ({"coverage": {"warning": 0.01}}, ("coverage",)),
        ({"distance": {"watch": 10}}, ("distance",)),
        ({"distance": {"watch": 0}}, ("distance",)),
        ({"distance": {"watch": -0.1}}, ("distance",)),
        ({"distance": {"watch": "0.2"}}, ("distance", "watch")),
        ({"distance": {"watch": True}}, ("distance", "watch")),
        ({"distance": {"watch": 10**400}}, ("distance", "watch")),
        ({"distance": {"wach": 0.2}}, ("distance", "wach")),
        ({"distance": None}, ("distance",)),
        ({"distance": 0.2}, ("distance",)),
        ({"distanc": {}}, ("distanc",)),
        ({"adl_standing": None}, ("adl_standing",)),
        ({"adl_standing": 1.01}, ("adl_standing",)),
        ({"session_profit_usd": -1}, ("session_profit_usd",)),
    ],
    ids=str,
)
def test_a_wrong_value_is_named_and_nothing_is_changed(
    stage: Stage, admin: Caller, document: dict[str, Any], place: tuple[str, ...]
) -> None:
    # What is right in the same document is not taken either.
    refused = put(admin, {"trigger": {"watch": 0.4}} | document, 422)
    found = refused["errors"]["json"]
    for name in place:
        found = found[name]
    assert found
    assert list(refused["errors"]["json"]) == [place[0]]
    assert body(admin.get(SETTINGS))["overridden"] == []
    assert due(stage) == []


@pytest.mark.parametrize("text", ['{"distance": {"watch": NaN}}', '{"adl_standing": Infinity}'])
def test_what_is_no_number_is_refused(admin: Caller, text: str) -> None:
    answer = admin.ask("PUT", THRESHOLDS, data=text, content_type="application/json")
    assert answer.status_code == 422


def test_a_token_that_only_reads_can_look_and_not_change(stage: Stage) -> None:
    reader = stage.caller("read")
    put(reader, {"distance": {"watch": 0.15}}, 403)
    body(reader.delete(THRESHOLDS), 403)
    assert body(reader.get(SETTINGS))["overridden"] == []


def test_nobody_sees_or_changes_anothers_settings(stage: Stage, admin: Caller) -> None:
    other = stage.caller("admin", user_id=stage.another_user())
    put(admin, {"distance": {"watch": 0.15}})
    assert body(other.get(SETTINGS))["overridden"] == []
    assert other.delete(THRESHOLDS).status_code == 204
    assert body(admin.get(SETTINGS))["overridden"] == ["distance"]


def test_the_tag_changes_with_the_settings(admin: Caller) -> None:
    tag = admin.get(SETTINGS).headers["ETag"]
    assert admin.get(SETTINGS, headers={"If-None-Match": tag}).status_code == 304
    put(admin, {"distance": {"watch": 0.15}})
    assert admin.get(SETTINGS, headers={"If-None-Match": tag}).status_code == 200
