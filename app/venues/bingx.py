"""BingX, read in its own words: the risk rate, all there is for cross positions, is lost in ccxt's.

A refresh of an account is one request for USDT and USDC perpetuals, one for coin-margined ones,
and once a minute one for whether there are positions in Standard Futures, which are not shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import ccxt

from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import MarketStat
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, ContractKind, ScopeReading
from app.venues import bingx_account as account
from app.venues import bingx_market as market
from app.venues.base import VenueReader
from app.venues.bingx_key import key_permissions
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import no_margin
from app.venues.markets import Contract

CCXT: Final = "bingx"
MOST: Final = 30
"""So many contracts are asked for their open interest at a time."""


class Bingx(ccxt.bingx):  # type: ignore[misc]
    """Lists perpetuals only: ccxt's own list asks for thousands of spot pairs too."""

    def fetch_markets(self, params: dict[str, Any] = {}) -> Any:  # noqa: B006
        return [*self.fetch_swap_markets(params), *self.fetch_inverse_swap_markets(params)]


class BingxReader(VenueReader):
    """One account at BingX, or what BingX publishes."""

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return key_permissions(self.connection.raw("api_permissions"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        rows = account.open_rows(self.connection.raw(scope.reads[0]))
        positions = account.positions(
            rows,
            contracts=self.connection.contracts(CCXT, needed=account.symbols(rows)),
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )
        margin = self._standard(scope) if "standard_positions" in scope.reads else None
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        at = self.clock()
        linear = market.marks(self.connection.raw("linear_marks"), contracts, at)
        inverse = self.connection.raw("inverse_marks")
        stats = {**linear, **market.marks(inverse, contracts, at, note=market.NO_UNIT)}
        for symbol in [one for one in wanted if _is_linear(contracts, one)][:MOST]:
            if symbol in stats:
                stats[symbol] = self._with_interest(stats[symbol])
        return tuple(stats.values())

    def _with_interest(self, stat: MarketStat) -> MarketStat:
        """The mark alone where one contract's open interest fails."""
        try:
            answer = self.connection.raw("linear_open_interest", {"symbol": stat.native_symbol})
            with parsing(self.facts.id, f"the open interest of {stat.native_symbol}"):
                return market.with_interest(stat, answer)
        except VenueRateLimited:
            raise
        except VenueError:
            return stat

    def _standard(self, scope: Scope) -> AccountMargin | None:
        """A note alone: BingX gives no margin of the whole account to compare a limit with."""
        try:
            answer = self.connection.kept("standard_positions")
            with parsing(self.facts.id, "positions in Standard Futures"):
                note = account.standard_beside(answer)
        except VenueError as error:
            note = f"Whether there are positions in Standard Futures was not read: {error}"
        if note is None:
            return None
        return no_margin(scope=scope.id, asset="USD", as_of=self.clock(), note=note)


def _is_linear(contracts: Mapping[str, Contract], symbol: str) -> bool:
    return symbol in contracts and contracts[symbol].kind is ContractKind.LINEAR
