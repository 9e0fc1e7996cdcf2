"""What a stranger can do to the log: nothing but add a line to it.

Any web page can make a browser ask this machine for an address of the page's choosing, and the
path is logged before anybody is asked who they are, so a path is hostile text.
"""

from __future__ import annotations

import io
import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from app.logs import configure_logging, scrub
from app.settings import load_settings
from app.web.request_log import RequestLog

LONGEST_PATH = 4094
"""What gunicorn takes as the first line of a request."""
NAMES = ("token", "secret", "api_key", "authorization")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def logging_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[io.StringIO], io.StringIO]]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setenv("SEAWALL_DATA_DIR", str(tmp_path))

    def begin(stream: io.StringIO) -> io.StringIO:
        configure_logging(replace(load_settings(), log_level="DEBUG"), stream=stream)
        return stream

    yield begin
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def refused(path: str) -> None:
    """A request that some web page made, as the outermost part of the web process sees it."""

    def forbidding(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("403 FORBIDDEN", [])
        return []

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    RequestLog(forbidding)(environ, lambda *_: None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "a" * LONGEST_PATH,
        *(name * (LONGEST_PATH // len(name)) for name in NAMES),
        "token-" * (LONGEST_PATH // 6),
        "token" + " " * LONGEST_PATH,
        'token="' * (LONGEST_PATH // 7),
        "token='\\" * (LONGEST_PATH // 8),
        'token:"' + '\\"' * (LONGEST_PATH // 2),
        "token\\\\\\" * (LONGEST_PATH // 8),
        "sw_" * (LONGEST_PATH // 3),
        "token=Bearer " + " " * LONGEST_PATH,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_long_to_clean(text: str) -> None:
    began = time.process_time()
    scrub(text)
    assert time.process_time() - began < 0.05, "a hundred pictures on a page would stop Seawall"


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_path_moves_no_terminal_and_forges_no_line(
    stream: type[io.StringIO], logging_to: Callable[[io.StringIO], io.StringIO]
) -> None:
    log = logging_to(stream())
    lines = 1
    refused("/\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\nat=2026 level=info event=forged\u2028x")

    written = log.getvalue()
    colours = 0 if stream is io.StringIO else written.count("\x1b[") - written.count("\x1b[2J")
    assert written.count("\x1b") == colours, "no escape but the log's own colours"
    for character in ("\x07", "\x9b", "\u202e", "\r", "\u2028"):
        assert character not in written
    assert written.count("\n") == lines
    assert "forged" in written


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_librarys_message_moves_no_terminal_and_forges_no_line(
    stream: type[io.StringIO], logging_to: Callable[[io.StringIO], io.StringIO]
) -> None:
    log = logging_to(stream())
    logging.getLogger("some.library").error("the venue says %s", "\x1b]0;owned\x07\nlevel=info")

    assert "\x1b]" not in log.getvalue()
    assert "\x07" not in log.getvalue()
    assert log.getvalue().count("\n") == 1


def test_a_traceback_keeps_its_lines(
    logging_to: Callable[[io.StringIO], io.StringIO],
) -> None:
    log = logging_to(Terminal())
    try:
        raise ValueError("first\x1b[2J\nsecond")
    except ValueError:
        structlog.get_logger().error("odd", exc_info=sys.exc_info())
    assert "\nsecond" in log.getvalue()
    assert "\x1b[2J" not in log.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        r'"{\"apiKey\": \"hunter2\"}"',
        "https%3A%2F%2Fhost%2F%3Ftimestamp%3D1%26signature%3Dhunter2",
        "Authorization: Basic hunter2",
        r'{"secret": "one\"hunter2", "x": 1}',
        "X-BAPI-SIGN-signature: hunter2",
        "OK-ACCESS-PASSPHRASE: hunter2",
        "OK-ACCESS-KEY=hunter2",
        "'X-BAPI-SIGN': 'hunter2'",
        "SEAWALL_DATABASE_URL=postgresql://seawall:hunter2@db/seawall",
        "cannot reach redis://:hunter2@127.0.0.1:6379/0",
    ],
)
def test_a_secret_is_hidden_however_it_is_wrapped(text: str) -> None:
    assert "hunter2" not in scrub(text)
