"""Bitget, read in its own words, because an account is of one of two generations.

A key belongs to a unified account (``/api/v3``) or a classic one (``/api/v2``), and each
refuses the other's requests with a code of its own: which one it is, is found out by asking.
A refresh is one request a product type for positions, and where there are any, the places in
the auto-deleveraging queue and the margin: once for a unified account, once a product type
for a classic one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from app.domain.errors import VenueError, VenueRateLimited, VenueRejected
from app.domain.fund import FundBalance, FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, AccountReading, Position, ScopeReading
from app.venues import bitget_account as account
from app.venues import bitget_market as market
from app.venues import history, turns
from app.venues.base import VenueReader
from app.venues.bitget_key import classic_permissions, unified_permissions
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import margin_not_read
from app.venues.prices import dollar_prices
from app.venues.wire import Malformed, Row

CCXT: Final = "bitget"
CATEGORIES: Final = ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES")
HISTORIES_A_TURN: Final = 10
RECORDS: Final = ("reserve_days", "reserve_hours")
OTHER_GENERATION: Final = frozenset({"40084", "40085"})
"""Bitget's answers to a unified request for a classic account, and the other way round."""
NO_RANK_FOR_READERS: Final = (
    "Bitget did not tell this key the place in the auto-deleveraging queue; its documents ask "
    "for a key that may trade. A key that can only read is still the right one."
)

T = TypeVar("T")


class BitgetReader(VenueReader):
    """One account at Bitget, or what Bitget publishes."""

    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._unified = True
        self._wanted: tuple[str, ...] = ()
        self._prices: Mapping[str, float] = {}
        self._turn = 0
        self._listed: dict[str, market.Fund] = {}

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return self._by_generation(
            lambda: unified_permissions(self.connection.raw("key_unified"), checked_at),
            lambda: classic_permissions(self.connection.raw("key_classic"), checked_at),
        )

    def read_account(self) -> AccountReading:
        """As every venue's; of a unified account, ranks and margin are asked once for all."""
        reading = super().read_account()
        if not self._unified or not any(scope.positions for scope in reading.scopes):
            return reading
        rank, margin = self._ranking("adl_unified", "adlRank", {}), self._unified_margin()
        scopes = [
            replace(scope, positions=tuple(map(rank, scope.positions)), margin=margin)
            if scope.error is None
            else scope
            for scope in reading.scopes
        ]
        return replace(reading, scopes=tuple(scopes))

    def read_scope(self, scope: Scope) -> ScopeReading:
        return self._by_generation(
            lambda: self._unified_scope(scope), lambda: self._classic_scope(scope)
        )

    def pools(self) -> tuple[PoolReading, ...]:
        """Every pool's balance now; of some in turn, and of those wanted, also past ones."""
        if not self._prices:
            self.market_stats(self._wanted)
        known = self._funds()
        turn, self._turn = turns.choose(
            known, self._wanted, start=self._turn, size=HISTORIES_A_TURN
        )
        past = self._histories(turn)
        return tuple(
            market.pool(
                fund, read_at=self.clock(), past=past.get(fund.key, ()), prices=self._prices
            )
            for fund in known
        )

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Fund by fund, as they are listed first; one that Bitget refuses is passed over."""
        if not self._listed:
            self._listed = {fund.key: fund for fund in self._funds() if fund.symbols}
        key, _ = history.turn(self._listed, history.place(cursor))
        if key is None:
            return history.END
        fund = self._listed[key]
        try:
            balances = [one for read_id in RECORDS for one in self._records(read_id, fund)]
        except VenueError as error:
            if not history.is_refused(error):
                raise
            return history.page(self._listed, key, ())
        reading = market.past(fund, balances, read_at=self.clock())
        return history.page(self._listed, key, (reading,))

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        self._wanted = tuple(wanted)
        contracts = self.connection.contracts(CCXT)
        stats = tuple(
            stat
            for category in CATEGORIES
            for stat in market.market_stats(
                self.connection.raw("tickers", {"productType": category}), contracts
            )
        )
        self._prices = dollar_prices(stats, contracts)
        return stats

    def _by_generation(self, unified: Callable[[], T], classic: Callable[[], T]) -> T:
        """What the account's own generation answers; the other is tried when Bitget says so."""
        first, second = (unified, classic) if self._unified else (classic, unified)
        try:
            return first()
        except VenueError as error:
            if error.venue_code not in OTHER_GENERATION:
                raise
        answer = second()
        self._unified = not self._unified
        return answer

    def _unified_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions_unified", {"category": scope.params["productType"]})
        found = self._positions(answer, account.unified_rows(answer), account.UTA, scope)
        return ScopeReading(scope=scope.id, positions=found)

    def _classic_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions_classic", scope.params)
        found = self._positions(answer, account.classic_rows(answer), account.CLASSIC, scope)
        if not found:
            return ScopeReading(scope=scope.id)
        rank = self._ranking("adl_classic", "rank", scope.params)
        return ScopeReading(
            scope=scope.id, positions=tuple(map(rank, found)), margin=self._classic_margin(scope)
        )

    def _positions(
        self,
        answer: object,
        rows: Collection[Row],
        names: account.Names,
        scope: Scope,
    ) -> tuple[Position, ...]:
        symbols = {str(row.get("symbol")) for row in rows}
        contracts = self.connection.contracts(CCXT, needed=symbols) if rows else {}
        as_of = account.answered_at(answer)
        if symbols - set(contracts):
            raise Malformed("a position is in a contract that is not in the market list")
        return tuple(
            account.position(row, contracts[str(row["symbol"])], names, scope=scope.id, as_of=as_of)
            for row in rows
        )

    def _ranking(
        self, read_id: str, key: str, params: Mapping[str, object]
    ) -> Callable[[Position], Position]:
        """What gives a position its place; not knowing the places costs a note."""
        try:
            answer = self.connection.raw(read_id, params)
            with parsing(self.facts.id, "the auto-deleveraging queue"):
                ranks = account.ranks(answer, key)
        except VenueRejected:
            return lambda position: account.unranked(position, NO_RANK_FOR_READERS)
        except VenueError as error:
            why = f"The place in the auto-deleveraging queue was not read: {error}"
            return lambda position: account.unranked(position, why)
        return lambda position: account.ranked(position, ranks)

    def _unified_margin(self) -> AccountMargin:
        try:
            answer = self.connection.raw("assets_unified")
            with parsing(self.facts.id, "the account's margin"):
                return account.unified_margin(answer)
        except VenueError as error:
            return margin_not_read(error, scope=account.UNIFIED, asset="USD", as_of=self.clock())

    def _classic_margin(self, scope: Scope) -> AccountMargin | None:
        try:
            answer = self.connection.raw("accounts_classic", scope.params)
            with parsing(self.facts.id, "the account's margin"):
                return account.classic_margin(answer, scope.id)
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset="USD", as_of=self.clock())

    def _histories(self, turn: Collection[market.Fund]) -> dict[str, tuple[FundBalance, ...]]:
        """Hourly and daily records by pool; what fails is left for a later turn."""
        found: dict[str, tuple[FundBalance, ...]] = {}
        for fund in turn:
            try:
                for read_id in RECORDS:
                    past = self._records(read_id, fund)
                    found[fund.key] = (*found.get(fund.key, ()), *past)
            except VenueRateLimited:
                break
            except VenueError:
                continue
        return found

    def _funds(self) -> list[market.Fund]:
        return [
            fund
            for category in CATEGORIES
            for fund in market.funds(
                self.connection.raw("reserve_all", {"category": category}), category
            )
        ]

    def _records(self, read_id: str, fund: market.Fund) -> tuple[FundBalance, ...]:
        params = {"category": fund.category, "symbol": fund.symbols[0], "marginCoin": fund.coin}
        answer = self.connection.raw(read_id, params)
        with parsing(self.facts.id, "the risk reserve's history"):
            return market.history(answer, fund)
