"""Volatility of a contract: weighted as the definition says, and silent where little is known."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.risk.volatility import daily_volatility, distance_in_volatilities

HOURS = np.arange(480_000, 480_000 + 2_000, dtype=np.int64)
MOVES = st.lists(st.floats(-0.2, 0.2), min_size=47, max_size=120)


def closes(moves: list[float], first: float = 100.0) -> np.ndarray:
    return first * np.exp(np.concatenate([[0.0], np.cumsum(moves)]))


def volatility(moves: list[float]) -> float:
    close = closes(moves)
    found = daily_volatility(close, HOURS[: len(close)])
    assert found.value is not None, found.note
    assert found.note is None
    return found.value


def by_hand(close: np.ndarray, hours: np.ndarray) -> float:
    """The definition, an hour at a time."""
    total = weights = 0.0
    for before, after in zip(range(len(close) - 1), range(1, len(close)), strict=True):
        if hours[after] - hours[before] != 1:
            continue
        weight = 0.94 ** ((hours[-1] - hours[after]) / 24)
        total += weight * log(close[after] / close[before]) ** 2
        weights += weight
    return sqrt(24 * total / weights)


def test_moves_of_one_size_have_that_size_times_the_root_of_a_day() -> None:
    up_and_down = [0.01, -0.01] * 40
    assert volatility(up_and_down) == pytest.approx(0.01 * sqrt(24))


@given(MOVES)
def test_it_is_what_the_definition_says(moves: list[float]) -> None:
    close = closes(moves)
    hours = HOURS[: len(close)]
    expected = by_hand(close, hours)
    found = daily_volatility(close, hours).value
    assert found == pytest.approx(expected, rel=1e-9) if expected else found is None


@given(MOVES, st.floats(1e-6, 1e6))
def test_the_unit_of_the_price_does_not_matter(moves: list[float], unit: float) -> None:
    close = closes([0.01, *moves])
    hours = HOURS[: len(close)]
    scaled = daily_volatility(close * unit, hours).value
    assert scaled == pytest.approx(daily_volatility(close, hours).value, rel=1e-6)


def test_a_day_old_move_counts_for_the_published_weight() -> None:
    quiet = [0.0] * 100
    now, before = quiet.copy(), quiet.copy()
    now[-1] = before[-25] = 0.05
    assert (volatility(before) / volatility(now)) ** 2 == pytest.approx(0.94)


def test_a_price_that_fell_is_as_volatile_as_one_that_rose() -> None:
    assert volatility([0.01] * 60) == pytest.approx(volatility([-0.01] * 60))


@pytest.mark.parametrize("hours", [0, 1, 12, 47])
def test_it_takes_two_days_of_prices(hours: int) -> None:
    found = daily_volatility(closes([0.01, -0.02] * 30)[:hours], HOURS[:hours])
    assert (found.value, found.note) == (None, f"{hours} of 48 hours of prices so far.")


def test_a_move_across_a_gap_is_no_move_of_an_hour() -> None:
    close = closes([0.01, -0.01] * 40)
    hours = HOURS[: len(close)].copy()
    hours[40:] += 9
    close[40:] *= 3
    found = daily_volatility(close, hours).value
    assert found == pytest.approx(0.01 * sqrt(24))
    assert found == pytest.approx(by_hand(close, hours))


def test_hours_without_neighbours_say_nothing() -> None:
    close = closes([0.01, -0.01] * 40)
    found = daily_volatility(close, HOURS[::2][: len(close)])
    assert found.value is None
    assert found.note == "The hours of prices have gaps: 0 of 24 hourly moves so far."


def test_a_price_that_never_moved_has_none() -> None:
    found = daily_volatility(np.full(60, 7.5), HOURS[:60])
    assert found.value is None
    assert found.note == "The price has not moved in the hours that are known."


def test_distance_in_volatilities_is_the_log_of_the_prices_over_the_volatility() -> None:
    assert distance_in_volatilities(100.0, 100.0 * exp(-0.1), 0.05) == pytest.approx(2.0)
    assert distance_in_volatilities(100.0, 100.0 * exp(0.1), 0.05) == pytest.approx(2.0)
    assert distance_in_volatilities(100.0, 100.0, 0.05) == 0


@pytest.mark.parametrize(
    "asked",
    [(None, 90.0, 0.05), (100.0, None, 0.05), (100.0, 90.0, None), (100.0, 0.0, 0.05)],
)
def test_there_is_no_distance_without_both_prices_and_a_volatility(
    asked: tuple[float | None, float | None, float | None],
) -> None:
    assert distance_in_volatilities(*asked) is None


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(1e-3, 1.0))
def test_twice_the_volatility_halves_the_distance(mark: float, to: float, sigma: float) -> None:
    one, two = (distance_in_volatilities(mark, to, times * sigma) for times in (1, 2))
    assert one is not None
    assert two == pytest.approx(one / 2)
