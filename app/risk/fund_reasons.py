"""What speaks against a pool, worst first, and the one word for it. docs/figures.md, "Health".

A verdict gets worse at its threshold and better only well clear of it (``recovered``), so that a
figure that stands still, or trembles at its threshold, never makes the word flap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.fund import Divergence, DivergenceKind, FundHealth, FundState
from app.domain.reason import Reason, Severity
from app.risk.fund_figures import FundFigures
from app.risk.fund_thresholds import FundThresholds
from app.risk.fund_trigger import Trigger
from app.risk.wording import duration, money, percent, plain_number

SEVERITY_OF = {
    FundHealth.CRITICAL: Severity.CRITICAL,
    FundHealth.DRAINING: Severity.WARNING,
    FundHealth.DECLINING: Severity.WATCH,
}
FLAT = "fund_flat"
_ORDER = tuple(FundHealth)


class Bar:
    """Thresholds as they stand for a pool that was ``before`` at its last judging."""

    def __init__(self, limits: FundThresholds, previous: FundState | None) -> None:
        self.limits = limits
        self._before = level(previous)

    def at(self, health: FundHealth, threshold: float) -> float:
        """A pool that was as bad as ``health``, or worse, has yet to get clear of it."""
        if self._before is not None and _ORDER.index(self._before) <= _ORDER.index(health):
            return threshold * self.limits.recovered
        return threshold

    def growing(self, threshold: float) -> float:
        """A pool that did not grow has to get clear of the threshold in the other direction."""
        if self._before in (None, FundHealth.GROWING):
            return threshold
        return threshold / self.limits.recovered


def level(state: FundState | None) -> FundHealth | None:
    """How bad a pool was when last seen, also where it is stale by now; ``None`` if never said."""
    if state is None:
        return None
    codes = {reason.code for reason in state.reasons}
    seen = [health for health in SEVERITY_OF if f"fund_{health}" in codes]
    if state.health not in (FundHealth.STALE, FundHealth.UNKNOWN):
        seen.append(state.health)
    return min(seen, key=_ORDER.index, default=None)


def reasons(found: FundFigures, bar: Bar, *, trigger: Trigger, empty: float | None) -> list[Reason]:
    """Everything said against the pool; ``empty`` is its balance where that is zero or less."""
    limits = bar.limits
    said = []
    if empty is not None:
        text = f"The fund is used up: its balance is {money(empty)}."
        said.append(_reason(FundHealth.CRITICAL, text, empty, 0.0))
    reached = bar.at(FundHealth.CRITICAL, limits.trigger_reached)
    progress = trigger.progress
    if progress is not None and progress >= reached:
        where = "at" if progress >= 1 else f"still {percent(progress)} of the way to"
        text = f"{trigger.subject} is {where} the venue's own trigger for {trigger.what}."
        said.append(_reason(FundHealth.CRITICAL, text, progress, reached))
    for below, health, limit, window, span in (
        (found.drawdown_30d, FundHealth.CRITICAL, limits.depleted_drawdown_30d, "30d", "30 days"),
        (found.drawdown_8h, FundHealth.DRAINING, limits.draining_drawdown_8h, "8h", "8 hours"),
    ):
        threshold = bar.at(health, limit)
        if below is not None and below >= threshold:
            text = f"The fund is {percent(below)} below its highest balance of {span}."
            said.append(_reason(health, text, below, threshold, window))
    for window, span, draining, declining in (
        ("24h", "24 hours", limits.draining_24h, limits.declining_24h),
        ("1h", "1 hour", limits.draining_1h, None),
        ("7d", "7 days", None, limits.declining_7d),
    ):
        value = found.changes[window]
        if value is None:
            continue
        text = f"The fund lost {percent(-value)} in {span}."
        for health, limit_of in (
            (FundHealth.DRAINING, draining),
            (FundHealth.DECLINING, declining),
        ):
            if limit_of is not None and value <= bar.at(health, limit_of):
                said.append(_reason(health, text, value, bar.at(health, limit_of), window))
                break
    return said + _shocked(found, limits) + _flat(found, limits)


def word(said: Iterable[Reason], changes: Mapping[str, float | None], bar: Bar) -> FundHealth:
    """The worst of the reasons, or how the balance moves where there are none."""
    codes = {reason.code for reason in said}
    if "fund_unknown" in codes:
        return FundHealth.UNKNOWN
    if "fund_stale" in codes or FLAT in codes:
        return FundHealth.STALE
    for health in SEVERITY_OF:
        if f"fund_{health}" in codes:
            return health
    day, week = changes["24h"], changes["7d"]
    if day is None:
        return FundHealth.UNKNOWN
    limits = bar.limits
    if day >= bar.growing(limits.growing_24h) or (
        week is not None and week >= bar.growing(limits.growing_7d) and day >= 0
    ):
        return FundHealth.GROWING
    return FundHealth.STABLE


def divergence_reason(
    found: Divergence, own: Iterable[Reason], limits: FundThresholds
) -> Reason | None:
    """What the other venues' funds say of this pool; nothing while it loses nothing itself."""
    if not any(reason.code in _LOSSES for reason in own):
        return None
    others = f"the funds of {found.others} other venues changed by"
    if found.others_change is None or found.own_change is None:
        return None
    theirs = percent(found.others_change, signed=True)
    mine = percent(found.own_change, signed=True)
    if found.kind is DivergenceKind.ALONE:
        return Reason(
            code="fund_alone",
            severity=Severity.WARNING,
            text=f"The venue's funds changed by {mine} in 24 hours while {others} {theirs}:"
            " this is the venue's own problem.",
            value=found.score,
            threshold=limits.alone_score,
            window="24h",
        )
    if found.kind is DivergenceKind.MARKET_WIDE:
        return Reason(
            code="market_cascade",
            severity=Severity.WATCH,
            text=f"The venue's funds changed by {mine} in 24 hours and {others} {theirs}:"
            " losses are all over the market.",
            value=found.others_change,
            threshold=limits.cascade_others,
            window="24h",
        )
    return None


_LOSSES = frozenset(f"fund_{health}" for health in SEVERITY_OF)


def _shocked(found: FundFigures, limits: FundThresholds) -> list[Reason]:
    if found.shock is None or found.last_step is None:
        return []
    if found.shock > limits.shock or found.last_step > -limits.shock_share:
        return []
    text = (
        f"The fund just lost {percent(-found.last_step)} at once,"
        f" {plain_number(round(-found.shock))} times its usual step."
    )
    return [
        Reason(
            code="fund_shock",
            severity=Severity.WATCH,
            text=text,
            value=found.shock,
            threshold=limits.shock,
            window="30d",
        )
    ]


def _flat(found: FundFigures, limits: FundThresholds) -> list[Reason]:
    updates = found.flat_updates
    if updates is None or updates < limits.flat_updates or found.flat_age < limits.flat_age:
        return []
    text = (
        f"The balance has stood still for {duration(found.flat_age)}, {updates} updates long,"
        " though it usually moves: the figure may be dead."
    )
    return [
        Reason(
            code=FLAT,
            severity=Severity.WATCH,
            text=text,
            value=float(updates),
            threshold=float(limits.flat_updates),
        )
    ]


def _reason(
    health: FundHealth, text: str, value: float, threshold: float, window: str | None = None
) -> Reason:
    return Reason(
        code=f"fund_{health}",
        severity=SEVERITY_OF[health],
        text=text,
        value=value,
        threshold=threshold,
        window=window,
    )
