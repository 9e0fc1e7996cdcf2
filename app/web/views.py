"""The status page: the same figures as the API, for people, made for a phone first."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request

from app import clock
from app.api.auth import Scope
from app.api.services import services
from app.web import content
from app.web.access import signed_in
from app.web.headline import positions_headline, venues_headline

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from app.store.tokens import Principal

blp = Blueprint("page", __name__)

POOLS_IN_FULL = 6
"""So many pools of a venue get a card on its page; the others a line of a table."""
AGES = re.compile(r"(<time [^>]*data-age[^>]*>)[^<]*")


@blp.get("/")
@signed_in(Scope.READ)
def positions(*, principal: Principal) -> Response:
    """Positions worst first, and the funds of every venue."""
    now, after = clock.now(), request.args.get("after")
    services().demand.looked(principal)
    with services().database.read() as connection:
        funds = content.shown_funds(connection, venue_id=None, now=now)
        shown, more = content.shown_positions(
            connection, user_id=principal.user_id, after=after, funds=funds, now=now
        )
        accounts = content.shown_accounts(connection, user_id=principal.user_id, now=now)
        near = content.falling_together(connection, user_id=principal.user_id, accounts=accounts)
        errors = content.fund_errors(connection)
        gone = content.worker_is_gone(connection, now=now)
    newest, oldest = content.span(accounts)
    return unless_unchanged(
        render_template(
            "positions.html",
            headline="More positions" if after else positions_headline(shown, funds, accounts),
            positions=shown,
            continued=bool(after),
            more=more,
            accounts=accounts,
            falling_together=near,
            newest=newest,
            oldest=oldest,
            worker_is_gone=gone,
            venues=content.venue_board(
                funds,
                errors=errors,
                positions=shown,
                only=content.worth_a_look(funds, accounts),
                most=content.BRIEF,
            ),
        )
    )


@blp.get("/venues")
@signed_in(Scope.READ)
def venues(*, principal: Principal) -> Response:
    """Every venue: its funds and, in a line, what it does with losses."""
    now = clock.now()
    with services().database.read() as connection:
        funds = content.shown_funds(connection, venue_id=None, now=now)
        errors = content.fund_errors(connection)
        gone = content.worker_is_gone(connection, now=now)
    board = content.venue_board(funds, errors=errors)
    return unless_unchanged(
        render_template(
            "venues.html",
            headline=venues_headline(funds),
            venues=[one for one in board if one["rows"] or one["error"]],
            others=[one for one in board if not one["rows"] and not one["error"]],
            worker_is_gone=gone,
        )
    )


@blp.get("/venues/<venue_id>")
@signed_in(Scope.READ)
def venue(venue_id: str, *, principal: Principal) -> Response:
    """One venue: its pools, and the waterfall with sources."""
    now = clock.now()
    with services().database.read() as connection:
        shown = content.shown_venue(connection, venue_id=venue_id, now=now)
        funds = content.shown_funds(connection, venue_id=venue_id, now=now)
        gone = content.worker_is_gone(connection, now=now)
    pools = [fund for fund in funds if fund["kind"] != "headline"]
    cards = content.most_telling(pools, most=POOLS_IN_FULL)
    return unless_unchanged(
        render_template(
            "venue.html",
            venue=shown,
            cards=cards + funds[len(pools) :],
            lines=[fund for fund in pools if fund not in cards],
            worker_is_gone=gone,
        )
    )


def unless_unchanged(html: str) -> Response:
    """The page, or 304 when what the asker has says the same but for its ages.

    Browsers keep no page (``no-store``); it is the page's own script that asks with the tag of
    what it shows, so that nothing is drawn anew while nothing but time has passed. The script
    counts ages on by itself.
    """
    answer = make_response(html)
    tag = blake2b(AGES.sub(r"\1", html).encode(), digest_size=12).hexdigest()
    answer.set_etag(tag, weak=True)
    return answer.make_conditional(request)
