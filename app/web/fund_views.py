"""Funds on pages of their own: all of them in one board, and each with its past drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for

from app import clock
from app.api.auth import Scope
from app.api.funds import DIRECTIONS, in_order
from app.api.services import services
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.fund_history import FundHistorySchema, fund_history
from app.api.shapes.venue import venue_name
from app.domain.fund import PoolKind
from app.store import fund_points, funds
from app.venues.catalogue import catalogue
from app.web import content
from app.web.access import signed_in
from app.web.chart import RANGES, chart
from app.web.views import unless_unchanged

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection
    from werkzeug.wrappers import Response

    from app.store.fund_points import FundBucket
    from app.store.funds import StoredFund
    from app.store.tokens import Principal

blp = Blueprint("fund_page", __name__)

POINTS = 240
USUAL_RANGE = "30d"
USUAL_SORT = "health"
COLUMNS = {
    "name": ("Fund", "name", "asc"),
    "size": ("Balance", "balance", "desc"),
    "change_24h": ("24\u2009h", "change in 24\u2009h", "asc"),
    "change_7d": ("7\u2009d", "change in 7\u2009d", "asc"),
    "coverage": ("Share of open interest", "share of open interest", "asc"),
    "health": ("Health", "health", "asc"),
    "divergence": ("Beside others", "beside others", "asc"),
    "age": ("Age", "age", "desc"),
}
"""What the board can be sorted by: at the head of a column, in a sentence, and which way first:
the worst on top, but for balances and names."""

_FUND, _HISTORY = FundSchema(), FundHistorySchema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column and where its link leads: to its order, or to the same the other way round."""

    key: str
    label: str
    spoken: str
    sorted: str | None
    url: str


@blp.get("/funds")
@signed_in(Scope.READ)
def board(*, principal: Principal) -> Response:
    """Every pool of every venue in one table, in the order one asks for."""
    now = clock.now()
    sort = request.args.get("sort", USUAL_SORT)
    sort = sort if sort in COLUMNS else USUAL_SORT
    order = request.args.get("order")
    order = order if order in DIRECTIONS else COLUMNS[sort][2]
    descending = order == "desc"
    with services().database.read() as connection:
        known = funds.states(connection)
        gone = content.worker_is_gone(connection, now=now)
    paying = [one for one in known if one.state.kind is not PoolKind.HEADLINE]
    key = in_order(sort, now, descending=descending)
    ordered = sorted(paying, key=key, reverse=descending)
    return unless_unchanged(
        render_template(
            "funds.html",
            # What is recent is drawn on the pages of the funds.
            funds=[_shown(replace(one, recent=()), now) for one in ordered],
            headings=_headings(sort, order),
            worker_is_gone=gone,
        )
    )


@blp.get("/funds/<ident:pool_id>")
@signed_in(Scope.READ)
def one(pool_id: str, *, principal: Principal) -> Response:
    """One pool with its past drawn."""
    now = clock.now()
    span = request.args.get("range", USUAL_RANGE)
    span = span if span in RANGES else USUAL_RANGE
    # The end of this minute: the newest balance is in it, and the drawing stays for as long.
    until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    since = until - RANGES[span]
    with services().database.read() as connection:
        stored = funds.state(connection, pool_id=pool_id)
        buckets = _points(connection, pool_id, since=since, until=until)
        events = funds.events(connection, pool_id=pool_id, since=since)
        gone = content.worker_is_gone(connection, now=now)
    told = [event for event in events if event.at <= until]
    past: dict[str, Any] = _HISTORY.dump(
        fund_history(pool_id, buckets, told, since=since, until=until)
    )
    shown = _shown(stored, now)
    return unless_unchanged(
        render_template(
            "fund.html",
            fund=shown,
            chart=chart(past, shown["top_ups"]),
            ranges=list(RANGES),
            span=span,
            has_page=stored.state.venue in catalogue().ids(),
            worker_is_gone=gone,
        )
    )


def _points(
    connection: Connection, pool_id: str, *, since: datetime, until: datetime
) -> tuple[FundBucket, ...]:
    """So many points at most; of a past shorter than half the stretch, as many as there are."""
    found = fund_points.points(connection, pool_id=pool_id, since=since, until=until, count=POINTS)
    if not found or found[0].at - since < (until - since) / 2:
        return found
    begins = found[0].at - (until - since) / POINTS
    return fund_points.points(connection, pool_id=pool_id, since=begins, until=until, count=POINTS)


def _shown(stored: StoredFund, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = _FUND.dump(
        fund(stored, venue_name=venue_name(stored.state.venue), now=now)
    )
    return shown


def _headings(sort: str, order: str) -> list[Heading]:
    """The columns; a second click on the one in force turns its order round."""
    turned = DIRECTIONS[1 - DIRECTIONS.index(order)]
    return [
        Heading(
            key=key,
            label=label,
            spoken=spoken,
            sorted=f"{order}ending" if key == sort else None,
            url=url_for("fund_page.board", sort=key, order=turned if key == sort else usual),
        )
        for key, (label, spoken, usual) in COLUMNS.items()
    ]
