"""Poloniex Futures: one request for all positions, and one for the margin if a cross one is open.

What a key may do Poloniex tells nobody. Open interest is asked for contract by contract: those
``wanted``, and some others in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import MarketStat, PoolReading
from app.domain.position import AccountMargin, MarginMode, ScopeReading
from app.venues import poloniex_account as account
from app.venues import poloniex_market as market
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import margin_not_read

CCXT: Final = "poloniex"
OTHERS_A_TURN: Final = 4


class PoloniexReader(VenueReader):
    """One account at Poloniex, or what Poloniex publishes."""

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._turn = 0

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions")
        held = account.symbols(answer)
        positions = account.positions(
            answer,
            contracts=self.connection.contracts(CCXT, needed=held) if held else {},
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )
        crossed = any(one.margin_mode is MarginMode.CROSS for one in positions)
        margin = self._margin(scope) if crossed else None
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        return market.pools(self.connection.raw("insurance"), self.connection.contracts(CCXT))

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        """Marks of all contracts; one whose open interest fails has none this time."""
        contracts = self.connection.contracts(CCXT)
        tickers = self.connection.raw("tickers")
        interests: dict[str, float] = {}
        turn, self._turn = market.choose(contracts, wanted, start=self._turn, size=OTHERS_A_TURN)
        for symbol in turn:
            try:
                answer = self.connection.raw("open_interest", {"symbol": symbol})
                with parsing(self.facts.id, f"the open interest of {symbol}"):
                    interests[symbol] = market.open_interest(answer, symbol)
            except VenueRateLimited:
                break
            except VenueError:
                continue
        return market.market_stats(tickers, interests, contracts=contracts, now=self.clock())

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """Without an end Poloniex might answer with the newest hours, not those after ``since``."""
        return {"until": unified.last_millisecond(since, limit)}

    def _margin(self, scope: Scope) -> AccountMargin:
        """Not knowing it costs a note, not the positions."""
        try:
            answer = self.connection.raw("balance")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer, scope=scope.id, as_of=self.clock())
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset=account.ASSET, as_of=self.clock())
