"""Venues: how each is linked, its fund, and what it does when that fund runs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask.views import MethodView

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.paging import PageQuery, page_of, page_schema
from app.api.services import services
from app.api.shapes.common import oldest
from app.api.shapes.venue import VenueSchema, venue
from app.store import funds, sources
from app.venues.catalogue import catalogue

if TYPE_CHECKING:
    from app.store.funds import StoredFund
    from app.store.tokens import Principal
    from app.venues.facts import VenueFacts

blp = Blueprint("venues", __name__, description="What is known of each exchange")


@blp.at("/venues")
class Venues(MethodView):
    @require(Scope.READ)
    @blp.query(PageQuery)
    @blp.conditional(page_schema(VenueSchema))
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Every venue, by id"""
        page, cursor = page_of(catalogue().venues(), key=lambda facts: facts.id, **query)
        items = _shown(page)
        as_of = oldest(item["source"]["last_success_at"] for item in items)
        return {"items": items, "next_cursor": cursor, "as_of": as_of}


@blp.at("/venues/<ident:venue_id>")
class OneVenue(MethodView):
    @require(Scope.READ)
    @blp.conditional(VenueSchema)
    @blp.refuses(404)
    def get(self, venue_id: str, *, principal: Principal) -> dict[str, Any]:
        """One venue with its loss model"""
        return _shown([catalogue().venue(venue_id)])[0]


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
