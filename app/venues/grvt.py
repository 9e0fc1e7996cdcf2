"""GRVT, read with an API key: positions and margin of one trading account.

A refresh is one request for the positions and, when there are any, one for the account's
margin; a session is opened once a day. Tickers are asked for contract by contract.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import MarketStat
from app.domain.position import AccountMargin, MarginMode, ScopeReading
from app.venues import grvt_account as account
from app.venues import grvt_market as market
from app.venues import turns, unified
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import margin_not_read

CCXT: Final = "grvt"
CONTRACTS_A_TURN: Final = 15


class GrvtReader(VenueReader):
    """One trading account at GRVT, or what GRVT publishes."""

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._turn = 0

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions")
        held = account.symbols(answer)
        if not held:
            return ScopeReading(scope=scope.id)
        mode, margin = self._margin(scope, has_isolated=account.has_isolated(answer))
        positions = account.positions(
            answer,
            contracts=self.connection.contracts(CCXT, needed=held),
            scope=scope.id,
            as_of=self.clock(),
            account_mode=mode,
            sentinels=self.facts.sentinels,
        )
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        """Tickers of ``wanted`` contracts, some a call and the next from there on.

        One that fails costs only itself, unless none answers.
        """
        if not wanted:
            return ()
        contracts = self.connection.contracts(CCXT)
        found: list[MarketStat] = []
        failure: VenueError | None = None
        listed = [one for one in sorted(wanted) if one in contracts]
        turn, self._turn = turns.take((), listed, start=self._turn, size=CONTRACTS_A_TURN)
        for symbol in turn:
            try:
                answer = self.connection.raw("ticker", {"instrument": symbol})
                with parsing(self.facts.id, f"the market {symbol}"):
                    found.append(market.stat(answer, contracts[symbol]))
            except VenueError as error:
                failure = error
                if isinstance(error, VenueRateLimited):
                    break
        if failure is not None and not found:
            raise failure
        return tuple(found)

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """GRVT looks back from the end, which without one is now."""
        return {"until": unified.last_millisecond(since, limit)}

    def _margin(self, scope: Scope, *, has_isolated: bool) -> tuple[MarginMode, AccountMargin]:
        """The account's margin mode and margin; not knowing them costs a note."""
        try:
            answer = self.connection.raw("account_summary")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_mode(answer), account.account_margin(
                    answer, scope=scope.id, as_of=self.clock(), has_isolated=has_isolated
                )
        except VenueError as error:
            return MarginMode.CROSS, margin_not_read(
                error, scope=scope.id, asset=scope.settle, as_of=self.clock()
            )
