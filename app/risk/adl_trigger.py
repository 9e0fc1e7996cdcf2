"""How far a venue is on the way to its own trigger for auto-deleveraging. docs/figures.md."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from app.domain.adl import AdlSignal, AdlTrigger


def nearest_trigger(signals: Sequence[AdlSignal]) -> AdlTrigger | None:
    """Of the signals about one position, the one nearest to its trigger; the newer of two equal.

    ``None`` where no signal has a way to a trigger: ``why_no_trigger`` says why.
    """
    ways = [
        (signal.progress, signal.at, signal)
        for signal in signals
        if signal.progress is not None and isfinite(signal.progress)
    ]
    if not ways:
        return None
    progress, at, nearest = max(ways, key=lambda way: way[:2])
    return AdlTrigger(
        progress=progress,
        subject=nearest.native_symbol or nearest.pool,
        value=nearest.value,
        trigger=nearest.trigger,
        as_of=at,
    )


def why_no_trigger(signals: Sequence[AdlSignal]) -> str:
    """The note beside a trigger that is ``None``."""
    if any(signal.rating is not None for signal in signals):
        return "The venue rates the risk of auto-deleveraging, without a figure for its trigger."
    return "No figure of the venue tells how far it is from its trigger for auto-deleveraging."
