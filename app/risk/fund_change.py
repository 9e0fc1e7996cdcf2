"""How a pool's balance moved: changes over windows and drawdown. docs/figures.md, "Change"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.domain.fund_series import MICROSECOND
from app.risk.fund_balances import AssetSeries, BalanceHistory
from app.risk.wording import duration

WINDOWS: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
TOLERANCE = 0.1
"""Of a window. The sample compared with may be older than the window by twice this."""
JITTER = 0.05
"""Of a window. How much later a daily update may come than the day before's and still be "then"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number, or ``None`` and the sentence that says why."""

    value: float | None = None
    note: str | None = None


def change(history: BalanceHistory, window: str, *, cadence_seconds: int | None) -> Figure:
    """Balance now / balance then − 1, counted back from the newest balance."""
    span = WINDOWS[window]
    if cadence_seconds is not None and span.total_seconds() < cadence_seconds:
        return Figure(note=_too_coarse(cadence_seconds))
    width = span // MICROSECOND
    target = history.newest - width
    then = 0.0
    for series in history.series:
        value = _then(series, target, width)
        if value is None:
            return Figure(note=_missing(history, series, target, window))
        then += value
    for series in history.left:
        if _was_there(series, target, width):
            return Figure(
                note=f"{series.asset} left the pool since, so the balances do not compare."
            )
    if then <= 0:
        return Figure(note="The balance then was not above zero.")
    return Figure(value=history.balance / then - 1)


def drawdown(history: BalanceHistory, window: str, *, cadence_seconds: int | None) -> Figure:
    """1 − balance / highest balance of the window (``all`` there is), 0 at its high.

    A shorter history still counts: a fall already seen is one, however much is unknown
    before it.
    """
    first = 0
    if window != "all":
        span = WINDOWS[window]
        if cadence_seconds is not None and span.total_seconds() < cadence_seconds:
            return Figure(note=_too_coarse(cadence_seconds))
        width = span // MICROSECOND
        since = history.newest - width
        first = max(int(history.at.searchsorted(since, side="right")) - 1, 0)
        if since - history.at[first] > 2 * TOLERANCE * width:
            first += 1
    values = history.value[first:]
    if len(values) < 2:
        within = "" if window == "all" else f" within {duration(WINDOWS[window])}"
        return Figure(note=f"There are no two balances{within} yet.")
    high = float(values.max())
    if high <= 0:
        return Figure(note="The balance was not above zero in this time.")
    return Figure(value=max(1 - history.balance / high, 0.0))


def _then(series: AssetSeries, target: int, width: int) -> float | None:
    """Value at ``target``: of the last balance before it, none older than the tolerance.

    A balance the venue has not restated since is the balance of then, however old.
    """
    after = int(series.at.searchsorted(target, side="right"))
    if after and (
        after == len(series.at) or target - series.at[after - 1] <= 2 * TOLERANCE * width
    ):
        return float(series.value[after - 1])
    if series.at[after] - target <= JITTER * width:
        return float(series.value[after])
    return None


def _was_there(series: AssetSeries, target: int, width: int) -> bool:
    """Whether this asset counted for something at ``target``."""
    last = int(series.at.searchsorted(target, side="right")) - 1
    return bool(
        last >= 0 and target - series.at[last] <= 2 * TOLERANCE * width and series.value[last] != 0
    )


def _missing(history: BalanceHistory, series: AssetSeries, target: int, window: str) -> str:
    name = window.replace("h", "\u2009h").replace("7d", "7 days").replace("30d", "30 days")
    wait = duration((history.oldest - target) * MICROSECOND)
    if history.regrouped_at is not None and target < history.regrouped_at:
        return (
            "The venue regrouped its funds since, so the balances do not compare."
            f" Known in about {wait}."
        )
    if history.oldest > target:
        reach = duration((history.newest - history.oldest) * MICROSECOND)
        return f"Known in about {wait}; readings reach back {reach}."
    if series.at[0] > target:
        return f"{series.asset} joined the pool since, so the balances do not compare."
    return f"There is no reading from about {name} ago."


def _too_coarse(cadence_seconds: int) -> str:
    every = duration(timedelta(seconds=cadence_seconds))
    return f"The venue refreshes this balance only every {every}."
