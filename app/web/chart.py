"""A fund's past as a drawing: where its lines run, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, log10
from statistics import median
from typing import Any, Final

from app.risk.wording import MINUS, THIN_SPACE, money, percent

WIDTH: Final = 1000
HEIGHT: Final = 300
LEAST_SPREAD: Final = 0.02
"""A fund that moved by less than this share of itself draws as nearly flat, not as mountains."""
MARGIN: Final = 0.06
TICKS: Final = 5
GAP: Final = 4.0
"""Points so many usual spacings apart are not joined: nothing is known of the time between."""
MARKS_APART: Final = 0.5
"""Of the width, in percent: what happened closer together is one line."""
RANGES: Final[Mapping[str, timedelta]] = {
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
    "all": timedelta(days=3650),
}
EVENTS: Final = {
    "top_up": "Money put in from outside",
    "inflow": "Paid in",
    "outflow": "Paid out",
    "bankruptcy_loss": "Paid for a bankruptcy",
    "adl": "Positions of others were closed",
    "socialized_loss": "A loss was spread",
    "regrouped": "Contracts were grouped anew",
    "renamed": "It got another name",
}
EVERYDAY: Final = frozenset({"inflow", "outflow", "renamed"})
"""What is told below the drawing and draws no line."""

Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened."""

    at: str
    text: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a drawing of ``WIDTH`` × ``HEIGHT`` consists of.

    Each of ``lines`` is the points of a polyline, each of ``bands`` those of a polygon; there
    are several where a stretch of time is not known. ``scale`` are round values with their
    height from the top, ``marks`` what happened, by its place from the left, ``end`` the last
    point; all in percent of the drawing. ``times`` are its left edge, middle and right edge.
    ``events`` are the newest first.
    """

    lines: tuple[str, ...]
    bands: tuple[str, ...]
    scale: tuple[tuple[str, float], ...]
    marks: tuple[float, ...]
    end: tuple[float, float]
    times: tuple[tuple[str, str], ...]
    told: str
    events: tuple[Event, ...]


def chart(history: Shown, top_ups: Iterable[Shown] = ()) -> Chart | None:
    """The drawing of an answer of ``/funds/{pool}/history``; ``None`` under two points.

    It begins with the first point and ends with the time asked for, so that a feed that died
    is seen to. ``top_ups`` are those of the pool; one without a label is told as such.
    """
    points: Sequence[Shown] = history["points"]
    if len(points) < 2:
        return None
    moments = [_moment(point["at"]) for point in points]
    first, last = moments[0], max(moments[-1], _moment(history["to"]))
    bottom, top = _span(points)

    def across(at: datetime) -> float:
        return (at - first) / (last - first)

    def down(value: float) -> float:
        return (top - value) / (top - bottom)

    def path(stretch: range, field: str) -> list[str]:
        return [
            f"{across(moments[i]) * WIDTH:.1f},{down(points[i][field]) * HEIGHT:.1f}"
            for i in stretch
        ]

    stretches = _unbroken(moments)
    happened = _happened(history["events"], top_ups, first)
    return Chart(
        # A line of one point needs a second one to be drawn at all.
        lines=tuple(" ".join((path(one, "usd") * 2)[: max(len(one), 2)]) for one in stretches),
        bands=tuple(
            " ".join([*path(one, "high"), *reversed(path(one, "low"))])
            for one in stretches
            if len(one) > 1
        ),
        scale=tuple((words, round(down(value) * 100, 2)) for value, words in ticks(bottom, top)),
        marks=_apart(across(at) * 100 for at, kind, _ in happened if kind not in EVERYDAY),
        end=(round(across(moments[-1]) * 100, 2), round(down(points[-1]["usd"]) * 100, 2)),
        times=_times(first, last),
        told=_told(points, regrouped=any(kind == "regrouped" for _, kind, _ in happened)),
        events=tuple(event for _, _, event in reversed(happened)),
    )


def _span(points: Sequence[Shown]) -> tuple[float, float]:
    """What the drawing reaches from and to."""
    low, high = min(p["low"] for p in points), max(p["high"] for p in points)
    spread = max(high - low, max(abs(high), abs(low)) * LEAST_SPREAD, 1e-9)
    middle = (high + low) / 2
    half = spread * (0.5 + MARGIN)
    return middle - half, middle + half


def _unbroken(moments: Sequence[datetime]) -> list[range]:
    """The stretches of points between which nothing is missing."""
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    longest = GAP * median(steps)
    breaks = [index for index, step in enumerate(steps, start=1) if step > longest]
    return [range(*ends) for ends in pairwise([0, *breaks, len(moments)])]


def ticks(bottom: float, top: float) -> list[tuple[float, str]]:
    """At most so many round values between the two, and their words."""
    rough = (top - bottom) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(step for step in (1, 2, 5, 10) if step * power >= rough) * power
    unit, name = next(
        (one for one in ((1e9, "B"), (1e6, "M")) if max(abs(bottom), abs(top)) >= one[0]), (1.0, "")
    )
    decimals = max(0, ceil(-log10(step / unit) - 1e-9))
    return [
        (number * step, _tick(number * step / unit, decimals, name))
        for number in range(ceil(bottom / step), floor(top / step) + 1)
    ]


def _tick(value: float, decimals: int, unit: str) -> str:
    if value == 0:
        return "$0"
    sign = MINUS if value < 0 else ""
    return f"{sign}${abs(value):,.{decimals}f}{THIN_SPACE if unit else ''}{unit}"


def _happened(
    events: Iterable[Shown], top_ups: Iterable[Shown], first: datetime
) -> list[tuple[datetime, str, Event]]:
    """Events from then on and the top-ups nobody labelled, with their kinds, oldest first."""
    found = [(one["at"], one["kind"], _event(one)) for one in events]
    found += [(one["at"], "top_up", _jump(one)) for one in top_ups if not one["labelled"]]
    placed = [(_moment(at), kind, event) for at, kind, event in found]
    return sorted((one for one in placed if one[0] >= first), key=lambda one: one[0])


def _event(event: Shown) -> Event:
    kind: str = event["kind"]
    text = EVENTS.get(kind, kind)
    if event["amount"] is not None:
        text += f": {abs(event['amount']):,.8g} {event['asset'] or ''}".rstrip()
    return Event(at=event["at"], text=text, detail=event["detail"])


def _jump(top_up: Shown) -> Event:
    text = EVENTS["top_up"]
    if top_up["usd"] is not None:
        text += f": {money(top_up['usd'])}"
    detail = "The venue does not say so; it is told by the size of the jump."
    return Event(at=top_up["at"], text=text, detail=detail)


def _apart(places: Iterable[float]) -> tuple[float, ...]:
    kept: list[float] = []
    for place in places:
        if not kept or place - kept[-1] >= MARKS_APART:
            kept.append(round(place, 2))
    return tuple(kept)


def _told(points: Sequence[Shown], *, regrouped: bool) -> str:
    """The drawing in a sentence; over a regrouping nothing is compared."""
    low, high = min(p["low"] for p in points), max(p["high"] for p in points)
    before, now = points[0]["usd"], points[-1]["usd"]
    words = f"Between {money(low)} and {money(high)}, {money(now)} at the end"
    if before > 0 and not regrouped:
        words += f": {percent(now / before - 1, signed=True)} from the beginning"
    return f"{words}."


def _times(first: datetime, last: datetime) -> tuple[tuple[str, str], ...]:
    """The two and the moment between them, worded as exactly as the drawing shows them."""
    between = first + (last - first) / 2
    if last - first <= timedelta(days=2):
        edges = [f"{at.day}{THIN_SPACE}{at:%b, %H:%M}" for at in (first, last)]
        words = [edges[0], f"{between:%H:%M}", edges[1]]
    elif last - first <= timedelta(days=200):
        words = [f"{at.day} {at:%b}" for at in (first, between, last)]
    else:
        words = [f"{at:%b %Y}" for at in (first, between, last)]
    moments = [at.isoformat(timespec="seconds") for at in (first, between, last)]
    return tuple(zip(moments, words, strict=True))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
