"""What the sandbox saw: how often each endpoint was asked, and every attempt to change something."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """An attempt to change something. ``account`` is who signed it, if the signature was good."""

    venue: str
    method: str
    endpoint: str
    account: str | None
    accepted: bool


class Ledger:
    """Counts requests and keeps writes. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._weights: Counter[tuple[str, int]] = Counter()
        self._writes: list[Write] = []

    def request(self, venue: str, endpoint: str, weight: int, minute: int) -> None:
        """Count one request."""
        with self._lock:
            self._counts[venue, endpoint] += 1
            self._weights[venue, minute] += weight

    def write(
        self, venue: str, method: str, endpoint: str, account: str | None, accepted: bool
    ) -> None:
        """Keep one attempt to change something."""
        attempt = Write(
            venue=venue, method=method, endpoint=endpoint, account=account, accepted=accepted
        )
        with self._lock:
            self._writes.append(attempt)

    @property
    def writes(self) -> tuple[Write, ...]:
        """Every attempt to change something, accepted or not, oldest first."""
        with self._lock:
            return tuple(self._writes)

    def counts(self, venue: str | None = None) -> dict[str, dict[str, int]]:
        """Venue → endpoint → number of requests, of one venue or all."""
        result: dict[str, dict[str, int]] = {}
        with self._lock:
            for (name, endpoint), count in sorted(self._counts.items()):
                if venue in {None, name}:
                    result.setdefault(name, {})[endpoint] = count
        return result

    def count(self, venue: str, endpoint: str | None = None) -> int:
        """Requests to one endpoint of a venue, or to all of them."""
        with self._lock:
            if endpoint is not None:
                return self._counts[venue, endpoint]
            return sum(count for (name, _), count in self._counts.items() if name == venue)

    def used(self, venue: str, minute: int) -> int:
        """Weight used at a venue within a minute since 1970."""
        with self._lock:
            return self._weights[venue, minute]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._counts.clear()
            self._weights.clear()
            self._writes.clear()
