"""Beta to BTC: the slope of the common hours, and none where there is nothing to compare."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.price_series import PriceSeries
from app.risk.beta import beta
from tests.risk.price_builders import FIRST_HOUR, series_of

RANDOM = np.random.default_rng(11)
MOVES = RANDOM.normal(0, 0.01, 100)


def moving(factor: float, noise: float = 0.0, hours: np.ndarray | None = None) -> PriceSeries:
    own = np.random.default_rng(5).normal(0, 1, len(MOVES)) * noise
    return series_of(np.exp(np.cumsum([0, *(factor * MOVES + own)])), hours=hours)


@given(st.floats(-3, 3).filter(lambda factor: abs(factor) > 1e-6))
def test_a_price_that_moves_by_a_multiple_has_that_multiple(factor: float) -> None:
    found = beta(moving(factor), moving(1.0))
    assert found.value == pytest.approx(factor, rel=1e-6, abs=1e-9)
    assert found.note is None


def test_it_is_the_slope_of_least_squares() -> None:
    own, btc = moving(1.4, noise=0.005), moving(1.0)
    slope = np.polyfit(np.diff(np.log(btc.close)), np.diff(np.log(own.close)), 1)[0]
    assert beta(own, btc).value == pytest.approx(slope)


def test_only_hours_known_of_both_count() -> None:
    later = moving(2.0, hours=FIRST_HOUR + 1000 + np.arange(101))
    found = beta(later, moving(1.0))
    assert found.value is None
    assert found.note == "0 of 48 hours with prices of both this contract and BTC so far."
    shifted = beta(
        series_of(moving(2.0).close[30:], hours=FIRST_HOUR + np.arange(30, 101)), moving(1)
    )
    assert shifted.value == pytest.approx(2.0)


def test_a_gap_in_either_is_skipped_in_both() -> None:
    hours = FIRST_HOUR + np.arange(101)
    kept = np.ones(101, dtype=bool)
    kept[20:30] = False
    whole = moving(1.5)
    gappy = series_of(whole.close[kept], hours=hours[kept])
    assert beta(gappy, moving(1.0)).value == pytest.approx(1.5)
    assert beta(moving(1.0), gappy).value == pytest.approx(1 / 1.5)


def test_forty_seven_common_moves_are_too_few_and_forty_eight_are_enough() -> None:
    own, btc = moving(1.2), moving(1.0)
    short, enough = (series_of(own.close[:count], hours=own.hours[:count]) for count in (48, 49))
    assert (
        beta(short, btc).note == "47 of 48 hours with prices of both this contract and BTC so far."
    )
    assert beta(enough, btc).value == pytest.approx(1.2)


def test_a_price_that_stands_still_has_no_beta() -> None:
    still = series_of(np.full(101, 3.0))
    assert beta(still, moving(1.0)).value is None
    assert beta(still, moving(1.0)).note == "The price has not moved in the hours that are known."
    assert beta(moving(1.0), still).value is None
    found = beta(moving(1.0), still)
    assert found.note == "BTC's price has not moved in the hours that are known."


def test_a_reference_that_hardly_moved_gives_no_beta() -> None:
    found = beta(moving(1.0), moving(1e-3))
    assert found.value is None
    assert found.note == "The moves are too small to compare with BTC's."
