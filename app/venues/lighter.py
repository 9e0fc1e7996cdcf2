"""Lighter, read by Ethereum address alone: all accounts of the address in one request.

Each account is a scope of its own (``account:<index>``), because each has margin of its own.
Markets are known by their symbols, as on Lighter's pages, not by their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError, VenueGarbled, VenueRejected, VenueUnsupported
from app.domain.fund import MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import MarginMode, ScopeReading
from app.venues import lighter_account as account
from app.venues import lighter_market as market
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.lighter_client import checksummed

ACCOUNT: Final = "account"
"""The scope that stands in the facts for all accounts of an address."""
PERPETUALS: Final = {"filter": "perp"}


class LighterReader(VenueReader):
    """One Ethereum address at Lighter, or what Lighter publishes."""

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._accounts: Mapping[str, account.Account] = {}
        self._failure: VenueError | None = None

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """A public address can sign nothing; what is asked is whether Lighter knows it."""
        try:
            answer = self.connection.raw("accounts", {"l1_address": self._address()})
        except VenueRejected as error:
            raise VenueRejected(
                "Lighter knows no account at this address. Check that it is the Ethereum address "
                "you log in to Lighter with.",
                venue=self.facts.id,
            ) from error
        count = len(account.indexes(answer))
        return KeyPermissions(
            verdict=KeyVerdict.READ_ONLY,
            powers=(),
            asked="Lighter, accountsByL1Address",
            checked_at=checked_at,
            note="A public address: nothing can be signed with it. "
            f"It has {count} account(s), and all are read.",
        )

    def scopes(self) -> tuple[Scope, ...]:
        """One for each account of the address, all read here; if that fails, one that fails."""
        template = self.facts.scope(ACCOUNT)
        self._accounts, self._failure = {}, None
        try:
            answer = self.connection.raw("account", {"by": "l1_address", "value": self._address()})
            with parsing(self.facts.id, "the accounts"):
                found = account.accounts(answer)
        except VenueError as error:
            self._failure = error
            return (template,)
        self._accounts = {f"{ACCOUNT}:{one.index}": one for one in found}
        return tuple(
            replace(template, id=scope, label=one.label) for scope, one in self._accounts.items()
        )

    def read_scope(self, scope: Scope) -> ScopeReading:
        if self._failure is not None:
            raise self._failure
        held = self._accounts[scope.id]
        if account.is_empty(held):
            return ScopeReading(scope=scope.id)
        now = self.clock()
        rates = self._rates()
        positions = account.positions(held, scope=scope.id, rates=rates, as_of=now)
        shared = any(position.margin_mode is MarginMode.CROSS for position in positions)
        margin = None
        if shared or account.binary_options(held):
            margin = account.account_margin(held, scope=scope.id, as_of=now)
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        """The fund account of the markets (LLP): its total, and its strategies."""
        found: list[PoolReading] = []
        for backing in market.backings(self.connection.kept("margin_rules", PERPETUALS)):
            query = {"by": "index", "value": str(backing.fund)}
            answer = self.connection.raw("fund_account", query)
            found += market.pools(answer, backing, at=self.clock())
        return tuple(found)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        answer = self.connection.raw("market_stats", PERPETUALS)
        return market.market_stats(answer, at=self.clock())

    def candles(self, native_symbol: str, since: datetime, limit: int) -> tuple[Candle, ...]:
        """Of the market by its number; Lighter gives the newest of the window it is asked for."""
        number = market.market_id(self.connection.kept("margin_rules", PERPETUALS), native_symbol)
        if number is None:
            raise VenueUnsupported(
                f"{self.facts.name} lists no contract {native_symbol}.", venue=self.facts.id
            )
        question = market.candles_question(number, since, limit)
        rows = market.candle_rows(self.connection.raw("candles", question))
        return unified.candles(rows, since=since, now=self.clock())

    def _address(self) -> str:
        return checksummed(self.connection.address())

    def _rates(self) -> Mapping[str, float]:
        """Maintenance fractions; a position is worth showing without."""
        try:
            answer = self.connection.kept("margin_rules", PERPETUALS)
            with parsing(self.facts.id, "the margin fractions"):
                return account.maintenance_rates(answer)
        except VenueGarbled:
            self.connection.forget_kept()
            return {}
        except VenueError:
            return {}
