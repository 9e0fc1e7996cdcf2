"""KuCoin futures, read in its own words: ccxt's rows take the cost of entering for the value.

A refresh of an account is one request for all positions, one for the margin behind each
settle currency in which a cross position is open (one in all for a unified account), and once a
minute one for whether the account is classic or unified.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import ccxt

from app.domain.errors import VenueError, VenueGarbled
from app.domain.fund import MarketStat
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, MarginMode, Position, ScopeReading
from app.venues import kucoin_account as account
from app.venues import kucoin_positions as held
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read
from app.venues.kucoin_market import market_stats
from app.venues.markets import Contract
from app.venues.wire import Row

CCXT: Final = "kucoinfutures"
PAGE: Final = 200
MOST_PAGES: Final = 10


class KucoinFutures(ccxt.kucoinfutures):  # type: ignore[misc]
    """Lists futures only: with a key, ccxt's own list also asks for the account's spot margin."""

    def fetch_markets(self, params: dict[str, Any] = {}) -> Any:  # noqa: B006
        return self.fetch_contract_markets(params)


class KucoinReader(VenueReader):
    """One account at KuCoin, or what KuCoin publishes."""

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return account.key_permissions(self.connection.raw("api_key"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        mode = account.account_mode(self.connection.kept("account_mode"))
        if mode is account.AccountMode.UNIFIED:
            return self._unified(scope)
        return self._classic(scope)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        answer = self.connection.raw("contracts")
        return market_stats(answer, self.connection.contracts(CCXT), self.clock())

    def _classic(self, scope: Scope) -> ScopeReading:
        rows = held.open_rows(self.connection.raw("positions"), held.CLASSIC)
        contracts = self.connection.contracts(CCXT, needed=held.symbols(rows))
        margins = {
            asset: self._margin(partial(self._wallet, name, asset))
            for name, asset in held.cross_currencies(rows, contracts).items()
        }
        return ScopeReading(
            scope=scope.id,
            positions=tuple(
                account.with_wallet(position, margins.get(position.settle_asset))
                for position in self._positions(rows, held.CLASSIC, contracts, scope)
            ),
            margin=account.wallets_margin(tuple(margins.values())),
        )

    def _unified(self, scope: Scope) -> ScopeReading:
        rows = self._unified_rows()
        contracts = self.connection.contracts(CCXT, needed=held.symbols(rows))
        positions = self._positions(rows, held.UNIFIED, contracts, scope)
        crossed = any(position.margin_mode is MarginMode.CROSS for position in positions)
        margin = self._margin(self._overview) if crossed else None
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def _positions(
        self,
        rows: Sequence[Row],
        words: held.Words,
        contracts: Mapping[str, Contract],
        scope: Scope,
    ) -> tuple[Position, ...]:
        return held.positions(
            rows,
            words,
            contracts=contracts,
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )

    def _unified_rows(self) -> list[Row]:
        found: list[Row] = []
        for page in range(1, MOST_PAGES + 1):
            params = {"accountMode": "unified", "pageSize": PAGE, "pageNumber": page}
            answer = self.connection.raw("unified_positions", params)
            found += held.open_rows(answer, held.UNIFIED)
            if len(held.rows(answer)) < PAGE:
                return found
        raise VenueGarbled("KuCoin's list of positions has no end.", venue=self.facts.id)

    def _wallet(self, name: str, asset: str) -> AccountMargin:
        answer = self.connection.raw("wallet", {"currency": name})
        return account.wallet_margin(answer, asset, self.clock())

    def _overview(self) -> AccountMargin:
        answer = self.connection.raw("unified_overview", {"accountMode": "unified"})
        return account.unified_margin(answer, self.clock())

    def _margin(self, read: Callable[[], AccountMargin]) -> AccountMargin:
        """Not knowing the margin costs a note, not the positions."""
        try:
            with parsing(self.facts.id, "the account's margin"):
                return read()
        except VenueError as error:
            return margin_not_read(error, scope=account.SHARED, asset="USD", as_of=self.clock())
