"""Runs one source once: single flight, the outcome written down, the right thing logged.

The pattern is that of an update coordinator: the last good value stays where it is, the
first failure and the recovery are logged once each, retries in between are silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from uuid import uuid4

import structlog

from app.domain.errors import NotFound, SeawallError, VenueError, VenueRateLimited
from app.monitor.context import Context
from app.monitor.holds import Holds
from app.monitor.intervals import back_off
from app.store import accounts, sources
from app.store.sources import SourceState

log = structlog.get_logger(__name__)

LEASE_SECONDS = 60.0
"""A worker that died is given up after so long. One that lives renews its leases meanwhile."""

LONGEST_FLIGHT = timedelta(minutes=10)
"""A refresh that has not ended by then is stuck: its lease is renewed no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a refresh came to: ask again in ``interval`` seconds.

    ``partial`` is the error of the part that failed while the rest succeeded.
    ``done`` ends the source: nothing is left to ask.
    """

    interval: float
    partial: SeawallError | None = None
    done: bool = False


Refresh = Callable[[Context, str], Outcome]


@dataclass(frozen=True, slots=True)
class _Flight:
    """A refresh under way; ``owner`` is what its lease is held as."""

    source: str
    owner: str
    began: datetime


class Coordinator:
    """Runs sources through ``refreshers``, one function per kind of source."""

    def __init__(self, context: Context, refreshers: Mapping[str, Refresh]) -> None:
        self._context = context
        self._refreshers = refreshers
        self._holds = Holds()
        self._flights: dict[str, _Flight] = {}
        self._lock = Lock()

    def run(self, source: str) -> bool:
        """Refresh ``source`` if it is due and nobody is at it; ``False`` means it was not run."""
        context, now = self._context, self._context.now()
        flight = _Flight(source, uuid4().hex, now)
        with context.database.write() as connection:
            claimed = sources.claim(
                connection,
                source=source,
                owner=flight.owner,
                now=now,
                lease_seconds=LEASE_SECONDS,
            )
        if not claimed:
            return False
        with self._under_way(flight):
            self._fly(flight)
        return True

    def renew_leases(self) -> None:
        """Say that what is under way here still is; to be called well within a lease's time."""
        context, now = self._context, self._context.now()
        flights = [
            flight for flight in self._under_way_now() if now - flight.began < LONGEST_FLIGHT
        ]
        if flights:
            with context.database.write() as connection:
                for flight in flights:
                    sources.renew(
                        connection,
                        source=flight.source,
                        owner=flight.owner,
                        now=now,
                        lease_seconds=LEASE_SECONDS,
                    )

    def give_back(self) -> None:
        """Let go of what did not end before the process does: it is due for the next one."""
        context, flights = self._context, self._under_way_now()
        if flights:
            with context.database.write() as connection:
                for flight in flights:
                    sources.give_back(
                        connection, source=flight.source, owner=flight.owner, now=context.now()
                    )

    def _fly(self, flight: _Flight) -> None:
        kind, _, subject = flight.source.partition(":")
        held = self._held(kind, subject)
        if held is not None:
            self._failed(flight, held, delay=held.retry_after)
            return
        try:
            outcome = self._refreshers[kind](self._context, subject)
        except Exception as error:
            self._failed(flight, error)
            return
        if outcome.done:
            with self._context.database.write() as connection:
                sources.finish_done(connection, source=flight.source, owner=flight.owner)
        elif outcome.partial is not None:
            self._failed(flight, outcome.partial, interval=outcome.interval)
        else:
            self._succeeded(flight, outcome.interval)

    def _succeeded(self, flight: _Flight, interval: float) -> None:
        context, now = self._context, self._context.now()
        with context.database.write() as connection:
            before = sources.get_many(connection, names=[flight.source]).get(flight.source)
            recovered = sources.finish_success(
                connection, source=flight.source, owner=flight.owner, now=now, interval=interval
            )
        if recovered and before is not None and before.failing_since is not None:
            log.info(
                "source recovered",
                source=flight.source,
                failing_for_seconds=round((now - before.failing_since).total_seconds()),
                failures=before.failures,
            )

    def _failed(
        self,
        flight: _Flight,
        error: Exception,
        *,
        interval: float | None = None,
        delay: float | None = None,
    ) -> None:
        """Write a failure down; with ``interval`` the rest was read and keeps its own pace."""
        context, now = self._context, self._context.now()
        code, message = describe(error)
        with context.database.write() as connection:
            before = sources.get_many(connection, names=[flight.source]).get(flight.source)
            if before is None:
                return
            if delay is None:
                delay = self._delay(error, before, interval)
            first = sources.finish_failure(
                connection,
                source=flight.source,
                owner=flight.owner,
                now=now,
                delay=delay,
                code=code,
                message=message,
                interval=interval,
            )
        if isinstance(error, VenueRateLimited) and self._counts_by_address(error):
            self._holds.hold(error, until=now + timedelta(seconds=delay))
        if not isinstance(error, SeawallError) and before.last_error_code != code:
            log.error("refresh broke", source=flight.source, exc_info=error)
        elif first:
            log.warning("source failing", source=flight.source, code=code, message=message)

    def _delay(self, error: Exception, before: SourceState, interval: float | None) -> float:
        delay = back_off(
            error,
            failures=before.failures + 1,
            interval=before.interval_seconds if interval is None else interval,
            jitter=self._context.random(),
        )
        if interval is None or isinstance(error, VenueRateLimited):
            return delay
        return interval

    def _counts_by_address(self, error: VenueError) -> bool:
        limits = self._context.catalogue.venue(error.venue).limits
        return limits is None or limits.scope == "ip"

    def _held(self, kind: str, subject: str) -> VenueRateLimited | None:
        """What the source's venue said when it asked for quiet, while that lasts."""
        if not self._holds:
            return None
        venue = subject
        if kind == "account":
            try:
                with self._context.database.read() as connection:
                    venue = accounts.get_any(connection, account_id=subject).venue
            except NotFound:
                return None
        return self._holds.on(venue, now=self._context.now())

    @contextmanager
    def _under_way(self, flight: _Flight) -> Iterator[None]:
        with self._lock:
            self._flights[flight.owner] = flight
        try:
            yield
        finally:
            with self._lock:
                del self._flights[flight.owner]

    def _under_way_now(self) -> list[_Flight]:
        with self._lock:
            return list(self._flights.values())


def describe(error: Exception) -> tuple[str, str]:
    """A stable code and a sentence for a person; unexpected errors show no detail."""
    if isinstance(error, SeawallError):
        return error.code, str(error)
    return "internal", "Something in Seawall broke while reading this; the log has the details."
