"""Paradex, read with a read-only token of its own; no key is involved and nothing is signed.

A refresh of an account asks for its positions, and where there are any for the margin of its
accounts (an isolated position is one of its own), the mark prices, and now and then which
accounts are isolated and whether margin is cross or by portfolio.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final, TypeVar

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueGarbled, VenueRejected
from app.domain.fund import MarketStat, PoolReading
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import MarginMode, ScopeReading
from app.venues import paradex_account as account
from app.venues import paradex_market as market
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.paradex_client import expiry
from app.venues.wire import text

CCXT: Final = "paradex"
ALL: Final = {"market": "ALL"}
NO_EXPIRY: Final = "The token does not say when it expires."
T = TypeVar("T")


class ParadexReader(VenueReader):
    """One account at Paradex, or what Paradex publishes."""

    gives_all_funds = False

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """Paradex cannot say what a token may do; when it expires the token says itself."""
        seconds = expiry(self.connection.credential("token"))
        expires_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        if expires_at is not None and expires_at <= checked_at:
            raise VenueRejected(
                f"This token of Paradex expired on {expires_at:%d %B %Y}. Make a new read-only "
                "one with a longer expiry and link it.",
                venue=self.facts.id,
            )
        note = self.facts.permission_check.note
        return KeyPermissions(
            verdict=KeyVerdict.UNVERIFIABLE,
            powers=(),
            asked="The token's own expiry; Paradex does not say what a token may do",
            checked_at=checked_at,
            expires_at=expires_at,
            note=note if expires_at is not None else f"{note} {NO_EXPIRY}",
        )

    def read_scope(self, scope: Scope) -> ScopeReading:
        rows, options = account.held(self.connection.raw("positions"))
        if not rows and not options:
            return ScopeReading(scope=scope.id)
        symbols = tuple(text(data, "market") for data in rows)
        book = self._book(symbols[0] if symbols else None)
        positions = account.positions(
            rows,
            options=options,
            book=book,
            contracts=self.connection.contracts(CCXT, needed=symbols),
            scope=scope.id,
            as_of=self.clock(),
        )
        modes = {position.margin_mode for position in positions}
        margin = None
        if options or modes != {MarginMode.ISOLATED}:
            margin = account.account_margin(
                book, scope=scope.id, options=options, as_of=self.clock()
            )
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        """The insurance fund, and the vault around it as a headline where it can be read."""
        fund = market.fund(self.connection.raw("insurance"))
        headline = self._or_none("the vault around the fund", self._headline)
        return (fund,) if headline is None else (fund, headline)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return market.market_stats(
            self.connection.raw("market_stats", ALL),
            contracts=self.connection.contracts(CCXT),
            at=self.clock(),
        )

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        """One: how the fund stands against the level at which withdrawals are charged."""
        return (market.withdrawal_charge(self.connection.raw("insurance")),)

    def _book(self, symbol: str | None) -> account.Book:
        """Positions are worth showing without what surrounds them, so each part may be missing."""
        ask = self.connection
        accounts = self._or_none(
            "the account's margin", lambda: account.accounts(ask.raw("account_summary"))
        )
        isolated = self._or_none(
            "the accounts' kinds", lambda: account.isolated(ask.kept("account_info"))
        )
        mode = symbol and self._or_none(
            "the margin settings",
            lambda: account.methodology(ask.kept("account_margin", {"market": symbol})),
        )
        marks = self._or_none(
            "the mark prices", lambda: account.marks(ask.raw("market_stats", ALL))
        )
        return account.Book(
            accounts=accounts or {}, isolated=isolated, mode=mode or None, marks=marks or {}
        )

    def _headline(self) -> PoolReading | None:
        address = market.gigavault(self.connection.kept("vaults"))
        if address is None:
            return None
        answer = self.connection.raw("vault_summary", {"address": address})
        return market.headline(answer, address=address, at=self.clock())

    def _or_none(self, what: str, read: Callable[[], T]) -> T | None:
        try:
            with parsing(self.facts.id, what):
                return read()
        except VenueGarbled:
            self.connection.forget_kept()
            return None
        except VenueError:
            return None
