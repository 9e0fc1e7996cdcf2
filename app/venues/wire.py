"""Taking values out of a venue's JSON, strictly: what is not as documented is ``Malformed``.

Numbers arrive as text or as numbers, times as milliseconds. Pure functions; a reader turns
``Malformed`` into ``VenueGarbled`` with the venue's name.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

Row = Mapping[str, object]


class Malformed(ValueError):
    """A value is missing or of the wrong type; the message names it, never quotes it."""


def row(value: object, what: str) -> Row:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Malformed(f"{what} is not an object")
    return value


def rows(value: object, what: str) -> tuple[Row, ...]:
    """A JSON list of objects."""
    if not isinstance(value, list):
        raise Malformed(f"{what} is not a list")
    return tuple(row(item, f"an item of {what}") for item in value)


def text(data: Row, key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{key} is not a text")
    return value


def optional_text(data: Row, key: str) -> str | None:
    """``None`` where the key is missing, null or empty."""
    return None if _is_empty(data.get(key)) else text(data, key)


def boolean(data: Row, key: str) -> bool:
    value = data.get(key)
    if not isinstance(value, bool):
        raise Malformed(f"{key} is not true or false")
    return value


def number(data: Row, key: str) -> float:
    """A finite number, or text that is one."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Malformed(f"{key} is not a number")
    try:
        result = float(value)
    except ValueError:
        raise Malformed(f"{key} is not a number") from None
    if not math.isfinite(result):
        raise Malformed(f"{key} is not a finite number")
    return result


def optional_number(data: Row, key: str) -> float | None:
    """``None`` where the key is missing, null or empty."""
    return None if _is_empty(data.get(key)) else number(data, key)


def moment(data: Row, key: str) -> datetime:
    """A time in milliseconds since 1970, UTC."""
    return milliseconds(number(data, key), key)


def milliseconds(value: float, what: str) -> datetime:
    """A time in milliseconds since 1970, UTC."""
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise Malformed(f"{what} is not a time in milliseconds") from None


def liquidation_price(data: Row, key: str, sentinels: Collection[float] = ()) -> float | None:
    """A liquidation price, or ``None`` where the venue says by 0, "", a negative or a sentinel
    that there is none. Far is not a sentinel."""
    value = optional_number(data, key)
    return None if value is None or value <= 0 or value in sentinels else value


def _is_empty(value: object) -> bool:
    return value is None or value == ""
