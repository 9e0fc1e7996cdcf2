"""How answers look: tables for people, JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

import click
from marshmallow import Schema
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app import clock
from app.api.answers import Body
from app.api.fields import rfc3339
from app.domain.reason import Severity
from app.risk.wording import duration
from app.store.labels import does_not_show

NOTHING = "–"
PIPE_WIDTH = 200
"""Columns where there is no terminal to measure: nothing is cut off in a file or a pipe."""

_MARKS = {
    Severity.OK: ("●", "green"),
    Severity.WATCH: ("◐", "yellow"),
    Severity.WARNING: ("▲", "dark_orange"),
    Severity.CRITICAL: ("■", "bold red"),
}


def print_json(value: object) -> None:
    """One indented JSON document on standard output."""
    click.echo(json.dumps(value, default=_plain, indent=2, ensure_ascii=False, allow_nan=False))


def print_items(schema: Schema, shown: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """A list as the API answers it; ``shown`` is what ``schema`` dumps."""
    print_json(json.loads(Body({"items": schema.dump(shown, many=True)}).at(now)))


def print_document(schema: Schema, shown: Mapping[str, Any], now: datetime) -> None:
    """One thing as the API answers it."""
    print_json(json.loads(Body(schema.dump(shown)).at(now)))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """A table; columns whose name begins with ``>`` are figures and stand to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.lstrip(">"), justify="right" if right else "left", no_wrap=right)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    console().print(table)


def plain(text: str) -> Text:
    """``text`` as it is: no markup is looked for in it, and nothing in it moves the terminal."""
    return Text("".join("\ufffd" if does_not_show(one) else one for one in text))


def console() -> Console:
    """Standard output as it is now; colours only on a terminal, and never with ``NO_COLOR``."""
    return Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else PIPE_WIDTH,
        highlight=False,
        soft_wrap=False,
    )


def severity_text(severity: Severity) -> Text:
    """Shape, word and colour together."""
    mark, style = _MARKS[severity]
    return Text(f"{mark} {severity}", style=style)


def age(as_of: datetime | None, *, stale: bool = False) -> Text:
    """How old a figure is; said in words when too old."""
    if as_of is None:
        return Text(NOTHING)
    text = duration(clock.now() - as_of)
    return Text(f"{text}, old" if stale else text, style="dim" if stale else "")


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no JSON form")
