"""A fund's past as a drawing: where its lines run, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.risk.wording import money

WIDTH: Final = 1000
HEIGHT: Final = 300
LEAST_SPREAD: Final = 0.02
"""A fund that moved by less than this share of itself draws as nearly flat, not as mountains."""
MARGIN: Final = 0.06
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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened, at so much of the width (0 to 100 %)."""

    left: float
    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``line`` and ``band`` are points of a polyline and a polygon on ``WIDTH`` × ``HEIGHT``.

    ``scale`` are three values with their height from the top (0 to 100 %), ``times`` are three
    moments (RFC 3339) from left to right.
    """

    line: str
    band: str
    scale: tuple[tuple[str, float], ...]
    times: tuple[str, ...]
    marks: tuple[Mark, ...]
    told: str


def chart(history: Mapping[str, Any]) -> Chart | None:
    """The drawing of an answer of ``/funds/{pool}/history``; ``None`` under two points."""
    points: Sequence[Mapping[str, Any]] = history["points"]
    if len(points) < 2:
        return None
    times = [_moment(point["at"]) for point in points]
    first, last = times[0], times[-1]
    bottom, top = _span(points)

    def across(at: datetime) -> float:
        return (at - first) / (last - first) if last > first else 1.0

    def down(value: float) -> float:
        return (top - value) / (top - bottom)

    xs = [round(across(at) * WIDTH, 1) for at in times]

    def path(field: str) -> list[str]:
        return [
            f"{x},{round(down(point[field]) * HEIGHT, 1)}"
            for x, point in zip(xs, points, strict=True)
        ]

    low, high = min(p["low"] for p in points), max(p["high"] for p in points)
    now = points[-1]["usd"]
    return Chart(
        line=" ".join(path("usd")),
        band=" ".join([*path("high"), *reversed(path("low"))]),
        scale=tuple(
            (money(value), round(down(value) * 100, 1)) for value in _unlike((high, now, low))
        ),
        times=tuple(points[index]["at"] for index in (0, len(points) // 2, len(points) - 1)),
        marks=tuple(
            Mark(
                left=round(across(at) * 100, 2),
                at=event["at"],
                text=EVENTS.get(event["kind"], event["kind"]),
            )
            for event in history["events"]
            if first <= (at := _moment(event["at"])) <= last
        ),
        told=f"Between {money(low)} and {money(high)}; {money(now)} at the end.",
    )


def _span(points: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """What the drawing reaches from and to."""
    low, high = min(p["low"] for p in points), max(p["high"] for p in points)
    spread = max(high - low, abs(high) * LEAST_SPREAD, 1e-9)
    middle = (high + low) / 2
    half = spread * (0.5 + MARGIN)
    return middle - half, middle + half


def _unlike(values: Sequence[float]) -> list[float]:
    """The values without those that would be written over one another."""
    spread = max(values) - min(values) or 1.0
    kept: list[float] = []
    for value in (values[1], values[0], values[2]):
        if all(abs(value - other) > spread * 0.15 for other in kept):
            kept.append(value)
    return sorted(kept, reverse=True)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
