"""What the pages show: the API's own answers, gathered from the store for one user."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.api.shapes.account import AccountSchema, accounts_shown
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.joint import JointSchema, joint_liquidation
from app.api.shapes.position import PositionSchema, position
from app.api.shapes.source import source_error
from app.api.shapes.venue import VenueSchema, venue, venue_name
from app.domain.loss_model import LossModel, StepKind, Touches
from app.domain.position import Position
from app.risk.wording import day
from app.store import accounts as account_rows
from app.store import funds as fund_rows
from app.store import heartbeat, joints, sources
from app.store import positions as position_rows
from app.venues.catalogue import catalogue
from app.web.headline import is_in_trouble
from app.web.joint_chart import move_told, nearest_of_the_account

Shown = dict[str, Any]
PAGE = 60
BRIEF, FULL = 4, 12
"""So many pools of a venue stand in the table beside positions, and in the table of venues."""
MOST_NAMED = 1000
"""So many positions of one account are known by name at most."""
NEAR = 0.30
"""A move of all prices that liquidates an account is told beside positions up to this size."""

AFTER_FUND: Mapping[StepKind, str] = {
    StepKind.BACKSTOP_LIQUIDATOR: "a backstop takes positions over",
    StepKind.TREASURY_TOP_UP: "the venue may add its own money",
    StepKind.AUTO_DELEVERAGING: "winners are closed (auto-deleveraging)",
    StepKind.SOCIALIZED_LOSS: "the loss is spread over winners",
    StepKind.CLAWBACK: "closed profit can be taken back",
}

_POSITION, _ACCOUNT, _FUND, _VENUE = PositionSchema(), AccountSchema(), FundSchema(), VenueSchema()
_JOINT = JointSchema()


def shown_positions(
    connection: Connection,
    *,
    user_id: str,
    after: str | None,
    funds: Sequence[Shown],
    now: datetime,
    account_id: str | None = None,
) -> tuple[list[Shown], str | None]:
    """A page of positions (of one account or of all), worst first, and where the next begins.

    A position's fund is the one of ``funds``, which says more of it than the position does.
    Raises ``InvalidInput`` when ``after`` is no place in the list.
    """
    known = {one["id"]: one for one in funds}
    found = position_rows.list_for(
        connection, user_id=user_id, account_id=account_id, after=after, limit=PAGE + 1
    )
    page = found[:PAGE]
    shown = []
    for stored in page:
        one = dict(_POSITION.dump(position(stored, now=now)))
        one["venue_name"] = venue_name(stored.venue)
        one["fund"] = one["fund"] and known.get(one["fund"]["id"], one["fund"])
        shown.append(one)
    more = position_rows.cursor(page[-1]) if len(found) > PAGE else None
    return shown, more


def shown_accounts(connection: Connection, *, user_id: str, now: datetime) -> list[Shown]:
    """Every account of the user with how reading it goes, and whether it is ``unread``."""
    linked = account_rows.list_for(connection, user_id=user_id)
    dumped = _ACCOUNT.dump(accounts_shown(connection, linked, user_id=user_id, now=now), many=True)
    return [dict(one, unread=_is_unread(one)) for one in dumped]


def shown_joint(connection: Connection, *, user_id: str, account_id: str) -> Shown:
    """One account under a move of all prices. Raises ``NotFound``."""
    linked = account_rows.get(connection, user_id=user_id, account_id=account_id)
    stored = joints.get(connection, user_id=user_id, account_id=account_id)
    return dict(_JOINT.dump(joint_liquidation(linked, stored)))


def held_by_key(connection: Connection, *, user_id: str, account_id: str) -> Mapping[str, Position]:
    """The positions of one account by what tells them apart."""
    found = position_rows.list_for(
        connection, user_id=user_id, account_id=account_id, limit=MOST_NAMED
    )
    return {one.assessment.position.key: one.assessment.position for one in found}


def falling_together(
    connection: Connection, *, user_id: str, accounts: Sequence[Shown]
) -> list[Shown]:
    """The accounts whose cross margin a move of all prices of up to ``NEAR`` uses up.

    The nearest first. A position on isolated margin is no account; its card says how far it is.
    """
    pictures = joints.of_user(connection, user_id=user_id)
    near = []
    for account in accounts:
        picture = pictures.get(account["id"])
        found = picture and nearest_of_the_account(picture.joint)
        if found and abs(found.move) < NEAR:
            near.append((abs(found.move), dict(account, move=move_told(found.kind, found.move))))
    return [account for _, account in sorted(near, key=lambda one: one[0])]


def _is_unread(account: Mapping[str, Any]) -> bool:
    """Whether an account gives no figures, or none any more; one being checked may yet."""
    waits = account["status"] == "unverifiable" and not account["acknowledged_unverifiable"]
    return account["status"] == "refused" or waits or account["error"] is not None


def shown_funds(connection: Connection, *, venue_id: str | None, now: datetime) -> list[Shown]:
    """The pools of one venue, or of all: those that can pay first, then by size."""
    shown = [
        dict(_FUND.dump(fund(one, venue_name=venue_name(one.state.venue), now=now)))
        for one in fund_rows.states(connection, venue=venue_id)
    ]
    return sorted(
        shown, key=lambda f: (f["kind"] == "headline", -(f["balance_usd"] or 0.0), f["id"])
    )


def shown_venue(connection: Connection, *, venue_id: str, now: datetime) -> Shown:
    """One venue with its loss model and how reading it goes. Raises ``NotFound``."""
    facts = catalogue().venue(venue_id)
    source = sources.funds_source(venue_id)
    state = sources.get_many(connection, names=[source]).get(source)
    pools = fund_rows.states(connection, venue=venue_id)
    return dict(_VENUE.dump(venue(facts, pools, state, now=now)))


def fund_errors(connection: Connection) -> Mapping[str, str]:
    """For each venue whose funds cannot be read at present, why."""
    names = {facts.id: sources.funds_source(facts.id) for facts in catalogue().venues()}
    states = sources.get_many(connection, names=list(names.values()))
    errors = {name: source_error(states.get(source)) for name, source in names.items()}
    return {name: str(error["message"]) for name, error in errors.items() if error is not None}


def worker_is_gone(connection: Connection, *, now: datetime) -> bool:
    """Whether nobody reads exchanges at present, so that nothing shown will be refreshed."""
    seen = heartbeat.last(connection)
    return seen is None or now - seen > heartbeat.LATE


def venue_board(
    funds: Sequence[Shown],
    *,
    errors: Mapping[str, str],
    positions: Sequence[Shown] = (),
    only: Collection[str] | None = None,
    most: int = FULL,
) -> list[Shown]:
    """Every venue with its pools, for the table, or those named in ``only``.

    Of a venue's pools at most ``most`` are kept: those behind ``positions``, those in trouble,
    then the largest, so that a venue with hundreds stays a few lines.
    """
    behind = {p["fund"]["id"] for p in positions if p["fund"]}
    board = []
    for facts in catalogue().venues():
        if only is not None and facts.id not in only:
            continue
        pools = [one for one in funds if one["venue"] == facts.id and one["kind"] != "headline"]
        rows = most_telling(pools, behind=behind, most=most)
        board.append(
            {
                "id": facts.id,
                "name": facts.name,
                "fund_published": facts.fund.published,
                "fund_note": facts.fund.note,
                "rows": rows,
                "more": len(pools) - len(rows),
                "error": errors.get(facts.id),
                "summary": summary(facts.name, facts.loss_model),
            }
        )
    return board


def worth_a_look(funds: Sequence[Shown], accounts: Sequence[Shown]) -> frozenset[str]:
    """The venues of the accounts, and those whose fund is in trouble."""
    troubled = {one["venue"] for one in funds if is_in_trouble(one)}
    return frozenset(troubled | {account["venue"] for account in accounts})


def most_telling(pools: Sequence[Shown], *, behind: Collection[str] = (), most: int) -> list[Shown]:
    """At most so many pools: behind a position first, then in trouble, then the largest.

    One more is kept where it would be the only one left out.
    """
    if len(pools) <= most + 1:
        return list(pools)
    troubled = ("critical", "draining", "declining", "stale")

    def order(pool: Shown) -> tuple[bool, int]:
        health = pool["health"]
        rank = troubled.index(health) if health in troubled else len(troubled)
        return pool["id"] not in behind, rank

    kept = {pool["id"] for pool in sorted(pools, key=order)[:most]}
    return [pool for pool in pools if pool["id"] in kept]


def summary(name: str, model: LossModel) -> str:
    """A venue's waterfall in one line: what follows when the fund is empty."""
    if model.closed_on is not None:
        return f"{name} closed on {day(model.closed_on)}."
    after = [step for step in model.after_fund() if step.kind in AFTER_FUND]
    sure = [AFTER_FUND[step.kind] for step in after if step.applies is Touches.YES]
    if sure:
        return f"When it is empty, {', then '.join(sure)}."
    if after:
        return f"When it is empty, it may be that {AFTER_FUND[after[0].kind]}; {name} does not say."
    return f"What {name} does when it is empty is not known."


def span(accounts: Sequence[Shown]) -> tuple[str | None, str | None]:
    """When the newest and the oldest account were read."""
    times = sorted(one["as_of"] for one in accounts if one["as_of"])
    return (times[-1], times[0]) if times else (None, None)
