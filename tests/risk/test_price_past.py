"""A contract's past: what was touched before counts, and what is not known is said."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.market_risk import MarketRisk
from app.domain.position import Side
from app.domain.price_series import PriceSeries, no_prices
from app.risk.price_past import PricePast, Reference, price_past
from app.risk.touch import fat_tail, model_touch
from tests.risk.price_builders import FIRST_HOUR, a_walk, series_of
from tests.support.nouns import NOON

WALK = a_walk(400)
HOURS_OF = {"1h": 1, "24h": 24, "7d": 168}


def past_of(
    prices: PriceSeries, *, symbol: str = "ETHUSDT", btc: PriceSeries | None = None
) -> PricePast:
    return price_past(
        venue="binance",
        native_symbol=symbol,
        prices=prices,
        reference=None if btc is None else Reference(native_symbol="BTCUSDT", prices=btc),
        now=prices.ends or NOON,
    )


PAST = past_of(WALK)


def by_hand(prices: PriceSeries, side: Side, hours: int, ratio: float) -> tuple[float, int]:
    """The share of windows that reached it, looked at one after another; and how many."""
    reached = count = 0
    for begin in range(len(prices) - hours):
        window = slice(begin + 1, begin + hours + 1)
        if prices.hours[begin + hours] - prices.hours[begin] != hours:
            continue
        count += 1
        start = prices.close[begin]
        if side is Side.LONG:
            reached += bool((prices.low[window] / start <= ratio).any())
        else:
            reached += bool((prices.high[window] / start >= ratio).any())
    return reached / count, count


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("distance", [0.005, 0.02, 0.05, 0.15])
def test_the_historical_rate_is_that_of_every_window_looked_at(side: Side, distance: float) -> None:
    gappy = PriceSeries(
        **{
            name: np.delete(getattr(WALK, name), [90, 91, 120])
            for name in ("hours", "high", "low", "close")
        }
    )
    to = 250.0 * (1 - side.sign * distance)
    for prices in (WALK, gappy):
        for touch in past_of(prices).touches(side=side, mark=250.0, liquidation=to):
            expected = by_hand(prices, side, HOURS_OF[touch.window], to / 250.0)
            assert (touch.historical, touch.past_windows) == expected


def test_a_window_begins_at_a_close_and_its_own_hour_does_not_count() -> None:
    close, low = np.full(40, 100.0), np.full(40, 100.0)
    close[::2], low[10] = 100.1, 50.0
    past = past_of(series_of(np.tile(close, 2), low=np.concatenate([low, np.full(40, 100.0)])))
    hour = past.touches(side=Side.LONG, mark=100.0, liquidation=60.0)[0]
    assert (hour.historical, hour.past_windows) == (1 / 79, 79)


@given(st.sampled_from(list(Side)), st.floats(0.0, 0.9), st.floats(1e-6, 1e6))
def test_what_is_shown_is_never_below_what_happened_nor_below_either_model(
    side: Side, distance: float, mark: float
) -> None:
    to = mark * (1 - side.sign * distance)
    touches = PAST.touches(side=side, mark=mark, liquidation=to)
    assert [touch.window for touch in touches] == ["1h", "24h", "7d"]
    sigma = PAST.risk.daily_volatility
    for touch in touches:
        assert touch.historical is not None
        assert touch.probability == max(touch.model, touch.fat_tail, touch.historical)
        asked = {"side": side, "mark": mark, "liquidation": to, "volatility": sigma}
        days = HOURS_OF[touch.window] / 24
        assert touch.model == model_touch(**asked, days=days)  # type: ignore[arg-type]
        assert touch.fat_tail == fat_tail(**asked, days=days)  # type: ignore[arg-type]


def test_a_breached_position_is_certain_whatever_happened() -> None:
    for side, to in ((Side.LONG, 101.0), (Side.SHORT, 99.0), (Side.LONG, 100.0)):
        touches = PAST.touches(side=side, mark=100.0, liquidation=to)
        assert [touch.probability for touch in touches] == [1, 1, 1]


def test_a_crash_in_the_past_outweighs_both_models() -> None:
    close = np.array(WALK.close)
    low = np.array(WALK.low)
    low[200] = close[199] * 0.4
    crashed = past_of(series_of(close, low=low, high=WALK.high))
    day = crashed.touches(side=Side.LONG, mark=100.0, liquidation=50.0)[1]
    assert day.historical == pytest.approx(24 / 376, rel=0.05)
    assert day.probability == day.historical > 50 * max(day.model, day.fat_tail)


def test_fewer_than_thirty_windows_are_no_rate_and_the_note_says_so() -> None:
    past = past_of(a_walk(170))
    hour, day, week = past.touches(side=Side.SHORT, mark=100.0, liquidation=110.0)
    assert (week.historical, week.past_windows) == (None, 2)
    assert week.probability == max(week.model, week.fat_tail)
    assert hour.historical is not None and day.historical is not None
    assert past.notes == {
        "beta": "No contract on BTC is known here to compare with.",
        "touch": "Too few past windows yet for 7d (2 of 30).",
    }


def test_too_short_a_past_leaves_no_touch_and_says_why() -> None:
    past = past_of(a_walk(12))
    assert past.touches(side=Side.LONG, mark=100.0, liquidation=90.0) == ()
    assert past.risk.daily_volatility is None
    note = "12 of 48 hours of prices so far."
    assert past.risk.notes["daily_volatility"] == note
    assert past.notes["touch"] == past.notes["distance_daily_volatilities"] == note


def test_a_contract_without_any_price_has_a_past_that_says_so() -> None:
    past = past_of(no_prices(), btc=WALK)
    assert past.risk == MarketRisk(
        venue="binance",
        native_symbol="ETHUSDT",
        candles=0,
        as_of=None,
        notes={
            "daily_volatility": "0 of 48 hours of prices so far.",
            "beta": "0 of 48 hours with prices of both this contract and BTC so far.",
        },
    )
    assert past.touches(side=Side.LONG, mark=100.0, liquidation=90.0) == ()


@pytest.mark.parametrize("prices", [(None, 90.0), (100.0, None), (0.0, 90.0), (100.0, -1.0)])
def test_there_is_no_touch_without_both_prices(prices: tuple[float | None, float | None]) -> None:
    mark, to = prices
    assert PAST.touches(side=Side.LONG, mark=mark, liquidation=to) == ()


def test_old_prices_are_not_taken_for_those_of_now() -> None:
    end = WALK.ends
    assert end is not None
    for age, known in ((timedelta(hours=24), True), (timedelta(hours=25), False)):
        past = price_past(
            venue="binance",
            native_symbol="ETHUSDT",
            prices=WALK,
            reference=None,
            now=end + age,
        )
        assert (past.risk.daily_volatility is not None) is known
        assert past.risk.as_of == end
    assert past.risk.notes["daily_volatility"] == (
        f"The newest hour of prices read so far ended on {end:%Y-%m-%d at %H:%M} UTC, too long ago."
    )


def test_btc_moves_with_itself_and_another_by_its_slope() -> None:
    assert past_of(WALK, symbol="BTCUSDT", btc=WALK).risk.beta == 1
    twice = series_of((WALK.close / 100) ** 2)
    assert past_of(twice, btc=WALK).risk.beta == pytest.approx(2)


def test_the_figures_are_as_of_the_end_of_the_newest_hour() -> None:
    risk = PAST.risk
    assert risk.candles == 400
    assert risk.as_of is not None
    assert risk.as_of.timestamp() == (FIRST_HOUR + 400) * 3600
    assert risk.daily_volatility == pytest.approx(0.05, rel=0.2)
