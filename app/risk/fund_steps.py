"""A pool's balance step by step, and money put in told from money earned. docs/figures.md.

A *step* is an hour, or the venue's own refresh interval where that is longer: the balance now,
one step ago, two steps ago …
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.domain.fund import FundEvent, TopUp
from app.domain.fund_series import MICROSECOND, micros, when
from app.risk.fund_balances import BalanceHistory, Figures, Times

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY
LEAST_STEPS = 24
SIGMA = 1.4826
"""A median absolute deviation times this is a standard deviation, were the steps normal."""
LEAST_DEVIATION = 1e-4
"""Of the balance: a pool that never moved is not shocked by its first cent."""
TOP_UP_SHOCK, BURST_SHOCK = 8.0, 4.0
BURST = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """The balance step by step, oldest first, over 30 days at most.

    ``number`` counts steps back from the newest; a step without a balance is left out.
    ``delta`` is the step into each balance but the first, ``whole`` whether it spans just one.
    ``given`` is what the venue labelled as put in within each step, ``found`` what the rule
    calls put in. ``centre`` and ``scale`` are the median step and its robust deviation, the
    newest step left out; NaN before there are 24.
    """

    step: int
    at: Times
    value: Figures
    number: NDArray[np.int64]
    delta: Figures
    whole: NDArray[np.bool_]
    given: Figures
    found: Figures
    labelled: tuple[TopUp, ...]
    in_usd: bool
    centre: float
    scale: float

    @property
    def compared(self) -> int:
        """How many steps the newest one can be compared with."""
        return int(np.count_nonzero(self.whole[:-1]))


def steps_of(
    history: BalanceHistory, events: Iterable[FundEvent], *, cadence_seconds: int | None
) -> Steps:
    """Cut a history into steps and tell money put in from what the pool earned."""
    step = max(timedelta(seconds=cadence_seconds or 0), HOUR) // MICROSECOND
    at, value, number = _stepwise(history, step)
    delta = value[1:] - value[:-1]
    whole = number[:-1] - number[1:] == 1
    labelled = _labelled(history, events)
    given = np.zeros(len(delta))
    for event_at, worth, _ in labelled:
        into = int(at.searchsorted(event_at)) - 1
        if worth is not None and 0 <= into < len(given):
            given[into] += worth
    organic = delta - given
    centre = scale = float("nan")
    before = organic[:-1][whole[:-1]]
    if len(before) >= LEAST_STEPS:
        centre = median(before)
        scale = max(SIGMA * median(np.abs(before - centre)), LEAST_DEVIATION * abs(history.balance))
    found = np.zeros(len(delta))
    if scale > 0:
        excess = organic - centre
        for index in _lone_jumps(excess / scale, whole, number, step):
            found[index] = excess[index]
    return Steps(
        step=step,
        at=at,
        value=value,
        number=number,
        delta=delta,
        whole=whole,
        given=given,
        found=found,
        labelled=tuple(top_up for _, _, top_up in labelled),
        in_usd=history.in_usd,
        centre=centre,
        scale=scale,
    )


def top_ups(found: Steps) -> tuple[TopUp, ...]:
    """Money put in from outside within 30 days, oldest first.

    What the venue labels, and by rule an upward step of more than 8 deviations, unless another
    within 8 hours of it rose by more than 4 (liquidations feed a fund in many steps), or the
    next took most of it away again.
    """
    labelled = [one for one in found.labelled if micros(one.at) > found.at[0]]
    into = {int(found.at.searchsorted(micros(one.at))) - 1 for one in labelled}
    told = [
        TopUp(
            at=when(int(found.at[index + 1])),
            usd=float(found.found[index]) if found.in_usd else None,
            labelled=False,
        )
        for index in found.found.nonzero()[0].tolist()
        if index not in into
    ]
    return tuple(sorted([*labelled, *told], key=lambda one: one.at))


def _stepwise(history: BalanceHistory, step: int) -> tuple[Times, Figures, NDArray[np.int64]]:
    """The balance nearest to each step back from the newest, within half of one."""
    first = int(history.at.searchsorted(history.alike_from))
    first = min(first, len(history.at) - 1)
    at, value = history.at[first:], history.value[first:]
    numbers, back = _steps_back(step)
    wanted = at[-1] - back
    after = np.minimum(at.searchsorted(wanted), len(at) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(at[after] - wanted <= wanted - at[before], after, before)
    off = 2 * (wanted - at[nearest])
    there = (off >= -step) & (off < step)
    chosen = nearest[there]
    return at[chosen], value[chosen], numbers[there]


@lru_cache(maxsize=32)
def _steps_back(step: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Over 30 days, the furthest first: how many steps, and how long that is."""
    numbers = np.arange(MONTH // MICROSECOND // step, -1, -1)
    return numbers, numbers * step


def _labelled(
    history: BalanceHistory, events: Iterable[FundEvent]
) -> list[tuple[int, float | None, TopUp]]:
    """When, what it is worth at the newest prices, and how it is told."""
    found = []
    given = (event for event in events if event.kind == "top_up")
    for event in sorted(given, key=lambda one: one.at):
        price = history.price(event.asset)
        worth = None if price is None or event.amount is None else price * event.amount
        usd = worth if history.in_usd else None
        found.append((micros(event.at), worth, TopUp(at=event.at, usd=usd, labelled=True)))
    return found


def _lone_jumps(
    score: Figures, whole: NDArray[np.bool_], number: NDArray[np.int64], step: int
) -> list[int]:
    """Steps far above the usual, without another high one within 8 hours of them.

    A balance that falls back by the better half in the next step was a slip of the venue's.
    """
    if not (score > TOP_UP_SHOCK).any():
        return []
    high = np.flatnonzero(whole & (score > BURST_SHOCK))
    ends = number[high + 1]
    apart = np.abs(np.diff(ends)) * step > BURST // MICROSECOND
    lone = np.append(apart, True) & np.append(True, apart)
    after = np.append(score, 0.0)[high + 1]
    kept = after > -score[high] / 2
    return [int(index) for index in high[lone & kept & (score[high] > TOP_UP_SHOCK)]]


def median(values: Figures) -> float:
    """The median of figures that nobody needs any more: they are put in another order."""
    half = len(values) // 2
    values.partition(half)
    middle = float(values[half])
    return middle if len(values) % 2 else (float(values[:half].max()) + middle) / 2
