"""What may be asked of a cascade scenario."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from app.api.fields import RequestSchema, printable
from app.domain.scenario import Cascade, ScenarioEvent
from app.risk.scenario_named import NAMED, NamedScenario, named

LOWEST, HIGHEST = -0.95, 5.0
FEWEST, MOST, USUAL = 100, 10_000, 2_000
SEED = 20_251_010
LARGEST_SEED = 2**32 - 1
COIN = re.compile(r"[A-Z0-9]{1,20}|rest")
MOST_COINS = 50
WAYS = "Give exactly one of name, cascade_usd, and move or moves."


def _move(**how: Any) -> fields.Float:
    return fields.Float(
        allow_nan=False,
        validate=validate.Range(min=LOWEST, max=HIGHEST),
        metadata={"description": "As a fraction: -0.2 is a fall of 20 %"},
        **how,
    )


def _coin(name: str) -> None:
    if not COIN.fullmatch(name):
        raise ValidationError("Must be a coin like BTC, or rest for every other coin.")


class ScenarioQuestionSchema(RequestSchema):
    """What is to happen: a named scenario, a move of prices, or a cascade of a given size."""

    name = fields.String(
        validate=validate.OneOf([one.name for one in NAMED]),
        metadata={"description": "One of `GET /api/v1/scenarios`"},
    )
    move = _move()
    moves = fields.Dict(
        keys=fields.String(validate=_coin),
        values=_move(required=True),
        validate=validate.Length(min=1, max=MOST_COINS),
        metadata={
            "description": "By coin, `rest` for every other; a coin without follows `move` by its "
            "beta, or stays where it is",
            "example": {"BTC": -0.15, "rest": -0.4},
        },
    )
    cascade_usd = fields.Float(
        allow_nan=False,
        validate=validate.Range(min=1.0, max=1e13),
        metadata={"description": "Forced out at `venue`; the move is what that takes"},
    )
    venue = fields.String(validate=printable(40), metadata={"description": "Where the cascade is"})
    direction = fields.String(
        load_default="down",
        validate=validate.OneOf(["down", "up"]),
        metadata={"description": "Where prices go in a cascade"},
    )
    venues = fields.List(
        fields.String(validate=printable(40)),
        load_default=list,
        validate=validate.Length(max=40),
        metadata={"description": "Empty for those where you hold something"},
    )
    draws = fields.Integer(
        strict=True, load_default=USUAL, validate=validate.Range(min=FEWEST, max=MOST)
    )
    seed = fields.Integer(
        strict=True, load_default=SEED, validate=validate.Range(min=0, max=LARGEST_SEED)
    )

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_: Any) -> None:
        ways = ("name" in data, "move" in data or "moves" in data, "cascade_usd" in data)
        if sum(ways) != 1:
            raise ValidationError(WAYS, "name")
        if ("cascade_usd" in data) != ("venue" in data):
            raise ValidationError("A cascade needs both cascade_usd and venue.", "venue")


def scenario_of(question: dict[str, Any]) -> tuple[NamedScenario | None, ScenarioEvent]:
    """The named scenario of a valid question, if it is one, and what is to happen."""
    if "name" in question:
        found = named(question["name"])
        return found, found.event
    cascade = None
    if "cascade_usd" in question:
        cascade = Cascade(
            venue=question["venue"],
            usd=question["cascade_usd"],
            up=question["direction"] == "up",
        )
    event = ScenarioEvent(
        move=question.get("move"), moves=question.get("moves", {}), cascade=cascade
    )
    return None, event
