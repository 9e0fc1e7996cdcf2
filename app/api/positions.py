"""Open positions, with what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from flask.views import MethodView
from marshmallow import fields

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.fields import printable
from app.api.paging import MOST, PageQuery, page_schema
from app.api.services import services
from app.api.shapes.common import choice, oldest
from app.api.shapes.position import PositionSchema, position
from app.domain.reason import Severity
from app.store import positions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.positions import StoredPosition
    from app.store.tokens import Principal

blp = Blueprint("positions", __name__, description="Open positions, with what they mean")


class PositionQuery(PageQuery):
    """Which positions; several filters all apply."""

    venue = fields.String(validate=printable(40), metadata={"description": "Id of a venue"})
    account = fields.String(validate=printable(40), metadata={"description": "Id of an account"})
    severity = choice(Severity, description="As it is shown, staleness counted in")
    symbol = fields.String(
        validate=printable(80), metadata={"description": "Unified or the venue's own"}
    )


@blp.at("/positions")
class Positions(MethodView):
    @require(Scope.READ)
    @blp.query(PositionQuery)
    @blp.conditional(page_schema(PositionSchema))
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Your open positions: most severe first, then nearest to liquidation

        They are in the order of their last assessment; one that has turned stale since shows at
        least `watch` and keeps its place.
        """
        services().demand.looked(principal)
        limit: int = query.pop("limit")
        with services().database.read() as conn:
            found = _matching(conn, user_id=principal.user_id, now=clock.now(), **query)
            page = list(islice(found, limit + 1))
        more = len(page) > limit
        items = [shown for _, shown in page[:limit]]
        return {
            "items": items,
            "next_cursor": positions.cursor(page[limit - 1][0]) if more else None,
            "as_of": oldest(item["as_of"] for item in items),
        }


@blp.at("/positions/<ident:position_id>")
class OnePosition(MethodView):
    @require(Scope.READ)
    @blp.conditional(PositionSchema)
    @blp.refuses(404)
    def get(self, position_id: str, *, principal: Principal) -> dict[str, Any]:
        """One position"""
        services().demand.looked(principal)
        with services().database.read() as conn:
            held = positions.get(conn, user_id=principal.user_id, position_id=position_id)
        return position(held, now=clock.now())


def _matching(
    conn: Connection,
    *,
    user_id: str,
    now: datetime,
    cursor: str | None = None,
    venue: str | None = None,
    account: str | None = None,
    severity: str | None = None,
    symbol: str | None = None,
) -> Iterator[tuple[StoredPosition, dict[str, Any]]]:
    """Positions behind ``cursor`` with how they are shown, in the order of the list.

    Severity is looked at here and not by the store, which does not know what is stale by now.
    """
    while True:
        batch: Sequence[StoredPosition] = positions.list_for(
            conn,
            user_id=user_id,
            venue=venue,
            account_id=account,
            symbol=symbol,
            after=cursor,
            limit=MOST + 1,
        )
        for held in batch:
            shown = position(held, now=now)
            if severity is None or shown["severity"] == severity:
                yield held, shown
        if len(batch) <= MOST:
            return
        cursor = positions.cursor(batch[-1])
