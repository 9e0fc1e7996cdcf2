"""One asset's stored past as arrays. Needs numpy, so nothing that faces the browser imports this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssetPast:
    """The latest revisions of an asset's balances in a pool, oldest first.

    ``at`` is microseconds since 1970 UTC, ascending; ``amount`` is in the asset; ``usd`` is what
    it was worth then, NaN where unknown. All three are of one length.
    """

    asset: str
    at: NDArray[np.int64]
    amount: NDArray[np.float64]
    usd: NDArray[np.float64]


def micros(at: datetime) -> int:
    """A time as ``AssetPast.at`` counts it."""
    return (at - EPOCH) // MICROSECOND


def when(at: int) -> datetime:
    """The time that ``micros`` made a number of."""
    return EPOCH + at * MICROSECOND
