"""What the worker remembers of prices: the past of each contract, and where its reading stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from cachetools import LRUCache
from sqlalchemy import Connection

from app.domain.errors import VenueError
from app.domain.price_series import no_prices
from app.risk.price_past import TOO_OLD, PricePast, Reference, price_past
from app.store import candle_arrays, candles

HOUR: Final = timedelta(hours=1)
REMEMBERED: Final = 1000
"""Contracts. One of 90 days takes about 100 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _MadeOf:
    """What a ``PricePast`` was made of; another of the same is the same."""

    last: datetime | None
    reference: str | None
    reference_last: datetime | None
    too_old: bool
    note: str | None


class PricePasts:
    """Memory of one worker. Safe to share between threads."""

    def __init__(self) -> None:
        self._kept: LRUCache[tuple[str, str], tuple[_MadeOf, PricePast]] = LRUCache(REMEMBERED)
        self._lock = Lock()

    def of(
        self,
        connection: Connection,
        venue: str,
        symbols: Collection[str],
        reference: str | None,
        *,
        now: datetime,
    ) -> Mapping[str, PricePast]:
        """The past of each of these contracts (native symbols), as far as it is stored.

        ``reference`` is the contract that stands for BTC there. A contract of which nothing is
        stored has a past as well: its notes say why it says nothing.
        """
        made_of = _made_of(connection, venue, symbols, reference, now)
        found: dict[str, PricePast] = {}
        with self._lock:
            for symbol, made in made_of.items():
                kept = self._kept.get((venue, symbol))
                if kept is not None and kept[0] == made:
                    found[symbol] = kept[1]
        missing = made_of.keys() - found.keys()
        if missing:
            fresh = _built(connection, venue, {one: made_of[one] for one in missing}, now)
            with self._lock:
                for symbol, past in fresh.items():
                    self._kept[venue, symbol] = (made_of[symbol], past)
            found |= fresh
        return {symbol: found[symbol] for symbol in made_of}


def _made_of(
    connection: Connection,
    venue: str,
    symbols: Collection[str],
    reference: str | None,
    now: datetime,
) -> dict[str, _MadeOf]:
    asked = dict.fromkeys(symbols)
    beside = [reference] if reference is not None and asked else []
    last = candles.last_hours(connection, venue=venue, symbols=[*dict.fromkeys([*asked, *beside])])
    empty = [symbol for symbol in asked if symbol not in last]
    stored = candles.risks(connection, venue=venue, symbols=empty) if empty else {}
    return {
        symbol: _MadeOf(
            last=last.get(symbol),
            reference=reference,
            reference_last=last.get(reference) if reference is not None else None,
            too_old=symbol in last and now - last[symbol] - HOUR > TOO_OLD,
            note=stored[symbol].risk.notes.get("daily_volatility") if symbol in stored else None,
        )
        for symbol in asked
    }


def _built(
    connection: Connection, venue: str, wanted: Mapping[str, _MadeOf], now: datetime
) -> dict[str, PricePast]:
    reference = next(iter(wanted.values())).reference
    asked = {*wanted} if reference is None else {*wanted, reference}
    prices = candle_arrays.prices(connection, venue=venue, symbols=asked)
    btc = None
    if reference is not None:
        btc = Reference(native_symbol=reference, prices=prices[reference])
    return {
        symbol: price_past(
            venue=venue,
            native_symbol=symbol,
            prices=prices.get(symbol, no_prices()),
            reference=btc,
            now=now,
            unavailable=made.note if made.last is None else None,
        )
        for symbol, made in wanted.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When a contract's candles were asked for last, and what follows.

    They are asked for again at ``again_at`` at the earliest, from ``empty_until`` on where the
    venue had none before that. ``error`` is why there were none, while it lasts.
    """

    at: datetime
    again_at: datetime
    empty_until: datetime | None = None
    error: VenueError | None = None


class CandleTurns:
    """Which contracts of each venue had their turn when. Safe to share between threads."""

    def __init__(self) -> None:
        self._asked: dict[str, Mapping[str, Asked]] = {}
        self._lock = Lock()

    def of(self, venue: str) -> Mapping[str, Asked]:
        with self._lock:
            return self._asked.get(venue, {})

    def keep(self, venue: str, asked: Mapping[str, Asked]) -> None:
        """Remember these in place of all that was known of the venue."""
        with self._lock:
            self._asked[venue] = asked
