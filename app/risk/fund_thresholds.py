"""Where every verdict on a fund begins. What each number rests on: docs/figures.md, "Health"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FundThresholds:
    """Fractions of the balance, unless the name says otherwise; losses are negative."""

    draining_24h: float = -0.05
    draining_1h: float = -0.03
    draining_drawdown_8h: float = 0.10
    declining_24h: float = -0.01
    declining_7d: float = -0.03
    growing_24h: float = 0.01
    growing_7d: float = 0.005
    depleted_drawdown_30d: float = 0.80
    trigger_reached: float = 1.0
    recovered: float = 0.8
    """A figure that crossed its threshold is better again at this share of it."""
    shock: float = -8.0
    """Robust deviations of the steps of a month, and how much of the balance that must be."""
    shock_share: float = 0.01
    flat_updates: int = 24
    flat_age: timedelta = timedelta(hours=24)
    alone_change: float = -0.05
    alone_others: float = -0.01
    alone_score: float = -4.0
    cascade_others: float = -0.02
    open_interest_max_age: timedelta = timedelta(hours=1)
    signal_max_age: timedelta = timedelta(minutes=90)
