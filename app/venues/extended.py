"""Extended, read in its own words with an API key alone: ccxt's rows lose the ADL percentile.

A refresh is one request for the positions and, when there are any, one for the margin that
they share. The vault and the markets are public and asked without a key.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError
from app.domain.fund import MarketStat, PoolReading
from app.domain.position import AccountMargin, ScopeReading
from app.venues import extended_account as account
from app.venues import extended_market as market
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read

CCXT: Final = "extended"


class ExtendedReader(VenueReader):
    """One sub-account at Extended, or what Extended publishes."""

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions")
        positions = account.positions(
            answer,
            contracts=self.connection.contracts(CCXT, needed=account.symbols(answer)),
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )
        margin = self._margin(scope) if positions else None
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        scopes = tuple(scope.id for scope in self.facts.scopes)
        return (market.vault(self.connection.raw("vault"), scopes=scopes, at=self.clock()),)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        return market.market_stats(
            self.connection.raw("markets"), contracts=contracts, at=self.clock()
        )

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        contracts = self.connection.contracts(CCXT)
        return market.adl_signals(
            self.connection.raw("markets"), contracts=contracts, at=self.clock()
        )

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """Extended knows no beginning: it counts back from the end it is given."""
        return {"until": unified.last_millisecond(since, limit)}

    def _margin(self, scope: Scope) -> AccountMargin:
        """The margin of the sub-account; not knowing it costs a note, not the positions."""
        try:
            answer = self.connection.raw("balance")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer, scope=scope.id, as_of=self.clock())
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset=scope.settle, as_of=self.clock())
