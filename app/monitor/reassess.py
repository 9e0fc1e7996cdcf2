"""Verdicts follow the market: pools and positions are judged anew when figures have moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.verdict import Assessment
from app.monitor.assessing import (
    VenuePicture,
    assess_positions,
    danger_of,
    venue_picture,
    worst_health,
)
from app.monitor.context import Context
from app.monitor.demand import hasten_if_well
from app.monitor.intervals import ALARMING, Danger
from app.monitor.pools import judge_pools
from app.risk.severity import Thresholds
from app.store import funds, positions
from app.store.positions import StoredPosition
from app.store.sources import account_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessed:
    """New assessments by position id, accounts that came into danger, and how bad it is."""

    updates: Mapping[str, Assessment]
    endangered: frozenset[str]
    danger: Danger


def judge_venue(context: Context, venue: str) -> Danger:
    """Judge every pool of a venue and every position there by what is stored; how bad it is.

    Accounts that came into danger by it are read next. The positions themselves stay as old
    as they are: only what they mean changes.
    """
    facts = context.catalogue.venue(venue)
    with context.judging:
        now = context.now()
        with context.database.read() as connection:
            judged = judge_pools(
                connection, facts, funds.pools(connection, venue=venue), context.fund_past, now=now
            )
            states = {pool.state.pool_id: pool.state for pool in judged}
            picture = venue_picture(connection, facts, states)
            held = positions.current_for_venue(connection, venue=venue)
        found = reassess(picture, held, context.thresholds)
        with context.database.write() as connection:
            for pool in judged:
                funds.save_state(connection, state=pool.state, recent=pool.recent, now=now)
            positions.replace_assessments(connection, items=found.updates)
            for account_id in sorted(found.endangered):
                hasten_if_well(connection, account_source(account_id), due_at=now)
    alarming = [state.health for state in states.values() if state.health in ALARMING]
    return Danger(
        severity=found.danger.severity,
        nearest_distance=found.danger.nearest_distance,
        fund=worst_health([found.danger.fund, *alarming]),
    )


def reassess(
    picture: VenuePicture, held: Sequence[StoredPosition], thresholds: Thresholds
) -> Reassessed:
    """What ``picture`` makes of positions that were judged before."""
    groups: dict[tuple[str, str], list[StoredPosition]] = defaultdict(list)
    for item in held:
        groups[item.account_id, item.assessment.position.scope].append(item)
    updates: dict[str, Assessment] = {}
    endangered: set[str] = set()
    everything: list[Assessment] = []
    for (account_id, _), members in groups.items():
        judged = assess_positions(
            picture,
            [member.assessment.position for member in members],
            members[0].margin,
            thresholds,
        )
        before = danger_of(member.assessment for member in members)
        after = danger_of(judged)
        if (after.urgent and not before.urgent) or (after.near and not before.near):
            endangered.add(account_id)
        for member, assessment in zip(members, judged, strict=True):
            if assessment != member.assessment:
                updates[member.id] = assessment
        everything += judged
    return Reassessed(
        updates=updates, endangered=frozenset(endangered), danger=danger_of(everything)
    )
