"""A venue as the monitor reads it; what differs between venues are the facts and a few hooks.

A venue that needs more than ccxt's unified calls subclasses ``VenueReader`` in its own module,
overrides the hooks below, and names the class as ``adapter`` in its facts file. Hooks may let
``wire.Malformed`` and the usual errors of taking data apart escape: the public methods turn
them into ``VenueGarbled``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from app.domain.adl import AdlSignal
from app.domain.errors import (
    ClockSkew,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnsupported,
)
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import AccountReading, ScopeReading
from app.venues import unified
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import LinkKind, Scope, VenueFacts
from app.venues.markets import Contract


class VenueReader:
    """One account at one venue, or (without credentials) what the venue publishes.

    Every method may wait for the venue and raises ``VenueError`` or ``RequestRefused`` only.
    One reader may be used from several threads; its requests then follow one another.
    """

    gives_all_funds: ClassVar[bool] = True
    """Whether ``read_funds`` gives every pool there is or fails: one it lacks is then no more."""

    gives_fund_history: ClassVar[bool] = False
    """Whether ``read_fund_history`` has anything to give."""

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        self.facts = facts
        self.connection = connection
        self.clock = clock

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.facts.id}>"

    # What the monitor asks

    def check_clock(self) -> None:
        """Raises ``ClockSkew`` when the venue would not accept this machine's time.

        The venue's time is compared with the middle of its request, so a slow answer is no
        skew. A venue whose facts name no clock is not asked.
        """
        limits = self.facts.clock
        if limits is None:
            return
        asked_at = self.clock()
        answer = self.connection.server_time(self.facts.clients[0].ccxt)
        answered_at = self.clock()
        with parsing(self.facts.id, "its clock"):
            theirs = datetime.fromtimestamp(float(answer) / 1000, UTC)
        ahead = asked_at + (answered_at - asked_at) / 2 - theirs
        if ahead > timedelta(milliseconds=limits.ahead_ms):
            raise self._skew(ahead, "ahead of")
        if -ahead > timedelta(milliseconds=limits.behind_ms):
            raise self._skew(-ahead, "behind")

    def check_permissions(self) -> KeyPermissions:
        """What the key may do, as the venue says. The first private call made with a key.

        Raises ``VenueRejected`` when the venue does not accept the key, ``VenueGarbled`` when
        its answer cannot be understood: neither is ever taken for "read only".
        """
        with self._taking_apart("what this key may do"):
            return self.permissions(self.clock())

    def read_account(self) -> AccountReading:
        """Every scope, each answered or failed by itself.

        Raises the first scope's error when none answered. A scope read through the same
        ccxt class as one that was asked to slow down is not asked any more.
        """
        readings: list[ScopeReading] = []
        slowed: dict[str, VenueRateLimited] = {}
        for scope in self.scopes():
            try:
                if scope.ccxt in slowed:
                    raise slowed[scope.ccxt]
                with self._taking_apart(f"positions ({scope.label})"):
                    readings.append(self.read_scope(scope))
            except VenueError as error:
                if isinstance(error, VenueRateLimited):
                    slowed[scope.ccxt] = error
                readings.append(ScopeReading(scope=scope.id, error=error))
        errors = [reading.error for reading in readings if reading.error is not None]
        if errors and len(errors) == len(readings):
            raise next((e for e in errors if not isinstance(e, VenueRejected)), errors[0])
        return AccountReading(venue=self.facts.id, scopes=tuple(readings), read_at=self.clock())

    def read_funds(self) -> tuple[PoolReading, ...]:
        """The pools of the insurance fund; empty where the venue publishes none."""
        with self._taking_apart("its insurance fund"):
            return self.pools()

    @property
    def all_funds_asked(self) -> bool:
        """Whether every pool has had its turn by now."""
        return True

    def read_fund_history(self, cursor: str | None) -> FundHistoryPage:
        """A stretch of the past of the insurance fund: the first, or the one a page's cursor names.

        A cursor holds all that is needed to go on from it, in another process too. The
        ``fund.history_reads`` of the facts say what a page asks.
        """
        with self._taking_apart("the past of its insurance fund"):
            return self.fund_history(cursor)

    def read_markets(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        """Mark prices, and the open interest of at least some of ``wanted`` (native symbols).

        Where a venue gives open interest only contract by contract, each call reads some of
        them and the next call goes on from there.
        """
        with self._taking_apart("its markets"):
            return self.market_stats(wanted)

    def read_candles(self, native_symbol: str, since: datetime) -> tuple[Candle, ...]:
        """Finished hours of a contract from ``since`` on, oldest first: one answer of the venue.

        At most ``candles.limit`` of the facts; whoever wants more asks again from the last.
        Raises ``VenueUnsupported`` where the facts name no candles or the contract is not listed.
        """
        if self.facts.candles is None:
            raise VenueUnsupported(f"{self.facts.name} gives no candles.", venue=self.facts.id)
        with self._taking_apart("its candles"):
            return self.candles(native_symbol, since, self.facts.candles.limit)

    def read_adl_signals(self) -> tuple[AdlSignal, ...]:
        """What the venue publishes about auto-deleveraging, contract by contract or by pool."""
        with self._taking_apart("its auto-deleveraging signals"):
            return self.adl_signals()

    # What a venue overrides

    def scopes(self) -> tuple[Scope, ...]:
        """The scopes to ask; a venue that lists sub-accounts or sub-dexes adds them here."""
        return self.facts.scopes

    def read_scope(self, scope: Scope) -> ScopeReading:
        """One scope's positions with their corrections: by default ccxt's unified ones."""
        rows = self.connection.unified(scope.ccxt, "fetch_positions", None, dict(scope.params))
        positions = unified.positions(
            rows,
            contracts=self.connection.contracts(scope.ccxt),
            facts=self.facts,
            scope=scope,
            as_of=self.clock(),
        )
        return ScopeReading(scope=scope.id, positions=positions)

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """By default: a public address can only read, and a venue that cannot say says so."""
        facts, check = self.facts, self.facts.permission_check
        if facts.linking is not None and facts.linking.kind is LinkKind.ADDRESS:
            verdict = KeyVerdict.READ_ONLY
        elif check.verifiable:
            raise VenueUnsupported(
                f"Seawall has not learnt to ask {facts.name} what a key may do.", venue=facts.id
            )
        else:
            verdict = KeyVerdict.UNVERIFIABLE
        return KeyPermissions(
            verdict=verdict, powers=(), asked=facts.name, checked_at=checked_at, note=check.note
        )

    def pools(self) -> tuple[PoolReading, ...]:
        return ()

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        return FundHistoryPage(readings=())

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return ()

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return ()

    def candles(self, native_symbol: str, since: datetime, limit: int) -> tuple[Candle, ...]:
        """By default ccxt's unified ones, of the class whose market list has the contract."""
        ccxt_id, contract = self.contract_of(native_symbol)
        rows = self.connection.unified(
            ccxt_id,
            "fetch_ohlcv",
            contract.symbol,
            "1h",
            unified.milliseconds(since),
            limit,
            self.candle_params(since, limit),
        )
        return unified.candles(rows, since=since, now=self.clock())

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """What the request for candles needs beside ``since`` and ``limit``: by default nothing.

        A venue that counts its candles back from the newest is told where the window ends.
        """
        return {}

    def contract_of(self, native_symbol: str) -> tuple[str, Contract]:
        """The contract, and the ccxt class it is traded through."""
        for ccxt_id in dict.fromkeys(scope.ccxt for scope in self.facts.scopes):
            contract = self.connection.contracts(ccxt_id).get(native_symbol)
            if contract is not None:
                return ccxt_id, contract
        raise VenueUnsupported(
            f"{self.facts.name} lists no contract {native_symbol}.", venue=self.facts.id
        )

    @contextmanager
    def _taking_apart(self, what: str) -> Iterator[None]:
        """As ``parsing``; what was wrong may be an answer kept for later, so none is kept."""
        try:
            with parsing(self.facts.id, what):
                yield
        except VenueGarbled:
            self.connection.forget_kept()
            raise

    def _skew(self, difference: timedelta, word: str) -> ClockSkew:
        return ClockSkew(
            f"This machine's clock is {difference.total_seconds():.1f} s {word} "
            f"{self.facts.name}'s. Set it by network time, then check the account again.",
            venue=self.facts.id,
        )
