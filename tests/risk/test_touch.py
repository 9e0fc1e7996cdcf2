"""Touch probabilities: against the table of the domain reference, simulation and identities."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, isfinite, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.position import Side
from app.risk.touch import fat_tail, model_touch

SIDES = (Side.LONG, Side.SHORT)
DISTANCES = st.floats(0.0, 3.0)
VOLATILITIES = st.floats(1e-3, 1.0)
DAYS = st.floats(1 / 24, 365.0)
Probability = Callable[..., float]
BOTH = pytest.mark.parametrize("probability", [model_touch, fat_tail])
EITHER_SIDE = pytest.mark.parametrize("side", SIDES)


def at(
    probability: Probability, side: Side, log_distance: float, sigma: float, days: float
) -> float:
    """With the liquidation price so far, in log return, from a mark of 100."""
    to = 100.0 * exp(-side.sign * log_distance)
    return probability(side=side, mark=100.0, liquidation=to, volatility=sigma, days=days)


@pytest.mark.parametrize(
    ("sigma", "distance", "expected"),
    [
        (0.025, 0.02, 0.42),
        (0.025, 0.05, 0.041),
        (0.05, 0.02, 0.69),
        (0.05, 0.05, 0.31),
        (0.05, 0.10, 0.037),
        (0.08, 0.02, 0.81),
        (0.08, 0.05, 0.53),
        (0.08, 0.10, 0.20),
        (0.08, 0.20, 0.006),
        (0.05, 0.33, 0.0),
    ],
)
def test_one_day_of_a_long_is_as_in_the_table(
    sigma: float, distance: float, expected: float
) -> None:
    found = model_touch(
        side=Side.LONG, mark=100.0, liquidation=100.0 * (1 - distance), volatility=sigma, days=1
    )
    assert found == pytest.approx(expected, rel=0.02, abs=6e-4)


def test_a_fifth_in_a_day_is_hundreds_of_times_likelier_than_the_normal_says() -> None:
    found = fat_tail(side=Side.LONG, mark=100.0, liquidation=80.0, volatility=0.05, days=1)
    assert found == pytest.approx(0.0023, abs=5e-5)
    one_normal_move = 0.000004
    assert found / one_normal_move > 500


@pytest.mark.parametrize(
    ("side", "distance", "sigma", "days"),
    [
        (Side.LONG, 0.10, 0.05, 1),
        (Side.SHORT, 0.10, 0.05, 1),
        (Side.LONG, 0.30, 0.08, 7),
        (Side.SHORT, 0.30, 0.08, 7),
        (Side.SHORT, 0.60, 0.40, 7),
        (Side.LONG, 0.02, 0.06, 1 / 24),
    ],
)
def test_the_model_is_what_simulated_paths_do(
    side: Side, distance: float, sigma: float, days: float
) -> None:
    """Between two steps a path touches with the chance of a Brownian bridge, so none is missed."""
    to, steps, paths = 1 - side.sign * distance, 24, 20_000
    variance = sigma * sigma * days / steps
    moves = np.random.default_rng(20261122).normal(-variance / 2, sqrt(variance), (paths, steps))
    walk = np.concatenate([np.zeros((paths, 1)), np.cumsum(moves, axis=1)], axis=1)
    left = side.sign * (walk - log(to))
    safe = 1 - np.exp(-2 * left[:, :-1].clip(0) * left[:, 1:].clip(0) / variance)
    touched = 1 - safe.prod(axis=1)
    found = model_touch(side=side, mark=1.0, liquidation=to, volatility=sigma, days=days)
    assert found == pytest.approx(touched.mean(), abs=4 * touched.std() / sqrt(paths))


def test_the_fat_tail_is_what_drawn_moves_do() -> None:
    draws = np.random.default_rng(7).standard_t(3, 400_000) / sqrt(3) * 0.05 * sqrt(7)
    for side, to in ((Side.LONG, 0.75), (Side.SHORT, 1.25)):
        share = float((side.sign * draws <= side.sign * log(to)).mean())
        found = fat_tail(side=side, mark=1.0, liquidation=to, volatility=0.05, days=7)
        assert found == pytest.approx(share, rel=0.03)


@EITHER_SIDE
def test_at_the_liquidation_price_and_beyond_it_is_certain(side: Side) -> None:
    for beyond in (0.0, 0.1):
        to = 100.0 * (1 + side.sign * beyond)
        for probability in (model_touch, fat_tail):
            asked = {"side": side, "mark": 100.0, "liquidation": to, "volatility": 0.05}
            assert probability(**asked, days=1) == 1


@EITHER_SIDE
def test_it_is_all_but_certain_just_before(side: Side) -> None:
    assert at(model_touch, side, 1e-9, 0.05, 1) == pytest.approx(1)


@BOTH
@given(st.sampled_from(SIDES), DISTANCES, st.floats(0.001, 1.0), VOLATILITIES, DAYS)
def test_farther_is_never_likelier(
    probability: Probability, side: Side, near: float, more: float, sigma: float, days: float
) -> None:
    nearer, farther = (at(probability, side, b, sigma, days) for b in (near, near + more))
    assert farther <= nearer * (1 + 1e-6) + 1e-12


@BOTH
@given(st.sampled_from(SIDES), DISTANCES, VOLATILITIES, DAYS, st.floats(1.0, 100.0))
def test_longer_is_never_less_likely(
    probability: Probability, side: Side, b: float, sigma: float, days: float, times: float
) -> None:
    shorter, longer = (at(probability, side, b, sigma, t) for t in (days, days * times))
    assert longer >= shorter * (1 - 1e-6) - 1e-12


@given(st.floats(0.0, 2.0))
def test_in_the_end_a_long_is_touched_and_a_short_as_often_as_its_prices_say(b: float) -> None:
    assert at(model_touch, Side.LONG, b, 10.0, 10_000) == pytest.approx(1)
    assert at(model_touch, Side.SHORT, b, 10.0, 10_000) == pytest.approx(exp(-b))


@given(
    st.sampled_from(SIDES),
    st.floats(1e-300, 1e300),
    st.floats(1e-300, 1e300),
    st.floats(1e-150, 1e150),
    st.floats(1e-9, 1e9),
)
def test_no_price_or_volatility_breaks_it(
    side: Side, mark: float, to: float, sigma: float, days: float
) -> None:
    for probability in (model_touch, fat_tail):
        found = probability(side=side, mark=mark, liquidation=to, volatility=sigma, days=days)
        assert isfinite(found)
        assert 0 <= found <= 1


@pytest.mark.parametrize("b", [1.74, 1.75, 1.76])
def test_the_far_tail_goes_on_where_its_series_takes_over(b: float) -> None:
    """e^(−b)·Φ at 35 deviations: the ratio of neighbours is that of the tail itself."""
    sigma = 0.05
    here, next_to_it = (at(model_touch, Side.LONG, x, sigma, 1) for x in (b, b + 1e-4))
    slope = b / sigma**2 - 0.5
    assert here > 0
    assert log(here / next_to_it) == pytest.approx(slope * 1e-4, rel=0.02)


@pytest.mark.parametrize("a", [999.0, 1001.0, 1e6])
def test_the_long_tail_of_students_t_falls_with_the_cube(a: float) -> None:
    here, twice = (at(fat_tail, Side.SHORT, x, 1e-4, 1) for x in (a * 1e-4, 2 * a * 1e-4))
    assert here > 0
    assert here / twice == pytest.approx(8, rel=1e-5)
