"""One word for a venue's protection, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes, choice, oldest
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.reason import ReasonSchema, reason
from app.domain.fund import Confidence, FundHealth
from app.risk.staleness import fund_with_staleness
from app.risk.venue_health import venue_health

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.domain.adl import AdlSignal
    from app.store.backfills import Backfill
    from app.store.funds import StoredFund
    from app.venues.facts import VenueFacts

SIGNAL = ("native_symbol", "pool", "kind", "rating", "value", "trigger", "progress", "note")


class SignalSchema(AnswerSchema):
    """A warning the venue itself publishes, about a contract or a whole pool."""

    native_symbol = fields.String(allow_none=True)
    pool = fields.String(allow_none=True, metadata={"description": "A pool's name there"})
    kind = fields.String()
    rating = fields.String(allow_none=True)
    value = Number("The venue's figure")
    trigger = Number("The figure at which it deleverages or spreads a loss")
    progress = Number("The fraction of the way there; 1 is at it")
    note = fields.String(allow_none=True)
    at = Time("When it said so")


class BackfillSchema(AnswerSchema):
    """How far the past of its funds was read."""

    finished = fields.Boolean()
    samples = fields.Integer()
    share = Number("About how much of it, 0 to 1")


class VenueHealthSchema(AnswerSchema):
    """How well a venue's traders are protected now."""

    venue = fields.String()
    venue_name = fields.String()
    health = choice(FundHealth)
    since = Time("Since when", allow_none=True)
    confidence = choice(Confidence, nullable=True)
    mine = fields.Boolean(
        metadata={"description": "It speaks of the pools behind your own positions"}
    )
    reasons = fields.List(fields.Nested(ReasonSchema), metadata={"description": "Worst first"})
    pools = fields.List(
        fields.Nested(FundSchema),
        metadata={
            "description": "Those behind your own positions, then those that hold most of the "
            "open interest; of each the worst first"
        },
    )
    signals = fields.List(
        fields.Nested(SignalSchema), metadata={"description": "The nearest to a trigger first"}
    )
    history = fields.Nested(BackfillSchema, allow_none=True)
    as_of = Time("The oldest balance among those that speak for it", allow_none=True)


def shown_health(
    facts: VenueFacts,
    pools: Sequence[StoredFund],
    *,
    behind: Collection[str],
    signals: Sequence[AdlSignal],
    history: Backfill | None,
    now: datetime,
) -> dict[str, Any]:
    """A venue as ``VenueHealthSchema`` shows it; ``behind`` are pools behind one's positions."""
    states = {one.state.pool_id: fund_with_staleness(one.state, now) for one in pools}
    by_id = {one.state.pool_id: one for one in pools}
    found = venue_health(states.values(), behind=behind)
    as_of = oldest(states[name].as_of for name in found.pools)
    others = venue_health(states.values()).pools if found.mine else ()
    return {
        "venue": facts.id,
        "venue_name": facts.name,
        "health": found.health,
        "since": found.since,
        "confidence": found.confidence,
        "mine": found.mine,
        "reasons": [reason(one, as_of=as_of, fund_as_of=as_of) for one in found.reasons],
        "pools": [
            fund(by_id[name], venue_name=facts.name, now=now)
            for name in dict.fromkeys((*found.pools, *others))
        ],
        "signals": [
            {
                **attributes(one, SIGNAL),
                "native_symbol": one.native_symbol or None,
                "pool": one.pool or None,
                "at": one.at,
            }
            for one in sorted(signals, key=_farness)
        ],
        "history": history
        and {
            "finished": history.finished_at is not None,
            "samples": history.samples,
            "share": history.share,
        },
        "as_of": as_of,
    }


def _farness(signal: AdlSignal) -> tuple[bool, float]:
    """Signals whose way to a trigger is not known come after all others."""
    return signal.progress is None, -(signal.progress or 0.0)
