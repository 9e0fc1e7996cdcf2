"""Venues: what is known of each, and how reading it is going."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from app.api.fields import AnswerSchema, Number, Time, rfc3339
from app.api.shapes.common import SourceErrorSchema, attributes, choice
from app.api.shapes.loss import LossModelSchema, loss_model
from app.api.shapes.source import source_error, source_is_stale
from app.domain.errors import NotFound
from app.domain.fund import FundHealth, PoolKind
from app.risk.staleness import fund_with_staleness
from app.venues.catalogue import catalogue
from app.venues.facts import AdlSubject, LinkKind, VenueKind, VenueStatus

if TYPE_CHECKING:
    from app.domain.closure import Closure
    from app.store.funds import StoredFund
    from app.store.sources import SourceState
    from app.venues.facts import Linking, VenueFacts


WORST_FIRST = (
    FundHealth.CRITICAL,
    FundHealth.DRAINING,
    FundHealth.DECLINING,
    FundHealth.STALE,
    FundHealth.STABLE,
    FundHealth.GROWING,
    FundHealth.UNKNOWN,
)
"""Of several pools. One nobody can see any more may be worse than it was; one that was never
seen says nothing about the others."""


class LinkFieldSchema(AnswerSchema):
    """One thing to give when linking an account."""

    name = fields.String(metadata={"description": "The name in `credentials`"})
    label = fields.String()
    hidden = fields.Boolean(metadata={"description": "Not to be shown while it is typed"})


class LinkingSchema(AnswerSchema):
    """How an account of this venue is linked."""

    kind = choice(LinkKind)
    fields_ = fields.List(fields.Nested(LinkFieldSchema), data_key="fields")
    how_to = fields.String(metadata={"description": "How to make a read-only key there"})
    how_to_url = fields.String(allow_none=True)
    verifiable = fields.Boolean(metadata={"description": "The venue says what a key may do"})
    verifiable_note = fields.String(allow_none=True)


class ClosureSchema(AnswerSchema):
    """The end of a venue."""

    on = fields.Date()
    announced_on = fields.Date(allow_none=True)
    withdrawals_until = fields.String(
        allow_none=True,
        metadata={
            "description": "A day, or a moment in UTC; `null` where not known",
            "example": "2026-12-22T02:00:00Z",
        },
    )
    text = fields.String(metadata={"description": "What it meant for who held something there"})
    source = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class IncidentSchema(AnswerSchema):
    """Something that happened."""

    date = fields.Date()
    title = fields.String()
    text = fields.String()
    amount = fields.String(allow_none=True)
    source = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class AdlFactsSchema(AnswerSchema):
    """An auto-deleveraging figure the venue publishes."""

    subject = choice(AdlSubject)
    scale = fields.String()
    cadence_seconds = fields.Integer(allow_none=True)
    source = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class LimitsSchema(AnswerSchema):
    """How many requests the venue allows; Seawall stays under a tenth of it."""

    per_minute = Number("In the venue's own weights", always=True)
    scope = fields.String(metadata={"description": "Counted by address or by user"})
    source = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class VenueSourceSchema(AnswerSchema):
    """How reading the venue's fund is going."""

    last_success_at = Time("When it last answered", allow_none=True)
    stale = fields.Boolean()
    error = fields.Nested(SourceErrorSchema, allow_none=True)


class VenueSchema(AnswerSchema):
    """An exchange: how to link it, its fund, and what it does when that fund runs out."""

    id = fields.String()
    name = fields.String()
    kind = choice(VenueKind)
    status = choice(VenueStatus)
    website = fields.String()
    closed = fields.Nested(
        ClosureSchema, allow_none=True, metadata={"description": "Where `status` is `closed`"}
    )
    linking = fields.Nested(LinkingSchema, allow_none=True)
    fund_published = fields.Boolean()
    fund_page = fields.String(allow_none=True, metadata={"description": "Where a person looks"})
    fund_note = fields.String(allow_none=True)
    health = choice(FundHealth, description="The worst of its pools")
    funds = fields.List(fields.String(), metadata={"description": "Ids in `/api/v1/funds`"})
    loss_model = fields.Nested(LossModelSchema)
    incidents = fields.List(fields.Nested(IncidentSchema))
    adl = fields.List(fields.Nested(AdlFactsSchema))
    limits = fields.Nested(LimitsSchema, allow_none=True)
    source = fields.Nested(VenueSourceSchema)


def venue(
    facts: VenueFacts,
    pools: Sequence[StoredFund],
    source: SourceState | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    """A venue as ``VenueSchema`` shows it at ``now``."""
    return {
        **attributes(facts, ("id", "name", "kind", "status", "website")),
        "closed": facts.closed and _closed(facts.closed),
        "linking": facts.linking and _linking(facts, facts.linking),
        "fund_published": facts.fund.published,
        "fund_page": facts.fund.page,
        "fund_note": facts.fund.note,
        "health": worst_health(pools, now=now),
        "funds": [stored.state.pool_id for stored in pools],
        "loss_model": loss_model(facts.loss_model, venue_name=facts.name),
        "incidents": [
            attributes(one, ("date", "title", "text", "amount", "source", "note"))
            for one in facts.incidents
        ],
        "adl": [
            attributes(one, ("subject", "scale", "cadence_seconds", "source", "note"))
            for one in facts.adl
        ],
        "limits": facts.limits
        and attributes(facts.limits, ("per_minute", "scope", "source", "note")),
        "source": {
            "last_success_at": source.last_success_at if source is not None else None,
            "stale": source_is_stale(source, now),
            "error": source_error(source),
        },
    }


def worst_health(pools: Sequence[StoredFund], *, now: datetime) -> FundHealth:
    """The worst health among the pools that absorb losses; ``unknown`` when there is none."""
    states = (fund_with_staleness(stored.state, now) for stored in pools)
    healths = [state.health for state in states if state.kind is not PoolKind.HEADLINE]
    return min(healths, key=WORST_FIRST.index, default=FundHealth.UNKNOWN)


def _linking(facts: VenueFacts, linking: Linking) -> dict[str, Any]:
    return {
        **attributes(linking, ("kind", "how_to", "how_to_url")),
        "fields_": [attributes(one, ("name", "label", "hidden")) for one in linking.fields],
        "verifiable": facts.permission_check.verifiable,
        "verifiable_note": facts.permission_check.note,
    }


def _closed(closure: Closure) -> dict[str, Any]:
    until = closure.withdrawals_until
    return {
        **attributes(closure, ("on", "announced_on", "text", "source", "note")),
        "withdrawals_until": rfc3339(until)
        if isinstance(until, datetime)
        else until and until.isoformat(),
    }


def venue_name(venue_id: str) -> str:
    """The name people know it by; the id of a venue whose facts are no longer installed."""
    try:
        return catalogue().venue(venue_id).name
    except NotFound:
        return venue_id
