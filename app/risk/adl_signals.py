"""What the venue's own market-wide warnings say of a position or a pool. docs/figures.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import PoolReading
from app.domain.reason import Reason, Severity
from app.domain.thresholds import Steps
from app.risk.steps import reached
from app.risk.wording import percent

SPREAD: Final = frozenset({"clawback_rate", "socialized_loss"})
"""Kinds of signals that tell of a loss which traders in profit have paid for already."""
SPREAD_NOW: Final = timedelta(hours=24)
SPREAD_LATELY: Final = timedelta(days=7)


def concerning(
    signals: Iterable[AdlSignal], pool: PoolReading, *, every_contract: bool = False
) -> tuple[AdlSignal, ...]:
    """The signals about a pool or one of its contracts.

    ``every_contract`` says that a pool which lists none stands behind all of them.
    """
    symbols = set(pool.symbols)
    return tuple(
        signal
        for signal in signals
        if signal.pool == pool.key
        or (not signal.pool and (signal.native_symbol in symbols or every_contract))
    )


def signal_reasons(
    signals: Sequence[AdlSignal],
    *,
    now: datetime,
    trigger: Steps,
    trigger_said: bool = False,
) -> list[Reason]:
    """What the signals about one position give reason for; of several triggers the nearest.

    ``trigger_said`` where the fund's own reasons tell of a reached trigger already.
    """
    reasons = []
    ways = [(s.progress, s) for s in signals if s.progress is not None and not trigger_said]
    if ways:
        progress, nearest = max(ways, key=lambda way: way[0])
        reasons += _trigger(progress, nearest, trigger)
    for signal in signals:
        if (signal.rating or "").lower() == "high":
            text = f"The venue rates the risk of auto-deleveraging in {_subject(signal)} high."
            reasons.append(Reason(code="adl_signal", severity=Severity.WATCH, text=text))
        spread = signal.kind in SPREAD and signal.trigger is None and signal.value
        if spread and now - signal.at <= SPREAD_LATELY:
            reasons.append(_spread(signal, now))
    return reasons


def consequence(signal: AdlSignal) -> str:
    """What a venue does at its trigger: a contract is deleveraged, a fund's users share losses."""
    return "auto-deleveraging" if signal.native_symbol else "making others pay for losses"


def _trigger(progress: float, signal: AdlSignal, steps: Steps) -> list[Reason]:
    step = reached(steps, progress)
    if step is None:
        return []
    severity, threshold = step
    subject = _subject(signal, first=True)
    where = "at" if progress >= 1 else f"{percent(progress)} of the way to"
    text = f"{subject} is {where} the venue's own trigger for {consequence(signal)}."
    return [
        Reason(code="adl_signal", severity=severity, text=text, value=progress, threshold=threshold)
    ]


def _spread(signal: AdlSignal, now: datetime) -> Reason:
    recent = now - signal.at <= SPREAD_NOW
    value = signal.value or 0.0
    rate = f" ({percent(value)} of profits)" if signal.kind == "clawback_rate" else ""
    when = "in the last 24 hours" if recent else "in the last 7 days"
    return Reason(
        code="loss_spread",
        severity=Severity.WARNING if recent else Severity.WATCH,
        text=f"The venue made traders in profit pay for a loss {when}{rate}.",
        value=value,
        threshold=0.0,
        window="24h" if recent else "7d",
    )


def _subject(signal: AdlSignal, *, first: bool = False) -> str:
    if signal.native_symbol:
        return signal.native_symbol
    return "The fund behind this position" if first else "the fund's contracts"
