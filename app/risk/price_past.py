"""What the past prices of a contract say of its next days.

docs/figures.md, "Volatility and touch probability". Arrays are worked through once, when a
``PricePast`` is built; after that every question is answered with a few plain numbers.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, sqrt
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.domain.market_risk import MarketRisk, Touch
from app.domain.position import Side
from app.domain.price_series import PriceSeries
from app.risk.beta import beta
from app.risk.liquidation import usable_price
from app.risk.touch import WINDOWS, fat_tail_at, is_breached, model_touch_at
from app.risk.volatility import HOURS_A_DAY, Estimate, daily_volatility

LEAST_WINDOWS: Final = 30
_ROOTS: Final = tuple((window, sqrt(hours / HOURS_A_DAY)) for window, hours in WINDOWS)
"""Of each window the root of its days: volatility grows with it."""
TOO_OLD: Final = timedelta(days=1)
"""A volatility of prices that ended so long ago is not shown for that of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The contract that stands for BTC where the contract in question is traded."""

    native_symbol: str
    prices: PriceSeries


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Excursions:
    """How far the price went within every past window of one length, ascending.

    ``down`` is lowest price / price at the beginning, ``up`` highest / beginning.
    """

    down: array[float]
    up: array[float]

    def share_beyond(self, side: Side, ratio: float) -> float | None:
        """The share of windows whose price reached ``ratio`` of its beginning."""
        count = len(self.down)
        if count < LEAST_WINDOWS:
            return None
        if side is Side.LONG:
            return bisect_right(self.down, ratio) / count
        return (count - bisect_left(self.up, ratio)) / count


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PricePast:
    """The past of one contract: what it says of the market, and of any liquidation price.

    ``notes`` has those of ``risk``, and says under ``distance_daily_volatilities`` and
    ``touch`` why a position has none of these.
    """

    risk: MarketRisk
    excursions: Mapping[str, Excursions]
    notes: Mapping[str, str]

    def touches(
        self, *, side: Side, mark: float | None, liquidation: float | None
    ) -> tuple[Touch, ...]:
        """For 1 h, 24 h and 7 d; empty without both prices or without a volatility."""
        from_price, to_price = usable_price(mark), usable_price(liquidation)
        volatility = self.risk.daily_volatility
        if from_price is None or to_price is None or volatility is None:
            return ()
        found = []
        breached = is_breached(side, from_price, to_price)
        b = log(to_price) - log(from_price)
        for window, root in _ROOTS:
            past, v = self.excursions[window], volatility * root
            model = 1.0 if breached else model_touch_at(side, b, v)
            tail = 1.0 if breached else fat_tail_at(b, v)
            historical = past.share_beyond(side, to_price / from_price)
            found.append(
                Touch(
                    window=window,
                    probability=max(model, tail, historical or 0.0),
                    model=model,
                    fat_tail=tail,
                    historical=historical,
                    past_windows=len(past.down),
                )
            )
        return tuple(found)


def price_past(
    *,
    venue: str,
    native_symbol: str,
    prices: PriceSeries,
    reference: Reference | None,
    now: datetime,
    unavailable: str | None = None,
) -> PricePast:
    """The past of a contract, beside that of BTC (``None`` where the venue lists no BTC).

    ``unavailable`` says why there are no prices where it is known.
    """
    volatility = _volatility(prices, now)
    if unavailable is not None and not len(prices):
        volatility = Estimate(value=None, note=unavailable)
    against_btc = _beta(native_symbol, prices, reference)
    excursions = {window: excursions_of(prices, hours) for window, hours in WINDOWS}
    notes = {
        name: estimate.note
        for name, estimate in (("daily_volatility", volatility), ("beta", against_btc))
        if estimate.note is not None
    }
    risk = MarketRisk(
        venue=venue,
        native_symbol=native_symbol,
        candles=len(prices),
        as_of=prices.ends,
        daily_volatility=volatility.value,
        beta=against_btc.value,
        notes=notes,
    )
    return PricePast(risk=risk, excursions=excursions, notes={**notes, **_why(risk, excursions)})


def excursions_of(prices: PriceSeries, hours: int) -> Excursions:
    """From every hour's close through the ``hours`` after it, where all of them are known."""
    if len(prices) <= hours:
        return Excursions(down=array("d"), up=array("d"))
    whole = prices.hours[hours:] - prices.hours[:-hours] == hours
    begin = prices.close[:-hours][whole]
    lowest = sliding_window_view(prices.low[1:], hours).min(axis=1)[whole]
    highest = sliding_window_view(prices.high[1:], hours).max(axis=1)[whole]
    return Excursions(
        down=array("d", np.sort(lowest / begin).tobytes()),
        up=array("d", np.sort(highest / begin).tobytes()),
    )


def _volatility(prices: PriceSeries, now: datetime) -> Estimate:
    ended = prices.ends
    if ended is None or now - ended <= TOO_OLD:
        return daily_volatility(prices.close, prices.hours)
    note = f"The newest hour of prices read so far ended on {ended:%Y-%m-%d at %H:%M} UTC, too long ago."
    return Estimate(value=None, note=note)


def _beta(native_symbol: str, prices: PriceSeries, reference: Reference | None) -> Estimate:
    if reference is None:
        return Estimate(value=None, note="No contract on BTC is known here to compare with.")
    if reference.native_symbol == native_symbol:
        return Estimate(value=1.0)
    return beta(prices, reference.prices)


def _why(risk: MarketRisk, excursions: Mapping[str, Excursions]) -> dict[str, str]:
    missing = risk.notes.get("daily_volatility")
    if missing is not None:
        return {"distance_daily_volatilities": missing, "touch": missing}
    few = [
        f"{window} ({len(past.down)} of {LEAST_WINDOWS})"
        for window, past in excursions.items()
        if len(past.down) < LEAST_WINDOWS
    ]
    return {"touch": f"Too few past windows yet for {', '.join(few)}."} if few else {}
