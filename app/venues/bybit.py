"""Bybit, read in its own words: ccxt's unified rows lose the margin mode and the ADL rank.

A refresh of an account is one request a scope, one for the account's margin (none in isolated
margin), and one for the margin mode every five minutes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueGarbled
from app.domain.fund import MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import (
    AccountMargin,
    AccountReading,
    ContractKind,
    MarginMode,
    Position,
    ScopeReading,
)
from app.venues import bybit_account as account
from app.venues import bybit_market as market
from app.venues.base import VenueReader
from app.venues.bybit_key import key_permissions
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read, no_margin

CCXT: Final = "bybit"
PAGE: Final = 200
MOST_PAGES: Final = 10


class BybitReader(VenueReader):
    """One account at Bybit, or what Bybit publishes."""

    def read_account(self) -> AccountReading:
        """As every venue's; the one margin of the unified account stands in each scope."""
        reading = super().read_account()
        mode = self._mode()
        shared = self._margin(mode)
        scopes = [
            replace(scope, margin=self._margin_of(scope, mode, shared))
            if scope.error is None
            else scope
            for scope in reading.scopes
        ]
        return replace(reading, scopes=tuple(scopes))

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return key_permissions(self.connection.raw("query_api"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        mode = self._mode()
        found: list[Position] = []
        params = {**scope.params, "limit": PAGE}
        for _ in range(MOST_PAGES):
            answer = self.connection.raw("positions", params)
            found += account.positions(
                answer,
                contracts=self.connection.contracts(CCXT, needed=account.symbols(answer)),
                scope=scope.id,
                mode=mode,
                sentinels=self.facts.sentinels,
            )
            cursor = account.next_page(answer)
            if cursor is None:
                return ScopeReading(scope=scope.id, positions=tuple(found))
            params = {**params, "cursor": cursor}
        raise VenueGarbled("Bybit's list of positions has no end.", venue=self.facts.id)

    def pools(self) -> tuple[PoolReading, ...]:
        return market.pools(self.connection.raw("insurance"))

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        return tuple(
            stat
            for kind in ContractKind
            for stat in market.market_stats(
                self.connection.raw("tickers", {"category": kind.value}),
                kind=kind,
                contracts=contracts,
            )
        )

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return market.adl_signals(self.connection.raw("adl_alert"))

    def _mode(self) -> account.AccountMode:
        """The account's margin mode; not knowing it costs a note, not the positions."""
        try:
            answer = self.connection.kept("account_info")
            with parsing(self.facts.id, "the account's margin mode"):
                return account.account_mode(answer)
        except VenueError:
            return account.AccountMode(margin=None)

    def _margin(self, mode: account.AccountMode) -> AccountMargin:
        if mode.margin is MarginMode.ISOLATED:
            note = "Isolated margin: each position is backed by its own margin alone."
            return no_margin(
                scope=account.SHARED_MARGIN, asset="USD", as_of=self.clock(), note=note
            )
        try:
            answer = self.connection.raw("wallet", {"accountType": "UNIFIED"})
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer)
        except VenueError as error:
            return margin_not_read(
                error, scope=account.SHARED_MARGIN, asset="USD", as_of=self.clock()
            )

    def _margin_of(
        self, scope: ScopeReading, mode: account.AccountMode, shared: AccountMargin
    ) -> AccountMargin:
        inverse = self.facts.scope(scope.scope).kind is ContractKind.INVERSE
        if inverse and not mode.inverse_is_unified:
            note = "On this account a wallet of their own backs coin-margined contracts."
            return no_margin(scope=scope.scope, asset="USD", as_of=shared.as_of, note=note)
        return shared
