"""Pieces that several shapes share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from marshmallow import fields, validate

from app.api.fields import AnswerSchema, Time


class SourceErrorSchema(AnswerSchema):
    """Why the last try to read something failed."""

    code = fields.String(metadata={"description": "Stable and machine-readable"})
    message = fields.String(metadata={"description": "What happened and what to do"})
    since = Time("When it began to fail", allow_none=True)


def choice(of: type[Enum], *, nullable: bool = False, **metadata: str) -> fields.String:
    """One of an enumeration's values."""
    values: list[str | None] = [str(member.value) for member in of]
    if nullable:
        values.append(None)
    return fields.String(
        allow_none=nullable, validate=validate.OneOf(values), metadata=dict(metadata)
    )


def notes_field() -> fields.Dict:
    """The reasons for what is ``null``."""
    return fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "For a field that is `null` (or odd), why", "example": {}},
    )


def oldest(times: Iterable[datetime | None]) -> datetime | None:
    """The earliest of the times that are known."""
    return min((at for at in times if at is not None), default=None)


def attributes(thing: object, names: Iterable[str]) -> dict[str, Any]:
    """Those attributes of ``thing`` that the API shows as they are."""
    return {name: getattr(thing, name) for name in names}


def why_null(shown: Mapping[str, object], notes: Mapping[str, str]) -> dict[str, str]:
    """``notes`` about what is shown; a note on a figure that is there stays, it may be odd."""
    return {name: text for name, text in notes.items() if name in shown}
