"""Answers that stay the same while only time passes.

Every figure has an age, and an age is another number at every moment. So a body is kept with
gaps where the ages go: they are filled in when it is sent, and the ETag is made of all the
rest. It is a weak one, because two answers with the same ETag may differ in their ages. When a
figure goes from fresh to stale, ``stale`` and its reasons change, and the ETag with them.
"""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import blake2b
from json import JSONEncoder
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import fields
from werkzeug.http import parse_etags

from app.api.fields import Number

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# No text a person or a venue gives can hold this mark, for nobody outside knows it.
_MARK = f"age-{token_hex(16)}-"
_GAPS = re.compile(f'"{_MARK}([0-9.]+)"'.encode())
_encode = JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Age(fields.Float):
    """Seconds since the time it is given, at the moment the answer is sent."""

    def __init__(self, description: str = "Seconds since `as_of`") -> None:
        super().__init__(
            allow_none=True, metadata={"description": description, "minimum": 0, "example": 4.2}
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else _gap(value)


class FigureOrAge(Number):
    """A number, or the age of the time it is given, at the moment the answer is sent."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if isinstance(value, datetime):
            return _gap(value)
        return super()._serialize(value, attr, obj, **kwargs)


class Body:
    """A JSON body with gaps for ages; safe to share between threads."""

    __slots__ = ("_ages", "_parts", "etag")

    def __init__(self, dumped: object) -> None:
        pieces = _GAPS.split(_encode(dumped).encode())
        self._parts = pieces[0::2]
        self._ages = [float(at) for at in pieces[1::2]]
        # The times behind the ages stand elsewhere in the body as `as_of`.
        self.etag = f'W/"{blake2b(b"~".join(self._parts), digest_size=12).hexdigest()}"'

    def at(self, now: datetime) -> bytes:
        """The body as it is to be sent at ``now``."""
        moment = now.timestamp()
        filled = [self._parts[0]]
        for age, part in zip(self._ages, self._parts[1:], strict=True):
            filled.append(b"%.1f" % max(0.0, moment - age))
            filled.append(part)
        return b"".join(filled)

    def is_named_by(self, if_none_match: str | None) -> bool:
        """Whether the asker, who sent this header, has the body already."""
        if if_none_match is None or if_none_match == self.etag:
            return if_none_match is not None
        return parse_etags(if_none_match).contains_weak(self.etag.removeprefix("W/").strip('"'))


def conditional(environ: WSGIEnvironment, body: Body, now: datetime) -> Response:
    """304 when the asker's ``If-None-Match`` names this body, else 200 with it."""
    if body.is_named_by(environ.get("HTTP_IF_NONE_MATCH")):
        answer = Response(status=304)
    else:
        answer = Response(body.at(now), mimetype="application/json")
    answer.headers["ETag"] = body.etag
    return answer


def _gap(at: datetime) -> str:
    return f"{_MARK}{at.timestamp():.3f}"
