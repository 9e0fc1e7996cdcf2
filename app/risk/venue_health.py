"""One word for a venue, from those for its pools. docs/figures.md, "Health of an exchange"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.fund import Confidence, FundHealth, FundState, PoolKind
from app.domain.reason import Reason
from app.risk.severity import worst_first

MOST = 0.8
"""Of the open interest: the pools that stand behind so much of it speak for the venue."""
WORST_FIRST = (
    FundHealth.CRITICAL,
    FundHealth.DRAINING,
    FundHealth.DECLINING,
    FundHealth.STALE,
    FundHealth.UNKNOWN,
    FundHealth.STABLE,
    FundHealth.GROWING,
)
"""What nobody knows is better than a known loss and never as good as a known calm."""
_LEAST_FIRST = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueHealth:
    """``pools`` are the ids of those that speak for the venue, the worst first; ``mine`` says
    that they stand behind the user's own positions. ``reasons`` are theirs, worst first.

    ``since`` is how long one of them has been as bad; ``confidence`` is the lowest of theirs.
    """

    health: FundHealth
    since: datetime | None
    confidence: Confidence | None
    reasons: tuple[Reason, ...]
    pools: tuple[str, ...]
    mine: bool


def venue_health(states: Iterable[FundState], *, behind: Collection[str] = ()) -> VenueHealth:
    """The worst of the pools behind the user's positions (``behind``, pool ids).

    Without any, the worst of the pools that stand behind the top 80 % of the known open
    interest, and of the largest ones among those whose open interest is not known. A
    published total that pays for no loss never counts.
    """
    paying = [state for state in states if state.kind is not PoolKind.HEADLINE]
    mine = [state for state in paying if state.pool_id in behind]
    telling = sorted(mine or _largest(paying), key=lambda state: WORST_FIRST.index(state.health))
    if not telling:
        return VenueHealth(
            health=FundHealth.UNKNOWN,
            since=None,
            confidence=None,
            reasons=(),
            pools=(),
            mine=False,
        )
    health = telling[0].health
    return VenueHealth(
        health=health,
        since=min((s.since for s in telling if s.health is health and s.since), default=None),
        confidence=min(
            (state.confidence for state in telling if state.confidence),
            key=_LEAST_FIRST.index,
            default=None,
        ),
        reasons=worst_first(dict.fromkeys(reason for state in telling for reason in state.reasons)),
        pools=tuple(state.pool_id for state in telling),
        mine=bool(mine),
    )


def _largest(states: Sequence[FundState]) -> list[FundState]:
    by_interest = [state for state in states if state.open_interest_usd is not None]
    unread = [state for state in states if state.open_interest_usd is None]
    return _top(by_interest, lambda state: state.open_interest_usd or 0.0) + _top(
        unread, lambda state: max(state.balance_usd or 0.0, 0.0)
    )


def _top(states: Sequence[FundState], weight: Callable[[FundState], float]) -> list[FundState]:
    """The heaviest, until they make up 80 % together; all of them where nothing weighs."""
    total = sum(weight(state) for state in states)
    if total <= 0:
        return list(states)
    chosen: list[FundState] = []
    reached = 0.0
    for state in sorted(states, key=weight, reverse=True):
        if reached >= MOST * total:
            break
        chosen.append(state)
        reached += weight(state)
    return chosen
