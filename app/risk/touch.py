"""How likely a price reaches another within a time. docs/figures.md, "Volatility and touch …".

Two models, neither of which knows of crashes: a geometric Brownian motion without drift, and
one single move with far fatter tails. Prices are in quote, volatility is per square root of a
day. Plain floats: this is asked a thousand times in a row.
"""

from __future__ import annotations

from math import atan, erfc, exp, log, pi, sqrt
from typing import Final

from app.domain.position import Side

WINDOWS: Final = (("1h", 1), ("24h", 24), ("7d", 168))
"""The windows that are shown, and how many hours each is."""

_ROOT_2, _ROOT_PI = sqrt(2), sqrt(pi)
_FAR = 35.0
"""Beyond so many deviations the normal tail is taken from its series, exact there to 1e-8."""
_LONG_TAIL = 1e3


def is_breached(side: Side, mark: float, liquidation: float) -> bool:
    """Whether the price is at the liquidation price, or beyond it on the side that loses."""
    return side.sign * (mark - liquidation) <= 0


def model_touch(
    *, side: Side, mark: float, liquidation: float, volatility: float, days: float
) -> float:
    """P(the price touches L within T days), the price a driftless geometric Brownian motion.

    With b = ln(L/M) and v = σ√T (domain.md, section 1):

    - long: Φ((b + v²/2)/v) + e^(−b)·Φ((b − v²/2)/v)
    - short: Φ((−b − v²/2)/v) + e^(−b)·Φ((−b + v²/2)/v)

    Takes prices, volatility and days above 0. 1 where liquidation is reached already.
    """
    if is_breached(side, mark, liquidation):
        return 1.0
    return model_touch_at(side, log(liquidation) - log(mark), volatility * sqrt(days))


def model_touch_at(side: Side, b: float, v: float) -> float:
    """``model_touch`` by b and v, of a price that is not there yet."""
    up, down = b / v + v / 2, b / v - v / 2
    if side is Side.LONG:
        probability = _normal(up) + _scaled_normal(b, up, down)
    else:
        probability = _normal(-up) + exp(-b) * _normal(-down)
    return min(max(probability, 0.0), 1.0)


def fat_tail(
    *, side: Side, mark: float, liquidation: float, volatility: float, days: float
) -> float:
    """P(one move of T days goes beyond L), the log return Student's t with 3 degrees of freedom.

    Scaled so that its standard deviation is σ√T. Its distribution function is known in closed
    form: with a = |b|/v the tail is (arctan(1/a) − a/(1 + a²))/π. 1 where liquidation is
    reached already.
    """
    if is_breached(side, mark, liquidation):
        return 1.0
    return fat_tail_at(log(liquidation) - log(mark), volatility * sqrt(days))


def fat_tail_at(b: float, v: float) -> float:
    """``fat_tail`` by b and v, of a price that is not there yet."""
    a = abs(b) / v
    if a > _LONG_TAIL:  # The two terms all but cancel: their difference as a series.
        return 2 / (3 * pi) / a / a / a * (1 - 1.2 / a / a)
    if a == 0:
        return 0.5
    return (atan(1 / a) - a / (1 + a * a)) / pi


def _normal(x: float) -> float:
    """Φ, without loss of digits in the lower tail."""
    return 0.5 * erfc(-x / _ROOT_2)


def _scaled_normal(b: float, up: float, down: float) -> float:
    """e^(−b)·Φ(down) where −b may be too large for e^(−b): e^(−b − down²/2) is e^(−up²/2)."""
    if down > -_FAR:
        return exp(-b) * _normal(down)
    squared = down * down
    mills = (1 - 1 / squared + 3 / squared / squared) / (-down * _ROOT_2 * _ROOT_PI)
    return mills * exp(-up * up / 2)
