"""Backpack, read in its own words: ccxt takes open orders for a part of the position.

A refresh of an account is one request, and one for the margin while a position is open.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from app.domain.errors import VenueError
from app.domain.fund import MarketStat
from app.domain.position import AccountMargin, ScopeReading
from app.venues import backpack_account as account
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import no_margin

CCXT: Final = "backpack"


class BackpackReader(VenueReader):
    """One subaccount at Backpack, or what Backpack publishes.

    A key cannot be asked what it may do, so an account is unverifiable.
    """

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions", scope.params)
        needed = account.symbols(answer)
        contracts = self.connection.contracts(CCXT, needed=needed) if needed else {}
        held = account.holdings(answer, contracts=contracts, scope=scope.id, as_of=self.clock())
        margin = self._margin(scope, held.others) if held.positions or held.others else None
        return ScopeReading(scope=scope.id, positions=held.positions, margin=margin)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return account.market_stats(
            self.connection.raw("mark_prices"),
            self.connection.raw("open_interest"),
            self.connection.contracts(CCXT),
            now=self.clock(),
        )

    def _margin(self, scope: Scope, others: int) -> AccountMargin:
        try:
            answer = self.connection.raw("collateral")
            with parsing(self.facts.id, "the subaccount's margin"):
                return account.account_margin(
                    answer, scope=scope.id, as_of=self.clock(), others=others
                )
        except VenueError as error:
            said = (f"The subaccount's margin was not read: {error}", account.beside(others))
            return no_margin(
                scope=scope.id,
                asset="USD",
                as_of=self.clock(),
                note=" ".join(filter(None, said)),
            )
