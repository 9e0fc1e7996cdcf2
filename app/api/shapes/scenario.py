"""Cascade scenarios: what is asked, and the answer."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes, choice, notes_field
from app.domain.position import Side
from app.domain.scenario import (
    AfterFund,
    Assumption,
    AssumptionKind,
    PoolOutcome,
    PositionOutcome,
    ScenarioEvent,
    ScenarioOutcome,
    Spread,
    VenueOutcome,
)
from app.risk.scenario_named import NamedScenario

SPREAD = ("mean", "p5", "p25", "p50", "p75", "p95")
OF_THE_POOL = (
    "key", "name", "balance_usd", "open_interest_usd", "depleted", "insufficient", "notes",
)  # fmt: skip
SPREADS_OF_THE_POOL = (
    "forced_usd", "shortfall_usd", "paid_usd", "left_usd", "uncovered_usd", "adl_usd", "haircut",
)  # fmt: skip
OF_THE_POSITION = (
    "id", "venue", "account", "symbol", "native_symbol", "side", "notional_usd", "liquidated", "reached", "notes",
)  # fmt: skip
OF_THE_ASSUMPTION = ("name", "value", "unit", "kind", "why", "source", "as_of")


class SpreadSchema(AnswerSchema):
    """A figure over all draws."""

    mean = Number("Over all draws", always=True)
    p5 = Number("5 % of the draws are below", always=True)
    p25 = Number("25 % of the draws are below", always=True)
    p50 = Number("Half of the draws are below", always=True)
    p75 = Number("75 % of the draws are below", always=True)
    p95 = Number("95 % of the draws are below", always=True)


def _spread() -> fields.Nested:
    return fields.Nested(SpreadSchema, allow_none=True)


class AssumptionSchema(AnswerSchema):
    """Something the answer rests on."""

    name = fields.String()
    value = fields.String(metadata={"description": "A figure, or the range it is drawn from"})
    unit = fields.String()
    kind = choice(AssumptionKind, description="Published or stored; assumed; or asked for")
    why = fields.String()
    source = fields.String(allow_none=True)
    as_of = Time("Of what is stored", allow_none=True)


class PoolOutcomeSchema(AnswerSchema):
    """What becomes of a fund, in USD."""

    key = fields.String(allow_none=True, metadata={"description": "`null`: no fund is known"})
    name = fields.String()
    balance_usd = Number("Before")
    open_interest_usd = Number("One side, of the contracts it stands behind")
    forced_usd = _spread()
    shortfall_usd = _spread()
    paid_usd = _spread()
    left_usd = _spread()
    depleted = Number("Share of draws in which the fund pays its last")
    uncovered_usd = _spread()
    adl_usd = _spread()
    haircut = _spread()
    insufficient = Number("Share of draws in which taking all profits would not do")
    notes = notes_field()


class VenueOutcomeSchema(AnswerSchema):
    """A venue: its funds, worst first, and their sums."""

    venue = fields.String()
    name = fields.String()
    after_fund = choice(AfterFund)
    forced_usd = _spread()
    shortfall_usd = _spread()
    depleted = Number("Share of draws in which any of its funds pays its last")
    pools = fields.List(fields.Nested(PoolOutcomeSchema))
    notes = notes_field()


class PositionOutcomeSchema(AnswerSchema):
    """What becomes of one of your positions, in USD."""

    id = fields.String()
    venue = fields.String()
    account = fields.String(metadata={"description": "Its label"})
    symbol = fields.String()
    native_symbol = fields.String(metadata={"description": "The venue's own name"})
    side = choice(Side)
    notional_usd = Number("Value now")
    move = fields.Nested(SpreadSchema)
    liquidated = Number("Share of draws in which its liquidation price is reached")
    gain_usd = _spread()
    reached = Number("How likely deleveraging or a haircut reaches it")
    lost_usd = _spread()
    notes = notes_field()


class ScenarioEventSchema(AnswerSchema):
    """What was taken to happen."""

    move = Number("Of BTC; other coins follow by their betas")
    moves = fields.Dict(keys=fields.String(), values=fields.Float())
    cascade_usd = Number("Forced out at `venue`")
    venue = fields.String(allow_none=True)
    direction = fields.String(allow_none=True)


class NamedScenarioSchema(AnswerSchema):
    """A scenario that has a name."""

    name = fields.String()
    title = fields.String()
    text = fields.String()
    event = fields.Nested(ScenarioEventSchema)
    figures = fields.List(fields.Nested(AssumptionSchema))


class ScenariosSchema(AnswerSchema):
    """All that have a name."""

    items = fields.List(fields.Nested(NamedScenarioSchema))


class ScenarioAnswerSchema(AnswerSchema):
    """What comes of it."""

    name = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    event = fields.Nested(ScenarioEventSchema)
    draws = fields.Integer()
    seed = fields.Integer()
    move = _spread()
    unreached = Number("Share of draws in which no move forces out so much")
    venues = fields.List(fields.Nested(VenueOutcomeSchema))
    positions = fields.List(fields.Nested(PositionOutcomeSchema))
    assumptions = fields.List(fields.Nested(AssumptionSchema))
    notes = notes_field()
    computed_at = Time("When it was worked out, on what was stored then")


def named_scenario(one: NamedScenario) -> dict[str, Any]:
    return {
        **attributes(one, ("name", "title", "text")),
        "event": _event(one.event),
        "figures": [_assumption(figure) for figure in one.figures],
    }


def scenario_answer(
    found: ScenarioOutcome, event: ScenarioEvent, one: NamedScenario | None, **more: Any
) -> dict[str, Any]:
    """``more`` is ``notes`` and ``computed_at``."""
    return {
        "name": one.name if one is not None else None,
        "title": one.title if one is not None else None,
        "event": _event(event),
        **attributes(found, ("draws", "seed", "unreached")),
        "move": _spread_of(found.move),
        "venues": [_venue(venue) for venue in found.venues],
        "positions": [_position(position) for position in found.positions],
        "assumptions": [_assumption(assumption) for assumption in found.assumptions],
        **more,
    }


def _event(event: ScenarioEvent) -> dict[str, Any]:
    cascade = event.cascade
    return {
        "move": event.move,
        "moves": dict(event.moves),
        "cascade_usd": cascade and cascade.usd,
        "venue": cascade and cascade.venue,
        "direction": cascade and ("up" if cascade.up else "down"),
    }


def _venue(venue: VenueOutcome) -> dict[str, Any]:
    return {
        **attributes(venue, ("venue", "name", "after_fund", "depleted", "notes")),
        "forced_usd": _spread_of(venue.forced_usd),
        "shortfall_usd": _spread_of(venue.shortfall_usd),
        "pools": [_pool(pool) for pool in venue.pools],
    }


def _pool(pool: PoolOutcome) -> dict[str, Any]:
    spreads = {name: _spread_of(getattr(pool, name)) for name in SPREADS_OF_THE_POOL}
    return attributes(pool, OF_THE_POOL) | spreads


def _position(position: PositionOutcome) -> dict[str, Any]:
    return {
        **attributes(position, OF_THE_POSITION),
        "move": _spread_of(position.move),
        "gain_usd": _spread_of(position.gain_usd),
        "lost_usd": _spread_of(position.lost_usd),
    }


def _assumption(assumption: Assumption) -> dict[str, Any]:
    return attributes(assumption, OF_THE_ASSUMPTION)


def _spread_of(spread: Spread | None) -> dict[str, Any] | None:
    return None if spread is None else attributes(spread, SPREAD)
