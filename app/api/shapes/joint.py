"""A whole account under a move of all prices."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields, validate

from app.api.answers import Age
from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes, choice, notes_field
from app.domain.joint import JointBreak, JointView, MoveKind

if TYPE_CHECKING:
    from app.store.accounts import Account
    from app.store.joints import StoredJoint

NOT_YET = "Not worked out yet: it is made each time the account is read."
_BREAK = ("move", "subject", "scopes", "position_key", "symbol", "price")


class JointBreakSchema(AnswerSchema):
    """A margin that is used up on the way."""

    move = Number(
        "Of every price, or of BTC: −0.2 is −20 %; 0 where liquidation is due now", always=True
    )
    subject = fields.String(
        validate=validate.OneOf(["account", "position"]),
        metadata={"description": "Cross positions on one margin, or one on isolated margin"},
    )
    scopes = fields.List(
        fields.String(), metadata={"description": "The parts of the account it backs"}
    )
    position_key = fields.String(
        allow_none=True, metadata={"description": "Of a `position`: what tells it from the others"}
    )
    symbol = fields.String(allow_none=True, metadata={"description": "Of a `position`"})
    price = Number("Of a `position`: the price of its contract there")


class JointPointSchema(AnswerSchema):
    """The account at one move."""

    move = Number("−0.6 … 0.6", always=True)
    profit_usd = Number("Beside now; of what is liquidated on the way, the whole margin is lost")
    margin_ratio = Number(
        "Of the worst margin, 1 at liquidation; `null` once one is liquidated or not known"
    )
    liquidated = fields.Integer(metadata={"description": "Positions liquidated on the way"})


class JointViewSchema(AnswerSchema):
    """One way for prices to move together."""

    kind = choice(
        MoveKind,
        description="`same`: every price by the same percent. `beta`: BTC by that percent, every "
        "other price by its beta to BTC.",
    )
    points = fields.List(fields.Nested(JointPointSchema))
    down = fields.Nested(
        JointBreakSchema,
        allow_none=True,
        metadata={"description": "What breaks first as prices fall; `null`: nothing until −60 %"},
    )
    up = fields.Nested(
        JointBreakSchema,
        allow_none=True,
        metadata={"description": "What breaks first as prices rise; `null`: nothing until 60 %"},
    )
    breaks = fields.List(
        fields.Nested(JointBreakSchema),
        metadata={"description": "Every margin that breaks, either way, the nearest first"},
    )


class JointSchema(AnswerSchema):
    """An account as one: what a move of all prices does to it."""

    account_id = fields.String()
    venue = fields.String()
    label = fields.String()
    positions = fields.Integer(metadata={"description": "How many are counted"})
    hedges = fields.Integer(
        metadata={"description": "Pairs of a long and a short of one base asset"}
    )
    portfolio_margin = fields.Boolean(
        metadata={"description": "The exchange revalues the whole account; then there are no views"}
    )
    margin_ratio = Number("The worst of its margins now, 1 at liquidation")
    views = fields.List(
        fields.Nested(JointViewSchema),
        metadata={"description": "Empty where no formula is honest; `notes.views` says why"},
    )
    approximations = fields.List(
        fields.String(), metadata={"description": "What was taken for granted, in sentences"}
    )
    notes = notes_field()
    as_of = Time("When the oldest of the figures was read", allow_none=True)
    age_seconds = Age()
    computed_at = Time("When it was worked out", allow_none=True)


def joint_liquidation(account: Account, stored: StoredJoint | None) -> dict[str, Any]:
    """What ``JointSchema`` dumps; of an account without a picture yet, that there is none."""
    joint = stored.joint if stored else None
    as_of: datetime | None = joint.as_of if joint else None
    return {
        "account_id": account.id,
        "venue": account.venue,
        "label": account.label,
        "positions": joint.positions if joint else 0,
        "hedges": joint.hedges if joint else 0,
        "portfolio_margin": joint.portfolio_margin if joint else False,
        "margin_ratio": joint.margin_ratio if joint else None,
        "views": [_view(view) for view in joint.views] if joint else [],
        "approximations": list(joint.approximations) if joint else [],
        "notes": dict(joint.notes) if joint else {"views": NOT_YET},
        "as_of": as_of,
        "age_seconds": as_of,
        "computed_at": stored.computed_at if stored else None,
    }


def _view(view: JointView) -> dict[str, Any]:
    names = ("move", "profit_usd", "margin_ratio", "liquidated")
    return {
        "kind": view.kind,
        "points": [attributes(point, names) for point in view.points],
        "down": _break(view.down),
        "up": _break(view.up),
        "breaks": [_break(one) for one in view.breaks],
    }


def _break(found: JointBreak | None) -> dict[str, Any] | None:
    return None if found is None else attributes(found, _BREAK)
