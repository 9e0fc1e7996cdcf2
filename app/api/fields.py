"""Fields that say the same thing everywhere in the API."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")


Dump = Callable[[Any], Any]


class AnswerSchema(Schema):
    """Base of what is answered: every field is always there, ``null`` where unknown.

    What is to be done with each field is worked out once and kept: a board of hundreds of
    funds has a hundred thousand of them.
    """

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The same as marshmallow's, of mappings alone; a field that is missing raises."""
        several = self.many if many is None else many
        return [self._one(item) for item in obj] if several else self._one(obj)

    def _one(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value if (value := row[name]) is None or dump is None else dump(value)
            for name, key, dump in self._steps
        }

    @cached_property
    def _steps(self) -> list[tuple[str, str, Dump | None]]:
        """Where each value is, what it is called in the answer, and how it is written."""
        return [
            (name, name if field.data_key is None else field.data_key, _writer(name, field))
            for name, field in self.dump_fields.items()
        ]


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
        return None if value is None else finite(value)


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


def finite(value: float) -> float | None:
    """The number, or ``None`` for infinity and what is no number."""
    return float(value) if math.isfinite(value) else None


def rfc3339(at: datetime) -> str:
    """``2026-11-22T08:00:00Z``."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat(timespec="milliseconds" if at.microsecond >= 1000 else "seconds")[:-6] + "Z"


_SIMPLE: Mapping[type, Dump | None] = {
    fields.String: str,
    fields.Boolean: None,
    Number: finite,
    Time: rfc3339,
}


def _writer(name: str, field: fields.Field[Any]) -> Dump | None:
    """What writes a value of ``field`` that is not ``None``; ``None`` where it stays as it is."""
    if type(field) in _SIMPLE:
        return _SIMPLE[type(field)]
    if isinstance(field, fields.Nested):
        schema = field.schema
        return lambda value: schema.dump(value, many=field.many)
    if isinstance(field, fields.List):
        return _list_writer(_writer(name, field.inner))
    return lambda value: field._serialize(value, name, None)


def _list_writer(write: Dump | None) -> Dump:
    if write is None:
        return list

    def several(values: Iterable[Any]) -> list[Any]:
        return [None if value is None else write(value) for value in values]

    return several
