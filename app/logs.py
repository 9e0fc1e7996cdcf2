"""Logging: one line an event, for people and machines, and never a secret in it.

Everything that logs goes through here: our own events (structlog) and what libraries say
through ``logging``. The last steps before a line is written take secrets out by name and by
shape, in case an event or a library carries one all the same.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.domain.account import Credentials
from app.settings import Settings

HIDDEN = "[hidden]"

_TELLING = (
    r"secret|passphrase|password|token|cookie|authorization|signature|credential|sealed"
    r"|api[_-]?key|private[_-]?key|access[_-]?key|(?:access|bapi)[_-]?sign|pairing[_-]?code"
)
_SECRET_NAME = re.compile(_TELLING, re.IGNORECASE)
_HARMLESS_NAMES = frozenset({"token_id", "credential_hint"})
# Texts come from strangers too, so no pattern may look at the same character again and again:
# every run is possessive (``+`` behind it) and bounded.
_NAMED_VALUE = re.compile(
    rf"""((?:{_TELLING})[\w-]{{0,64}}+\\{{0,4}}+["']?+\s{{0,8}}+(?:[=:]|%3[AD])\s{{0,8}}+)"""
    r"""("(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|(?:(?:Bearer|Basic)\s{1,8}+)?[^\s&,;)\]}]++)""",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"sw_[A-Za-z0-9_-]{20,}+"  # our own tokens
    r"|(?<=sign-in\#)[\w-]++"  # one-time links
    r"|(?<=Bearer\s)[\w.~+/=-]++"
    r"|(?<=://)[^/\s@:]{0,64}+:[^/\s@]{1,256}+(?=@)"  # the user and password of an address
)
_UNSEEN = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    **dict.fromkeys((*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"),
    **dict.fromkeys((0x2028, 0x2029), "\ufffd"),
}
"""What moves a terminal, breaks a line or turns text around, and what is shown in its place."""
_MANY_LINES = frozenset({"exception", "stack"})
_TALKATIVE = ("alembic", "asyncio", "ccxt", "huey", "sqlalchemy", "urllib3")
"""At INFO these tell of their own doings, and at DEBUG of requests with their signatures."""


def configure_logging(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send every log line of this process to ``stream`` (standard error).

    On a terminal lines are laid out for reading, elsewhere as logfmt (``key=value``).
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                _renderer(stream),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: the same event with nothing secret in it."""
    return {name: _clean(name, value) for name, value in event.items()}


def scrub(text: str) -> str:
    """``text`` with whatever has the name or the shape of a secret taken out.

    What a terminal would obey is made visible: a path may come from any web page.
    """
    return _SHAPES.sub(HIDDEN, _NAMED_VALUE.sub(rf"\1{HIDDEN}", text)).translate(_UNSEEN)


def _clean(name: str, value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Credentials) or _is_secret(name):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: _clean(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", item) for item in value]
    text = scrub(str(value))
    return text if name in _MANY_LINES else text.replace("\n", "\u240a")


def _is_secret(name: str) -> bool:
    return name not in _HARMLESS_NAMES and _SECRET_NAME.search(name) is not None


def _renderer(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer(
            timestamp_key="at", exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.LogfmtRenderer(
        key_order=["at", "level", "logger", "event"], drop_missing=True
    )
