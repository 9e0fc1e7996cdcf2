"""What happens to the market, as a function of the seconds since a scenario began.

Every curve is deterministic and starts at the market's opening figures. Falls and drains only go
one way; the crash flattens after three minutes, just above the worst position's liquidation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.sandbox.contracts import OPENING_PRICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The state of a scenario at one instant, as factors on the opening figures.

    ``drained`` runs from 0 to 1 while a fund pays out; how much that is, each pool says for each
    scenario. ``stress`` (0..1) drives ADL ranks and risk, per venue.
    """

    prices: Mapping[str, float]
    open_interest: float
    drained: float
    stress: Mapping[str, float]


_TROUGH = {
    "BTC": 0.65, "ETH": 0.63, "BNB": 0.72, "SOL": 0.58, "XRP": 0.60, "WIF": 0.50,
    "xyz:XYZ100": 0.945,
}  # fmt: skip
_VENUES = ("binance", "bybit", "okx", "hyperliquid", "paradex", "gate", "deribit", "cryptocom")


def _ramp(elapsed: float, start: float, duration: float) -> float:
    """0 before ``start``, 1 after ``start + duration``, smooth and never falling between."""
    x = min(max((elapsed - start) / duration, 0.0), 1.0)
    return x * x * (3 - 2 * x)


def _ripple(elapsed: float) -> float:
    """A quiet market's movement, within ±0.2 %, and none at the start."""
    return 0.0013 * math.sin(elapsed * 2 * math.pi / 97) + 0.0006 * math.sin(
        elapsed * 2 * math.pi / 31
    )


def calm(elapsed: float) -> Frame:
    """An ordinary day: prices move within 0.2 %, funds and open interest hold."""
    return Frame(
        prices={coin: OPENING_PRICES[coin] * (1 + _ripple(elapsed)) for coin in OPENING_PRICES},
        open_interest=1 + 0.5 * _ripple(elapsed),
        drained=0.0,
        stress=dict.fromkeys(_VENUES, 0.0),
    )


def crash(elapsed: float) -> Frame:
    """Bitcoin loses 35 % in three minutes, others more; open interest falls, funds pay.

    Binance's main fund loses a sixth; those of Paradex, Crypto.com and (in bitcoin) Deribit all
    they have and more.
    """
    fallen = _ramp(elapsed, 0, 180)
    stress = _ramp(elapsed, 0, 150)
    return Frame(
        prices={
            coin: opening * (1 - (1 - _TROUGH[coin]) * fallen)
            for coin, opening in OPENING_PRICES.items()
        },
        open_interest=1 - 0.38 * _ramp(elapsed, 20, 180),
        drained=_ramp(elapsed, 40, 200),
        stress=dict.fromkeys(_VENUES, stress),
    )


def fund_drain(elapsed: float) -> Frame:
    """Prices slip 1.5 % while a fund at Binance loses 18 %; three others run out.

    Those are Paradex's, Crypto.com's and Deribit's in bitcoin. Gate's contracts come to the edge of
    auto-deleveraging; nothing happens elsewhere.
    """
    slipped, paid = _ramp(elapsed, 0, 180), _ramp(elapsed, 10, 200)
    return Frame(
        prices={coin: opening * (1 - 0.015 * slipped) for coin, opening in OPENING_PRICES.items()},
        open_interest=1 - 0.02 * slipped,
        drained=paid,
        stress=dict.fromkeys(_VENUES, 0.0) | {"binance": 0.75 * paid, "gate": paid},
    )


SCENARIOS: Mapping[str, Callable[[float], Frame]] = {
    "calm": calm,
    "crash": crash,
    "fund_drain": fund_drain,
}
SETTLED: Mapping[str, float] = {"crash": 240.0, "fund_drain": 210.0}
"""Seconds into a scenario at which its funds have paid: venues that spread what is left do it then."""
