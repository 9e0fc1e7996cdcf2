"""WOO X, read in its own words: ccxt's rows pass a liquidation price of 0 on.

A refresh of an account is one request for all positions, and at most every minute and a half
one for the account's margin while a cross position is open, because WOO X allows few of those.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from app.domain.errors import VenueError
from app.domain.fund import MarketStat
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, MarginMode, ScopeReading
from app.venues import woo_account as account
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read
from app.venues.woo_key import key_permissions

CCXT: Final = "woo"
MOST_KEYS: Final = 1000


class WooReader(VenueReader):
    """One account at WOO X, or what WOO X publishes."""

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        answer = self.connection.raw("credentials", {"page": 1, "size": MOST_KEYS})
        return key_permissions(answer, checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions", scope.params)
        needed = account.symbols(answer)
        contracts = self.connection.contracts(CCXT, needed=needed) if needed else {}
        positions = account.positions(answer, contracts=contracts, scope=scope.id)
        crossed = any(p.margin_mode is not MarginMode.ISOLATED for p in positions)
        return ScopeReading(
            scope=scope.id, positions=positions, margin=self._margin(scope) if crossed else None
        )

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return account.market_stats(self.connection.raw("futures"), self.connection.contracts(CCXT))

    def _margin(self, scope: Scope) -> AccountMargin:
        try:
            answer = self.connection.kept("account_info")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer, scope=scope.id)
        except VenueError as error:
            return margin_not_read(
                error, scope=scope.id, asset=account.COLLATERAL, as_of=self.clock()
            )
