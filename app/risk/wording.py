"""Numbers as a person reads them: as many digits as matter, a thin space before the unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import floor, log10

from app.risk.units import is_dollar

THIN_SPACE = "\u2009"
MINUS = "\u2212"


def percent(fraction: float, *, signed: bool = False) -> str:
    """``0.05`` as "5.0 %", ``0.41`` as "41 %", ``0.0004`` as "0.04 %"."""
    size = abs(fraction) * 100
    decimals = 0 if size >= 19.95 else 1 if size >= 0.095 or size == 0 else 2
    return f"{_sign(fraction, signed)}{size:.{decimals}f}{THIN_SPACE}%"


def money(usd: float) -> str:
    """``1.04e9`` as "$1.04 B", ``401e6`` as "$401 M", ``18240`` as "$18,240"."""
    size = abs(usd)
    for unit, name in ((1e9, "B"), (1e6, "M")):
        if size >= unit * 0.9995:
            return f"{_sign(usd)}${_three_digits(size / unit)}{THIN_SPACE}{name}"
    decimals = 2 if 0 < size < 1 else 0
    return f"{_sign(usd)}${size:,.{decimals}f}"


def amount(value: float, asset: str) -> str:
    """``1234.5`` USDT as "1,234.50 USDT", ``0.0421`` BTC as "0.0421 BTC"."""
    if is_dollar(asset) or value == 0:
        return f"{value:,.2f} {asset}"
    decimals = min(max(3 - floor(log10(abs(value))), 0), 8)
    told = f"{value:,.{decimals}f}"
    return f"{told.rstrip('0').rstrip('.') if '.' in told else told} {asset}"


def price(value: float) -> str:
    """``61750`` as "61,750", ``142.1`` as "142.10", ``0.00001234`` as "0.00001234"."""
    if value >= 1000:
        return f"{value:,.0f}"
    if value >= 1:
        return f"{value:.2f}"
    if value <= 0:
        return f"{value:.4g}"
    decimals = 3 - floor(log10(value))
    return f"{value:.{decimals}f}".rstrip("0")


def plain_number(value: float) -> str:
    """``3.0`` as "3", ``0.755`` as "0.76"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def duration(span: timedelta) -> str:
    """The largest unit that says enough: "40 s", "5 min", "19 h", "3 days"."""
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 90:
        return f"{seconds:.0f}{THIN_SPACE}s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f}{THIN_SPACE}min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f}{THIN_SPACE}h"
    return f"{seconds / 86400:.0f} days"


def day(on: date) -> str:
    """ "23 September 2026"."""
    return f"{on.day} {on:%B %Y}"


def day_or_moment(at: date | datetime) -> str:
    """A day as ``day`` words it, a moment as "22 December 2026, 02:00 UTC"."""
    if not isinstance(at, datetime):
        return day(at)
    utc = at.astimezone(UTC)
    return f"{day(utc)}, {utc:%H:%M} UTC"


def _three_digits(size: float) -> str:
    return f"{size:,.0f}" if size >= 99.95 else f"{size:.1f}" if size >= 9.995 else f"{size:.2f}"


def _sign(value: float, plus: bool = False) -> str:
    if value < 0:
        return MINUS
    return "+" if plus else ""


def enumerated(words: Sequence[str], *, last: str = "and") -> str:
    """``["a", "b", "c"]`` as "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def phrase(text: str) -> str:
    """A facts file's words made to fit inside a sentence."""
    words = text.strip().rstrip(".")
    for start in ("at ", "At ", "by ", "By "):
        words = words.removeprefix(start)
    ordinary = words[1:2].islower() or words[1:2] == " "
    return words[:1].lower() + words[1:] if ordinary else words
