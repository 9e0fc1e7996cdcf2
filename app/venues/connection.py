"""What a reader asks a venue through: the clients of one account, or of the public side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from app.domain.account import Credentials
from app.domain.errors import InvalidInput, VenueUnsupported
from app.venues.client import Client
from app.venues.facts import VenueFacts
from app.venues.kept import KeptAnswers
from app.venues.markets import FRESH, NEWEST, Contract, MarketList, MarketLists


class Connection:
    """Made by ``clients.Clients``. Safe to use from several threads.

    Every method that asks the venue raises ``VenueError`` or ``RequestRefused`` only.
    """

    def __init__(
        self,
        facts: VenueFacts,
        *,
        make_client: Callable[[str, Credentials | None], Client],
        lists: MarketLists,
        clock: Callable[[], datetime],
        credentials: Credentials | None = None,
        shared: KeptAnswers | None = None,
    ) -> None:
        self._facts = facts
        self._make_client = make_client
        self._lists = lists
        self._clock = clock
        self._credentials = credentials
        self._clients: dict[str, Client] = {}
        self._own = KeptAnswers(clock)
        self._shared = self._own if shared is None else shared
        self._lock = RLock()

    def __repr__(self) -> str:
        return f"<Connection to {self._facts.id}>"

    def raw(self, read_id: str, params: Mapping[str, object] | None = None) -> Any:
        """The venue's own JSON for a read whose facts name a ``call``; needs no markets."""
        read = self._facts.read(read_id)
        if read.call is None:
            raise VenueUnsupported(f"The read {read_id!r} has no call.", venue=self._facts.id)
        ccxt_id, _, method = read.call.partition(".")
        if read.ccxt_path is None:
            return self._client(ccxt_id).call(method, dict(params or {}))
        return self._client(ccxt_id).call(
            method, read.ccxt_path, list(read.ccxt_api), read.method, dict(params or {})
        )

    def kept(self, read_id: str, params: Mapping[str, object] | None = None) -> Any:
        """As ``raw``, but an answer is used again for the read's ``cached_seconds``."""
        read = self._facts.read(read_id)
        if read.cached_seconds is None:
            return self.raw(read_id, params)
        kept = self._shared if read.shared else self._own
        return kept.get(
            f"{self._facts.id} {read_id} {sorted((params or {}).items())}",
            timedelta(seconds=read.cached_seconds),
            lambda: self.raw(read_id, params),
        )

    def forget_kept(self) -> None:
        """Use no answer again: one of them could not be understood."""
        self._own.clear()
        self._shared.clear()

    def unified(self, ccxt_id: str, method: str, *args: object) -> Any:
        """What a unified method of ccxt answers, with the shared market list in place."""
        return self._client(ccxt_id).call(method, *args, markets_of=self._markets(ccxt_id).source)

    def server_time(self, ccxt_id: str) -> Any:
        """The venue's time in milliseconds; needs no markets."""
        return self._client(ccxt_id).call("fetch_time")

    def contracts(self, ccxt_id: str, needed: Collection[str] = ()) -> Mapping[str, Contract]:
        """The contracts of a ccxt class by native symbol, loaded once and shared.

        When one of ``needed`` is not listed (it may be new) the list is loaded again, unless
        it is only minutes old.
        """
        listed = self._markets(ccxt_id).contracts
        if all(symbol in listed for symbol in needed):
            return listed
        return self._markets(ccxt_id, newest=True).contracts

    def address(self) -> str:
        """The public address of the account. Raises ``InvalidInput`` where there is none."""
        return self.credential("address")

    def credential(self, name: str) -> str:
        """One value of the account's credentials: to tell its own key among several, never to log.

        Raises ``InvalidInput`` where there is none.
        """
        value = self._credentials.get(name) if self._credentials else None
        if value is None:
            raise InvalidInput(f"This account has no {name.replace('_', ' ')}.")
        return value

    def rest(self) -> None:
        """Give back the memory of what is needed again only in minutes or hours."""
        self.close()
        self._lists.forget(f"{self._facts.id}-")
        self._shared.rest()

    def close(self) -> None:
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def _client(self, ccxt_id: str) -> Client:
        with self._lock:
            if ccxt_id not in self._clients:
                self._clients[ccxt_id] = self._make_client(ccxt_id, self._credentials)
            return self._clients[ccxt_id]

    def _markets(self, ccxt_id: str, *, newest: bool = False) -> MarketList:
        return self._lists.get(
            f"{self._facts.id}-{ccxt_id}",
            lambda: self._make_client(ccxt_id, None),
            lifetime=NEWEST if newest else FRESH,
        )
