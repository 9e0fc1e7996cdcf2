"""Crypto.com Exchange, read in its own words: ccxt takes a position's cost for its margin.

A refresh of an account is one request for all positions and one for the balance, and with
positions one mark price a contract; margin rates and the account's journal are kept for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueGarbled, VenueRateLimited
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, ScopeReading
from app.venues import cryptocom_account as account
from app.venues import cryptocom_history as past
from app.venues import cryptocom_margin as margins
from app.venues import cryptocom_market as market
from app.venues import history, unified
from app.venues.base import VenueReader
from app.venues.errors import parsing
from app.venues.facts import Scope
from app.venues.holding import margin_not_read

CCXT: Final = "cryptocom"
POINTS: Final = 100
MOST_MARKS: Final = 40
"""Mark prices come one contract a request: so many of the wanted ones are read in a turn."""
MARK_LASTS: Final = timedelta(minutes=5)
"""Mark prices are published once a minute; an older one is none."""

T = TypeVar("T")


class CryptocomReader(VenueReader):
    """One account at Crypto.com Exchange, or what it publishes."""

    gives_fund_history = True

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """Whether the key works at all; for what it may do Crypto.com has no request."""
        self.connection.raw("balance")
        return super().permissions(checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions")
        held = account.symbols(answer)
        balances, failure = self._asked(
            lambda: margins.balances(self.connection.raw("balance")), "the account's margin"
        )
        several = len(held) > 1
        rates, _ = (
            self._asked(lambda: market.rates(self.connection.kept("rates")), "its margin rates")
            if several
            else (None, None)
        )
        positions = account.positions(
            answer,
            contracts=self.connection.contracts(CCXT, needed=held),
            marks={symbol: price for symbol, (price, _) in self._marks(held).items()},
            balances=balances,
            rates=rates,
            scope=scope.id,
            as_of=self.clock(),
        )
        margin = self._margin(balances, failure, account.others(answer))
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        return (market.pool(self._fund(), scopes=tuple(s.id for s in self.facts.scopes)),)

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Backwards until a month has no point."""
        at = history.place(cursor) or past.begin(self.clock())
        return past.page(self.connection.raw("insurance", past.question(at)), at)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        listed = [symbol for symbol in wanted if symbol in contracts]
        marks = self._marks(listed[:MOST_MARKS])
        return market.market_stats(self.connection.raw("tickers"), contracts, marks)

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return market.signals(self._fund())

    def candle_params(self, since: datetime, limit: int) -> dict[str, object]:
        """ccxt asks for a window of two hours more than it counts, and would lose the first."""
        return {
            "start_ts": unified.milliseconds(since) - 1,
            "end_ts": unified.last_millisecond(since, limit),
        }

    def _fund(self) -> object:
        return self.connection.kept("insurance", {"instrument_name": "USD", "count": POINTS})

    def _marks(self, symbols: Iterable[str]) -> dict[str, tuple[float, datetime]]:
        """Mark prices with their times; one that cannot be read is left out."""
        found = {}
        for symbol in symbols:
            mark, failure = self._asked(partial(self._mark, symbol), "a mark price")
            if mark is not None:
                found[symbol] = mark
            if isinstance(failure, VenueRateLimited):
                break
        return found

    def _mark(self, symbol: str) -> tuple[float, datetime] | None:
        params = {"instrument_name": symbol, "valuation_type": "mark_price", "count": 1}
        mark = market.mark(self.connection.kept("mark", params))
        return mark if mark is not None and self.clock() - mark[1] <= MARK_LASTS else None

    def _margin(
        self,
        balances: margins.Balances | None,
        failure: VenueError | None,
        others: dict[str, int],
    ) -> AccountMargin:
        if balances is None:
            return margin_not_read(
                failure, scope="account", asset=margins.SETTLE, as_of=self.clock()
            )
        params = {"journal_type": "SOCIALIZED_LOSS"}
        charged, unread = self._asked(
            lambda: market.charged(self.connection.kept("journal", params), now=self.clock()),
            "the account's journal",
        )
        if unread is not None:
            charged = "Whether a socialised loss was charged to it was not read."
        return margins.account_margin(
            balances.account, as_of=self.clock(), others=others, charged=charged
        )

    def _asked(self, question: Callable[[], T], what: str) -> tuple[T | None, VenueError | None]:
        """An answer without which positions still stand, or why there is none."""
        try:
            with parsing(self.facts.id, what):
                return question(), None
        except VenueError as error:
            if isinstance(error, VenueGarbled):
                self.connection.forget_kept()
            return None, error
