"""How figures and words appear on the page; numbers are worded as everywhere (``risk.wording``).

What ``risk.wording`` does not expect to meet is caught here: figures too large or too small to
be read as such, and no figure at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from app import clock
from app.domain.thresholds import Thresholds
from app.risk import wording
from app.risk.wording import MINUS, THIN_SPACE

NO_NUMBER = "–"
FAR = 0.20
"""Where the bar ends; distances beyond it are marked as beyond."""
ENDLESS = 10.0
"""A fraction beyond which its digits say nothing any more."""
SCIENTIFIC_FROM = 1e9
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

SEVERITIES = {
    "ok": ("●", "Fine"),
    "watch": ("◐", "Watch"),
    "warning": ("▲", "Warning"),
    "critical": ("■", "Critical"),
}
HEALTH_SHAPES = {
    "growing": "●",
    "stable": "●",
    "declining": "◐",
    "draining": "▲",
    "critical": "■",
    "stale": "○",
    "unknown": "○",
}
HEALTH_TONES = {
    "growing": "ok",
    "stable": "ok",
    "declining": "watch",
    "draining": "warning",
    "critical": "critical",
}
"""The severity whose colour a health has; one without stays grey."""


def _or_dash(worded: Callable[[float], str]) -> Callable[[float | None], str]:
    def filled(value: float | None) -> str:
        return NO_NUMBER if value is None else worded(value)

    return filled


def percent(fraction: float) -> str:
    """``0.05`` as "5.0 %"; "> 1,000 %" and "< 0.01 %" where digits would say nothing."""
    if fraction >= ENDLESS:
        return f">{THIN_SPACE}1,000{THIN_SPACE}%"
    if 0 < fraction < 0.00005:
        return f"<{THIN_SPACE}0.01{THIN_SPACE}%"
    return wording.percent(fraction)


def change(fraction: float) -> str:
    """``-0.154`` as "−15.4 %", ``0.001`` as "+0.1 %": always signed; whole percents from 100 on."""
    if fraction >= ENDLESS:
        return f">{THIN_SPACE}+1,000{THIN_SPACE}%"
    decimals = 1 if abs(fraction) < 0.9995 else 0
    shown = round(fraction * 100, decimals)
    return f"{MINUS if shown < 0 else '+'}{abs(shown):,.{decimals}f}{THIN_SPACE}%"


def price(value: float) -> str:
    """``61750`` as "61,750", ``0.00001234`` as "0.00001234", ``1.8e13`` as "1.80 × 10¹³"."""
    return _scientific(value) if abs(value) >= SCIENTIFIC_FROM else wording.price(value)


def quantity(value: float | str) -> str:
    """As many digits as matter for an amount of a coin or a rank."""
    if isinstance(value, str):
        return value
    if abs(value) >= SCIENTIFIC_FROM:
        return _scientific(value)
    return _minus(f"{value:,.0f}") if abs(value) >= 1000 else _significant(value, 6)


def signed(value: float) -> str:
    """An amount with its sign, a true minus; "0" has none."""
    if value == 0:
        return "0"
    size = abs(value)
    digits = f"{size:,.2f}" if size >= 1 else _significant(size, 4)
    return f"{MINUS if value < 0 else '+'}{digits}"


def leverage(value: float) -> str:
    return f"{wording.plain_number(value)}×"


def standing(adl: Mapping[str, Any]) -> str:
    """A place in the queue as its venue gives it: "3 of 4", or on a scale that names no end."""
    raw = adl["raw"] if isinstance(adl["raw"], str) else wording.plain_number(adl["raw"])
    ends = re.fullmatch(r"\d+\s*[-–]\s*(\d+)", adl["scale"])
    return f"{raw} of {ends[1]}" if ends else f"{raw} on a scale of {adl['scale']}"


def place(venue: str, label: str) -> str:
    """Where a position is: "Binance" for the account of that name, else "Binance, hedge"."""
    return label if venue.casefold() in label.casefold() else f"{venue}, {label}"


def age(iso: str) -> str:
    """How long ago, as the page's script counts on from: "4 s", "22 min", "3 h", "5 d"."""
    seconds = max(0, int((clock.now() - datetime.fromisoformat(iso)).total_seconds()))
    for below, unit, size in ((60, "s", 1), (3600, "min", 60), (172800, "h", 3600)):
        if seconds < below:
            return f"{seconds // size}{THIN_SPACE}{unit}"
    return f"{seconds // 86400}{THIN_SPACE}d"


def clock_time(iso: str) -> str:
    """A moment as "08:15 UTC", with its day where that is not today."""
    at = datetime.fromisoformat(iso).astimezone(UTC)
    time = at.strftime("%H:%M UTC")
    return time if at.date() == clock.now().date() else f"{time} on {day(at.date().isoformat())}"


def moments(text: str) -> str:
    """A sentence with the moments in it worded for people."""
    return ISO_TIME.sub(lambda found: clock_time(found[0]), text)


def day(iso: str) -> str:
    """``2025-10-10`` as "10 October 2025"."""
    return wording.day(date.fromisoformat(iso))


def day_or_moment(iso: str) -> str:
    """The same, and ``2025-10-10T02:00:00Z`` as "10 October 2025, 02:00 UTC"."""
    return wording.day_or_moment(datetime.fromisoformat(iso)) if "T" in iso else day(iso)


BESIDE = {
    "alone": "drains alone",
    "market_wide": "all drain",
    "in_line": "in line",
    "not_enough_venues": "too few venues",
}


def beside(divergence: Mapping[str, Any] | None) -> str:
    """One venue beside the others, in two words."""
    return NO_NUMBER if divergence is None else BESIDE[str(divergence["kind"])]


def span(seconds: int) -> str:
    """A cadence: "30 s", "1 min", "24 h"."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{THIN_SPACE}{unit}"
    return f"{seconds}{THIN_SPACE}s"


def zones(distance: float) -> list[tuple[str, str, str, bool]]:
    """The bar's colours: name, where from and how wide (of the bar), whether passed on the way."""
    limits = Thresholds().distance
    edges = (0.0, limits.critical or 0.0, limits.warning or 0.0, limits.watch or 0.0, FAR)
    return [
        (name, f"{low / FAR:.1%}", f"{(high - low) / FAR:.1%}", low == 0 or distance > low)
        for name, low, high in zip(reversed(SEVERITIES), edges, edges[1:], strict=False)
    ]


def mark(distance: float) -> str:
    """Where a distance stands on the bar, kept inside it."""
    return f"{min(max(distance / FAR, 0.0), 1.0):.1%}"


def spark_points(points: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """A small chart, 84 by 26, of a fund's recent USD values; empty under two."""
    values = [point["usd"] for point in points if point.get("usd") is not None]
    if len(values) < 2:
        return []
    low, high = min(values), max(values)
    # A fund that moved by less than 1 % draws as nearly flat, not as a mountain range.
    spread = max(high - low, abs(high) * 0.01) or 1.0
    middle, step = (high + low) / 2, 78 / (len(values) - 1)
    return [
        (round(3 + index * step, 1), round(13 - (value - middle) / spread * 20, 1))
        for index, value in enumerate(values)
    ]


def _scientific(value: float) -> str:
    digits, power = f"{value:.2e}".split("e")
    return f"{_minus(digits)}{THIN_SPACE}×{THIN_SPACE}10{str(int(power)).translate(SUPERSCRIPT)}"


def _significant(value: float, digits: int) -> str:
    """So many significant digits, written out, no zeros behind them."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{min(decimals, 20)}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "percent": _or_dash(percent),
    "money": _or_dash(wording.money),
    "price": _or_dash(price),
    "change": _or_dash(change),
    "quantity": _or_dash(quantity),
    "signed": _or_dash(signed),
    "leverage": leverage,
    "standing": standing,
    "place": place,
    "age": age,
    "clock_time": clock_time,
    "moments": moments,
    "day": day,
    "day_or_moment": day_or_moment,
    "span": span,
    "beside": beside,
    "zones": zones,
    "mark": mark,
    "beyond": lambda distance: distance > FAR,
    "spark_points": spark_points,
    "severity_shape": lambda level: SEVERITIES.get(level, ("○", ""))[0],
    "severity_word": lambda level: SEVERITIES.get(level, ("", "Unknown"))[1],
    "health_shape": lambda word: HEALTH_SHAPES.get(word, "○"),
    "health_tone": lambda word: HEALTH_TONES.get(word, "none"),
}
