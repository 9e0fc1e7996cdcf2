"""How a pool's balance moved: changes over windows and drawdown. docs/figures.md, "Change".

Balances are compared in their own assets. A pool of several assets is valued throughout at
its newest prices, so that a coin's price is never taken for money flowing in or out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from app.domain.fund import FundBalance, FundSample
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
JITTER = 0.01
"""Of a window. How much later a daily update may come than the day before's and still be "then"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A fraction, or ``None`` and the sentence that says why."""

    value: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetSeries:
    """One asset's balance over time, oldest first, and what one unit of it is worth now."""

    asset: str
    price: float
    times: Sequence[datetime]
    amounts: Sequence[float]

    def at(self, index: int) -> float:
        return self.price * self.amounts[index]

    def then(self, target: datetime, window: timedelta) -> float | None:
        """Value at ``target``: of the last balance before it, none older than the tolerance.

        A balance the venue has not restated since is the balance of then, however old.
        """
        after = bisect_right(self.times, target)
        if after == len(self.times) or (after and self._within(after - 1, target, window)):
            return self.at(after - 1)
        if self.times[after] - target <= JITTER * window:
            return self.at(after)
        return None

    def was_there(self, target: datetime, window: timedelta) -> bool:
        """Whether this asset counted for something at ``target``."""
        after = bisect_right(self.times, target)
        return (
            after > 0 and self._within(after - 1, target, window) and self.amounts[after - 1] != 0
        )

    def _within(self, index: int, target: datetime, window: timedelta) -> bool:
        return target - self.times[index] <= 2 * TOLERANCE * window


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceHistory:
    """A pool's past: the assets in it now, and those that were in it before (``left``).

    ``unpriced`` names assets that no figure counts, because nothing says what they are worth.
    """

    series: tuple[AssetSeries, ...]
    left: tuple[AssetSeries, ...] = ()
    unpriced: tuple[str, ...] = ()

    @property
    def newest(self) -> datetime:
        return max(series.times[-1] for series in self.series)

    @property
    def oldest(self) -> datetime:
        return min(series.times[0] for series in self.series)

    @property
    def value(self) -> float:
        return sum(series.at(-1) for series in self.series)


def balance_history(
    samples: Iterable[FundSample], balances: Sequence[FundBalance]
) -> BalanceHistory | None:
    """Arrange ``samples`` by asset; ``balances`` is the newest reading and counts as well.

    ``None`` where no asset of the reading has a balance that can be valued.
    """
    readings: dict[str, dict[datetime, tuple[float, float | None]]] = {}
    for sample in samples:
        readings.setdefault(sample.asset, {})[sample.at] = (sample.amount, sample.usd)
    for balance in balances:
        readings.setdefault(balance.asset, {})[balance.at] = (balance.amount, balance.usd)
    current = {balance.asset for balance in balances}
    alone = len(current) == 1
    series: list[AssetSeries] = []
    left: list[AssetSeries] = []
    unpriced: list[str] = []
    for asset in sorted(readings):
        points = [(at, *figures) for at, figures in sorted(readings[asset].items())]
        points = [point for point in points if isfinite(point[1])]
        price = _price(points)
        if price is None and alone and asset in current:
            price = 1.0
        if price is None or not points:
            if asset in current:
                unpriced.append(asset)
            continue
        one = AssetSeries(
            asset=asset,
            price=price,
            times=[at for at, _, _ in points],
            amounts=[amount for _, amount, _ in points],
        )
        (series if asset in current else left).append(one)
    if not series:
        return None
    return BalanceHistory(series=tuple(series), left=tuple(left), unpriced=tuple(unpriced))


def change(history: BalanceHistory, window: str, *, cadence_seconds: int | None) -> Figure:
    """Balance now / balance then − 1, counted back from the newest balance."""
    span = WINDOWS[window]
    if cadence_seconds is not None and span.total_seconds() < cadence_seconds:
        return Figure(note=_too_coarse(cadence_seconds))
    target = history.newest - span
    then = 0.0
    for series in history.series:
        value = series.then(target, span)
        if value is None:
            return Figure(note=_missing(history, series, target, window))
        then += value
    for series in history.left:
        if series.was_there(target, span):
            return Figure(
                note=f"{series.asset} left the pool since, so the balances do not compare."
            )
    if then <= 0:
        return Figure(note="The balance then was not above zero.")
    return Figure(value=history.value / then - 1)


def drawdown(history: BalanceHistory, window: str, *, cadence_seconds: int | None) -> Figure:
    """1 − balance / highest balance of the window, 0 at its high.

    A shorter history still counts: a fall already seen is one, however much is unknown
    before it.
    """
    span = WINDOWS[window]
    if cadence_seconds is not None and span.total_seconds() < cadence_seconds:
        return Figure(note=_too_coarse(cadence_seconds))
    values = _values_since(history, history.newest - span)
    if len(values) < 2:
        return Figure(note=f"There are no two balances within {duration(span)} yet.")
    high = max(values)
    if high <= 0:
        return Figure(note="The balance was not above zero in this time.")
    return Figure(value=max(1 - history.value / high, 0.0))


def _values_since(history: BalanceHistory, since: datetime) -> list[float]:
    """The pool's value at every update since then, and as it stood then."""
    if len(history.series) == 1:
        only = history.series[0]
        first = max(bisect_right(only.times, since) - 1, 0)
        if since - only.times[first] > 2 * TOLERANCE * (history.newest - since):
            first += 1
        return [only.price * amount for amount in only.amounts[first:]]
    times = sorted({at for series in history.series for at in series.times if at >= since})
    return [total for at in [since, *times] if (total := _value_at(history, at, since)) is not None]


def _value_at(history: BalanceHistory, at: datetime, since: datetime) -> float | None:
    total = 0.0
    oldest = since - 2 * TOLERANCE * (history.newest - since)
    for series in history.series:
        index = bisect_right(series.times, at) - 1
        restated = index + 1 < len(series.times)
        if index < 0 or (restated and series.times[index] < oldest):
            return None
        total += series.at(index)
    return total


def _price(points: Sequence[tuple[datetime, float, float | None]]) -> float | None:
    """USD per unit from the newest sample that says it; an emptied asset keeps its last price."""
    for _, amount, usd in reversed(points):
        if usd is not None and isfinite(usd) and amount != 0 and usd / amount > 0:
            return usd / amount
    return None


def _missing(history: BalanceHistory, series: AssetSeries, target: datetime, window: str) -> str:
    name = window.replace("h", "\u2009h").replace("7d", "7 days").replace("30d", "30 days")
    if history.oldest > target:
        reach = duration(history.newest - history.oldest)
        return f"Known in about {duration(history.oldest - target)}; readings reach back {reach}."
    if series.times[0] > target:
        return f"{series.asset} joined the pool since, so the balances do not compare."
    return f"There is no reading from about {name} ago."


def _too_coarse(cadence_seconds: int) -> str:
    every = duration(timedelta(seconds=cadence_seconds))
    return f"The venue refreshes this balance only every {every}."
