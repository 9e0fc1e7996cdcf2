"""When figures are too old to be taken for now, and what that does to a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.fund import FundHealth, FundState
from app.domain.reason import Reason, Severity
from app.domain.verdict import Assessment
from app.risk.severity import verdict_of, worst_first
from app.risk.wording import duration

MISSED = 3
"""So many updates missed in a row make a figure stale."""
UNKNOWN_CADENCE_SECONDS = 86400
"""A venue that does not say how often it refreshes a balance is given a day."""


def is_stale(as_of: datetime | None, now: datetime, interval_seconds: float) -> bool:
    """Whether ``as_of`` is more than three intervals ago; a time nobody knows is."""
    return as_of is None or now - as_of > timedelta(seconds=MISSED * interval_seconds)


def fund_is_stale(as_of: datetime | None, now: datetime, cadence_seconds: int | None) -> bool:
    """The same for a pool's balance, by the venue's own time and cadence."""
    return is_stale(as_of, now, cadence_seconds or UNKNOWN_CADENCE_SECONDS)


def stale_fund_reason(as_of: datetime | None, now: datetime, cadence_seconds: int | None) -> Reason:
    """What a stale balance says against its pool."""
    old = "of unknown age" if as_of is None else f"{duration(now - as_of)} old"
    return Reason(
        code="fund_stale",
        severity=Severity.WATCH,
        text=f"The balance of the fund is {old}.",
        value=None if as_of is None else (now - as_of).total_seconds(),
        threshold=float(MISSED * (cadence_seconds or UNKNOWN_CADENCE_SECONDS)),
    )


def fund_with_staleness(state: FundState, now: datetime) -> FundState:
    """``state`` as it reads at ``now``: turned ``stale`` where its balance has become old.

    What spoke against the pool when it was last seen stays among the reasons, so that lost
    sight of a draining fund never reads better than the sight of it.
    """
    if state.health is FundHealth.UNKNOWN and state.as_of is None:
        return state
    if not fund_is_stale(state.as_of, now, state.cadence_seconds):
        return state
    reason = stale_fund_reason(state.as_of, now, state.cadence_seconds)
    others = [r for r in state.reasons if r.code != reason.code]
    return replace(
        state,
        health=FundHealth.STALE,
        reasons=worst_first([*others, reason]),
        notes={**state.notes, "health": reason.text},
    )


def with_staleness(assessment: Assessment, *, now: datetime, interval_seconds: float) -> Assessment:
    """``assessment`` as it reads at ``now``, ``interval_seconds`` being how often it is made.

    An old position, and an old fund behind it, raise severity to ``watch`` at least; nothing
    is ever lowered.
    """
    fund = assessment.fund and fund_with_staleness(assessment.fund, now)
    as_of = assessment.position.as_of
    kept = [r for r in assessment.verdict.reasons if r.code not in ("data_stale", "fund_stale")]
    if fund is not None:
        kept += [r for r in fund.reasons if r.code == "fund_stale"]
    if is_stale(as_of, now, interval_seconds):
        kept.append(
            Reason(
                code="data_stale",
                severity=Severity.WATCH,
                text=f"These figures are {duration(now - as_of)} old.",
                value=(now - as_of).total_seconds(),
                threshold=MISSED * interval_seconds,
            )
        )
    return replace(assessment, fund=fund, verdict=verdict_of(kept))
