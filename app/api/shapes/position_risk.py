"""What a day can do to a position, whom auto-deleveraging takes, what can be taken back."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes, choice
from app.domain.adl import AdlChoice
from app.domain.market_risk import ORDINARY_DAY
from app.domain.session import TakenFrom
from app.domain.verdict import Assessment

OF_A_TOUCH = ("window", "probability", "model", "fat_tail", "historical", "past_windows")
OF_A_SCORE = ("score", "formula", "source", "secondary", "note")
OF_A_TRIGGER = ("progress", "subject", "value", "trigger", "as_of")
OF_A_HEDGE = ("base", "share", "legs", "venues", "lost_to_adl")
OF_A_SESSION = (
    "taken_from",
    "asset",
    "realized",
    "unrealized",
    "at_risk",
    "ends_at",
    "rate",
    "rate_at",
    "instruction",
    "source",
    "note",
)


class TouchSchema(AnswerSchema):
    """How likely the price reaches liquidation within a window, and from what that is taken."""

    window = fields.String(metadata={"description": "`1h`, `24h` or `7d`"})
    probability = Number("The largest of the three below", always=True)
    model = Number("Of a price without drift and with normal returns", always=True)
    fat_tail = Number("Of one move with far fatter tails (Student's t, 3)", always=True)
    historical = Number("The share of past windows that would have reached it")
    past_windows = fields.Integer(metadata={"description": "How many past windows there are"})


class TouchesSchema(AnswerSchema):
    """Touch probabilities by window: of an ordinary day, not of a crash."""

    label = fields.String(metadata={"description": f"Always `{ORDINARY_DAY}`"})
    windows = fields.List(fields.Nested(TouchSchema))


class AdlScoreSchema(AnswerSchema):
    """A score by the venue's published formula. It is no place in the queue."""

    score = Number("Higher is closed first", always=True)
    formula = fields.String()
    source = fields.String(allow_none=True)
    secondary = fields.Boolean(
        metadata={"description": "The source is not the venue itself but somebody about it"}
    )
    note = fields.String(allow_none=True)


class AdlTriggerSchema(AnswerSchema):
    """How far the venue is on the way to its own trigger for auto-deleveraging."""

    progress = Number("0 calm, 1 at the trigger", always=True)
    subject = fields.String(metadata={"description": "The contract or the fund it is about"})
    value = Number("The venue's figure now")
    trigger = Number("The figure at which it deleverages")
    as_of = Time("When the venue gave it")


class HedgeSchema(AnswerSchema):
    """Your other positions that offset this one."""

    base = fields.String(metadata={"description": "The coin"})
    share = Number("How much of this position they offset, 0 to 1", always=True)
    legs = fields.List(
        fields.String(),
        metadata={
            "description": "Largest first. An overlay names those at other venues by side alone"
        },
    )
    venues = fields.List(
        fields.String(), metadata={"description": "Their ids; in an overlay its own alone"}
    )
    lost_to_adl = fields.Boolean(
        metadata={"description": "Auto-deleveraging could close this one and leave the others"}
    )


class SessionSchema(AnswerSchema):
    """What the venue could take back of the account's profit at this moment."""

    taken_from = choice(TakenFrom)
    asset = fields.String(allow_none=True)
    realized = Number("Of the running session, in `asset`")
    unrealized = Number("Of the running session, in `asset`")
    at_risk = Number("Session profit that can be taken, in `asset`, never below 0")
    ends_at = Time("When the session settles", allow_none=True)
    rate = Number("The share the venue took last, as it publishes it")
    rate_at = Time("When it took that", allow_none=True)
    instruction = fields.String(
        metadata={"description": "What closing or withdrawing changes, and what it does not"}
    )
    source = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class PositionRiskSchema(AnswerSchema):
    """The part of a position that says what can happen to it."""

    daily_volatility = Number("Of the contract, per square root of a day; 0.05 is 5 % a day")
    distance_daily_volatilities = Number("The way to liquidation in daily volatilities")
    touch = fields.Nested(TouchesSchema, allow_none=True)
    adl_choice = choice(
        AdlChoice, nullable=True, description="How the venue chooses whom it deleverages"
    )
    adl_score = fields.Nested(AdlScoreSchema, allow_none=True)
    adl_trigger = fields.Nested(AdlTriggerSchema, allow_none=True)
    hedge = fields.Nested(HedgeSchema, allow_none=True)
    session = fields.Nested(SessionSchema, allow_none=True)


def position_risk(found: Assessment) -> dict[str, Any]:
    """The part of an assessment that ``PositionRiskSchema`` shows."""
    touches = [attributes(touch, OF_A_TOUCH) for touch in found.touches]
    return {
        "daily_volatility": found.daily_volatility,
        "distance_daily_volatilities": found.distance_daily_volatilities,
        "touch": {"label": ORDINARY_DAY, "windows": touches} if touches else None,
        "adl_choice": found.adl_choice,
        "adl_score": found.adl_score and attributes(found.adl_score, OF_A_SCORE),
        "adl_trigger": found.adl_trigger and attributes(found.adl_trigger, OF_A_TRIGGER),
        "hedge": found.hedge and attributes(found.hedge, OF_A_HEDGE),
        "session": found.session and attributes(found.session, OF_A_SESSION),
    }
