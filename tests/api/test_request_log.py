"""One line for each request, with nothing in it that is nobody's business."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from urllib.parse import quote

import pytest
import structlog

from app.logs import configure_logging
from tests.support.api import Stage, body

SECRET = "Zk3xVnT0pSecretValue9f8e7d6c5b4a"


@pytest.fixture
def log(stage: Stage) -> Iterator[StringIO]:
    """What the process would write, with logging set up as in production."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = StringIO()
    configure_logging(stage.settings, stream=stream)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(log: StringIO) -> list[str]:
    return log.getvalue().splitlines()


def test_a_request_is_one_line(stage: Stage, log: StringIO) -> None:
    body(stage.caller("read").get("/api/v1/positions"))
    (line,) = lines(log)
    assert line.startswith("at=2026-11-22T12:00:00")
    for part in (
        "level=info",
        "logger=app.web",
        "event=request",
        "method=GET",
        "path=/api/v1/positions",
        "status=200",
        "ms=",
    ):
        assert part in line


def test_neither_query_nor_token_nor_cookie_nor_body_is_logged(stage: Stage, log: StringIO) -> None:
    token, page = stage.token("admin"), f"https://www.binance.com/{SECRET}"
    session = stage.token("read", "admin", kind="session")
    caller = stage.stranger()
    caller.client.set_cookie("seawall_session", session, domain="127.0.0.1")
    headers = {"Authorization": f"Bearer {token}", "Referer": page}
    caller.get(f"/api/v1/overlay?url={quote(page, safe='')}", headers=headers)
    caller.get(f"/api/v1/positions?cursor={SECRET}", headers=headers)
    new = {"venue": "binance", "label": "x", "credentials": {"api_key": SECRET, "secret": SECRET}}
    caller.post("/api/v1/accounts", json=new, headers=headers)
    caller.post("/api/v1/tokens", json={"label": "x", "scopes": ["read"]}, headers=headers)
    caller.get("/api/v1/accounts")
    text = log.getvalue()
    for secret in (SECRET, token, session, "binance.com"):
        assert secret not in text
    assert len(lines(log)) == 5


def test_a_token_put_in_the_path_is_hidden(stage: Stage, log: StringIO) -> None:
    token = stage.token("read")
    stage.stranger().get(f"/api/v1/accounts/{token}")
    assert token not in log.getvalue()
    assert "[hidden]" in log.getvalue()


def test_a_path_cannot_forge_a_line(stage: Stage, log: StringIO) -> None:
    stage.stranger().get("/api/v1/x%0Aat=forged%20level=error")
    assert len(lines(log)) == 1
    assert not lines(log)[0].startswith("at=forged")


def test_refused_requests_are_logged_too(stage: Stage, log: StringIO) -> None:
    stage.stranger().get("/api/v1/accounts", headers={"Host": "evil.example"})
    assert "status=403" in log.getvalue()


def test_asking_whether_the_process_lives_is_not_worth_a_line(stage: Stage, log: StringIO) -> None:
    stage.stranger().get("/healthz")
    stage.stranger().get("/readyz")
    assert lines(log) == []


def test_what_went_wrong_is_logged_with_its_traceback_and_without_local_values(
    stage: Stage, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("the disk is full")

    caller = stage.caller("read")
    monkeypatch.setattr(stage.database, "read", broken)
    body(caller.get("/api/v1/accounts"), 500)
    text = log.getvalue()
    assert "the disk is full" in text
    assert "Traceback" in text
    assert caller.headers["Authorization"].removeprefix("Bearer ") not in text
