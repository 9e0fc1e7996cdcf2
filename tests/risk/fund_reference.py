"""The figures of a fund worked out slowly and plainly, to check and to time the fast ones by.

Written from docs/figures.md over samples as they come, in any order and more than once; nothing
is shared with the code it stands against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from app.domain.fund import FundBalance, FundEvent, FundSample

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINDOWS = {"1h": HOUR, "8h": 8 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}

Line = list[tuple[datetime, float]]


@dataclass(frozen=True)
class Reference:
    changes: dict[str, float | None]
    drawdowns: dict[str, float | None]
    slope: float | None
    shock: float | None
    runway: float | None
    flat: int | None
    top_ups: list[tuple[datetime, float | None, bool]] = field(default_factory=list)


def reference(
    samples: Sequence[FundSample],
    balances: Sequence[FundBalance],
    events: Sequence[FundEvent] = (),
    *,
    now: datetime,
    cadence: int | None,
) -> Reference:
    current = {balance.asset for balance in balances}
    lines, prices = _lines(samples, balances)
    cut = max((event.at for event in events if event.kind == "regrouped"), default=None)
    if cut is not None:
        for asset, line in lines.items():
            after = [point for point in line if point[0] >= cut]
            lines[asset] = after or (line[-1:] if asset in current else [])
    held = {
        asset: [(at, amount * prices[asset]) for at, amount in line]
        for asset, line in lines.items()
        if asset in prices and line
    }
    now_in = {asset: line for asset, line in held.items() if asset in current}
    left = [line for asset, line in held.items() if asset not in current]
    whole = _whole(now_in)
    changes = {
        window: _change(now_in, left, whole, span, cadence) for window, span in WINDOWS.items()
    }
    alike_from = max((at for line in left for at, value in line if value != 0), default=None)
    steps = _steps(whole, alike_from, cadence)
    given = [0.0] * len(steps)
    labelled: list[tuple[datetime, float | None, bool]] = []
    for event in sorted(events, key=lambda one: one.at):
        if event.kind != "top_up":
            continue
        worth = None if event.amount is None else event.amount * prices.get(event.asset or "", 1.0)
        into = [n for n, (_, at, _) in enumerate(steps) if at >= event.at]
        if event.at > steps[0][1]:
            labelled.append((event.at, worth, True))
        if worth is not None and into and into[0] > 0:
            given[into[0]] += worth
    organic, found = _organic(steps, given, _step(cadence))
    earlier = [step for step in organic[:-1] if step is not None]
    shock = None
    if organic and organic[-1] is not None and len(earlier) >= 24:
        middle, spread = _spread(earlier, steps[-1][2])
        shock = (organic[-1] - middle) / spread if spread > 0 else None
    told = []
    for n, put_in in found.items():
        if not any(steps[n - 1][1] < at <= steps[n][1] for at, _, _ in labelled):
            told.append((steps[n][1], put_in, False))
    return Reference(
        changes=changes,
        drawdowns={
            window: _drawdown(whole, span, cadence)
            for window, span in (("8h", 8 * HOUR), ("30d", 30 * DAY), ("all", None))
        },
        slope=_slope(steps, given, found, cadence),
        shock=shock,
        runway=_runway(steps, given, found, changes["7d"]),
        flat=_flat(whole, steps, now, cadence),
        top_ups=sorted([*labelled, *told], key=lambda one: one[0]),
    )


def _lines(
    samples: Sequence[FundSample], balances: Sequence[FundBalance]
) -> tuple[dict[str, Line], dict[str, float]]:
    readings: dict[str, dict[datetime, tuple[float, float | None]]] = {}
    for sample in samples:
        readings.setdefault(sample.asset, {})[sample.at] = (sample.amount, sample.usd)
    for balance in balances:
        readings.setdefault(balance.asset, {})[balance.at] = (balance.amount, balance.usd)
    lines: dict[str, Line] = {}
    prices: dict[str, float] = {}
    for asset, points in readings.items():
        lines[asset] = [(at, points[at][0]) for at in sorted(points)]
        for at in sorted(points):
            amount, usd = points[at]
            if usd is not None and amount != 0 and usd / amount > 0:
                prices[asset] = usd / amount
    only = {balance.asset for balance in balances}
    if len(only) == 1:
        prices.setdefault(next(iter(only)), 1.0)
    return lines, prices


def _whole(now_in: dict[str, Line]) -> Line:
    times = sorted({at for line in now_in.values() for at, _ in line})
    whole: Line = []
    held: dict[str, float] = {}
    points = {asset: dict(line) for asset, line in now_in.items()}
    for at in times:
        for asset, known in points.items():
            if at in known:
                held[asset] = known[at]
        if len(held) == len(now_in):
            whole.append((at, sum(held[asset] for asset in sorted(held))))
    return whole


def _change(
    now_in: dict[str, Line],
    left: Sequence[Line],
    whole: Line,
    span: timedelta,
    cadence: int | None,
) -> float | None:
    if cadence is not None and span.total_seconds() < cadence:
        return None
    target = whole[-1][0] - span
    then = 0.0
    for line in now_in.values():
        before = [point for point in line if point[0] <= target]
        after = [point for point in line if point[0] > target]
        if before and (not after or target - before[-1][0] <= 0.2 * span):
            then += before[-1][1]
        elif after[0][0] - target <= 0.05 * span:
            then += after[0][1]
        else:
            return None
    for line in left:
        before = [point for point in line if point[0] <= target]
        if before and target - before[-1][0] <= 0.2 * span and before[-1][1] != 0:
            return None
    return whole[-1][1] / then - 1 if then > 0 else None


def _drawdown(whole: Line, span: timedelta | None, cadence: int | None) -> float | None:
    values = [value for _, value in whole]
    if span is not None:
        if cadence is not None and span.total_seconds() < cadence:
            return None
        since = whole[-1][0] - span
        before = [point for point in whole if point[0] <= since]
        values = [value for at, value in whole if at > since]
        if before and since - before[-1][0] <= 0.2 * span:
            values.insert(0, before[-1][1])
    if len(values) < 2 or max(values) <= 0:
        return None
    return max(1 - values[-1] / max(values), 0.0)


def _steps(
    whole: Line, alike_from: datetime | None, cadence: int | None
) -> list[tuple[int, datetime, float]]:
    """Of each step back the nearest balance within half of one: (how many, when, value)."""
    alike = [point for point in whole if alike_from is None or point[0] > alike_from]
    alike = alike or whole[-1:]
    step = _step(cadence)
    newest = alike[-1][0]
    nearest: dict[int, tuple[timedelta, datetime, float]] = {}
    for at, value in alike:
        number = (2 * (newest - at) + step) // (2 * step)
        if number > 30 * DAY // step:
            continue
        off = abs(newest - number * step - at)
        if number not in nearest or off <= nearest[number][0]:
            nearest[number] = (off, at, value)
    return [(n, nearest[n][1], nearest[n][2]) for n in sorted(nearest, reverse=True)]


def _step(cadence: int | None) -> timedelta:
    return max(timedelta(seconds=cadence or 0), HOUR)


def _organic(
    steps: Sequence[tuple[int, datetime, float]], given: Sequence[float], step: timedelta
) -> tuple[list[float | None], dict[int, float]]:
    """Each step but the first (``None`` across a gap), and what the rule finds put in."""
    organic: list[float | None] = [None] if steps else []
    for n in range(1, len(steps)):
        gap = steps[n - 1][0] - steps[n][0] != 1
        organic.append(None if gap else steps[n][2] - steps[n - 1][2] - given[n])
    earlier = [step for step in organic[:-1] if step is not None]
    if len(earlier) < 24:
        return organic, {}
    middle, spread = _spread(earlier, steps[-1][2])
    if spread <= 0:
        return organic, {}
    score = {n: (one - middle) / spread for n, one in enumerate(organic) if one is not None}
    high = [n for n, one in score.items() if one > 4]
    found = {}
    for n in high:
        burst = any(
            other != n and abs(steps[other][0] - steps[n][0]) * step <= 8 * HOUR for other in high
        )
        after = steps[n + 1][2] - steps[n][2] - given[n + 1] if n + 1 < len(steps) else middle
        slip = (after - middle) / spread <= -score[n] / 2
        if score[n] > 8 and not burst and not slip:
            found[n] = score[n] * spread
    return organic, found


def _spread(steps: Sequence[float], balance: float) -> tuple[float, float]:
    middle = median(steps)
    return middle, max(1.4826 * median(abs(step - middle) for step in steps), 1e-4 * abs(balance))


def _slope(
    steps: Sequence[tuple[int, datetime, float]],
    given: Sequence[float],
    found: dict[int, float],
    cadence: int | None,
) -> float | None:
    most = 7 * DAY // _step(cadence)
    points: Line = []
    put_in = 0.0
    for n, (number, at, value) in enumerate(steps):
        if number > most:
            continue
        if points:
            put_in += given[n] + (found.get(n, 0.0) if n < len(steps) - 1 else 0.0)
        points.append((at, value - put_in))
    balance = steps[-1][2]
    if points[-1][0] - points[0][0] < 0.95 * DAY or balance <= 0:
        return None
    slopes = [
        (points[j][1] - points[i][1]) / ((points[j][0] - points[i][0]) / DAY)
        for i in range(len(points))
        for j in range(i + 1, len(points))
    ]
    return median(slopes) / balance


def _runway(
    steps: Sequence[tuple[int, datetime, float]],
    given: Sequence[float],
    found: dict[int, float],
    change_7d: float | None,
) -> float | None:
    balance = steps[-1][2]
    if change_7d is None or balance <= 0:
        return None
    since = steps[-1][1] - 7 * DAY
    lost = balance / (1 + change_7d) - balance
    for n, (_, at, _) in enumerate(steps):
        if n and at > since:
            lost += given[n] + found.get(n, 0.0)
    return balance / (lost / 7) if lost > 0 else None


def _flat(
    whole: Line,
    steps: Sequence[tuple[int, datetime, float]],
    now: datetime,
    cadence: int | None,
) -> int | None:
    moved_at = None
    for before, after in pairwise(whole):
        if after[1] != before[1]:
            moved_at = after[0]
    if cadence is None or moved_at is None:
        return None
    earlier = [b[2] != a[2] for a, b in pairwise(steps) if a[0] - b[0] == 1 and b[1] <= moved_at]
    if len(earlier) < 5 or 2 * sum(earlier) < len(earlier):
        return None
    return max(now - moved_at, timedelta(0)) // timedelta(seconds=cadence)
