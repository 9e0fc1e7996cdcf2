"""Thresholds in three steps: where a figure begins to count, and how much."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.reason import Severity
from app.domain.thresholds import Steps


def worst_step(steps: Steps, crossed: Callable[[float], bool]) -> tuple[Severity, float] | None:
    """The worst severity whose threshold is crossed, with that threshold."""
    for severity, threshold in (
        (Severity.CRITICAL, steps.critical),
        (Severity.WARNING, steps.warning),
        (Severity.WATCH, steps.watch),
    ):
        if threshold is not None and crossed(threshold):
            return severity, threshold
    return None


def reached(steps: Steps, value: float) -> tuple[Severity, float] | None:
    """As ``worst_step``, for a figure that counts upwards."""
    return worst_step(steps, lambda threshold: value >= threshold)
