"""A venue's loss model: the waterfall, and what happens when the fund runs out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import fields

from app.api.fields import AnswerSchema
from app.api.shapes.common import attributes, choice
from app.domain.loss_model import LossModel, StepKind, Touches
from app.risk.loss_answer import general_answer
from app.risk.loss_summary import summarize

PLAIN_STEP = (
    "kind",
    "applies",
    "title",
    "text",
    "scope",
    "touches_profit",
    "touches_position",
    "touches_withdrawn",
    "source",
    "as_of",
    "unsourced",
    "close_price",
    "ranking",
    "note",
)


class StepSchema(AnswerSchema):
    """One step of what a venue does with a loss, in its order."""

    kind = choice(StepKind)
    applies = choice(Touches, description="`no`: the venue says it does not do this")
    title = fields.String()
    text = fields.String()
    scope = fields.String(metadata={"description": "Pool, symbol or venue"})
    touches_profit = choice(Touches)
    touches_position = choice(Touches)
    touches_withdrawn = choice(Touches)
    source = fields.String(allow_none=True, metadata={"description": "The venue's own page"})
    as_of = fields.Date(allow_none=True, metadata={"description": "When that page said so"})
    unsourced = fields.Boolean(metadata={"description": "No page of the venue says so"})
    close_price = fields.String(
        allow_none=True, metadata={"description": "At which price a position is closed"}
    )
    ranking = fields.String(
        allow_none=True, metadata={"description": "Who is closed first, by which formula"}
    )
    note = fields.String(allow_none=True)


class LossSchema(AnswerSchema):
    """What happens to one position if the fund behind it runs out."""

    next_step = choice(StepKind, nullable=True)
    answer = fields.String(metadata={"description": "The same in a sentence or two"})
    steps_url = fields.String(metadata={"description": "Where the whole waterfall is"})


class LossSummarySchema(AnswerSchema):
    """The waterfall in five sentences."""

    absorbs_first = fields.String(metadata={"description": "What absorbs a loss first"})
    winners = fields.String(metadata={"description": "What can happen to a winner"})
    profit = fields.String(
        metadata={"description": "Whether realised or withdrawn profit can be touched"}
    )
    top_up = fields.String(metadata={"description": "How likely the venue puts in its own money"})
    not_known = fields.String(metadata={"description": "What the venue leaves open"})


class LossModelSchema(LossSchema):
    """The whole waterfall of a venue."""

    venue = fields.String()
    closed_on = fields.Date(
        allow_none=True,
        metadata={"description": "Since then the venue is closed, and the steps are history"},
    )
    summary = fields.Nested(LossSummarySchema)
    steps = fields.List(fields.Nested(StepSchema))
    not_known = fields.List(
        fields.String(), metadata={"description": "What the venue does not say"}
    )


def loss_model(model: LossModel, *, venue_name: str) -> dict[str, Any]:
    """A venue's waterfall as ``LossModelSchema`` shows it."""
    general = general_answer(model, venue_name=venue_name)
    return {
        "venue": model.venue,
        "closed_on": model.closed_on,
        "next_step": general.next_step,
        "answer": general.answer,
        "summary": asdict(summarize(model, venue_name=venue_name)),
        "steps": [attributes(step, PLAIN_STEP) for step in model.steps],
        "not_known": list(model.not_known),
        "steps_url": steps_url(model.venue),
    }


def steps_url(venue: str) -> str:
    """Where a venue's waterfall is."""
    return f"/api/v1/venues/{venue}"
