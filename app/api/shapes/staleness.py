"""When what is shown now turns stale: until then, and unless something is written, it stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.fund import FundState
from app.risk.staleness import MISSED, UNKNOWN_CADENCE_SECONDS


def goes_stale(as_of: datetime | None, interval_seconds: float) -> datetime | None:
    """The moment from which figures of ``as_of`` count as stale; ``None`` without a time."""
    return None if as_of is None else as_of + timedelta(seconds=MISSED * interval_seconds)


def fund_goes_stale(state: FundState) -> datetime | None:
    """The same for a pool's balance."""
    return goes_stale(state.as_of, state.cadence_seconds or UNKNOWN_CADENCE_SECONDS)


def next_flip(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first of the moments that is not past; ``None`` when none is to come."""
    return min((at for at in moments if at is not None and at >= now), default=None)
