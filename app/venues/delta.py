"""Delta Exchange and Delta Exchange India: the same software on two hosts, with other keys.

ccxt's rows keep the sign in the number of contracts and have neither mark price nor profit. A
refresh of an account is one request, and one for the mark prices while a position is open.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError
from app.domain.fund import MarketStat
from app.domain.position import ScopeReading
from app.venues import delta_account as account
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.delta_client import FUTURES
from app.venues.errors import parsing
from app.venues.facts import Scope

CCXT: Final = "delta"


class DeltaReader(VenueReader):
    """One account at one of the two platforms, or what it publishes.

    A key cannot be asked what it may do, so an account is unverifiable.
    """

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions", scope.params)
        needed = account.symbols(answer)
        as_of = self.clock()
        holdings = account.holdings(
            answer,
            contracts=self.connection.contracts(CCXT, needed=needed) if needed else {},
            marks=self._marks() if needed else {},
            venue=self.facts.id,
            scope=scope.id,
            as_of=as_of,
        )
        margin = account.beside(holdings.others, scope=scope.id, asset=scope.settle, as_of=as_of)
        return ScopeReading(scope=scope.id, positions=holdings.positions, margin=margin)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return account.market_stats(
            self._tickers(),
            contracts=self.connection.contracts(CCXT),
            wanted=wanted,
            venue=self.facts.id,
        )

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """Of a window with more hours than ``limit`` the first might be missing."""
        return {"until": unified.last_millisecond(since, limit)}

    def _marks(self) -> Mapping[str, float]:
        """Without them the positions still have their liquidation prices."""
        try:
            answer = self._tickers()
            with parsing(self.facts.id, "its markets"):
                return account.marks(answer)
        except VenueError:
            return {}

    def _tickers(self) -> object:
        answer: object = self.connection.raw("tickers", {"contract_types": FUTURES})
        return answer
