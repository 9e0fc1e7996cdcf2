"""WOOFi Pro, read from Orderly Network in its own words.

ccxt's rows call every position cross, lose its leverage, and take profit since the last
settlement for profit since entry. A refresh of an account is one request.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions
from app.domain.position import ScopeReading
from app.venues import unified
from app.venues import woofipro_account as account
from app.venues import woofipro_market as market
from app.venues.base import VenueReader
from app.venues.facts import Scope
from app.venues.woofipro_key import key_permissions

CCXT: Final = "woofipro"


class WoofiProReader(VenueReader):
    """One account at WOOFi Pro, or what Orderly publishes."""

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return key_permissions(self.connection.raw("key_info"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions", scope.params)
        needed = account.symbols(answer)
        contracts = self.connection.contracts(CCXT, needed=needed) if needed else {}
        positions = account.positions(answer, contracts=contracts, scope=scope.id)
        margin = account.account_margin(answer, scope=scope.id, positions=positions)
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        symbols = market.standard_symbols(self.connection.raw("futures"))
        answer = self.connection.raw("insurance_fund")
        return (market.pool(answer, symbols=symbols, now=self.clock()),)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return market.market_stats(self.connection.raw("futures"), self.connection.contracts(CCXT))

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return (market.signal(self.connection.raw("insurance_fund"), now=self.clock()),)

    def candles(self, native_symbol: str, since: datetime, limit: int) -> tuple[Candle, ...]:
        """From Orderly's public history; what ccxt asks belongs to an account."""
        self.contract_of(native_symbol)
        question = market.candles_question(native_symbol, since, limit)
        rows = market.candle_rows(self.connection.raw("candles", question))
        return unified.candles(rows, since=since, now=self.clock())
