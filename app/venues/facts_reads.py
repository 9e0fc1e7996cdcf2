"""The ``[[reads]]`` of a facts file: the allow-list of the read-only guard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.venues.facts import Read, ReadPurpose
from app.venues.table import Table

METHODS: Final = frozenset({"GET", "POST"})
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
PATH = re.compile(r"(/([A-Za-z0-9._~-]+(:([A-Za-z0-9._~-]+|\{[a-z_]+\}))*|\{[a-z_]+\}))+/?|/")
"""A colon is written out, between words or before a ``{name}``, which never stands for one."""


def reads(tables: Sequence[Table]) -> tuple[Read, ...]:
    """Raises ``FactsError``, also for two reads of one id."""
    found: dict[str, Read] = {}
    for table in tables:
        read = _read(table)
        if read.id in found:
            raise table.error("id", f"{read.id!r} is there twice")
        found[read.id] = read
    return tuple(found.values())


def _read(table: Table) -> Read:
    read = Read(
        id=table.text("id"),
        method=table.text("method"),
        host=table.text("host"),
        path=table.text("path"),
        signed=table.boolean("signed"),
        weight=table.number("weight"),
        purpose=table.choice("purpose", ReadPurpose),
        call=table.optional_text("call"),
        ccxt_path=table.optional_text("ccxt_path"),
        ccxt_api=table.texts("ccxt_api"),
        cached_seconds=table.optional_integer("cached_seconds"),
        shared=table.boolean("shared") if "shared" in table else False,
        query=table.value_lists("query"),
        body=table.value_lists("body"),
    )
    if read.method not in METHODS:
        raise table.error("method", "must be GET or POST")
    if not HOST.fullmatch(read.host):
        raise table.error("host", f"{read.host!r} is no plain lower-case host name")
    if not PATH.fullmatch(read.path) or ".." in read.path:
        raise table.error("path", f"{read.path!r} is no exact path")
    if read.method == "POST" and "body" not in table:
        raise table.error("body", "is missing: {} says that the path alone tells what is asked")
    if read.method == "GET" and read.body:
        raise table.error("body", "belongs to POST")
    if read.shared and (read.signed or read.cached_seconds is None):
        raise table.error("shared", "belongs to an unsigned read that is kept for a while")
    if read.call is not None and not re.fullmatch(r"\w+\.\w+", read.call):
        raise table.error("call", "must be <ccxt class>.<method>")
    asks_by_path = read.call is not None and read.call.endswith(".request")
    if asks_by_path != bool(read.ccxt_path and read.ccxt_api):
        raise table.error("ccxt_path", "and ccxt_api belong together, to a call of request")
    table.done()
    return read
