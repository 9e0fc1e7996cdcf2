"""Taking turns, where a venue answers about one contract or fund a request and has many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar


class Behind(Protocol):
    """What stands behind contracts."""

    @property
    def symbols(self) -> tuple[str, ...]: ...


T = TypeVar("T")
B = TypeVar("B", bound=Behind)


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


def choose(
    known: Sequence[B], wanted: Collection[str], *, start: int, size: int
) -> tuple[tuple[B, ...], int]:
    """Of pools: those behind ``wanted`` contracts every time, and ``size`` others in turn.

    One that names no contract never has a turn.
    """
    named = [pool for pool in known if pool.symbols]
    first = [pool for pool in named if set(pool.symbols) & set(wanted)]
    others = [pool for pool in named if pool not in first]
    return take(first, others, start=start, size=size)
