"""What a facts file says for risk beyond the fund: candles, sessions, whom ADL takes first."""

from __future__ import annotations

import re
from datetime import time

from app.domain.session import SessionRule, TakenFrom
from app.venues.candle_facts import CandleFacts
from app.venues.table import Table


def candles(table: Table | None) -> CandleFacts | None:
    """``[candles]``. Raises ``FactsError``."""
    if table is None:
        return None
    note = table.optional_text("note")
    found = CandleFacts(
        reads=table.texts("reads"),
        limit=table.integer("limit"),
        reference=table.optional_text("reference"),
        source=table.source(note=note),
        note=note,
    )
    if not found.reads:
        raise table.error("reads", "names no request")
    if found.limit < 2:
        raise table.error("limit", "must be at least 2")
    table.done()
    return found


def session(table: Table | None) -> SessionRule | None:
    """``[session]``. Raises ``FactsError``."""
    if table is None:
        return None
    note = table.optional_text("note")
    rule = SessionRule(
        taken_from=table.choice("taken_from", TakenFrom),
        settles_at=tuple(_time(table, text) for text in table.texts("settles_at")),
        instruction=table.text("instruction"),
        source=table.source(note=note),
        note=note,
        rate=table.optional_text("rate"),
    )
    table.done()
    return rule


def _time(table: Table, text: str) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise table.error("settles_at", f"{text!r} is no time of day like 08:00")
    return time.fromisoformat(text)
