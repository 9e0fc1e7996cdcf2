"""How far the nearest of a pool's contracts is to the venue's own trigger. docs/figures.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from app.domain.adl import AdlSignal
from app.risk.adl_signals import consequence
from app.risk.fund_thresholds import FundThresholds
from app.risk.wording import duration

THE_FUND = "The fund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """``progress`` is 0 when calm and 1 at the trigger of ``subject``, at which the venue begins
    with ``what``; ``note`` says why none."""

    progress: float | None
    subject: str | None = None
    what: str | None = None
    note: str | None = None


def nearest_trigger(signals: Sequence[AdlSignal], now: datetime, limits: FundThresholds) -> Trigger:
    """The contract furthest on its way; an old figure counts only if it was at the trigger."""
    figures = [
        (signal.progress, signal)
        for signal in signals
        if signal.progress is not None and isfinite(signal.progress)
    ]
    if not figures:
        return Trigger(progress=None, note="The venue publishes no way to its trigger here.")
    telling = [
        (progress, signal)
        for progress, signal in figures
        if now - signal.at <= limits.signal_max_age or progress >= limits.trigger_reached
    ]
    if not telling:
        age = now - max(signal.at for _, signal in figures)
        return Trigger(progress=None, note=f"The venue's own figure is {duration(age)} old.")
    progress, nearest = max(telling, key=lambda figure: figure[0])
    return Trigger(
        progress=progress,
        subject=nearest.native_symbol or THE_FUND,
        what=consequence(nearest),
    )
