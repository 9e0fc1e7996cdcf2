"""Bitfinex Derivatives, read in its own words: ccxt's rows have no contracts and no mark.

A refresh of an account is one request for its positions; the status of all derivatives gives
their marks, the fund and the open interest at once.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from app.domain.errors import VenueError, VenueGarbled
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import ScopeReading
from app.venues import bitfinex_account as account
from app.venues import bitfinex_history as past
from app.venues import bitfinex_market as market
from app.venues import history
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope

CCXT: Final = "bitfinex"


class BitfinexReader(VenueReader):
    """One account at Bitfinex, or what Bitfinex publishes."""

    gives_fund_history = True

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return account.key_permissions(self.connection.raw("permissions"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions")
        held = account.symbols(answer)
        marks = self._marks() if held else {}
        holdings = account.holdings(
            answer,
            contracts=self.connection.contracts(CCXT, needed=held),
            marks=marks,
            dollars=market.dollars(marks),
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )
        return ScopeReading(
            scope=scope.id,
            positions=holdings.positions,
            margin=account.account_margin(holdings, scope=scope.id, as_of=self.clock()),
        )

    def pools(self) -> tuple[PoolReading, ...]:
        return (market.pool(self._status()),)

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Minute by minute, backwards."""
        at = history.place(cursor) or past.begin(self.clock())
        return past.page(self.connection.raw("status_history", past.question(at)), at)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return market.market_stats(self._status(), self.connection.contracts(CCXT))

    def _status(self) -> Any:
        return self.connection.kept("status", {"keys": "ALL"})

    def _marks(self) -> dict[str, float]:
        """Mark prices; not knowing them costs notes, not the positions."""
        try:
            answer = self._status()
            with parsing(self.facts.id, "the status of derivatives"):
                return market.marks(answer)
        except VenueError as error:
            if isinstance(error, VenueGarbled):
                self.connection.forget_kept()
            return {}
