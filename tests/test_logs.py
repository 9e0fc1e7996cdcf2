"""What reaches a log line, and what never does."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from app.domain.account import Credentials
from app.logs import configure_logging
from app.settings import load_settings


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The stream that lines are written to; the logging of the test run is put back after."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logging(replace(load_settings(), log_level="DEBUG"), stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_key_value_with_the_utc_time_and_who_speaks(log: io.StringIO) -> None:
    structlog.get_logger("app.somewhere").info("account refreshed", account="abc", positions=3)
    line = log.getvalue()
    assert line.startswith("at=2")
    assert 'level=info logger=app.somewhere event="account refreshed"' in line
    assert "account=abc positions=3" in line


@pytest.mark.parametrize(
    "name",
    ["secret", "api_key", "apiKey", "passphrase", "token", "cookie", "X-MBX-APIKEY", "signature"],
)
def test_a_field_with_a_secrets_name_is_hidden(log: io.StringIO, name: str) -> None:
    structlog.get_logger().warning("odd", **{name: "hunter2hunter2"})
    assert "hunter2" not in log.getvalue()
    assert "[hidden]" in log.getvalue()


def test_credentials_and_what_is_nested_are_hidden(log: io.StringIO) -> None:
    structlog.get_logger().warning(
        "odd",
        given=Credentials({"secret": "hunter2"}),
        headers={"Authorization": "hunter2", "Accept": "json"},
        many=[{"passphrase": "hunter2"}],
    )
    assert "hunter2" not in log.getvalue()
    assert "json" in log.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "GET /fapi/v3/account?timestamp=1&signature=hunter2&x=1",
        "headers {'X-MBX-APIKEY': 'hunter2', 'Accept': '*/*'}",
        '{"apiKey": "hunter2", "secret": "hunter2"}',
        "Authorization: Bearer hunter2",
        "http://127.0.0.1:8765/sign-in#hunter2",
        "token sw_hunter2" + "a" * 40,
    ],
)
def test_a_secret_inside_a_librarys_text_is_hidden(log: io.StringIO, text: str) -> None:
    logging.getLogger("some.library").error("failed: %s", text)
    assert "failed" in log.getvalue()
    assert "hunter2" not in log.getvalue()


def test_a_traceback_keeps_its_lines_and_loses_its_secrets(log: io.StringIO) -> None:
    try:
        raise ValueError("rejected apiKey=hunter2")
    except ValueError:
        structlog.get_logger().exception("refresh failed")
    assert "ValueError: rejected" in log.getvalue()
    assert "hunter2" not in log.getvalue()


def test_libraries_that_print_requests_stay_quiet_even_at_debug(log: io.StringIO) -> None:
    for name in ("ccxt", "urllib3.connectionpool", "huey.consumer"):
        logging.getLogger(name).debug("GET https://venue/private with headers")
    assert log.getvalue() == ""


def test_an_id_and_a_hint_are_no_secrets(log: io.StringIO) -> None:
    structlog.get_logger().info("token revoked", token_id="t-1", credential_hint="…9f3a")
    assert "token_id=t-1" in log.getvalue()
    assert "9f3a" in log.getvalue()
