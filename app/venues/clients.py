"""The readers of this process: one an account, and one a venue for what it publishes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

from requests.adapters import BaseAdapter, HTTPAdapter

from app import clock as system_clock
from app.domain.account import Credentials
from app.settings import check_upstream
from app.venues.base import VenueReader
from app.venues.catalogue import Catalogue, catalogue
from app.venues.client import Client
from app.venues.connection import Connection
from app.venues.credentials import check_credentials
from app.venues.facts import FactsError, VenueFacts, named_class
from app.venues.kept import KeptAnswers
from app.venues.markets import MarketLists
from app.venues.transport import ReadOnlyTransport, Witness

MINUTE: Final = timedelta(minutes=1)


class Clients:
    """Makes and keeps readers. Safe to use from several threads.

    ``upstream`` (a loopback address) sends everything to a sandbox. ``make_adapter`` makes
    what a guard sends through: tests put theirs there, inside the guard. ``witness`` sees every
    answer (``record``). Not ``paced`` are clients that ask nobody (``replay``).
    """

    def __init__(
        self,
        cache_dir: Path,
        upstream: str | None = None,
        *,
        clock: Callable[[], datetime] = system_clock.now,
        make_adapter: Callable[[], BaseAdapter] = HTTPAdapter,
        venues: Catalogue | None = None,
        witness: Witness | None = None,
        paced: bool = True,
    ) -> None:
        self._upstream = check_upstream(upstream or "")
        self._clock = clock
        self._make_adapter = make_adapter
        self._witness = witness
        self._paced = paced
        self._venues = venues or catalogue()
        self._lists = MarketLists(cache_dir, clock)
        self._answers_dir = cache_dir / "answers"
        self._answers: dict[str, KeptAnswers] = {}
        self._accounts: dict[str, tuple[bytes, VenueReader]] = {}
        self._public: dict[str, VenueReader] = {}
        self._past: dict[str, VenueReader] = {}
        self._meters: dict[str, Meter] = {}
        self._lock = Lock()

    def account(self, account_id: str, venue: str, credentials: Credentials) -> VenueReader:
        """The reader of an account, the same each time; another credential replaces it.

        Raises ``NotFound`` for an unknown venue, ``InvalidInput`` for what is no credential of it.
        """
        facts = self._venues.venue(venue)
        credentials = check_credentials(facts, credentials.values)
        mark = _mark(venue, credentials)
        with self._lock:
            known = self._accounts.get(account_id)
            if known is not None and known[0] == mark:
                return known[1]
            reader = self._reader(facts, credentials)
            self._accounts[account_id] = (mark, reader)
        if known is not None:
            known[1].connection.close()
        return reader

    def public(self, venue: str) -> VenueReader:
        """The reader of what a venue publishes. Raises ``NotFound`` for an unknown venue."""
        facts = self._venues.venue(venue)
        with self._lock:
            if venue not in self._public:
                self._public[venue] = self._reader(facts, None)
            return self._public[venue]

    def past(self, venue: str) -> VenueReader:
        """A second reader of what a venue publishes, for its past: nothing ever waits for it.

        What it asks is not part of ``load``, by which the others go. Raises ``NotFound``.
        """
        facts = self._venues.venue(venue)
        with self._lock:
            if venue not in self._past:
                self._past[venue] = self._reader(facts, None, Meter(self._clock))
            return self._past[venue]

    def end_past(self, venue: str) -> None:
        """Drops the second reader; a venue that has none is no error."""
        with self._lock:
            reader = self._past.pop(venue, None)
        if reader is not None:
            reader.connection.close()

    def load(self, venue: str) -> float:
        """The share of our own limit at a venue (a tenth of its) used in the last minute."""
        facts = self._venues.venue(venue)
        if facts.limits is None:
            return 0.0
        return self._meter(venue).last_minute() / facts.limits.ours

    def rest(self, venue: str) -> None:
        """Keep little in memory for a venue where nobody has an account, until it is asked again.

        What its reader has learnt stays, as do the market lists on disk.
        """
        with self._lock:
            reader = self._public.get(venue)
            linked = any(one.facts.id == venue for _, one in self._accounts.values())
        if reader is not None and not linked:
            reader.connection.rest()

    def forget(self, account_id: str) -> None:
        """Drops an account's reader and the credential in it; an unknown one is no error."""
        with self._lock:
            known = self._accounts.pop(account_id, None)
        if known is not None:
            known[1].connection.close()

    def keep_only(self, account_ids: Collection[str]) -> None:
        """Forgets every account that is none of these."""
        with self._lock:
            others = [name for name in self._accounts if name not in account_ids]
        for name in others:
            self.forget(name)

    def close(self) -> None:
        with self._lock:
            readers = [
                *self._public.values(),
                *self._past.values(),
                *(reader for _, reader in self._accounts.values()),
            ]
            self._public, self._past, self._accounts = {}, {}, {}
        for reader in readers:
            reader.connection.close()

    def _reader(
        self, facts: VenueFacts, credentials: Credentials | None, meter: Meter | None = None
    ) -> VenueReader:
        connection = Connection(
            facts,
            make_client=partial(self._client, facts, meter or self._meter(facts.id)),
            lists=self._lists,
            clock=self._clock,
            credentials=credentials,
            shared=self._shared_answers(facts.id),
        )
        return reader_class(facts)(facts, connection, self._clock)

    def _client(
        self, facts: VenueFacts, meter: Meter, ccxt_id: str, credentials: Credentials | None
    ) -> Client:
        transport = ReadOnlyTransport(
            facts,
            clock=self._clock,
            inner=self._make_adapter(),
            upstream=self._upstream,
            meter=meter.add,
            witness=self._witness,
        )
        return Client(facts, facts.client(ccxt_id), transport, credentials, paced=self._paced)

    def _shared_answers(self, venue: str) -> KeptAnswers:
        if venue not in self._answers:
            self._answers[venue] = KeptAnswers(self._clock, self._answers_dir / venue)
        return self._answers[venue]

    def _meter(self, venue: str) -> Meter:
        return self._meters.setdefault(venue, Meter(self._clock))


class Meter:
    """The weight of the requests of the last minute, over all readers of a venue."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._spent: deque[tuple[datetime, float]] = deque()
        self._lock = Lock()

    def add(self, weight: float) -> None:
        with self._lock:
            self._spent.append((self._clock(), weight))

    def last_minute(self) -> float:
        since = self._clock() - MINUTE
        with self._lock:
            while self._spent and self._spent[0][0] <= since:
                self._spent.popleft()
            return sum(weight for _, weight in self._spent)


def reader_class(facts: VenueFacts) -> type[VenueReader]:
    """The class that reads a venue: its facts' ``adapter``, else the common one."""
    if facts.adapter is None:
        return VenueReader
    found = named_class(facts.adapter)
    if found is None:
        raise FactsError(f"{facts.id}.toml: adapter: {facts.adapter!r} is not there")
    if not issubclass(found, VenueReader):
        raise FactsError(f"{facts.id}.toml: adapter: {facts.adapter!r} is no VenueReader")
    return found


def _mark(venue: str, credentials: Credentials) -> bytes:
    """Tells one credential from another without keeping it."""
    parts = [venue, *(f"{name}={credentials.values[name]}" for name in sorted(credentials.values))]
    return sha256("\0".join(parts).encode()).digest()
