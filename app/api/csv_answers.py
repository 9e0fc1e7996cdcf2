"""The same answer as a table: for whoever asks with ``Accept: text/csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from flask import Response, request
from werkzeug.http import parse_etags

MEDIA_TYPE = "text/csv"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How text begins that a spreadsheet would run."""


def asks_for_csv() -> bool:
    """Whether the asker likes a table better than JSON."""
    offered = ["application/json", MEDIA_TYPE]
    return request.accept_mimetypes.best_match(offered, default=offered[0]) == MEDIA_TYPE


def csv_answer(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """200 with one line a row, or 304 when the asker has it already.

    ``a.b`` names a field of an inner object. What is unknown is empty.
    """
    text = as_csv(columns, rows)
    etag = f'W/"{blake2b(text.encode(), digest_size=12).hexdigest()}"'
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    if known is not None and parse_etags(known).contains_weak(etag[3:-1]):
        answer = Response(status=304)
    else:
        answer = Response(text, mimetype=MEDIA_TYPE)
    answer.headers["ETag"] = etag
    return answer


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A header and the rows, with lines that end as RFC 4180 wants."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([[_cell(_inner(row, name)) for name in columns] for row in rows])
    return out.getvalue()


def _inner(row: Mapping[str, Any], name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return repr(value) if isinstance(value, float) else str(value)
