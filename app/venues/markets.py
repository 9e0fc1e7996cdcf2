"""Market lists: loaded once per ccxt class, shared by all accounts, kept over restarts."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

import ccxt

from app.domain.errors import VenueError, VenueGarbled
from app.domain.position import ContractKind
from app.venues.client import Client

FRESH: Final = timedelta(hours=24)
"""For how long a list is used without asking the venue again."""
NEWEST: Final = timedelta(minutes=15)
"""The same for a list that lacks a contract somebody holds: it may have been listed since."""
RETRY: Final = timedelta(minutes=5)
"""How long an old list is used after the venue failed to give a new one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a parser needs to know of one contract.

    ``contract_size`` is in base units (linear) or quote units (inverse) a contract.
    """

    native_symbol: str
    symbol: str
    kind: ContractKind
    contract_size: float
    base: str
    quote: str
    settle: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketList:
    """A loaded list: ``source`` is the client whose markets others share."""

    source: Client
    contracts: Mapping[str, Contract]
    loaded_at: datetime


class MarketLists:
    """The market lists of this process, by venue and ccxt class. Safe to use from threads."""

    def __init__(self, cache_dir: Path, clock: Callable[[], datetime]) -> None:
        self._folder = cache_dir / "markets"
        self._clock = clock
        self._lists: dict[str, MarketList] = {}
        self._retry_at: dict[str, datetime] = {}
        self._locks: dict[str, Lock] = {}
        self._lock = Lock()

    def get(
        self, key: str, make_source: Callable[[], Client], *, lifetime: timedelta = FRESH
    ) -> MarketList:
        """The list called ``key``: from memory, else from disk, else from the venue.

        ``make_source`` makes the client to load with, which has no credentials. An old list outlives a failure to load a new one; without any list
        the failure is raised.
        """
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            known = self._lists.get(key) or self._from_disk(key, make_source)
            if known is None or self._is_due(key, known, lifetime):
                known = self._load(key, make_source, known)
            self._lists[key] = known
            return known

    def forget(self, prefix: str) -> None:
        """Keep the lists whose key begins so on disk alone; the next to ask reads them there."""
        with self._lock:
            for key in [key for key in self._lists if key.startswith(prefix)]:
                del self._lists[key]

    def _is_due(self, key: str, known: MarketList, lifetime: timedelta) -> bool:
        now = self._clock()
        return now - known.loaded_at >= lifetime and now >= self._retry_at.get(key, now)

    def _load(
        self, key: str, make_source: Callable[[], Client], known: MarketList | None
    ) -> MarketList:
        now = self._clock()
        try:
            source = make_source()
            markets = _contracts_only(source.call("fetch_markets"))
            if not markets:
                raise VenueGarbled(f"The market list {key} came back empty.", venue=key)
        except VenueError as error:
            if known is None:
                raise
            self._retry_at[key] = now + RETRY
            log.warning("%s; the list of %s is used", error, known.loaded_at.isoformat())
            return known
        source.exchange.set_markets(markets)
        try:
            self._to_disk(key, markets, now)
        except OSError as error:
            log.warning("the market list %s cannot be kept over a restart: %s", key, error)
        return MarketList(
            source=source, contracts=contracts(source.exchange.markets), loaded_at=now
        )

    def _from_disk(self, key: str, make_source: Callable[[], Client]) -> MarketList | None:
        try:
            stored = json.loads(self._path(key).read_text(encoding="utf-8"))
            loaded_at = datetime.fromisoformat(stored["loaded_at"])
            markets = stored["markets"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        source = make_source()
        source.exchange.set_markets(markets)
        return MarketList(
            source=source, contracts=contracts(source.exchange.markets), loaded_at=loaded_at
        )

    def _to_disk(self, key: str, markets: list[dict[str, Any]], loaded_at: datetime) -> None:
        """Replaces the file at once, so that a reader sees the old list or the new one."""
        for folder in (self._folder.parent, self._folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"loaded_at": loaded_at.isoformat(), "markets": markets}, file)
            Path(name).replace(self._path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _path(self, key: str) -> Path:
        """Another version of ccxt reads markets differently, so it has files of its own."""
        return self._folder / f"{key}-{ccxt.__version__}.json"


def contracts(markets: Mapping[str, Mapping[str, Any]]) -> dict[str, Contract]:
    """The linear and inverse contracts of a ccxt market table, by their native symbol."""
    found = {}
    for market in markets.values():
        if market.get("contractSize") is None or not (market["linear"] or market["inverse"]):
            continue
        expiry = market.get("expiryDatetime")
        found[str(market["id"])] = Contract(
            native_symbol=str(market["id"]),
            symbol=str(market["symbol"]),
            kind=ContractKind.LINEAR if market["linear"] else ContractKind.INVERSE,
            contract_size=float(market["contractSize"]),
            base=str(market["base"]),
            quote=str(market["quote"]),
            settle=str(market["settle"]),
            expires_at=datetime.fromisoformat(expiry) if expiry else None,
        )
    return found


def _contracts_only(markets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [market for market in markets if market.get("contract") and not market.get("option")]
