"""What to draw over a trading page: the one answer the extension asks for, and often.

See ``overlay_cache`` for how answers are kept, and ``overlay_lane`` for how one that was given
before is given again.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from flask.views import MethodView
from marshmallow import fields, validate

from app import clock
from app.api.answers import conditional
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint, described_as_conditional
from app.api.errors import refuse
from app.api.fields import RequestSchema
from app.api.services import services
from app.api.shapes.overlay import OverlaySchema
from app.venues.catalogue import catalogue
from app.venues.pages import MAX_URL

if TYPE_CHECKING:
    from app.store.tokens import Principal

PATH = "/overlay"

blp = Blueprint("overlay", __name__, description="What the extension draws over a trading page")


class OverlayQuery(RequestSchema):
    """Which page."""

    url = fields.String(
        required=True,
        validate=validate.Length(min=1, max=MAX_URL),
        metadata={
            "description": "The address of the page on screen",
            "example": "https://www.binance.com/en/futures/BTCUSDT",
        },
    )


@blp.at(PATH)
class Overlay(MethodView):
    @require(Scope.READ)
    @blp.query(OverlayQuery)
    @described_as_conditional(OverlaySchema)
    @blp.refuses(404)
    def get(self, query: dict[str, Any], *, principal: Principal) -> Response:
        """What to draw over the page at `url`

        404 when that is no trading page of a venue Seawall knows. A page of a venue you linked
        no account of is answered with its fund and loss model, and no positions.
        """
        own, now = services(), clock.now()
        own.demand.looked(principal)
        page = catalogue().resolve_page(query["url"])
        if page is None:
            refuse(
                HTTPStatus.NOT_FOUND,
                "This is not a trading page of a venue Seawall knows.",
                errors={"page": "unknown"},
            )
        own.overlays.remember_page(request.query_string.decode("latin-1"), page)
        with own.database.read() as conn:
            body = own.overlays.body(conn, user_id=principal.user_id, page=page, now=now)
        return conditional(request.environ, body, now)
