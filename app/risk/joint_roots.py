"""The first root of what a margin has to spare, on a stretch without breakpoints.

Straight lines and one hyperbola (every inverse contract moving by the same amount) have a closed
form. Several hyperbolas are bracketed: a stretch is halved until a straight line below the curve
proves the half free of roots, so that the first root is found however many there are. Nothing is
searched in fixed steps.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

NARROW = 1e-15
"""A stretch this short is one point."""
MOST_HALVES = 4_096
"""So many are looked at. Amounts that would need more cancel out but for their rounding."""


class Spare(NamedTuple):
    """``constant`` + ``slope``·t + Σ C/(1 + c·t), with (c, C) in ``curved``."""

    constant: float
    slope: float
    curved: tuple[tuple[float, float], ...]

    def at(self, t: float) -> float:
        total = self.constant + self.slope * t
        for slope, curved in self.curved:
            total += curved / (1 + slope * t)
        return total

    def first_root(self, begin: float, end: float) -> float | None:
        """Where it first is zero in (``begin``, ``end``], being above zero at ``begin``."""
        if not self.curved:
            if self.at(end) > 0:
                return None
            return min(max(-self.constant / self.slope, begin), end) if self.slope else begin
        if len(self.curved) == 1:
            return self._root_of_one(begin, end)
        return self._root_of_several(begin, end)

    def _root_of_one(self, begin: float, end: float) -> float | None:
        """Times 1 + c·t, which is above zero, it is a quadratic."""
        ((c, curved),) = self.curved
        for root in _quadratic_roots(
            self.slope * c, self.constant * c + self.slope, self.constant + curved
        ):
            if begin < root <= end:
                return root
        return self._bisect(begin, end) if self.at(end) <= 0 else None

    def _bisect(self, above: float, below: float) -> float:
        while True:
            middle = (above + below) / 2
            if not above < middle < below:
                return below
            if self.at(middle) > 0:
                above = middle
            else:
                below = middle

    def _root_of_several(self, begin: float, end: float) -> float | None:
        """Halves that a straight line below the curve proves free of roots are left out.

        What is left after ``MOST_HALVES`` is judged by its ends.
        """
        waiting = [(begin, end)]
        looked_at = 0
        while waiting:
            a, b = waiting.pop()
            if self._clears(a, b):
                continue
            looked_at += 1
            middle = (a + b) / 2
            if looked_at > MOST_HALVES or b - a <= NARROW or not a < middle < b:
                if self.at(b) <= 0:
                    return self._bisect(a, b)
                continue
            if self.at(middle) > 0:
                waiting.append((middle, b))
            waiting.append((a, middle))
        return None

    def _clears(self, a: float, b: float) -> bool:
        """Whether it is surely above zero on [a, b].

        C/(1 + c·t) lies above its tangent where C > 0 and above its chord where C < 0. An end
        that is not above zero settles it, whatever rounding makes of the line.
        """
        if self.at(b) <= 0:
            return False
        left = self.constant + self.slope * a
        right = self.constant + self.slope * b
        for slope, curved in self.curved:
            at_a = curved / (1 + slope * a)
            left += at_a
            if curved > 0:
                right += at_a - at_a * slope / (1 + slope * a) * (b - a)
            else:
                right += curved / (1 + slope * b)
        return left > 0 and right > 0


def _quadratic_roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """Real roots of a·t² + b·t + c, smallest first, without cancellation."""
    if a == 0:
        return () if b == 0 else (-c / b,)
    inner = b * b - 4 * a * c
    if inner < 0:
        return ()
    q = -(b + (sqrt(inner) if b >= 0 else -sqrt(inner))) / 2
    roots = (q / a, c / q if q else 0.0)
    return (min(roots), max(roots))
