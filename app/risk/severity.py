"""From figures to reasons to one severity. docs/figures.md, "Severity"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.domain.adl import AdlSignal
from app.domain.fund import FundHealth, FundState
from app.domain.position import Position, Source
from app.domain.reason import Reason, Severity
from app.domain.thresholds import Thresholds
from app.domain.verdict import Verdict
from app.risk.adl_signals import signal_reasons
from app.risk.margin import MarginRatio
from app.risk.steps import reached, worst_step
from app.risk.wording import percent, plain_number, price


def worst_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Ordered by severity, equals in the order given."""
    return tuple(sorted(reasons, key=lambda reason: -reason.severity.rank))


def verdict_of(reasons: Iterable[Reason]) -> Verdict:
    """The worst of ``reasons`` is the severity; without any it is ``ok``."""
    ordered = worst_first(reasons)
    return Verdict(severity=ordered[0].severity if ordered else Severity.OK, reasons=ordered)


def liquidation_reasons(
    *,
    distance: float | None,
    liquidation_price: float | None,
    source: Source,
    covered: bool,
    ratio: MarginRatio,
    thresholds: Thresholds,
) -> list[Reason]:
    """What the way to liquidation says, or that nothing is known of it.

    ``covered`` says that no price liquidates the position, which is good news; for want of a
    price without that, the margin ratio speaks, and where it is unknown too, that is said.
    """
    reasons = []
    if ratio.breached:
        reasons.append(
            Reason(
                code="margin_breached",
                severity=Severity.CRITICAL,
                text="The margin is below what the venue requires: liquidation is due.",
                value=ratio.value,
                threshold=1.0,
            )
        )
    if distance is not None and liquidation_price is not None:
        return reasons + _distance_reasons(distance, liquidation_price, source, thresholds)
    if liquidation_price is not None:
        text = "There is no mark price to measure the way to liquidation from."
        return [*reasons, Reason(code="no_mark_price", severity=Severity.WATCH, text=text)]
    if covered or ratio.breached:
        return reasons
    return reasons + _without_price(ratio, thresholds)


def fund_reasons(fund: FundState | None, thresholds: Thresholds) -> list[Reason]:
    """What speaks against the pool behind a position, and how thin it is."""
    if fund is None:
        return []
    reasons = list(fund.reasons)
    share = fund.coverage
    step = share is not None and worst_step(
        thresholds.coverage, lambda threshold: share < threshold
    )
    if share is not None and step:
        severity, threshold = step
        text = f"The fund is {percent(share)} of the open interest it stands behind."
        reasons.append(
            Reason(
                code="coverage_thin",
                severity=severity,
                text=text,
                value=share,
                threshold=threshold,
            )
        )
    return reasons


def adl_reasons(
    position: Position,
    *,
    in_profit: bool | None,
    fund: FundState | None,
    signals: Sequence[AdlSignal],
    thresholds: Thresholds,
) -> list[Reason]:
    """Standing in the queue, and the venue's own warnings for the contract and its pool.

    Profit that nobody knows is taken for profit: the front of the queue is where it stands.
    """
    reasons = []
    standing = position.adl
    high = standing is not None and standing.standing > thresholds.adl_standing
    if standing is not None and high and in_profit is not False:
        draining = strained(fund)
        raw = standing.raw if isinstance(standing.raw, str) else plain_number(standing.raw)
        text = (
            f"Near the front of the auto-deleveraging queue ({raw} on a scale of"
            f" {standing.scale})" + (" while the fund drains." if draining else ".")
        )
        reasons.append(
            Reason(
                code="adl_high",
                severity=Severity.WARNING if draining else Severity.WATCH,
                text=text,
                value=standing.standing,
                threshold=thresholds.adl_standing,
            )
        )
    at_trigger = fund is not None and (fund.trigger_progress or 0.0) >= 1
    return reasons + signal_reasons(
        signals, now=position.as_of, trigger=thresholds.trigger, trigger_said=at_trigger
    )


def _distance_reasons(
    distance: float, liquidation_price: float, source: Source, thresholds: Thresholds
) -> list[Reason]:
    at = price(liquidation_price) + (" (estimated)" if source is Source.ESTIMATED else "")
    if distance <= 0:
        return [
            Reason(
                code="liquidation_breached",
                severity=Severity.CRITICAL,
                text=f"The mark price has passed the liquidation price of {at}.",
                value=distance,
                threshold=0.0,
            )
        ]
    step = worst_step(thresholds.distance, lambda threshold: distance <= threshold)
    if step is None:
        return []
    severity, threshold = step
    return [
        Reason(
            code="liquidation_near",
            severity=severity,
            text=f"The mark price is {percent(distance)} from liquidation at {at}.",
            value=distance,
            threshold=threshold,
        )
    ]


def _without_price(ratio: MarginRatio, thresholds: Thresholds) -> list[Reason]:
    if ratio.value is None:
        text = "Neither a liquidation price nor a margin ratio is known."
        return [Reason(code="no_liquidation_price", severity=Severity.WATCH, text=text)]
    known = ratio.value
    step = reached(thresholds.margin_ratio, known)
    if step is None:
        return []
    severity, threshold = step
    return [
        Reason(
            code="margin_high",
            severity=severity,
            text=f"The margin ratio is {percent(known)}; liquidation happens at {percent(1)}.",
            value=known,
            threshold=threshold,
        )
    ]


def strained(fund: FundState | None) -> bool:
    """Draining or worse, now or when it was last seen."""
    if fund is None:
        return False
    if fund.health in (FundHealth.DRAINING, FundHealth.CRITICAL):
        return True
    return any(reason.code in ("fund_draining", "fund_critical") for reason in fund.reasons)
