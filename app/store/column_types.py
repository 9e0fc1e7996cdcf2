"""Column types that are exact and fast on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Double, Integer
from sqlalchemy.types import JSON, TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Figure = Double
"""A number as it was read: 64-bit floating point on both engines, never rounded."""

Document = JSON(none_as_null=True)
"""JSON kept as the text it was written as (PostgreSQL ``json``, not ``jsonb``), so that a
float comes back as the float it was."""

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; on SQLite the rowid itself."""


class Instant(TypeDecorator[datetime]):
    """A point in time, kept as whole microseconds since 1970 UTC in a 64-bit integer.

    Every ``datetime`` comes back equal to what was stored, compares and sorts as an integer,
    and knows no session time zone. A naive ``datetime`` is refused with ``ValueError``.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else when(value)


def when(microseconds: int) -> datetime:
    """The time that an ``Instant`` is kept as."""
    return _EPOCH + timedelta(microseconds=microseconds)


def micros(at: datetime) -> int:
    """What a time is kept as."""
    return (at - _EPOCH) // _MICROSECOND
