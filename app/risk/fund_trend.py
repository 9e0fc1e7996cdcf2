"""Where a pool's balance is heading: shock, slope, runway, flat feeds. docs/figures.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.domain.fund_series import MICROSECOND, when
from app.risk.fund_balances import BalanceHistory, Figures
from app.risk.fund_change import JITTER, Figure
from app.risk.fund_steps import LEAST_STEPS, MONTH, Steps, median
from app.risk.wording import duration

DAY = timedelta(days=1)
WEEK = 7 * DAY
LEAST_MOVES = 5
_DAY_US = DAY // MICROSECOND


def shock(found: Steps) -> Figure:
    """The newest step in robust deviations of those of the 30 days before it."""
    if not len(found.whole) or not found.whole[-1]:
        return Figure(note="There is no balance from one step ago.")
    if found.compared < LEAST_STEPS:
        return Figure(note=_too_few_steps(found))
    if found.scale <= 0:
        return Figure(note="The balance is not above zero.")
    return Figure(value=float((found.delta[-1] - found.given[-1] - found.centre) / found.scale))


def last_step(found: Steps) -> float | None:
    """The newest step without money put in, as a fraction of the balance before it."""
    if not len(found.whole) or not found.whole[-1] or found.value[-2] <= 0:
        return None
    return float((found.delta[-1] - found.given[-1]) / found.value[-2])


def slope(found: Steps) -> Figure:
    """Theil–Sen slope of the last 7 days without money put in, fraction of the balance a day.

    A jump in the very last step stays in: it weighs no more than one balance among many.
    """
    within = (2 * (WEEK // MICROSECOND // found.step) + 1) * found.step // 2
    first = int(found.at.searchsorted(found.at[-1] - within, side="right"))
    at, balance = found.at[first:], float(found.value[-1])
    reach = int(at[-1] - at[0])
    if reach < (1 - JITTER) * _DAY_US:
        wait = duration((_DAY_US - reach) * MICROSECOND)
        return Figure(note=f"Known in about {wait}: a trend takes a day of balances.")
    if balance <= 0:
        return Figure(note="The balance is not above zero.")
    put_in = found.given[first:] + found.found[first:]
    put_in[-1] -= found.found[-1]
    organic = found.value[first:].copy()
    organic[1:] -= np.cumsum(put_in)
    days = (at - at[0]) / _DAY_US
    return Figure(value=_theil_sen(days, organic) / balance)


def runway(found: Steps, *, balance: float, change_7d: Figure) -> Figure:
    """Days until the balance is gone at the mean loss of the last 7, money put in left out."""
    if change_7d.value is None:
        return Figure(note=change_7d.note)
    if balance <= 0:
        return Figure(note="The balance is not above zero.")
    week = WEEK // MICROSECOND
    recent = found.at[1:] > found.at[-1] - week
    put_in = float((found.given + found.found)[recent].sum())
    lost = balance / (1 + change_7d.value) - balance + put_in
    if lost <= 0:
        return Figure(note="The balance is not declining.")
    return Figure(value=balance / (lost / (WEEK / DAY)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """How long a pool that usually moves has stood still; ``updates`` were due meanwhile."""

    updates: int | None
    age: timedelta
    note: str | None = None


def flat(
    history: BalanceHistory,
    found: Steps,
    *,
    now: datetime,
    cadence_seconds: int | None,
    was_flat: bool,
) -> Flat:
    """Count the updates due since the balance last moved.

    A pool usually moves if at least half of its steps of 30 days did, up to when it stood
    still. ``was_flat`` says that it was known to before, when those steps are long past.
    """
    moves = (history.value[1:] != history.value[:-1]).nonzero()[0]
    moved_at = int(history.at[moves[-1] + 1]) if len(moves) else int(history.at[0])
    age = max(now - when(moved_at), timedelta(0))
    if cadence_seconds is None:
        return Flat(
            updates=None, age=age, note="The venue does not say how often it refreshes this."
        )
    earlier = found.whole & (found.at[1:] <= moved_at)
    steps = int(np.count_nonzero(earlier))
    if not len(moves):
        usual = was_flat
        note = "This balance has not moved since it was first read."
    elif steps < LEAST_MOVES:
        usual = was_flat
        note = "Too little of the past is known to say how often this balance moves."
    else:
        usual = 2 * int(np.count_nonzero(found.delta[earlier])) >= steps
        note = "This balance stands still most of the time."
    if not usual:
        return Flat(updates=None, age=age, note=note)
    return Flat(updates=age // timedelta(seconds=cadence_seconds), age=age)


def _theil_sen(days: Figures, value: Figures) -> float:
    """The median slope between any two points."""
    later, times = _pairs(len(days))
    rise = value.take(later)
    rise -= value[:-1].repeat(times)
    run = days.take(later)
    run -= days[:-1].repeat(times)
    rise /= run
    return median(rise)


@lru_cache(maxsize=32)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The later point of every pair, by the earlier one, and how many pairs each begins."""
    return np.triu_indices(count, k=1)[1], np.arange(count - 1, 0, -1)


def _too_few_steps(found: Steps) -> str:
    wait = (LEAST_STEPS - found.compared) * found.step * MICROSECOND
    if LEAST_STEPS * found.step > MONTH // MICROSECOND:
        return "The venue refreshes this balance too rarely to tell a shock by it."
    return f"Known in about {duration(wait)}: there are {found.compared} steps of {LEAST_STEPS} so far."
