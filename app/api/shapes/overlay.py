"""What the extension draws over a trading page, in one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from app.api.answers import Age
from app.api.fields import AnswerSchema, Time
from app.api.shapes.account import AccountStateSchema, account_state
from app.api.shapes.common import choice, oldest
from app.api.shapes.elsewhere import without_elsewhere
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.loss import LossModelSchema, loss_model
from app.api.shapes.position import PositionSchema, position
from app.api.shapes.reason import ReasonSchema, worst
from app.domain.account import AccountStatus
from app.domain.position import ContractKind
from app.domain.reason import Severity

if TYPE_CHECKING:
    from app.store.accounts import Account
    from app.store.funds import StoredFund
    from app.store.positions import StoredPosition
    from app.store.sources import SourceState
    from app.venues.facts import VenueFacts
    from app.venues.pages import PageMatch


class TradingPageSchema(AnswerSchema):
    """The trading page, as its address tells."""

    venue = fields.String()
    venue_name = fields.String()
    kind = choice(ContractKind)
    kind_label = fields.String(metadata={"description": "As people say it, e.g. `perpetual`"})
    symbol = fields.String(
        allow_none=True, metadata={"description": "Unified; `null` until the venue was read"}
    )
    native_symbol = fields.String(metadata={"description": "The venue's own name"})


class OverlayReasonSchema(ReasonSchema):
    """A reason, and the position or account it is about."""

    position_id = fields.String(allow_none=True)
    account_id = fields.String()
    symbol = fields.String(allow_none=True)


class OverlaySchema(AnswerSchema):
    """This venue's positions, the fund behind the contract on screen, and what if it ran out."""

    page = fields.Nested(TradingPageSchema)
    linked = fields.Boolean(metadata={"description": "You linked an account of this venue"})
    accounts = fields.List(fields.Nested(AccountStateSchema))
    positions = fields.List(
        fields.Nested(PositionSchema),
        metadata={"description": "Of this venue alone; the contract on screen first, then by risk"},
    )
    fund = fields.Nested(FundSchema, allow_none=True)
    fund_note = fields.String(allow_none=True, metadata={"description": "Why there is no `fund`"})
    loss_model = fields.Nested(LossModelSchema)
    severity = choice(
        Severity, nullable=True, description="The worst; `null` when no account was read"
    )
    reasons = fields.List(
        fields.Nested(OverlayReasonSchema), metadata={"description": "Worst first"}
    )
    as_of = Time("The oldest figure of the accounts, else of the fund", allow_none=True)
    age_seconds = Age()
    stale = fields.Boolean(metadata={"description": "Something shown here is stale"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything stored that one overlay is made of."""

    page: PageMatch
    facts: VenueFacts
    symbol: str | None
    accounts: Sequence[Account]
    sources: Mapping[str, SourceState]
    """By account id."""
    positions: Sequence[StoredPosition]
    fund: StoredFund | None
    fund_note: str | None


def overlay(scene: Scene, *, now: datetime) -> dict[str, Any]:
    """An overlay as ``OverlaySchema`` shows it at ``now``."""
    page = scene.page
    states = [account_state(one, scene.sources.get(one.id), now=now) for one in scene.accounts]
    positions = [
        without_elsewhere(position(stored, now=now), venue=page.venue, venue_name=page.venue_name)
        for stored in scene.positions
    ]
    positions.sort(
        key=lambda one: (one["native_symbol"] != page.native_symbol, -one["severity"].rank)
    )
    pool = scene.fund and fund(scene.fund, venue_name=page.venue_name, now=now)
    reasons = [*_of_positions(positions), *_of_accounts(states, positions)]
    reasons.sort(key=lambda one: -one["severity"].rank)
    read = [state["as_of"] for state in states if state["as_of"] is not None]
    as_of = oldest(read) or (pool["as_of"] if pool else None)
    found = [*(one["severity"] for one in positions), *(one["severity"] for one in reasons)]
    return {
        "page": {
            "venue": page.venue,
            "venue_name": page.venue_name,
            "kind": page.kind,
            "kind_label": page.kind_label,
            "symbol": scene.symbol,
            "native_symbol": page.native_symbol,
        },
        "linked": bool(states),
        "accounts": states,
        "positions": positions,
        "fund": pool,
        "fund_note": scene.fund_note,
        "loss_model": loss_model(scene.facts.loss_model, venue_name=page.venue_name),
        "severity": worst(found) or (Severity.OK if read else None),
        "reasons": reasons,
        "as_of": as_of,
        "age_seconds": as_of,
        "stale": any(part["stale"] for part in (*states, *positions, *([pool] if pool else []))),
    }


def _of_positions(positions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **found,
            "position_id": one["id"],
            "account_id": one["account"]["id"],
            "symbol": one["symbol"],
        }
        for one in positions
        for found in one["reasons"]
    ]


def _of_accounts(
    states: Sequence[Mapping[str, Any]], positions: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Accounts nobody can vouch for: old, or never read. No news is not good news."""
    holding = {one["account"]["id"] for one in positions}
    reasons = []
    for state in states:
        about = {"position_id": None, "account_id": state["id"], "symbol": None}
        silent = {**about, "severity": Severity.WATCH, "threshold": None, "window": None}
        if state["stale"] and state["id"] not in holding:
            text = f"The account {state['label']} could not be read again since."
            reasons.append({**silent, "code": "data_stale", "text": text, "value": state["as_of"]})
        elif state["as_of"] is None and state["status"] is not AccountStatus.REFUSED:
            text = f"The account {state['label']} has not been read yet."
            reasons.append({**silent, "code": "account_unread", "text": text, "value": None})
    return reasons
