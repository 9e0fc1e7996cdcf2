"""Numbers and moments as the page words them, at their extremes too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from app.web import filters
from app.web.filters import FILTERS
from tests.support.nouns import NOON, later


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize("name", ["percent", "money", "price", "change", "quantity", "signed"])
def test_no_number_is_a_dash(name: str) -> None:
    assert FILTERS[name](None) == "–"


@pytest.mark.parametrize(
    ("fraction", "worded"),
    [
        (0.05, "5.0 %"),
        (0.41, "41 %"),
        (-0.012, "−1.2 %"),
        (0.0, "0.0 %"),
        (0.0004, "0.04 %"),
        (0.00001, "< 0.01 %"),
        (7.54, "754 %"),
        (1e300, "> 1,000 %"),
    ],
)
def test_a_fraction_has_as_many_digits_as_matter(fraction: float, worded: str) -> None:
    assert filters.percent(fraction) == worded.replace(" ", "\u2009")


@pytest.mark.parametrize(
    ("fraction", "worded"),
    [
        (-0.154, "−15.4 %"),
        (0.001, "+0.1 %"),
        (0.0, "+0.0 %"),
        (-0.0004, "+0.0 %"),
        (-1.0, "−100 %"),
        (3.456, "+346 %"),
        (1e6, "> +1,000 %"),
    ],
)
def test_a_change_always_has_its_sign(fraction: float, worded: str) -> None:
    assert filters.change(fraction) == worded.replace(" ", "\u2009")


@pytest.mark.parametrize(
    ("value", "worded"),
    [
        (61750.0, "61,750"),
        (142.1, "142.10"),
        (0.4799, "0.4799"),
        (0.00001234, "0.00001234"),
        (0.0000000120004, "0.000000012"),
        (0.0, "0"),
        (1.8e13, "1.80 × 10¹³"),
    ],
)
def test_a_price_is_written_out_unless_it_is_absurd(value: float, worded: str) -> None:
    assert filters.price(value) == worded.replace(" ", "\u2009")


@pytest.mark.parametrize(
    ("value", "worded"),
    [
        (0.5, "0.5"),
        (-1.25, "−1.25"),
        (30000.0, "30,000"),
        (0.00001, "0.00001"),
        (2.5e9, "2.50 × 10⁹"),
        ("middle", "middle"),
    ],
)
def test_an_amount_has_at_most_six_digits(value: float | str, worded: str) -> None:
    assert filters.quantity(value) == worded.replace(" ", "\u2009")


@pytest.mark.parametrize(
    ("value", "worded"),
    [(500.0, "+500.00"), (-412.5, "−412.50"), (0.00002, "+0.00002"), (0.0, "0")],
)
def test_a_profit_has_its_sign_and_nothing_has_none(value: float, worded: str) -> None:
    assert filters.signed(value) == worded


@pytest.mark.parametrize(
    ("adl", "worded"),
    [
        ({"raw": 3.0, "scale": "0-4"}, "3 of 4"),
        ({"raw": "high", "scale": "low, medium, high"}, "high on a scale of low, medium, high"),
    ],
)
def test_a_place_in_the_queue_is_told_by_its_end(adl: dict[str, object], worded: str) -> None:
    assert filters.standing(adl) == worded


@pytest.mark.parametrize(
    ("seconds", "worded"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min"), (3700, "1 h"), (172800, "2 d"), (-5, "0 s")],
)
def test_an_age_is_in_its_largest_unit(seconds: int, worded: str) -> None:
    assert filters.age(later(seconds=-seconds).isoformat()) == worded.replace(" ", "\u2009")


def test_a_moment_of_another_day_names_the_day() -> None:
    told = "Last refreshed at 2026-11-22T09:44:00Z, before that at 2026-11-21T23:10:00.500Z."
    assert (
        filters.moments(told)
        == "Last refreshed at 09:44 UTC, before that at 23:10 UTC on 21 November 2026."
    )


@pytest.mark.parametrize(
    ("seconds", "worded"), [(30, "30 s"), (60, "1 min"), (86400, "24 h"), (5400, "90 min")]
)
def test_a_cadence_is_in_whole_units(seconds: int, worded: str) -> None:
    assert filters.span(seconds) == worded.replace(" ", "\u2009")


def test_an_account_named_after_its_venue_is_not_told_twice() -> None:
    assert filters.place("Bybit", "Bybit hedge") == "Bybit hedge"
    assert filters.place("Bybit", "hedge") == "Bybit, hedge"


def test_the_bar_ends_at_a_fifth_and_its_colours_are_the_thresholds() -> None:
    assert [(name, start, width) for name, start, width, _ in filters.zones(0.06)] == [
        ("critical", "0.0%", "10.0%"),
        ("warning", "10.0%", "15.0%"),
        ("watch", "25.0%", "25.0%"),
        ("ok", "50.0%", "50.0%"),
    ]


@pytest.mark.parametrize(
    ("distance", "passed", "mark"),
    [
        (-0.01, ["critical"], "0.0%"),
        (0.01, ["critical"], "5.0%"),
        (0.02, ["critical"], "10.0%"),
        (0.05, ["critical", "warning"], "25.0%"),
        (0.41, ["critical", "warning", "watch", "ok"], "100.0%"),
    ],
)
def test_the_bar_is_lit_up_to_the_position(distance: float, passed: list[str], mark: str) -> None:
    assert [name for name, _, _, reached in filters.zones(distance) if reached] == passed
    assert filters.mark(distance) == mark


def test_a_chart_needs_two_points_and_stays_inside_its_frame() -> None:
    assert filters.spark_points([{"usd": 1e9}, {"usd": None}]) == []
    points = filters.spark_points([{"usd": usd} for usd in (1.2e9, 1.1e9, 0.0, 5e8)])
    assert all(0 <= x <= 84 and 0 <= y <= 26 for x, y in points)


def test_a_fund_that_hardly_moves_draws_nearly_flat() -> None:
    points = filters.spark_points([{"usd": usd} for usd in (1.0e9, 1.0001e9, 1.0e9)])
    assert max(y for _, y in points) - min(y for _, y in points) < 1
