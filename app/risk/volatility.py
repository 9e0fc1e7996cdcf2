"""How much a contract's price moves in a day. docs/figures.md, "Volatility and touch probability"."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.risk.liquidation import usable_price

LEAST_HOURS: Final = 48
LEAST_MOVES: Final = 24
"""Of 48 hours half must follow on one another, or what is between them is not known."""
DAILY_DECAY: Final = 0.94
"""What a move counts for a day later (domain.md; the value RiskMetrics uses for daily returns)."""
HOURLY_DECAY: Final = DAILY_DECAY ** (1 / 24)
HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure taken from past prices, or ``None`` and the reason."""

    value: float | None
    note: str | None = None


def hourly_moves(
    close: NDArray[np.float64], hours: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Log returns, and the hour each of them ended with.

    Only between hours that follow on one another: a move across a gap is no hour's move.
    """
    if len(hours) < 2:
        return np.empty(0), np.empty(0, dtype=np.int64)
    neighbours = np.diff(hours) == 1
    return np.diff(np.log(close))[neighbours], hours[1:][neighbours]


def daily_volatility(close: NDArray[np.float64], hours: NDArray[np.int64]) -> Estimate:
    """σ per square root of a day, from the closes of hours (counted from any beginning).

    The mean square of hourly log returns about zero, each weighted by ``HOURLY_DECAY`` to the
    power of its age in hours, times 24. A price that never moved has no volatility that says
    anything: ``None``, as with fewer than 48 hours.
    """
    if len(hours) < LEAST_HOURS:
        return Estimate(value=None, note=f"{len(hours)} of {LEAST_HOURS} hours of prices so far.")
    moves, ended = hourly_moves(close, hours)
    if len(moves) < LEAST_MOVES:
        note = f"The hours of prices have gaps: {len(moves)} of {LEAST_MOVES} hourly moves so far."
        return Estimate(value=None, note=note)
    weights = HOURLY_DECAY ** (hours[-1] - ended).astype(np.float64)
    a_day = sqrt(HOURS_A_DAY * float(weights @ (moves * moves)) / float(weights.sum()))
    if not a_day > 0 or not isfinite(a_day):
        return Estimate(value=None, note="The price has not moved in the hours that are known.")
    return Estimate(value=a_day)


def distance_in_volatilities(
    mark: float | None, liquidation: float | None, daily_volatility: float | None
) -> float | None:
    """|ln(M/L)|/σ: how many daily volatilities lie between the two prices.

    ``None`` without either price or without a volatility above 0. Says nothing of the side: of
    a breached position it is how far the price is beyond.
    """
    from_price, to_price = usable_price(mark), usable_price(liquidation)
    if from_price is None or to_price is None or not daily_volatility or daily_volatility <= 0:
        return None
    return abs(log(from_price) - log(to_price)) / daily_volatility
