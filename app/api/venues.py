"""Venues: how each is linked, its fund, and what it does when that fund runs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask.views import MethodView

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.funds import CSV
from app.api.paging import PageQuery, page_of, page_schema
from app.api.services import services
from app.api.shapes.common import oldest
from app.api.shapes.venue import VenueSchema, venue
from app.api.shapes.venue_health import VenueHealthSchema, shown_health
from app.store import backfills, funds, markets, positions, sources
from app.venues.catalogue import catalogue

if TYPE_CHECKING:
    from app.store.funds import StoredFund
    from app.store.tokens import Principal
    from app.venues.facts import VenueFacts

blp = Blueprint("venues", __name__, description="What is known of each exchange")
VenuePageSchema = page_schema(VenueSchema)


@blp.at("/venues")
class Venues(MethodView):
    @require(Scope.READ)
    @blp.query(PageQuery)
    @blp.conditional(VenuePageSchema)
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Every venue, by id"""
        return _page(catalogue().venues(), query)


@blp.at("/other-venues")
class OtherVenues(MethodView):
    @require(Scope.READ)
    @blp.query(PageQuery)
    @blp.conditional(VenuePageSchema)
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Exchanges that can be linked but of which only positions are read, by id"""
        return _page(catalogue().generic_venues(), query)


@blp.at("/venues/<ident:venue_id>")
class OneVenue(MethodView):
    @require(Scope.READ)
    @blp.conditional(VenueSchema)
    @blp.refuses(404)
    def get(self, venue_id: str, *, principal: Principal) -> dict[str, Any]:
        """One venue with its loss model"""
        return _shown([catalogue().venue(venue_id)])[0]


@blp.at("/venues/<ident:venue_id>/health")
class VenueHealth(MethodView):
    @require(Scope.READ)
    @blp.conditional(VenueHealthSchema, rows="pools", columns=CSV)
    @blp.refuses(404)
    def get(self, venue_id: str, *, principal: Principal) -> dict[str, Any]:
        """How well a venue's traders are protected now: your own pools first"""
        facts = catalogue().venue(venue_id)
        with services().database.read() as conn:
            behind = positions.pools_behind(conn, user_id=principal.user_id, venue=venue_id)
            return shown_health(
                facts,
                funds.states(conn, venue=venue_id),
                behind=behind,
                signals=markets.signals(conn, venue=venue_id),
                history=backfills.of(conn, venue=venue_id),
                now=clock.now(),
            )


def _page(venues: Sequence[VenueFacts], query: dict[str, Any]) -> dict[str, Any]:
    page, cursor = page_of(venues, key=lambda facts: facts.id, **query)
    items = _shown(page)
    as_of = oldest(item["source"]["last_success_at"] for item in items)
    return {"items": items, "next_cursor": cursor, "as_of": as_of}


def _shown(venues: Sequence[VenueFacts]) -> list[dict[str, Any]]:
    names = {facts.id: sources.funds_source(facts.id) for facts in venues}
    with services().database.read() as conn:
        states = sources.get_many(conn, names=list(names.values())) if names else {}
        known = funds.states(conn, venue=venues[0].id if len(venues) == 1 else None)
    pools: dict[str, list[StoredFund]] = defaultdict(list)
    for stored in known:
        pools[stored.state.venue].append(stored)
    now = clock.now()
    return [venue(facts, pools[facts.id], states.get(names[facts.id]), now=now) for facts in venues]
