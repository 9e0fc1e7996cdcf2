"""Aster, read by public address alone, as anybody may: one question for all positions.

Nothing is asked with a key, because Aster's private answers need one that signs. What such a
key alone may see (liquidation prices, margin tiers) is said to be missing, not made up. An
account with privacy enabled shows nothing, which is not the same as having nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final

from app.domain.errors import (
    VenueError,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
    VenueUnsupported,
)
from app.domain.fund import MarketStat
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import ScopeReading
from app.venues import aster_account as account
from app.venues import aster_market as market
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.facts import Scope, VenueFacts

CCXT: Final = "aster"
OPEN_INTERESTS_PER_CALL: Final = 20
"""Open interest is one contract a request: at most so many each time."""
NEVER: Final = datetime.min.replace(tzinfo=UTC)
HIDDEN: Final = (
    "This account hides its positions: account privacy is enabled on Aster. Whether it holds any "
    "cannot be told. Disable account privacy on Aster to have it read here."
)


class AsterReader(VenueReader):
    """One address at Aster, or what Aster publishes."""

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._asked: dict[str, datetime] = {}

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """A public address can sign nothing; what is asked is whether it can be read at all."""
        if self._holdings().hidden:
            raise VenueRejected(HIDDEN, venue=self.facts.id)
        return KeyPermissions(
            verdict=KeyVerdict.READ_ONLY,
            powers=(),
            asked="Aster Chain, aster_getBalance: accountPrivacy",
            checked_at=checked_at,
            note="A public address: nothing can be signed with it. Its privacy is disabled, so "
            "its positions can be read.",
        )

    def read_scope(self, scope: Scope) -> ScopeReading:
        held = self._holdings()
        if held.hidden:
            raise VenueUnsupported(HIDDEN, venue=self.facts.id)
        if not held.rows and not held.others:
            return ScopeReading(scope=scope.id)
        now = self.clock()
        contracts = self.connection.contracts(CCXT, needed=held.symbols) if held.rows else {}
        found = account.positions(held, contracts=contracts, scope=scope.id, as_of=now)
        margin = account.account_margin(held, found, scope=scope.id, as_of=now)
        return ScopeReading(scope=scope.id, positions=found, margin=margin)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        found = market.marks(self.connection.raw("marks"))
        contracts = self.connection.contracts(CCXT)
        symbols = {mark.native_symbol for mark in found}.intersection(wanted, contracts)
        return market.market_stats(found, self._open_interest(symbols), contracts=contracts)

    def _open_interest(self, symbols: Collection[str]) -> Mapping[str, market.OpenInterest]:
        """Of those asked longest ago; a contract that fails does not spoil the others."""
        turn = sorted(symbols, key=lambda symbol: (self._asked.get(symbol, NEVER), symbol))
        found = {}
        for symbol in turn[:OPEN_INTERESTS_PER_CALL]:
            self._asked[symbol] = self.clock()
            try:
                found[symbol] = market.open_interest(
                    self.connection.raw("open_interest", {"symbol": symbol})
                )
            except (VenueRateLimited, VenueUnreachable):
                break
            except VenueError:
                continue
        return found

    def _holdings(self) -> account.Holdings:
        question = {
            "id": 1,
            "jsonrpc": "2.0",
            "method": "aster_getBalance",
            "params": [self.connection.address(), "latest"],
        }
        answer = self.connection.raw("balance", question)
        refused = account.refusal(answer)
        if refused is not None:
            raise refused
        return account.holdings(answer)
