"""Insurance funds: one pool, in full and as it stands beside a position."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from app.api.answers import Age
from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes, choice, notes_field
from app.api.shapes.reason import ReasonSchema, reason, standing_text
from app.domain.fund import Confidence, DivergenceKind, FundHealth, FundState, PoolKind
from app.risk.staleness import fund_is_stale, fund_with_staleness

if TYPE_CHECKING:
    from app.store.funds import StoredFund

WINDOWS = ("1h", "8h", "24h", "7d", "30d")
MOST_POINTS = 48
DIVERGENCE = ("kind", "own_change", "others_change", "others", "score")


class BalanceSchema(AnswerSchema):
    """The balance of one asset in a pool."""

    asset = fields.String()
    amount = Number("In the asset itself: its price must not look like a drain", always=True)
    usd = Number("Its value then")
    as_of = Time("The time the venue states")


class PointSchema(AnswerSchema):
    """A point of a pool's history."""

    at = Time("When")
    usd = Number("The pool's balance, at the prices of now", always=True)


ChangesSchema: type[AnswerSchema] = type(
    "ChangesSchema",
    (AnswerSchema,),
    {
        "__doc__": "The balance now against the balance then, less one.",
        **{window: Number(f"Fraction over {window}") for window in WINDOWS},
    },
)


class TopUpSchema(AnswerSchema):
    """Money put into a pool from outside: no organic growth."""

    at = Time("When")
    usd = Number("How much")
    labelled = fields.Boolean(metadata={"description": "The venue says so; else told by rule"})


class DivergenceSchema(AnswerSchema):
    """One venue's funds beside those of the others, over the same 24 hours."""

    kind = choice(DivergenceKind)
    own_change = Number("Of this venue's funds together")
    others_change = Number("Median of the other venues")
    others = fields.Integer(metadata={"description": "How many other venues were compared with"})
    score = Number("(own - median) in robust deviations of the others")


class PositionFundSchema(AnswerSchema):
    """The pool behind a position, in short."""

    venue = fields.String()
    pool = fields.String(metadata={"description": "Its name within the venue"})
    id = fields.String(metadata={"description": "Its id in `/api/v1/funds`"})
    balance_usd = Number("Balance in USD")
    change_24h = Number("Fraction over 24 hours")
    coverage = Number("Balance / one-sided open interest the pool stands behind")
    health = choice(FundHealth)
    as_of = Time("The venue's own time on the balance", allow_none=True)


class FundSchema(AnswerSchema):
    """A pool that losses are paid from. A balance the venue reports, not an audit."""

    id = fields.String(metadata={"example": "binance:usdm:btc-eth-bnb"})
    venue = fields.String()
    venue_name = fields.String()
    pool = fields.String(metadata={"description": "Its name within the venue"})
    name = fields.String()
    kind = choice(
        PoolKind, description="`headline`: a published total that is not what absorbs a loss"
    )
    health = choice(FundHealth)
    reasons = fields.List(
        fields.Nested(ReasonSchema), metadata={"description": "What speaks against it, worst first"}
    )
    balance_usd = Number("Balance in USD")
    assets = fields.List(fields.Nested(BalanceSchema))
    changes = fields.Nested(ChangesSchema)
    change_24h = Number("`changes.24h` again")
    drawdown_8h = Number("1 - balance / highest balance of 8 hours")
    drawdown_30d = Number("1 - balance / highest balance of 30 days")
    drawdown_all = Number("1 - balance / highest balance that is stored")
    slope_7d = Number("Theil-Sen slope of 7 days, as a fraction of the balance a day")
    shock = Number("The latest step in robust deviations of a month of steps")
    runway_days = Number("Balance / mean daily loss of 7 days, only while it declines")
    flat_updates = fields.Integer(
        allow_none=True, metadata={"description": "Updates due since the balance last moved"}
    )
    top_ups = fields.List(fields.Nested(TopUpSchema))
    divergence = fields.Nested(DivergenceSchema, allow_none=True)
    confidence = choice(Confidence, nullable=True)
    since = Time("Since when `health` is what it is", allow_none=True)
    cascade_coverage = Number("Balance / largest liquidation volume of 24 hours known")
    coverage = Number("Balance / one-sided open interest of the contracts it stands behind")
    open_interest_usd = Number("That open interest, one side counted")
    trigger_progress = Number("How far to the venue's own auto-deleveraging trigger; 1 is at it")
    symbols = fields.List(
        fields.String(), metadata={"description": "Contracts it stands behind, the venue's names"}
    )
    cadence_seconds = fields.Integer(
        allow_none=True, metadata={"description": "How often the venue refreshes it"}
    )
    recent = fields.List(
        fields.Nested(PointSchema), metadata={"description": f"At most {MOST_POINTS}, oldest first"}
    )
    notes = notes_field()
    note = fields.String(allow_none=True, metadata={"description": "What else is to be known"})
    as_of = Time("The venue's own time on the balance", allow_none=True)
    age_seconds = Age()
    stale = fields.Boolean(metadata={"description": "Three refreshes were missed"})


def fund(stored: StoredFund, *, venue_name: str, now: datetime) -> dict[str, Any]:
    """A pool as ``FundSchema`` shows it at ``now``."""
    state = fund_with_staleness(stored.state, now)
    stale = state.as_of is not None and fund_is_stale(state.as_of, now, state.cadence_seconds)
    return {
        **attributes(
            state,
            (
                "venue",
                "name",
                "kind",
                "health",
                "balance_usd",
                "drawdown_8h",
                "drawdown_30d",
                "drawdown_all",
                "slope_7d",
                "shock",
                "runway_days",
                "flat_updates",
                "confidence",
                "since",
                "coverage",
                "cascade_coverage",
                "open_interest_usd",
                "trigger_progress",
                "cadence_seconds",
                "as_of",
            ),
        ),
        "id": state.pool_id,
        "venue_name": venue_name,
        "pool": state.key,
        "reasons": [reason(r, as_of=state.as_of, fund_as_of=state.as_of) for r in state.reasons],
        "assets": [
            {"asset": b.asset, "amount": b.amount, "usd": b.usd, "as_of": b.at}
            for b in state.assets
        ],
        "changes": {window: state.changes.get(window) for window in WINDOWS},
        "change_24h": state.changes.get("24h"),
        "top_ups": [attributes(one, ("at", "usd", "labelled")) for one in state.top_ups],
        "divergence": state.divergence and attributes(state.divergence, DIVERGENCE),
        "symbols": list(stored.pool.symbols),
        "recent": [{"at": point.at, "usd": point.usd} for point in stored.recent[-MOST_POINTS:]],
        "notes": fund_notes(state),
        "note": stored.pool.note,
        "age_seconds": state.as_of,
        "stale": stale,
    }


def position_fund(state: FundState) -> dict[str, Any]:
    """The pool behind a position as ``PositionFundSchema`` shows it."""
    return {
        **attributes(state, ("venue", "balance_usd", "coverage", "health", "as_of")),
        "id": state.pool_id,
        "pool": state.key,
        "change_24h": state.changes.get("24h"),
    }


def fund_notes(state: FundState) -> dict[str, str]:
    """The pool's notes; one that tells an age tells the time instead."""
    notes = dict(state.notes)
    if state.health is FundHealth.STALE and state.as_of is not None:
        notes["health"] = standing_text("fund_stale", state.as_of)
    return notes
