"""Verdicts follow the market: pools and positions are judged anew when figures have moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.fund import FundHealth, FundState
from app.domain.hedge import Hedge
from app.domain.joint import JointLiquidation
from app.domain.thresholds import Thresholds
from app.domain.verdict import Assessment
from app.monitor.assessing import (
    VenuePicture,
    assess_account,
    danger_of,
    parts_of,
    reference_of,
    venue_picture,
    worst_health,
)
from app.monitor.context import Context
from app.monitor.demand import hasten_if_well
from app.monitor.hedging import hedges_of
from app.monitor.intervals import ALARMING, FUND_FASTEST, Danger, budget_floor
from app.monitor.pools import judge_pools
from app.store import funds, joints, positions, thresholds
from app.store.positions import StoredPosition
from app.store.sources import account_source, funds_source
from app.venues.facts import VenueFacts

WORSENED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessed:
    """New assessments by position id, accounts as one by account id, accounts that came into danger, and how bad it is."""

    updates: Mapping[str, Assessment]
    joints: Mapping[str, JointLiquidation]
    endangered: frozenset[str]
    danger: Danger


def judge_venue(context: Context, venue: str) -> Danger:
    """Judge every pool of a venue and every position there by what is stored; how bad it is.

    Accounts that came into danger by it are read next, and the funds as soon as their limit
    allows while it presses. The positions themselves stay as old as they are: only what they
    mean changes.
    """
    facts = context.catalogue.venue(venue)
    with context.judging:
        now = context.now()
        with context.database.read() as connection:
            known = funds.states(connection, venue=venue)
            judged = judge_pools(
                connection,
                facts,
                funds.pools(connection, venue=venue),
                context.fund_past,
                previous={one.state.pool_id: one.state for one in known},
                now=now,
            )
            states = {pool.state.pool_id: pool.state for pool in judged}
            held = positions.current_for_venue(connection, venue=venue)
            users = {one.user_id for one in held}
            symbols = {one.assessment.position.native_symbol for one in held}
            prices = context.price_pasts.of(
                connection, venue, symbols, reference_of(facts), now=now
            )
            picture = venue_picture(connection, facts, prices=prices, states=states)
            limits = thresholds.of_users(connection, user_ids=users)
            hedges = hedges_of(connection, context.catalogue, user_ids=users)
        found = reassess(picture, held, limits, hedges, now=now)
        moving = context.fund_past.marks.move_hard(venue, picture.stats.values(), now=now)
        danger = _with_funds(found.danger, states.values(), moving=moving, now=now)
        with context.database.write() as connection:
            for pool in judged:
                funds.save_state(connection, state=pool.state, recent=pool.recent, now=now)
            positions.replace_assessments(connection, items=found.updates)
            joints.replace(connection, items=found.joints, now=now)
            for account_id in sorted(found.endangered):
                hasten_if_well(connection, account_source(account_id), due_at=now)
            if danger.pressing:
                soon = now + timedelta(seconds=max(FUND_FASTEST, fund_floor(facts)))
                hasten_if_well(connection, funds_source(venue), due_at=soon)
    return danger


def fund_floor(facts: VenueFacts) -> float:
    """The shortest interval at which a venue's funds may be read, seconds."""
    return budget_floor((facts.read(name) for name in facts.fund.reads), facts=facts)


def _with_funds(
    danger: Danger, states: Collection[FundState], *, moving: bool, now: datetime
) -> Danger:
    """``danger`` of the positions, with that of the venue's funds and of its market."""
    alarming = [state.health for state in states if state.health in ALARMING]
    worsened = any(
        state.health in LOSING and state.since is not None and now - state.since < WORSENED_FOR
        for state in states
    )
    return replace(
        danger, fund=worst_health([danger.fund, *alarming]), worsened=worsened, moving=moving
    )


LOSING = ALARMING | {FundHealth.DECLINING}


def reassess(
    picture: VenuePicture,
    held: Sequence[StoredPosition],
    limits: Mapping[str, Thresholds],
    hedges: Mapping[str, Hedge],
    *,
    now: datetime,
) -> Reassessed:
    """What ``picture`` makes of positions that were judged before.

    ``limits`` are the thresholds of each user, ``hedges`` those known by position id.
    """
    groups: dict[str, list[StoredPosition]] = defaultdict(list)
    for item in held:
        groups[item.account_id].append(item)
    updates: dict[str, Assessment] = {}
    joints: dict[str, JointLiquidation] = {}
    endangered: set[str] = set()
    everything: list[Assessment] = []
    for account_id, members in groups.items():
        names = {member.assessment.position.key: member for member in members}
        account = assess_account(
            picture,
            parts_of(members),
            thresholds=limits[members[0].user_id],
            hedges={key: hedges[one.id] for key, one in names.items() if one.id in hedges},
            now=now,
        )
        judged, joints[account_id] = account.assessments, account.joint
        before = danger_of(member.assessment for member in members)
        after = danger_of(judged)
        if (after.urgent and not before.urgent) or (after.near and not before.near):
            endangered.add(account_id)
        for assessment in judged:
            member = names[assessment.position.key]
            if assessment != member.assessment:
                updates[member.id] = assessment
        everything += judged
    return Reassessed(
        updates=updates,
        joints=joints,
        endangered=frozenset(endangered),
        danger=danger_of(everything),
    )
