"""Venues that asked this address to slow down, and until when nothing more is asked of them.

What one source is told holds for the others too: where a venue counts by address, going on
with the rest after a 429 is what earns a ban. It is kept in memory, because it is about this
machine's address and not about the data.
"""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from app.domain.errors import VenueRateLimited


class Holds:
    """Safe to share between threads."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[datetime, str]] = {}
        self._lock = Lock()

    def __bool__(self) -> bool:
        return bool(self._held)

    def hold(self, error: VenueRateLimited, *, until: datetime) -> None:
        """Ask nothing of the venue that said so before then."""
        with self._lock:
            known = self._held.get(error.venue)
            if known is None or known[0] < until:
                self._held[error.venue] = (until, str(error))

    def on(self, venue: str, *, now: datetime) -> VenueRateLimited | None:
        """What the venue said, with the seconds that are left; ``None`` when it may be asked."""
        with self._lock:
            until, message = self._held.get(venue, (now, ""))
            if until <= now:
                self._held.pop(venue, None)
                return None
        left = (until - now).total_seconds()
        return VenueRateLimited(message, venue=venue, retry_after=left)
