"""Insurance funds, pool by pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask.views import MethodView
from marshmallow import fields

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.fields import printable
from app.api.paging import PageQuery, page_of, page_schema
from app.api.services import services
from app.api.shapes.common import oldest
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.venue import venue_name
from app.store import funds

if TYPE_CHECKING:
    from app.store.tokens import Principal

blp = Blueprint("funds", __name__, description="The pools that losses are paid from")


class FundQuery(PageQuery):
    """Which pools."""

    venue = fields.String(validate=printable(40), metadata={"description": "Id of a venue"})


@blp.at("/funds")
class Funds(MethodView):
    @require(Scope.READ)
    @blp.query(FundQuery)
    @blp.conditional(page_schema(FundSchema))
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Every pool, by id"""
        with services().database.read() as conn:
            known = funds.states(conn, venue=query.pop("venue", None))
        page, cursor = page_of(known, key=lambda stored: stored.state.pool_id, **query)
        now = clock.now()
        items = [fund(one, venue_name=venue_name(one.state.venue), now=now) for one in page]
        as_of = oldest(item["as_of"] for item in items)
        return {"items": items, "next_cursor": cursor, "as_of": as_of}


@blp.at("/funds/<ident:pool_id>")
class OneFund(MethodView):
    @require(Scope.READ)
    @blp.conditional(FundSchema)
    @blp.refuses(404)
    def get(self, pool_id: str, *, principal: Principal) -> dict[str, Any]:
        """One pool"""
        with services().database.read() as conn:
            stored = funds.state(conn, pool_id=pool_id)
        return fund(stored, venue_name=venue_name(stored.state.venue), now=clock.now())
