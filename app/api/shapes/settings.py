"""What a user can set: where the figures of their positions begin to count."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError, fields, validate

from app.api.fields import AnswerSchema, Number, RequestSchema, Time
from app.domain.thresholds import FALLING, Thresholds, overridden

if TYPE_CHECKING:
    from app.store.thresholds import StoredThresholds

MEANINGS = {
    "distance": "The way from the mark price to liquidation, as a fraction of the mark price",
    "touch_24h": "The probability that the price touches the liquidation price within 24 hours",
    "coverage": "The fund behind the position, as a fraction of the open interest",
    "margin_ratio": "The margin ratio, where there is no liquidation price; 1 is liquidation",
    "trigger": "The way to the venue's own trigger for auto-deleveraging or spreading losses",
    "adl_standing": "The place in the queue of auto-deleveraging above which it counts, of 0 to 1",
    "session_profit_usd": "USD of profit in a session that the venue can take back, above which "
    "it counts",
}
"""What each figure is, in a few words: for the API, the page and the command line."""


class PlainNumber(fields.Float):
    """A JSON number; text that looks like one is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not isinstance(value, int | float):
            raise ValidationError("Must be a number.")
        return super()._deserialize(value, attr, data, **kwargs)


class ThresholdStepsSchema(AnswerSchema):
    """Where a figure begins to count; `null` where it never rises so far."""

    watch = Number("From here on it is `watch`")
    warning = Number("From here on it is `warning`")
    critical = Number("From here on it is `critical`")


class ThresholdsSchema(AnswerSchema):
    """Where figures begin to count. `distance` and `coverage` count downwards."""

    distance = fields.Nested(ThresholdStepsSchema, metadata={"description": MEANINGS["distance"]})
    touch_24h = fields.Nested(ThresholdStepsSchema, metadata={"description": MEANINGS["touch_24h"]})
    coverage = fields.Nested(ThresholdStepsSchema, metadata={"description": MEANINGS["coverage"]})
    margin_ratio = fields.Nested(
        ThresholdStepsSchema, metadata={"description": MEANINGS["margin_ratio"]}
    )
    trigger = fields.Nested(ThresholdStepsSchema, metadata={"description": MEANINGS["trigger"]})
    adl_standing = Number(MEANINGS["adl_standing"], always=True)
    session_profit_usd = Number(MEANINGS["session_profit_usd"], always=True)


class SettingsSchema(AnswerSchema):
    """Your settings."""

    thresholds = fields.Nested(ThresholdsSchema, metadata={"description": "What holds for you"})
    defaults = fields.Nested(
        ThresholdsSchema, metadata={"description": "What holds where you change nothing"}
    )
    overridden = fields.List(
        fields.String(validate=validate.OneOf(list(MEANINGS))),
        metadata={"description": "The thresholds that are not as by default"},
    )
    changed_at = Time(
        "When they were last changed; `null` while all is as by default", allow_none=True
    )


class ThresholdStepsChangeSchema(RequestSchema):
    """Steps of one figure. Those that are left out stay; `null` is never reached."""

    watch = PlainNumber(
        allow_none=True, metadata={"exclusiveMinimum": 0, "maximum": 1, "example": 0.15}
    )
    warning = PlainNumber(
        allow_none=True, metadata={"exclusiveMinimum": 0, "maximum": 1, "example": 0.08}
    )
    critical = PlainNumber(
        allow_none=True, metadata={"exclusiveMinimum": 0, "maximum": 1, "example": 0.03}
    )


def _steps(name: str) -> fields.Nested:
    way = "above" if name in FALLING else "below"
    order = f"watch {way} warning {way} critical"
    return fields.Nested(
        ThresholdStepsChangeSchema,
        metadata={"description": f"{MEANINGS[name]}. Fractions above 0 and at most 1, {order}."},
    )


class ThresholdsChangeSchema(RequestSchema):
    """What shall be different. What is left out stays as it is."""

    distance = _steps("distance")
    touch_24h = _steps("touch_24h")
    coverage = _steps("coverage")
    margin_ratio = _steps("margin_ratio")
    trigger = _steps("trigger")
    adl_standing = PlainNumber(
        metadata={"description": MEANINGS["adl_standing"], "minimum": 0, "maximum": 1}
    )
    session_profit_usd = PlainNumber(
        metadata={"description": MEANINGS["session_profit_usd"], "minimum": 0}
    )


def settings(stored: StoredThresholds) -> dict[str, Any]:
    """Settings as ``SettingsSchema`` shows them."""
    return {
        "thresholds": asdict(stored.thresholds),
        "defaults": asdict(Thresholds()),
        "overridden": list(overridden(stored.thresholds)),
        "changed_at": stored.changed_at,
    }
