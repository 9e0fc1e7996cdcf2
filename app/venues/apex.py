"""ApeX Omni: positions without prices or margin, completed from the account and the tickers.

A refresh is one request for the positions and, when there are any, one for the account's
margin and one for all tickers; the contracts' margin rates are kept for an hour. ccxt's
leverage of 20 for contracts without a setting, and its contract size, are not used.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError, VenueGarbled
from app.domain.fund import MarketStat
from app.domain.position import AccountMargin, ScopeReading
from app.venues import apex_account as account
from app.venues import apex_market as market
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read
from app.venues.markets import Contract

CCXT: Final = "apex"


class ApexReader(VenueReader):
    """One account at ApeX Omni, or what ApeX publishes."""

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("account")
        held = account.symbols(answer)
        contracts = self.connection.contracts(CCXT, needed=held)
        positions = account.positions(
            answer,
            contracts=contracts,
            prices=self._prices(contracts) if held else {},
            scope=scope.id,
            as_of=self.clock(),
        )
        if not positions:
            return ScopeReading(scope=scope.id)
        margin = self._margin(scope)
        shared = account.share_maintenance(positions, margin, self._rates())
        return ScopeReading(scope=scope.id, positions=shared, margin=margin)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        return market.market_stats(self.connection.raw("tickers"), contracts, at=self.clock())

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """Without an end ApeX does not say which of the hours after ``since`` it gives."""
        return {"until": unified.last_millisecond(since, limit)}

    def _prices(self, contracts: Mapping[str, Contract]) -> dict[str, float]:
        """Index prices; not knowing them costs notes, not the positions."""
        try:
            answer = self.connection.raw("tickers")
            with parsing(self.facts.id, "its tickers"):
                return market.index_prices(answer, contracts)
        except VenueError:
            return {}

    def _rates(self) -> dict[str, account.Rates]:
        try:
            answer = self.connection.kept("symbols")
            with parsing(self.facts.id, "its margin rates"):
                return account.rates(answer)
        except VenueError as error:
            if isinstance(error, VenueGarbled):
                self.connection.forget_kept()
            return {}

    def _margin(self, scope: Scope) -> AccountMargin:
        try:
            answer = self.connection.raw("balance")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer, scope=scope.id, as_of=self.clock())
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset=account.SETTLE, as_of=self.clock())
