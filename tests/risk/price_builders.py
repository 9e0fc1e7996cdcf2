"""Past prices for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.domain.price_series import PriceSeries

FIRST_HOUR = 480_000


def series_of(close: Any, *, hours: Any = None, low: Any = None, high: Any = None) -> PriceSeries:
    """Hours that follow on one another, each as high and as low as its close, if not told."""
    close = np.asarray(close, dtype=np.float64)
    return PriceSeries(
        hours=np.asarray(
            FIRST_HOUR + np.arange(len(close)) if hours is None else hours, dtype=np.int64
        ),
        high=close if high is None else np.asarray(high, dtype=np.float64),
        low=close if low is None else np.asarray(low, dtype=np.float64),
        close=close,
    )


def a_walk(hours: int, *, volatility: float = 0.05, seed: int = 3) -> PriceSeries:
    """So many hours of a random price with wicks around its closes."""
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, volatility / 24**0.5, hours)))
    begin = np.concatenate([[100.0], close[:-1]])
    wick = 1 + np.abs(random.normal(0, 0.002, (2, hours)))
    high, low = np.maximum(begin, close) * wick[0], np.minimum(begin, close) / wick[1]
    return series_of(close, high=high, low=low)
