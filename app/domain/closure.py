"""The end of a venue. Its source is the venue's own notice where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Since when a venue is closed, and in ``text`` what that meant for who held something there.

    ``withdrawals_until`` is a day, or a moment with its time zone; ``None`` where not known.
    """

    on: date
    announced_on: date | None
    withdrawals_until: date | datetime | None
    text: str
    source: str | None
    note: str | None
