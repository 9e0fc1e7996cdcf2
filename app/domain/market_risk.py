"""How a contract's price has moved: hourly candles, and what they say. docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

ORDINARY_DAY: Final = "ordinary day, not a crash"
"""What every touch probability is labelled with: in a crash prices move together and further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """One finished hour of one contract: when it began, and its prices in quote."""

    at: datetime
    high: float
    low: float
    close: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRisk:
    """What the stored candles of one contract say.

    ``daily_volatility`` is per square root of a day (0.05 is 5 % a day). ``beta`` is the
    contract's own move for a move of BTC, in log returns. ``as_of`` is the end of the newest
    candle, ``candles`` how many there are. ``notes`` says for a field that is ``None`` why.
    """

    venue: str
    native_symbol: str
    candles: int
    as_of: datetime | None
    daily_volatility: float | None = None
    beta: float | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """How likely the price reaches liquidation within a window, on an ordinary day.

    ``probability`` is what is shown: the largest of ``model`` (a geometric Brownian motion
    without drift), ``historical`` (the share of past windows whose price, set to today's mark,
    would have reached it; ``None`` with too few windows) and ``fat_tail`` (one move of
    Student's t with three degrees of freedom and the same volatility).
    """

    window: str
    probability: float
    model: float
    fat_tail: float
    historical: float | None
    past_windows: int
