"""From a figure's value in every draw to what is said of it. Needs numpy.

Picking quantiles takes longer than anything else in a scenario. What rises or falls with another
figure in every draw has its quantiles from that figure's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.scenario import Spread
from app.risk.scenario_draws import Floats

QUANTILES = np.array((0.05, 0.25, 0.5, 0.75, 0.95))
Change = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """The values next below and above each quantile, and how far it lies between them."""

    below: Floats
    above: Floats
    between: Floats

    def through(self, rising: Change) -> Order:
        """Of a figure that never falls where this one rises."""
        return Order(below=rising(self.below), above=rising(self.above), between=self.between)

    def turned(self, falling: Change) -> Order:
        """Of a figure that never rises where this one does."""
        below, above = falling(self.above[::-1]), falling(self.below[::-1])
        return Order(below=below, above=above, between=self.between)

    def spread(self, mean: float) -> Spread:
        found = self.below + (self.above - self.below) * self.between
        p5, p25, p50, p75, p95 = found.tolist()
        return Spread(mean=mean, p5=p5, p25=p25, p50=p50, p75=p75, p95=p95)


def order(values: Floats) -> Order:
    """Of at least one value."""
    places = QUANTILES * (len(values) - 1)
    below = np.floor(places).astype(np.intp)
    # Mirrored exactly, so that a falling figure finds its own quantiles in them.
    below[3:] = len(values) - 1 - np.ceil(places).astype(np.intp)[1::-1]
    above = len(values) - 1 - below[::-1]
    # Only these places are put in order, which takes a part of the time of a sort.
    ordered = np.partition(values, sorted({*below.tolist(), *above.tolist()}))
    return Order(below=ordered[below], above=ordered[above], between=places - np.floor(places))


def spread(values: Floats) -> Spread:
    """Mean and quantiles, linear between neighbours; one value stays exactly what it is."""
    low = float(values.min())
    if low == float(values.max()):
        return Spread(mean=low, p5=low, p25=low, p50=low, p75=low, p95=low)
    return order(values).spread(float(values.mean()))


def share_of(draws: Floats | NDArray[np.bool_]) -> float:
    """The share of draws in which something is so."""
    return float(draws.mean())


def depleted(shortfall: Floats, left: Floats) -> NDArray[np.bool_]:
    """In which draws the fund pays its last."""
    gone: NDArray[np.bool_] = (shortfall > 0) & (left <= 0)
    return gone


def haircut_rate(uncovered: Floats, profits: Floats) -> Floats:
    """The part of profits that pays ``uncovered``, at most all of them."""
    rate = np.divide(uncovered, profits, out=np.ones_like(profits), where=profits > 0)
    rate[uncovered <= 0] = 0.0
    return np.minimum(rate, 1.0)
