"""Every error has one shape, says what to do, and repeats nothing it was given."""

from __future__ import annotations

import pytest

from app.api import positions
from tests.support.api import Caller, Stage, body

SECRET = "Zk3xVnT0pSecretValue9f8e7d6c5b4a"
KEYS = {"code", "status", "message", "errors"}


@pytest.fixture
def admin(stage: Stage) -> Caller:
    return stage.caller("admin")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nowhere", 404),
        ("GET", "/api/v2/accounts", 404),
        ("GET", "/api/v1/accounts/", 404),
        ("GET", "/api/v1/accounts/../../etc", 404),
        ("GET", "/api/v1/accounts/%00", 404),
        ("GET", "/api/v1/positions/%E2%80%A8", 404),
        ("GET", "/api/v1/accounts/" + "x" * 500, 404),
        ("GET", "/api/v1/accounts/unknown", 404),
        ("GET", "/api/v1/positions/unknown", 404),
        ("DELETE", "/api/v1/tokens/unknown", 404),
        ("PUT", "/api/v1/accounts", 405),
        ("OPTIONS", "/api/v1/accounts", 405),
        ("DELETE", "/api/v1/positions", 405),
        ("TRACE", "/api/v1/accounts", 405),
        ("POST", "/api/v1/tokens", 422),
    ],
)
def test_every_error_has_the_one_shape(admin: Caller, method: str, path: str, status: int) -> None:
    answer = admin.ask(method, path, headers={"Accept": "application/json"})
    error = body(answer, status)
    assert set(error) == KEYS
    assert error["code"] == status
    assert error["message"]
    assert answer.mimetype == "application/json"


def test_a_method_that_is_not_answered_names_those_that_are(admin: Caller) -> None:
    allowed = admin.ask("PUT", "/api/v1/accounts").headers["Allow"]
    assert {one.strip() for one in allowed.split(",")} == {"GET", "HEAD", "POST"}


def test_an_unknown_field_is_named_and_refused(admin: Caller) -> None:
    new = {"label": "x", "scopes": ["read"], "colour": "red"}
    error = body(admin.post("/api/v1/tokens", json=new), 422)
    assert error["errors"] == {"json": {"colour": ["Unknown field."]}}


@pytest.mark.parametrize(
    "json",
    [
        {SECRET: "x"},
        {"venue": SECRET, "label": SECRET, "credentials": SECRET},
        {"venue": "binance", "label": SECRET * 9, "credentials": {"api_key": SECRET}},
        {"venue": "binance", "label": "x", "credentials": {SECRET: SECRET}},
        {"venue": "binance", "label": "x", "credentials": {"api_key": [SECRET]}},
        {"venue": "binance", "label": [SECRET], "credentials": [SECRET], SECRET: {SECRET: SECRET}},
        [SECRET],
        SECRET,
    ],
)
def test_nothing_of_a_refused_link_comes_back(admin: Caller, json: object) -> None:
    answer = admin.post("/api/v1/accounts", json=json)
    assert set(body(answer, 422)) == KEYS
    assert SECRET not in answer.get_data(as_text=True)


def test_a_broken_body_is_not_quoted(admin: Caller) -> None:
    data = f'{{"credentials": {{"secret": "{SECRET}" oops'
    answer = admin.post("/api/v1/accounts", data=data, content_type="application/json")
    assert SECRET not in answer.get_data(as_text=True)
    body(answer, 400)


def test_a_wrong_query_is_not_quoted(admin: Caller) -> None:
    for query in (f"{SECRET}=1", f"limit={SECRET}", f"cursor={SECRET}", f"severity={SECRET}"):
        answer = admin.get(f"/api/v1/positions?{query}")
        body(answer, 422)
        assert SECRET not in answer.get_data(as_text=True)


def test_what_nobody_foresaw_is_logged_and_not_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError(f"holding {SECRET}")

    monkeypatch.setattr(positions, "position", broken)
    from tests.support.nouns import an_assessment

    stage.holds(stage.account(), [an_assessment()])
    answer = stage.caller("read").get("/api/v1/positions")
    text = answer.get_data(as_text=True)
    assert set(body(answer, 500)) == KEYS
    for telling in (SECRET, "RuntimeError", "Traceback", ".py"):
        assert telling not in text
    assert "request failed" in capsys.readouterr().out


def test_a_database_that_fails_is_our_error_and_not_shown(
    stage: Stage, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise OSError("/a/path/on/this/machine")

    monkeypatch.setattr(stage.database, "read", gone)
    answer = admin.get("/api/v1/accounts")
    assert "/a/path" not in answer.get_data(as_text=True)
    body(answer, 500)
