"""Severity and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from marshmallow import fields

from app.api.answers import FigureOrAge
from app.api.fields import AnswerSchema, Number, rfc3339
from app.api.shapes.common import attributes, choice
from app.domain.reason import Reason, Severity

TICKING = {
    "data_stale": "These figures were last refreshed at {at}.",
    "fund_stale": "The balance of the fund was last refreshed at {at}.",
}
"""Reasons whose figure is an age. What they say here names the time, which stands still; the
age itself is a gap (see ``answers``), so that an unchanged answer keeps its ETag."""


class ReasonSchema(AnswerSchema):
    """One thing that raises severity, standing on one number."""

    code = fields.String(metadata={"description": "Stable and machine-readable"})
    severity = choice(Severity)
    text = fields.String(metadata={"description": "A sentence for a person"})
    value = FigureOrAge("The figure")
    threshold = Number("What it crossed")
    window = fields.String(allow_none=True, metadata={"description": "Over which time, e.g. `24h`"})


def reason(found: Reason, *, as_of: datetime | None, fund_as_of: datetime | None) -> dict[str, Any]:
    """A reason against figures of ``as_of`` and a fund of ``fund_as_of``."""
    shown = attributes(found, ("code", "severity", "text", "value", "threshold", "window"))
    at = fund_as_of if found.code == "fund_stale" else as_of
    if found.code in TICKING and at is not None:
        shown |= {"text": standing_text(found.code, at), "value": at}
    return shown


def standing_text(code: str, at: datetime) -> str:
    """What a reason whose figure is an age says, in words that do not age."""
    return TICKING[code].format(at=rfc3339(at.replace(microsecond=0)))


def worst(severities: Iterable[Severity]) -> Severity | None:
    """The worst of them; ``None`` of none."""
    return max(severities, key=lambda severity: severity.rank, default=None)
