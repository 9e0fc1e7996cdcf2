"""MEXC, read in its own words: its positions need the fair price and the risk levels beside them.

A refresh is one request for all positions; where there are any, one for the fair prices, one
for the equity if a position is on cross margin, and the contracts' risk levels once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, MarginMode, Position, ScopeReading
from app.venues import history, turns, wire
from app.venues import mexc_account as account
from app.venues import mexc_history as past
from app.venues import mexc_market as market
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import margin_not_read
from app.venues.mexc_key import key_permissions
from app.venues.mexc_levels import Levels, levels

CCXT: Final = "mexc"
HISTORIES_A_TURN: Final = 10
SNAPSHOTS: Final = 100
"""More than the week of snapshots that MEXC keeps."""


class MexcReader(VenueReader):
    """One account at MEXC, or what MEXC publishes."""

    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._wanted: tuple[str, ...] = ()
        self._prices: Mapping[str, float] = {}
        self._turn = 0
        self._listed: dict[str, PoolReading] = {}

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return key_permissions(self.connection.raw("key_info"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        rows = account.open_rows(self.connection.raw("positions"))
        if not rows:
            return ScopeReading(scope=scope.id)
        symbols = {wire.text(row, "symbol") for row in rows}
        positions = account.positions(
            rows,
            contracts=self.connection.contracts(CCXT, needed=symbols),
            marks=self._marks(),
            levels=self._levels(symbols),
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )
        crossed = any(one.margin_mode is MarginMode.CROSS for one in positions)
        margin = self._margin(scope, positions) if crossed else None
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        """Every fund's balance now; of some in turn, and of those wanted, also past ones."""
        if not self._prices:
            self.market_stats(self._wanted)
        known = market.pools(self.connection.raw("fund"), self._prices)
        turn, self._turn = turns.choose(
            known, self._wanted, start=self._turn, size=HISTORIES_A_TURN
        )
        with_past = self._with_past(turn)
        return tuple(with_past.get(pool.key, pool) for pool in known)

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Fund by fund, as they are listed first; one that MEXC refuses is passed over."""
        if not self._listed:
            self._listed = {
                pool.key: pool for pool in market.pools(self.connection.raw("fund"), {})
            }
        key, at = history.turn(self._listed, history.place(cursor))
        if key is None:
            return history.END
        try:
            answer = self.connection.raw("fund_history", past.question(self._listed[key], at))
        except VenueError as error:
            if not history.is_refused(error):
                raise
            return history.page(self._listed, key, ())
        return past.page(answer, self._listed[key], self._listed, at)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        self._wanted = tuple(wanted)
        contracts = self.connection.contracts(CCXT)
        stats = market.market_stats(self.connection.raw("tickers"), contracts)
        self._prices = market.prices(stats, contracts)
        return stats

    def _marks(self) -> Mapping[str, float]:
        """The fair prices; without them a position has its notes, and what else is known."""
        try:
            answer = self.connection.raw("tickers")
            with parsing(self.facts.id, "the fair prices"):
                return market.fair_prices(answer)
        except VenueError:
            return {}

    def _levels(self, symbols: Collection[str]) -> Mapping[str, Levels]:
        """The risk levels; without them a position lacks its maintenance margin."""
        try:
            answer = self.connection.kept("contracts")
            with parsing(self.facts.id, "the risk levels"):
                return levels(answer, symbols)
        except VenueError:
            return {}

    def _margin(self, scope: Scope, positions: Sequence[Position]) -> AccountMargin | None:
        try:
            answer = self.connection.raw("assets")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer, positions, scope=scope.id, as_of=self.clock())
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset="USD", as_of=self.clock())

    def _with_past(self, turn: Collection[PoolReading]) -> dict[str, PoolReading]:
        """Pools with their snapshots, by key; what fails is left for a later turn."""
        found = {}
        for pool in turn:
            params = {"symbol": pool.symbols[0], "page_num": 1, "page_size": SNAPSHOTS}
            try:
                answer = self.connection.raw("fund_history", params)
                with parsing(self.facts.id, "the insurance fund's history"):
                    found[pool.key] = market.with_past(pool, answer)
            except VenueRateLimited:
                break
            except VenueError:
                continue
        return found
