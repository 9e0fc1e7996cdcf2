"""Funds on pages of their own: all of them in one board, and each with its past drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request

from app import clock
from app.api.auth import Scope
from app.api.funds import SIZES, in_order
from app.api.services import services
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.fund_history import FundHistorySchema, fund_history
from app.api.shapes.venue import venue_name
from app.domain.fund import PoolKind
from app.store import fund_points, funds
from app.web import content
from app.web.access import signed_in
from app.web.chart import RANGES, chart
from app.web.views import unless_unchanged

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from app.store.tokens import Principal

blp = Blueprint("fund_page", __name__)

POINTS = 240
USUAL_RANGE = "30d"
USUAL_SORT = "health"
DOWNWARDS = frozenset({"size"})
"""Figures of which the largest come first; of the others the smallest are the telling ones."""
COLUMNS = (
    ("size", "Balance"),
    ("change_24h", "24\u2009h"),
    ("change_7d", "7\u2009d"),
    ("coverage", "Share of open interest"),
    ("health", "Health"),
    ("divergence", "Beside others"),
    ("age", "Age"),
)

_FUND, _HISTORY = FundSchema(), FundHistorySchema()


@blp.get("/funds")
@signed_in(Scope.READ)
def board(*, principal: Principal) -> Response:
    """Every pool of every venue in one table, in the order one asks for."""
    now = clock.now()
    sort = request.args.get("sort", USUAL_SORT)
    sort = sort if sort in SIZES else USUAL_SORT
    with services().database.read() as connection:
        known = funds.states(connection)
        gone = content.worker_is_gone(connection, now=now)
    paying = [one for one in known if one.state.kind is not PoolKind.HEADLINE]
    ordered = sorted(paying, key=in_order(sort, now, descending=sort in DOWNWARDS))
    shown = [
        _FUND.dump(fund(one, venue_name=venue_name(one.state.venue), now=now)) for one in ordered
    ]
    return unless_unchanged(
        render_template("funds.html", funds=shown, sort=sort, columns=COLUMNS, worker_is_gone=gone)
    )


@blp.get("/funds/<ident:pool_id>")
@signed_in(Scope.READ)
def one(pool_id: str, *, principal: Principal) -> Response:
    """One pool with its past drawn."""
    now = clock.now()
    span = request.args.get("range", USUAL_RANGE)
    span = span if span in RANGES else USUAL_RANGE
    until = now.replace(second=0, microsecond=0)
    since = until - RANGES[span]
    with services().database.read() as connection:
        stored = funds.state(connection, pool_id=pool_id)
        buckets = fund_points.points(
            connection, pool_id=pool_id, since=since, until=until, count=POINTS
        )
        events = [
            event
            for event in funds.events(connection, pool_id=pool_id, since=since)
            if event.at <= until
        ]
        gone = content.worker_is_gone(connection, now=now)
    past: dict[str, Any] = _HISTORY.dump(
        fund_history(pool_id, buckets, events, since=since, until=until)
    )
    return unless_unchanged(
        render_template(
            "fund.html",
            fund=_FUND.dump(fund(stored, venue_name=venue_name(stored.state.venue), now=now)),
            chart=chart(past),
            ranges=list(RANGES),
            span=span,
            worker_is_gone=gone,
        )
    )
