"""Whose turn it is, where a venue is asked about some of many at a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from app.venues import turns

names = some.lists(some.text(min_size=1, max_size=2), unique=True, max_size=9)


def test_the_first_come_every_time_and_the_others_in_turn() -> None:
    taken, start = turns.take(["a"], ["b", "c", "d"], start=0, size=2)
    assert (taken, start) == (("a", "b", "c"), 2)
    assert turns.take(["a"], ["b", "c", "d"], start=start, size=2) == (("a", "d", "b"), 1)


def test_without_others_the_first_come_alone_and_the_next_turn_starts_anew() -> None:
    assert turns.take(["a"], [], start=5, size=2) == (("a",), 0)


def test_a_start_from_a_longer_list_is_still_one_of_this() -> None:
    assert turns.take([], ["a", "b"], start=7, size=1) == (("b",), 0)


@given(names, some.integers(min_value=1, max_value=12))
def test_everybody_has_a_turn_before_anybody_has_a_second(others: list[str], size: int) -> None:
    seen: list[str] = []
    start = 0
    while len(seen) < len(others):
        taken, start = turns.take((), others, start=start, size=size)
        assert len(set(taken)) == len(taken)
        seen += taken
    assert seen[: len(others)] == others
