"""Tokens: made, listed, ended."""

from __future__ import annotations

from http import HTTPStatus

import pytest
import time_machine

from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, later

NEW = {"label": "phone", "scopes": ["read"]}


@pytest.fixture
def admin(stage: Stage) -> Caller:
    return stage.caller("admin")


def test_a_new_token_is_readable_once(stage: Stage, admin: Caller) -> None:
    made = body(admin.post("/api/v1/tokens", json=NEW), 201)
    assert made["token"].startswith("sw_")
    assert len(made["token"]) == 46
    listed = admin.get("/api/v1/tokens").get_data(as_text=True)
    assert made["token"] not in listed
    assert made["id"] in listed
    body(Caller(stage.app, made["token"]).get("/api/v1/accounts"))


def test_the_list_shows_what_a_token_may_do_and_which_one_is_asking(
    stage: Stage, admin: Caller
) -> None:
    made = body(admin.post("/api/v1/tokens", json=NEW), 201)
    stage.browser()
    items = body(admin.get("/api/v1/tokens"))["items"]
    assert len(items) == 3
    phone = next(one for one in items if one["id"] == made["id"])
    assert phone == {
        "id": made["id"],
        "label": "phone",
        "kind": "api",
        "scopes": ["read"],
        "current": False,
        "created_at": "2026-11-22T12:00:00Z",
        "expires_at": None,
        "last_used_at": None,
    }
    assert [one["current"] for one in items].count(True) == 1
    assert sorted(one["kind"] for one in items) == ["api", "api", "session"]


def test_the_newest_come_first_and_in_pages(admin: Caller, time: time_machine.Traveller) -> None:
    for minute in (1, 2, 3):
        time.move_to(later(minutes=minute))
        body(admin.post("/api/v1/tokens", json={**NEW, "label": f"at {minute}"}), 201)
    first = body(admin.get("/api/v1/tokens?limit=2"))
    rest = body(admin.get(f"/api/v1/tokens?limit=2&cursor={first['next_cursor']}"))
    labels = [one["label"] for one in first["items"] + rest["items"]]
    assert labels == ["at 3", "at 2", "at 1", "test"]
    assert rest["next_cursor"] is None


def test_a_token_may_end_by_itself(
    stage: Stage, admin: Caller, time: time_machine.Traveller
) -> None:
    new = {**NEW, "expires_at": later(days=1).isoformat()}
    made = body(admin.post("/api/v1/tokens", json=new), 201)
    assert made["expires_at"] == "2026-11-23T12:00:00Z"
    caller = Caller(stage.app, made["token"])
    body(caller.get("/api/v1/accounts"))
    time.move_to(later(days=1, seconds=1))
    body(caller.get("/api/v1/accounts"), 401)


@pytest.mark.parametrize(
    "change",
    [
        {"label": ""},
        {"label": "x" * 81},
        {"label": "a\x00b"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": "read"},
        {"scopes": ["read"] * 50},
        {"expires_at": "tomorrow"},
        {"expires_at": NOON.isoformat()},
        {"expires_at": "2026-11-23T12:00:00"},
        {"expires_at": "0001-01-01T00:00:00+14:00"},
        {"expires_at": "9999-12-31T23:59:59-12:00"},
    ],
)
def test_a_token_that_makes_no_sense_is_refused(admin: Caller, change: dict[str, object]) -> None:
    body(admin.post("/api/v1/tokens", json={**NEW, **change}), 422)


def test_an_ended_token_is_gone(stage: Stage, admin: Caller) -> None:
    made = body(admin.post("/api/v1/tokens", json=NEW), 201)
    path = f"/api/v1/tokens/{made['id']}"
    assert admin.delete(path).status_code == HTTPStatus.NO_CONTENT
    body(Caller(stage.app, made["token"]).get("/api/v1/accounts"), 401)
    body(admin.delete(path), 404)


def test_somebody_elses_token_is_not_there(stage: Stage, admin: Caller) -> None:
    made = body(admin.post("/api/v1/tokens", json=NEW), 201)
    other = stage.caller("admin", user_id=stage.another_user())
    body(other.delete(f"/api/v1/tokens/{made['id']}"), 404)
    assert made["id"] not in other.get("/api/v1/tokens").get_data(as_text=True)
    body(Caller(stage.app, made["token"]).get("/api/v1/accounts"))


def test_a_token_that_only_reads_cannot_make_or_list_tokens(stage: Stage) -> None:
    reader = stage.caller("read")
    body(reader.get("/api/v1/tokens"), 403)
    body(reader.post("/api/v1/tokens", json={**NEW, "scopes": ["admin"]}), 403)
    body(reader.delete("/api/v1/tokens/any"), 403)


def test_using_a_token_is_noted(stage: Stage, admin: Caller, time: time_machine.Traveller) -> None:
    made = body(admin.post("/api/v1/tokens", json=NEW), 201)
    time.move_to(later(minutes=5))
    body(Caller(stage.app, made["token"]).get("/api/v1/accounts"))
    stage.app.extensions["seawall"].demand.settle()
    items = body(admin.get("/api/v1/tokens"))["items"]
    phone = next(one for one in items if one["id"] == made["id"])
    assert phone["last_used_at"] == "2026-11-22T12:05:00Z"
