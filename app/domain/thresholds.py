"""Where the figures of a position begin to count. domain.md, section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Where a figure begins to count; ``None`` where it never rises so far."""

    watch: float | None
    warning: float | None = None
    critical: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Fractions. ``distance`` and ``coverage`` count downwards, the others upwards."""

    distance: Steps = Steps(watch=0.10, warning=0.05, critical=0.02)
    touch_24h: Steps = Steps(watch=0.05, warning=0.20, critical=0.50)
    """The probability that the price touches the liquidation price within 24 hours."""
    coverage: Steps = Steps(watch=0.002, warning=0.0005)
    margin_ratio: Steps = Steps(watch=0.50, warning=0.80)
    """Only where there is no liquidation price to measure a distance to."""
    trigger: Steps = Steps(watch=0.5, warning=0.8, critical=1.0)
    """The way to the venue's own trigger for auto-deleveraging or for spreading losses."""
    adl_standing: float = 0.8
    """Above it a position is in the top fifth of its queue."""
    session_profit_usd: float = 0.0
    """USD. Above it a session's profit counts where the venue can take it back."""


FALLING = frozenset({"distance", "coverage"})
"""Figures that are worse the smaller they are: their steps go down from watch to critical."""


def problems(thresholds: Thresholds) -> Mapping[str, str]:
    """What is wrong with ``thresholds``, a sentence by the name of each figure; empty if nothing.

    A step is a fraction above 0 and at most 1 and worse than the one before it. One that is
    ``None`` is never reached and has no place in the order.
    """
    found: dict[str, str] = {}
    for field in fields(thresholds):
        value: Steps | float = getattr(thresholds, field.name)
        if isinstance(value, Steps):
            problem = _of_steps(value, falling=field.name in FALLING)
        elif field.name == "adl_standing":
            problem = None if 0 <= value <= 1 else "Must be from 0 to 1 (100 %)."
        else:
            problem = None if 0 <= value < inf else "Must be 0 or more."
        if problem is not None:
            found[field.name] = problem
    return found


def overridden(thresholds: Thresholds) -> tuple[str, ...]:
    """The names of the figures that do not begin to count where they do by default."""
    defaults = Thresholds()
    names = (field.name for field in fields(thresholds))
    return tuple(name for name in names if getattr(thresholds, name) != getattr(defaults, name))


def _of_steps(steps: Steps, *, falling: bool) -> str | None:
    given = [step for step in (steps.watch, steps.warning, steps.critical) if step is not None]
    if not all(0 < step <= 1 for step in given):
        return "Each step must be above 0 and at most 1 (100 %)."
    if any((later >= one) if falling else (later <= one) for one, later in pairwise(given)):
        way = "below" if falling else "above"
        return f"Each step must be {way} the one before it: watch, then warning, then critical."
    return None
