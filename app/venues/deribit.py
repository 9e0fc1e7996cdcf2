"""Deribit, read in its own words: ccxt's rows have signed sizes and shorts of size zero.

A refresh of an account is one request for all positions and one for the margin of all
currencies; each scope takes its own from them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueGarbled
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, ScopeReading
from app.venues import deribit_account as account
from app.venues import deribit_market as market
from app.venues import history
from app.venues.base import VenueReader
from app.venues.deribit_key import key_permissions
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read, no_margin

CCXT: Final = "deribit"
ROWS: Final = 100
HISTORY_ROWS: Final = 1_000


class DeribitReader(VenueReader):
    """One account at Deribit, or what Deribit publishes."""

    gives_fund_history = True

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return key_permissions(self.connection.raw("auth"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.kept("positions")
        settles = self._settles(scope, account.currencies(answer))
        margins, failure = self._summaries()
        holdings = account.holdings(
            answer,
            settles=settles,
            contracts=self.connection.contracts(CCXT, needed=account.symbols(answer, settles)),
            summaries=margins,
            scope=scope.id,
            at=self.clock(),
        )
        margin = self._margin(scope, margins, failure)
        return ScopeReading(
            scope=scope.id,
            positions=holdings.positions,
            margin=account.beside(margin, holdings.others),
        )

    def pools(self) -> tuple[PoolReading, ...]:
        return tuple(
            market.pool(self._bankruptcies(scope), scope.settle, scope=scope.id)
            for scope in self.facts.scopes
        )

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Every bankruptcy of the past, currency by currency: there are no balances."""
        scopes = {scope.id: scope for scope in self.facts.scopes}
        name, at = history.turn(scopes, history.place(cursor))
        if name is None:
            return history.END
        settle = scopes[name].settle
        asked = {"currency": settle, "type": "bankruptcy", "count": HISTORY_ROWS}
        answer = self.connection.raw("bankruptcies", {**asked, **market.older(at)})
        reading = market.pool(answer, settle, scope=name)
        return history.page(scopes, name, (reading,), **market.further(answer, at))

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        return tuple(
            stat
            for currency in sorted({contract.settle for contract in contracts.values()})
            for stat in market.market_stats(
                self.connection.raw("book_summary", {"currency": currency, "kind": "future"}),
                contracts,
            )
        )

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return tuple(
            signal
            for scope in self.facts.scopes
            for signal in market.signals(self._bankruptcies(scope), scope.settle, now=self.clock())
        )

    def _settles(self, scope: Scope, held: Collection[str]) -> frozenset[str]:
        """The currencies of a scope: the last scope takes those that no other one has."""
        if scope.id != self.facts.scopes[-1].id:
            return frozenset({scope.settle})
        others = {other.settle for other in self.facts.scopes[:-1]}
        return frozenset({scope.settle, *held} - others)

    def _bankruptcies(self, scope: Scope) -> Any:
        params = {"currency": scope.settle, "type": "bankruptcy", "count": ROWS}
        return self.connection.kept("bankruptcies", params)

    def _summaries(self) -> tuple[Mapping[str, account.Summary], VenueError | None]:
        """Every currency's margin; not knowing it costs notes, not the positions."""
        try:
            answer = self.connection.kept("summaries")
            with parsing(self.facts.id, "the account's margin"):
                return account.summaries(answer, at=self.clock()), None
        except VenueError as error:
            if isinstance(error, VenueGarbled):
                self.connection.forget_kept()
            return {}, error

    def _margin(
        self, scope: Scope, margins: Mapping[str, account.Summary], failure: VenueError | None
    ) -> AccountMargin:
        if scope.settle in margins:
            return margins[scope.settle].margin
        if failure is not None:
            return margin_not_read(failure, scope=scope.id, asset=scope.settle, as_of=self.clock())
        note = f"Deribit lists no margin in {scope.settle} here."
        return no_margin(scope=scope.id, asset=scope.settle, as_of=self.clock(), note=note)
