"""One line for each request: what was asked, how it went, how long it took.

The path alone is logged. A query may hold the address of a page somebody looks at, and
headers hold tokens; neither belongs in a log. Asking whether the process lives is logged at
DEBUG, for supervisors ask all day.

These lines are the only ones written for every request, and all that varies in them is
numbers, a method and a path. So they skip the long way that other events take through
``logging`` and are written as the last step there writes them: the same line, a tenth of the
time. On a terminal they go the long way and are laid out for reading.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from app.logs import scrub

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NAME = "app.web"
QUIET = frozenset({"/healthz", "/readyz"})

_logger = logging.getLogger(NAME)
_root = logging.getLogger()
_scrubbed = lru_cache(maxsize=512)(scrub)
_renderer = structlog.processors.LogfmtRenderer(
    key_order=["at", "level", "logger", "event"], drop_missing=True
)
_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")


class RequestLog:
    """WSGI middleware around everything else, so that refused requests are logged too."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()

        def started(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None
        ) -> Any:
            _write(environ["REQUEST_METHOD"], environ["PATH_INFO"], int(status[:3]), began)
            return start_response(status, headers, exc_info)

        return self._app(environ, started)


def _write(method: str, path: str, status: int, began: float) -> None:
    level = logging.DEBUG if path in QUIET else logging.INFO
    if not _logger.isEnabledFor(level):
        return
    facts = {
        "method": method,
        "path": path,
        "status": status,
        "ms": round((perf_counter() - began) * 1000, 1),
    }
    stream = _plain_stream()
    if stream is None:
        structlog.get_logger(NAME).log(level, "request", **facts)
        return
    facts |= {"path": _scrubbed(path), "level": "debug" if level == logging.DEBUG else "info"}
    event = _stamp(None, "", {**facts, "logger": NAME, "event": "request"})
    # One write for the whole line, so that lines of several threads do not mix.
    stream.write(f"{_renderer(None, '', event)}\n")
    stream.flush()


def _plain_stream() -> TextIO | None:
    """Where ``configure_logging`` sends lines; ``None`` when that is a terminal or unknown."""
    handler = _root.handlers[0] if _root.handlers else None
    if not isinstance(handler, logging.StreamHandler) or not isinstance(
        handler.formatter, structlog.stdlib.ProcessorFormatter
    ):
        return None
    stream: TextIO = handler.stream
    return None if stream.isatty() else stream
