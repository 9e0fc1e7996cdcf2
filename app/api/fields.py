"""Fields that say the same thing everywhere in the API."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


class AnswerSchema(Schema):
    """Base of what is answered: every field is always there, ``null`` where unknown."""

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True


class RequestSchema(Schema):
    """Base of what is taken: a field nobody knows is an error, not ignored."""

    class Meta:
        unknown = RAISE


class Number(fields.Float):
    """A finite number or ``null``: infinity and not-a-number are no JSON and mean nothing.

    ``always`` is for a figure that is never unknown.
    """

    def __init__(self, description: str, *, always: bool = False) -> None:
        super().__init__(allow_none=not always, metadata={"description": description})

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        return float(value)


class Time(fields.DateTime):
    """RFC 3339, UTC, ``Z``; milliseconds only where there are any."""

    def __init__(self, description: str, **kwargs: Any) -> None:
        super().__init__(metadata={"description": description}, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else rfc3339(value)


class Text(fields.String):
    """A line of text a person gave: trimmed, printable, of bounded length."""

    def __init__(self, *, longest: int, description: str, **kwargs: Any) -> None:
        metadata = {"description": description, "minLength": 1, "maxLength": longest}
        super().__init__(metadata=metadata, validate=printable(longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text.strip()


def printable(longest: int) -> Callable[[str], None]:
    """Refuses what is empty, longer than ``longest``, or holds control characters."""

    def check(text: str) -> None:
        if not text:
            raise ValidationError("Must not be empty.")
        if len(text) > longest:
            raise ValidationError(f"Must be at most {longest} characters long.")
        if UNPRINTABLE.search(text):
            raise ValidationError("Must hold printable characters only.")

    return check


def rfc3339(at: datetime) -> str:
    """``2026-11-22T08:00:00Z``."""
    at = at.astimezone(UTC).replace(tzinfo=None)
    return at.isoformat(timespec="milliseconds" if at.microsecond >= 1000 else "seconds") + "Z"
