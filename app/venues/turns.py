"""Taking turns, where a venue answers about one contract or fund a request and has many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def take(
    first: Sequence[T], others: Sequence[T], *, start: int, size: int
) -> tuple[tuple[T, ...], int]:
    """What to ask for now, and the ``start`` of the next turn.

    All of ``first`` every time, and ``size`` of the ``others`` from the ``start``-th on.
    """
    if not others:
        return tuple(first), 0
    turn = [others[(start + n) % len(others)] for n in range(min(size, len(others)))]
    return (*first, *turn), (start + len(turn)) % len(others)
