"""One venue's funds beside those of the others, in the same 24 hours. docs/figures.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median

from app.domain.fund import Divergence, DivergenceKind, FundHealth, FundState, PoolKind
from app.risk.fund_thresholds import FundThresholds
from app.risk.staleness import fund_is_stale

LEAST_OTHERS = 3
SIGMA = 1.4826
LEAST_DEVIATION = 0.005
"""Of a balance. Three calm funds that happen to agree make no yardstick finer than this."""


def day_change(states: Iterable[FundState], *, now: datetime) -> float | None:
    """How a venue's funds together moved in 24 hours, at the newest prices.

    Counts the pools that pay for losses and whose change is known and not old; ``None``
    where there is none.
    """
    balance = before = 0.0
    emptied = False
    for state in states:
        change, usd = state.changes.get("24h"), state.balance_usd
        if state.kind is PoolKind.HEADLINE or change is None or usd is None:
            continue
        if state.health is FundHealth.STALE or fund_is_stale(
            state.as_of, now, state.cadence_seconds
        ):
            continue
        if change <= -1:
            # What it was before cannot be worked back from nothing.
            emptied = True
            continue
        balance += usd
        before += usd / (1 + change)
    if before > 0:
        return balance / before - 1
    return -1.0 if emptied else None


def diverges(
    own: float | None, others: Sequence[float], thresholds: FundThresholds | None = None
) -> Divergence | None:
    """``own`` and ``others`` are changes over the same 24 hours; ``None`` without an own one."""
    if own is None:
        return None
    if len(others) < LEAST_OTHERS:
        return Divergence(kind=DivergenceKind.NOT_ENOUGH_VENUES, others=len(others), own_change=own)
    limits = thresholds or FundThresholds()
    middle = median(others)
    spread = max(SIGMA * median(abs(one - middle) for one in others), LEAST_DEVIATION)
    score = (own - middle) / spread
    kind = DivergenceKind.IN_LINE
    if own <= limits.alone_change:
        if middle <= limits.cascade_others:
            kind = DivergenceKind.MARKET_WIDE
        elif middle >= limits.alone_others and score <= limits.alone_score:
            kind = DivergenceKind.ALONE
    return Divergence(
        kind=kind, others=len(others), own_change=own, others_change=middle, score=score
    )
