"""A fund's past as a drawing: where its lines run."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.api.fields import rfc3339
from app.web.chart import HEIGHT, WIDTH, Chart, chart
from tests.support.nouns import NOON, later

DAY = timedelta(days=1)


def past(
    values: list[tuple[float, float, float, float]],
    *,
    events: list[dict[str, Any]] | None = None,
    to: float = 0.0,
) -> dict[str, Any]:
    """An answer of the API; each point is days ago, balance, lowest and highest."""
    points = [
        {"at": rfc3339(NOON - days * DAY), "usd": usd, "low": low, "high": high}
        for days, usd, low, high in values
    ]
    return {"points": points, "events": events or [], "to": rfc3339(NOON - to * DAY)}


def steady(*values: float, every: float = 1.0) -> list[tuple[float, float, float, float]]:
    """Balances so many days apart, the last one now."""
    last = len(values) - 1
    return [((last - n) * every, value, value, value) for n, value in enumerate(values)]


def drawn(*values: float, **more: Any) -> Chart:
    found = chart(past(steady(*values), **more))
    assert found is not None
    return found


def event(kind: str, days: float, **fields: Any) -> dict[str, Any]:
    known = {"at": rfc3339(NOON - days * DAY), "asset": None, "amount": None, "detail": None}
    return {**known, "kind": kind, **fields}


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in path.split())]


amounts = st.floats(min_value=-1e12, max_value=1e12)
stretches = st.lists(
    st.tuples(st.floats(min_value=0.001, max_value=1000.0), amounts, amounts, amounts),
    min_size=2,
    max_size=40,
    unique_by=lambda one: round(one[0], 3),
).map(
    lambda found: [
        (round(days, 3), sorted(three)[1], min(three), max(three))
        for days, *three in sorted(found, reverse=True)
    ]
)


@given(stretches)
def test_whatever_the_balances_everything_is_drawn_inside_and_from_left_to_right(
    values: list[tuple[float, float, float, float]],
) -> None:
    found = chart(past(values))
    assert found is not None
    lines = [place for line in found.lines for place in places(line)]
    for x, y in [*lines, *(place for band in found.bands for place in places(band))]:
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    assert all(before[0] <= after[0] for before, after in pairwise(lines))
    assert lines[0][0] == 0
    assert all(0 <= down <= 100 for _, down in found.scale)
    assert all(0 <= part <= 100 for part in found.end)
    assert 1 <= len(found.scale) <= 7


@given(stretches)
def test_the_values_at_the_side_are_in_order_and_no_two_read_the_same(
    values: list[tuple[float, float, float, float]],
) -> None:
    found = chart(past(values))
    assert found is not None
    heights = [down for _, down in found.scale]
    assert heights == sorted(heights, reverse=True)
    words = [text for text, _ in found.scale]
    assert len(set(words)) == len(words)


@given(stretches)
def test_the_band_holds_the_line(values: list[tuple[float, float, float, float]]) -> None:
    found = chart(past(values))
    assert found is not None
    longer = [line for line in found.lines if len(set(line.split())) > 1]
    # Points too close together to be told apart draw as one, which has a band all the same.
    assume(len(longer) == len(found.bands))
    for line, band in zip(longer, found.bands, strict=True):
        edge = places(band)
        half = len(edge) // 2
        for (_, y), (_, high), (_, low) in zip(
            places(line), edge[:half], reversed(edge[half:]), strict=False
        ):
            assert high - 0.11 <= y <= low + 0.11


def test_under_two_points_nothing_is_drawn() -> None:
    assert chart(past([])) is None
    assert chart(past(steady(5.0))) is None


def test_a_higher_balance_is_drawn_higher() -> None:
    (line,) = drawn(1.0, 3.0, 2.0).lines
    (_, first), (_, highest), (_, last) = places(line)
    assert highest < last < first


def test_a_fund_that_hardly_moved_draws_as_nearly_flat() -> None:
    (line,) = drawn(1000.0, 1000.5, 1000.0).lines
    heights = [y for _, y in places(line)]
    assert max(heights) - min(heights) < HEIGHT * 0.05


def test_a_balance_that_never_moved_is_a_line_through_the_middle() -> None:
    assert {y for _, y in places(drawn(7.0, 7.0).lines[0])} == {HEIGHT / 2}
    assert {y for _, y in places(drawn(0.0, 0.0).lines[0])} == {HEIGHT / 2}


def test_a_feed_that_died_ends_before_the_edge() -> None:
    found = chart(past([(10, 1, 1, 1), (8, 1, 1, 1), (6, 1, 1, 1)], to=0))
    assert found is not None
    assert found.end[0] == 40.0
    assert found.times[-1][0] == "2026-11-22T12:00:00+00:00"


def test_where_points_are_missing_the_line_is_broken() -> None:
    found = chart(past([(9, 1, 1, 1), (8, 2, 2, 2), (7, 1, 1, 1), (1, 5, 5, 5), (0, 5, 5, 5)]))
    assert found is not None
    assert [len(places(line)) for line in found.lines] == [3, 2]
    assert len(found.bands) == 2


def test_a_point_alone_is_drawn_as_a_dot() -> None:
    found = chart(past([(9, 1, 1, 1), (8, 2, 2, 2), (7, 1, 1, 1), (0, 5, 5, 5)]))
    assert found is not None
    alone = places(found.lines[-1])
    assert alone[0] == alone[1]
    assert len(found.bands) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((1.0e9, 1.2e9), ["$1.00 B", "$1.05 B", "$1.10 B", "$1.15 B", "$1.20 B"]),
        ((1.04e9, 1.041e9), ["$1.030 B", "$1.035 B", "$1.040 B", "$1.045 B", "$1.050 B"]),
        ((0.0, 4e6), ["$0", "$1 M", "$2 M", "$3 M", "$4 M"]),
        ((-300.0, 100.0), ["−$300", "−$200", "−$100", "$0", "$100"]),
        ((2.0, 3.0), ["$2.0", "$2.5", "$3.0"]),
    ],
)
def test_the_values_at_the_side_are_round(values: tuple[float, float], words: list[str]) -> None:
    assert [text.replace("\u2009", " ") for text, _ in drawn(*values).scale] == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, ["21 Nov, 12:00", "00:00", "22 Nov, 12:00"]),
        (30, ["23 Oct", "7 Nov", "22 Nov"]),
        (365, ["Nov 2025", "May 2026", "Nov 2026"]),
    ],
)
def test_times_are_as_exact_as_the_drawing(days: float, words: list[str]) -> None:
    found = chart(past(steady(1.0, 2.0, every=days)))
    assert found is not None
    assert [text.replace("\u2009", " ") for _, text in found.times] == words


def test_what_happened_stands_at_its_time_and_is_told_newest_first() -> None:
    events = [
        event("top_up", 3, asset="USDT", amount=5e6),
        event("regrouped", 1, detail="It got SOLUSDT."),
    ]
    found = drawn(1.0, 2.0, 3.0, 4.0, 5.0, events=events)
    assert found.marks == (25.0, 75.0)
    assert [one.text for one in found.events] == [
        "Contracts were grouped anew",
        "Money put in from outside: 5,000,000 USDT",
    ]
    assert found.events[0].detail == "It got SOLUSDT."


def test_everyday_payments_draw_no_line_and_neither_do_many_at_once_draw_many() -> None:
    events = [event("inflow", 3), event("outflow", 2)]
    events += [event("bankruptcy_loss", 1 - n / 10_000) for n in range(50)]
    found = drawn(1.0, 2.0, 3.0, 4.0, 5.0, events=events)
    assert len(found.marks) == 1
    assert len(found.events) == 52


def test_what_happened_before_the_first_balance_is_left_out() -> None:
    assert drawn(1.0, 2.0, events=[event("adl", 5)]).events == ()


def test_a_top_up_nobody_labelled_is_told_as_a_guess_and_a_labelled_one_once() -> None:
    top_ups = [
        {"at": rfc3339(later(days=-1)), "usd": 3.1e7, "labelled": False},
        {"at": rfc3339(later(days=-2)), "usd": 1.0, "labelled": True},
    ]
    found = chart(past(steady(1.0, 2.0, 3.0, 4.0)), top_ups)
    assert found is not None
    (told,) = found.events
    assert told.text == "Money put in from outside: $31.0\u2009M"
    assert "told by the size of the jump" in (told.detail or "")


def test_an_event_of_an_unknown_kind_keeps_its_name() -> None:
    assert drawn(1.0, 2.0, events=[event("eclipse", 0.5)]).events[0].text == "eclipse"


def test_the_drawing_is_told_in_a_sentence() -> None:
    told = chart(past([(2, 100, 90, 110), (1, 100, 20, 100), (0, 85, 80, 85)]))
    assert told is not None
    words = re.sub("\u2009", " ", told.told)
    assert words == "Between $20 and $110, $85 at the end: −15.0 % from the beginning."


def test_over_a_regrouping_nothing_is_compared() -> None:
    assert drawn(100.0, 40.0, events=[event("regrouped", 0.5)]).told == (
        "Between $40 and $100, $40 at the end."
    )
