"""Positions, with what they mean."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from app.api.answers import Age
from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes, choice, notes_field
from app.api.shapes.fund import PositionFundSchema, position_fund
from app.api.shapes.loss import LossSchema, steps_url
from app.api.shapes.position_risk import PositionRiskSchema, position_risk
from app.api.shapes.reason import ReasonSchema, reason
from app.domain.position import ContractKind, MarginMode, Side, Source
from app.domain.reason import Severity
from app.risk.staleness import is_stale, with_staleness

if TYPE_CHECKING:
    from app.store.positions import StoredPosition

OF_THE_POSITION = (
    "venue",
    "scope",
    "symbol",
    "native_symbol",
    "kind",
    "side",
    "size",
    "contracts",
    "contract_size",
    "settle_asset",
    "notional_usd",
    "leverage",
    "margin_mode",
    "entry_price",
    "mark_price",
    "collateral",
    "maintenance_margin",
    "unrealized_pnl",
    "hedged",
    "as_of",
)
OF_THE_ASSESSMENT = (
    "liquidation_price",
    "liquidation_price_source",
    "liquidation_price_note",
    "bankruptcy_price",
    "bankruptcy_price_source",
    "distance",
    "distance_usd",
    "margin_ratio",
)
DEFAULT_INTERVAL_SECONDS = 60.0
"""Between two refreshes of an account for which none is planned yet."""


class AccountRefSchema(AnswerSchema):
    """The account a position is in."""

    id = fields.String()
    label = fields.String()
    venue = fields.String()


class AdlSchema(AnswerSchema):
    """Where a position stands in the queue for auto-deleveraging, as the venue says."""

    standing = Number("0 last, 1 first to be closed", always=True)
    raw = fields.Raw(metadata={"type": ["number", "string"], "description": "The venue's value"})
    scale = fields.String(metadata={"description": "What `raw` is on, e.g. `0-4`"})
    source = fields.String()


class PositionSchema(PositionRiskSchema):
    """One open position of one side. Field names are ccxt's unified ones where it has them."""

    id = fields.String()
    account = fields.Nested(AccountRefSchema)
    venue = fields.String()
    symbol = fields.String(metadata={"example": "BTC/USDT:USDT"})
    native_symbol = fields.String(metadata={"description": "The venue's own name"})
    scope = fields.String(metadata={"description": "The part of the account it is in"})
    kind = choice(ContractKind)
    side = choice(Side)
    size = Number("In base units", always=True)
    contracts = Number("Number of contracts", always=True)
    contract_size = Number(
        "Base units per contract; quote units for inverse contracts", always=True
    )
    settle_asset = fields.String()
    notional_usd = Number("Value in USD")
    leverage = Number("As the venue says")
    margin_mode = choice(MarginMode, nullable=True)
    entry_price = Number("In quote")
    mark_price = Number("In quote")
    liquidation_price = Number("In quote")
    liquidation_price_source = choice(Source)
    liquidation_price_note = fields.String(allow_none=True)
    bankruptcy_price = Number("Where the margin is used up")
    bankruptcy_price_source = choice(Source)
    distance = Number("To liquidation, as a fraction of the mark price; 0 or less is breached")
    distance_usd = Number("The same move in USD")
    collateral = Number("Margin behind it, in the settle asset")
    maintenance_margin = Number("In the settle asset")
    margin_ratio = Number("Maintenance margin / margin balance; liquidation at 1")
    account_margin_ratio = Number("The same for the whole cross account")
    unrealized_pnl = Number("In the settle asset")
    hedged = fields.Boolean(metadata={"description": "The account holds the other side too"})
    adl = fields.Nested(AdlSchema, allow_none=True)
    fund = fields.Nested(PositionFundSchema, allow_none=True)
    loss_model = fields.Nested(LossSchema)
    severity = choice(Severity)
    reasons = fields.List(fields.Nested(ReasonSchema), metadata={"description": "Worst first"})
    notes = notes_field()
    as_of = Time("When the venue gave these figures")
    age_seconds = Age()
    stale = fields.Boolean(metadata={"description": "Three refreshes were missed"})


def expected_interval(stored: StoredPosition) -> float:
    """How often these figures are refreshed, in seconds."""
    return stored.expected_interval_seconds or DEFAULT_INTERVAL_SECONDS


def position(stored: StoredPosition, *, now: datetime) -> dict[str, Any]:
    """A position as ``PositionSchema`` shows it at ``now``."""
    interval = expected_interval(stored)
    found = with_staleness(stored.assessment, now=now, interval_seconds=interval)
    held, verdict = found.position, found.verdict
    fund_as_of = found.fund.as_of if found.fund is not None else None
    shown = {
        **attributes(held, OF_THE_POSITION),
        **attributes(found, OF_THE_ASSESSMENT),
        "id": stored.id,
        "account": {
            "id": stored.account_id,
            "label": stored.account_label,
            "venue": held.venue,
        },
        **position_risk(found),
        "account_margin_ratio": stored.margin and stored.margin.margin_ratio,
        "adl": held.adl and attributes(held.adl, ("standing", "raw", "scale", "source")),
        "fund": found.fund and position_fund(found.fund),
        "loss_model": {
            "next_step": found.loss.next_step,
            "answer": found.loss.answer,
            "steps_url": steps_url(held.venue),
        },
        "severity": verdict.severity,
        "reasons": [reason(r, as_of=held.as_of, fund_as_of=fund_as_of) for r in verdict.reasons],
        "age_seconds": held.as_of,
        "stale": is_stale(held.as_of, now, interval),
    }
    notes = {**held.notes, **found.notes}
    return {**shown, "notes": {name: text for name, text in notes.items() if name in shown}}
