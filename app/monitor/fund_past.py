"""The past of every pool, as far back as a window reaches, in samples few enough to judge often.

The last day is read as it is stored. What lies further back is thinned to the highest and the
last balance of every hour or day, which is what highs and windows ask for, and kept for an hour:
samples are never altered, so it changes only by a day's edge moving on, and by an import.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

from cachetools import LRUCache
from sqlalchemy import Connection

from app.domain.fund import FundSample
from app.store import fund_history, funds

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FULL_RATE = timedelta(hours=26)
STRETCHES = (
    (36 * DAY, 31 * DAY, DAY),
    (31 * DAY, 29 * DAY, HOUR),
    (29 * DAY, 9 * DAY, DAY),
    (9 * DAY, FULL_RATE, HOUR),
)
"""From so long ago until so long ago one step: hours where the balance of 7 or 30 days ago is
looked for, days between. Windows tolerate a balance older by a fifth: 30 days reach back 36."""

KEPT_FOR = HOUR
MOST_POOLS = 4096

Thinned = tuple[datetime, tuple[FundSample, ...]]
"""Up to when, and the samples until then."""


class FundPast:
    """Reads the samples of pools, keeping their older part. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: LRUCache[str, Thinned] = LRUCache(maxsize=MOST_POOLS)
        self._lock = Lock()

    def samples(
        self, connection: Connection, pool_id: str, *, now: datetime
    ) -> tuple[FundSample, ...]:
        """What is stored of a pool, 36 days back, thinned beyond the last day; oldest first."""
        with self._lock:
            kept = self._kept.get(pool_id)
        if kept is None or not timedelta(0) <= now - FULL_RATE - kept[0] < KEPT_FOR:
            kept = (now - FULL_RATE, _thinned(connection, pool_id, now))
            with self._lock:
                self._kept[pool_id] = kept
        until, older = kept
        return older + funds.samples(connection, pool_id=pool_id, since=until)


def _thinned(connection: Connection, pool_id: str, now: datetime) -> tuple[FundSample, ...]:
    return tuple(
        sample
        for begins, ends, step in STRETCHES
        for sample in fund_history.thinned(
            connection, pool_id=pool_id, since=now - begins, until=now - ends, step=step
        )
    )
