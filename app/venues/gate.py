"""Gate, read in its own words: settle currency by settle currency, delivery apart.

A refresh is one request a settle currency, and where a cross position is open one or two for
the margin behind it: that of the settle currency, or of the whole unified account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueGarbled, VenueRateLimited
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, MarginMode, Position, ScopeReading
from app.venues import gate_account as account
from app.venues import gate_market as market
from app.venues import history
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.gate_key import key_permissions
from app.venues.holding import margin_not_read, no_margin
from app.venues.prices import dollar_prices

CCXT: Final = "gate"
PAGE: Final = 100
MOST_PAGES: Final = 20

T = TypeVar("T")


class GateReader(VenueReader):
    """One account at Gate, or what Gate publishes."""

    gives_all_funds = False
    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._prices: Mapping[str, float] = {}

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return key_permissions(self.connection.raw("main_keys"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        found: list[Position] = []
        for page in range(MOST_PAGES):
            answer = self.connection.raw(scope.reads[0], _page_of(scope, page))
            symbols = account.symbols(answer)
            found += account.positions(
                answer,
                contracts=self.connection.contracts(CCXT, needed=symbols) if symbols else {},
                scope=scope.id,
                as_of=self.clock(),
                sentinels=self.facts.sentinels,
            )
            if len(symbols) < PAGE or _is_delivery(scope):
                crossed = any(one.margin_mode is MarginMode.CROSS for one in found)
                margin = self._margin(scope) if crossed else None
                return ScopeReading(scope=scope.id, positions=tuple(found), margin=margin)
        raise VenueGarbled("Gate's list of positions has no end.", venue=self.facts.id)

    def pools(self) -> tuple[PoolReading, ...]:
        """Every settle currency's fund; one that fails leaves the others."""
        if not self._prices:
            self.market_stats(())
        return self._each_scope(
            "insurance",
            {"limit": PAGE},
            lambda scope, answer: market.pool(answer, scope, self._prices),
        )

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """The month of every settle currency's fund; one that Gate refuses is passed over."""
        scopes = {scope.id: scope for scope in self.facts.scopes}
        name, _ = history.turn(scopes, history.place(cursor))
        if name is None:
            return history.END
        try:
            answer = self._ask(scopes[name], "insurance", {"limit": PAGE})
        except VenueError as error:
            if not history.is_refused(error):
                raise
            return history.page(scopes, name, ())
        return history.page(scopes, name, market.pool(answer, scopes[name], {}))

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts, now = self.connection.contracts(CCXT), self.clock()
        stats = self._each_scope(
            "tickers", {}, lambda _, answer: market.market_stats(answer, contracts, at=now)
        )
        self._prices = dollar_prices(stats, contracts)
        return stats

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return self._each_scope(
            "adl_risk_states", {}, lambda _, answer: market.adl_signals(answer), delivery=False
        )

    def _each_scope(
        self,
        what: str,
        params: Mapping[str, object],
        take: Callable[[Scope, Any], tuple[T, ...]],
        *,
        delivery: bool = True,
    ) -> tuple[T, ...]:
        """What is taken of the answers about every scope.

        One that fails leaves the others; when none answered, the last failure is raised.
        """
        found: list[T] = []
        answered = False
        failure: VenueError | None = None
        for scope in self.facts.scopes:
            if _is_delivery(scope) and not delivery:
                continue
            try:
                answer = self._ask(scope, what, params)
                with parsing(self.facts.id, f"{what} ({scope.label})"):
                    found += take(scope, answer)
                answered = True
            except VenueRateLimited as error:
                failure = error
                break
            except VenueError as error:
                failure = error
        if failure is not None and not answered:
            raise failure
        return tuple(found)

    def _ask(self, scope: Scope, what: str, params: Mapping[str, object]) -> Any:
        read_id = f"delivery_{what}" if _is_delivery(scope) else what
        return self.connection.raw(read_id, {**params, "settle": scope.params["settle"]})

    def _margin(self, scope: Scope) -> AccountMargin:
        if _is_delivery(scope):
            note = "Gate gives no cross margin figures for delivery contracts."
            return no_margin(scope=scope.id, asset=scope.settle, as_of=self.clock(), note=note)
        try:
            answer = self.connection.raw("account", {"settle": scope.params["settle"]})
            with parsing(self.facts.id, "the account's margin"):
                if not account.is_unified(answer):
                    return account.futures_margin(answer, scope=scope.id, as_of=self.clock())
            answer = self.connection.raw("unified_account")
            with parsing(self.facts.id, "the unified account's margin"):
                return account.unified_margin(answer, as_of=self.clock())
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset=scope.settle, as_of=self.clock())


def _is_delivery(scope: Scope) -> bool:
    return scope.params["type"] == "future"


def _page_of(scope: Scope, page: int) -> Mapping[str, object]:
    """What to ask for a page of positions; delivery has one page, and knows no other."""
    settle = {"settle": scope.params["settle"]}
    if _is_delivery(scope):
        return settle
    return {**settle, "holding": "true", "limit": PAGE, "offset": page * PAGE}
