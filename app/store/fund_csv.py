"""Samples of funds as CSV: out of this installation, into another, or into a spreadsheet.

One line is one revision of one sample: ``venue`` and ``pool`` (its key there) name the pool,
``name`` and ``kind`` say what it is called and what it is; ``at`` is the venue's own time, RFC
3339 with a zone; ``amount`` is in ``asset``, ``usd`` its value then, empty where unknown;
``revision`` counts the venue's corrections from 0; ``recorded_at`` is when the figure was first
seen, and ``source`` where the pool's figures are from (``venue`` where Seawall read it).

A file needs ``venue, pool, asset, at, amount``. Of the rest an empty or missing ``usd`` is
unknown, ``revision`` 0, ``recorded_at`` now, ``kind`` ``shared``, and ``name`` the pool's key.
Events are not in it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import StringIO
from itertools import groupby
from math import isfinite
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select, tuple_

from app.domain.errors import InvalidInput, NotFound
from app.domain.fund import PoolKind
from app.store.fund_import import Imported, Line, Taken
from app.store.labels import does_not_show
from app.store.tables import fund_samples, pools

COLUMNS = (
    "venue",
    "pool",
    "name",
    "kind",
    "asset",
    "at",
    "amount",
    "usd",
    "revision",
    "recorded_at",
    "source",
)
REQUIRED = frozenset({"venue", "pool", "asset", "at", "amount"})
KINDS = tuple(kind.value for kind in PoolKind)
FROM_VENUE = "venue"
PAGE = 5000
MOST_NAMED = 20
LATEST = timedelta(hours=1)
"""How far ahead of ours a venue's clock may be."""
EARLIEST_YEAR = 2009
LONGEST = 120
MOST_REVISIONS = 100_000

_VENUE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_POOL_ID = re.compile(r"[a-z0-9][A-Za-z0-9_.:+-]{0,127}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula; it gets an apostrophe in front."""


def export(
    conn: Connection, *, venue: str | None = None, pool_id: str | None = None
) -> Iterator[str]:
    """The lines of everything stored, retired pools and all revisions included, by pool and time.

    Raises ``NotFound`` for a pool that is none.
    """
    wanted = select(pools.c.number, pools.c.reading, pools.c.imported_from).order_by(pools.c.id)
    if venue is not None:
        wanted = wanted.where(pools.c.venue == venue)
    if pool_id is not None:
        wanted = wanted.where(pools.c.id == pool_id)
    found = conn.execute(wanted).all()
    if pool_id is not None and not found:
        raise NotFound("There is no such pool.")
    return _lines(conn, found)


def import_(conn: Connection, lines: Iterable[str], *, now: datetime) -> Imported:
    """Take in what is new of a CSV with these columns, in any order and any sequence of lines.

    A pool that was never read is made, and listed as imported. Raises ``InvalidInput`` that
    names each wrong line by its number; the transaction is then to be rolled back.
    """
    wrong: list[str] = []
    taken = Taken(conn, now)
    for batch in _batches(_parsed(lines, now, wrong)):
        if not wrong:
            taken.take(batch)
    if wrong:
        more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
        raise InvalidInput(f"Nothing was imported. {' '.join(wrong[:MOST_NAMED])}{more}")
    return taken.finish()


def _lines(conn: Connection, found: Sequence[Any]) -> Iterator[str]:
    yield _line(COLUMNS)
    for number, reading, imported_from in found:
        pool = [reading[field] for field in ("venue", "key", "name", "kind")]
        source = imported_from or FROM_VENUE
        for row in _samples(conn, number):
            usd = "" if row.usd is None else repr(row.usd)
            texts = [_shown(text) for text in (*pool, row.asset)]
            figures = (_time(row.at), repr(row.amount), usd, row.revision, _time(row.recorded_at))
            yield _line((*texts, *figures, _shown(source)))


def _samples(conn: Connection, number: int) -> Iterator[Any]:
    key = (fund_samples.c.at, fund_samples.c.asset, fund_samples.c.revision)
    page = select(fund_samples).where(fund_samples.c.pool == number).order_by(*key).limit(PAGE)
    rows = conn.execute(page).all()
    while rows:
        yield from rows
        last = rows[-1]
        reached = tuple_(last.at, last.asset, last.revision, types=[one.type for one in key])
        rows = conn.execute(page.where(tuple_(*key) > reached)).all()


def _line(values: Iterable[object]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _shown(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _meant(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """A few thousand lines at a time; the revisions of one sample stay together."""
    batch: list[Line] = []
    for _, revisions in groupby(lines, key=attrgetter("pool_id", "at", "asset")):
        batch += revisions
        if len(batch) >= PAGE:
            yield batch
            batch = []
    if batch:
        yield batch


def _parsed(lines: Iterable[str], now: datetime, wrong: list[str]) -> Iterator[Line]:
    """The lines that can be read; of the others ``wrong`` is told."""
    reader = csv.reader(lines, strict=True)
    header: list[str] | None = None
    try:
        for row in reader:
            if not row:
                continue
            try:
                if header is None:
                    header = _header(row)
                else:
                    yield _parse(header, row, now)
            except ValueError as error:
                wrong.append(f"Line {reader.line_num}: {error}.")
                if header is None:
                    return
    except csv.Error as error:
        wrong.append(f"Line {reader.line_num}: {error}.")
    if header is None and not wrong:
        wrong.append("The file is empty.")


def _header(row: Sequence[str]) -> list[str]:
    header = [name.strip().removeprefix("\ufeff") for name in row]
    unknown = [name for name in header if name not in COLUMNS]
    missing = sorted(REQUIRED.difference(header))
    if unknown or missing or len(set(header)) != len(header):
        raise ValueError(
            f"the first line names the columns, each once: {', '.join(COLUMNS)}. It needs "
            f"{', '.join(sorted(REQUIRED))}"
        )
    return header


def _parse(header: Sequence[str], row: Sequence[str], now: datetime) -> Line:
    if len(row) != len(header):
        raise ValueError(f"it has {len(row)} fields, the first line has {len(header)}")
    values = dict(zip(header, map(str.strip, row), strict=True))
    venue, key = values["venue"], _text(values, "pool")
    pool_id = f"{venue}:{key}"
    if not _VENUE.fullmatch(venue):
        raise ValueError("venue is no id of a venue")
    if not key or not _POOL_ID.fullmatch(pool_id):
        raise ValueError("pool is no key of a pool")
    kind = values.get("kind") or PoolKind.SHARED.value
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    amount = _number(values, "amount")
    if amount is None:
        raise ValueError("amount is missing")
    at = _moment(values["at"], "at", now)
    recorded_at = values.get("recorded_at")
    return Line(
        pool_id=pool_id,
        venue=venue,
        key=key,
        name=_text(values, "name") or key,
        kind=PoolKind(kind),
        asset=_text(values, "asset", needed=True),
        at=at,
        amount=amount,
        usd=_number(values, "usd"),
        revision=_revision(values.get("revision") or "0"),
        recorded_at=_moment(recorded_at, "recorded_at", now) if recorded_at else now,
        source=_text(values, "source"),
    )


def _text(values: Mapping[str, str], column: str, *, needed: bool = False) -> str:
    text = _meant(values.get(column, ""))
    if len(text) > LONGEST or any(map(does_not_show, text)):
        raise ValueError(f"{column} has at most {LONGEST} characters, all of which show")
    if needed and not text:
        raise ValueError(f"{column} is missing")
    return text


def _number(values: Mapping[str, str], column: str) -> float | None:
    text = values.get(column, "")
    if not text:
        return None
    number = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not isfinite(number):
        raise ValueError(f"{column} is no number")
    return number


def _revision(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) < MOST_REVISIONS and len(text) < 9):
        raise ValueError("revision is a whole number from 0")
    return int(text)


def _moment(text: str, column: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{column} is no time with a zone, such as 2026-11-22T08:00:00Z")
    if at.year < EARLIEST_YEAR or at > now + LATEST:
        raise ValueError(f"{column} is before {EARLIEST_YEAR} or in the future")
    return at
