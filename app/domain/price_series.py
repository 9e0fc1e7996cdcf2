"""One contract's stored hours as arrays. Needs numpy, so nothing facing the browser imports this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

SECONDS_AN_HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceSeries:
    """The finished hours of a contract, oldest first, each once; hours may be missing between.

    ``hours`` counts the hours since 1970 UTC at which each began. Prices are in quote, above 0.
    All are of one length.
    """

    hours: NDArray[np.int64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.hours)

    @property
    def ends(self) -> datetime | None:
        """When the newest of these hours was over."""
        if not len(self.hours):
            return None
        return datetime.fromtimestamp((int(self.hours[-1]) + 1) * SECONDS_AN_HOUR, UTC)


def no_prices() -> PriceSeries:
    """Of a contract of which nothing is stored."""
    none = np.empty(0, dtype=np.float64)
    return PriceSeries(hours=np.empty(0, dtype=np.int64), high=none, low=none, close=none)
