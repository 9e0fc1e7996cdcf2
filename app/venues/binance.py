"""Binance: USD-M and COIN-M futures, each read through a ccxt class of its own.

An account is a usual one, or on Portfolio Margin (then only addresses of their own answer), or
on Portfolio Margin Pro (then the usual ones do, and the margin is another).

Requests of one refresh of a scope stand in ``facts/binance.toml`` under its ``reads``: the
positions, and where there are any, four (USD-M) or three (COIN-M) corrections, of which the
brackets are kept for a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.errors import (
    ClockSkew,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from app.domain.fund import MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, ContractKind, ScopeReading
from app.venues import binance_account, binance_key, binance_market, binance_portfolio
from app.venues.base import VenueReader
from app.venues.binance_account import Extras
from app.venues.binance_market import Mark, OpenInterest
from app.venues.connection import Connection
from app.venues.facts import Scope, VenueFacts

OPEN_INTERESTS_PER_CALL: Final = 30
"""Binance gives open interest one contract a request (weight 1): at most so many each time."""

MARKS_FRESH: Final = timedelta(minutes=5)
"""How long marks that were read anyway serve to value a fund."""

PROGRAMME_FRESH: Final = timedelta(hours=1)
"""How long an account counts as a usual one before it is asked again."""

NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Programme(StrEnum):
    """The margin programme of an account; the value is the read that tells of it."""

    USUAL = ""
    PORTFOLIO = "portfolio_account"
    PORTFOLIO_PRO = "portfolio_pro_account"


class BinanceReader(VenueReader):
    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._prices: Mapping[str, float] = {}
        self._prices_at = NEVER
        self._interest_asked: dict[str, datetime] = {}
        self._programme: Programme | None = None
        self._programme_at = NEVER
        self._portfolio: object | None = None
        self._unknown: VenueError | None = None

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        read = self.facts.read("permissions")
        return binance_key.permissions(
            self.connection.raw(read.id), asked=f"{read.method} {read.path}", checked_at=checked_at
        )

    def scopes(self) -> tuple[Scope, ...]:
        """Those of the account's programme; the usual ones until it is known."""
        self._find_programme()
        of_portfolio = self._programme is Programme.PORTFOLIO
        return tuple(s for s in self.facts.scopes if _is_portfolio(s) is of_portfolio)

    def read_scope(self, scope: Scope) -> ScopeReading:
        held = binance_account.open_rows(self._positions(scope))
        as_of = self.clock()
        if not held:
            return ScopeReading(scope=scope.id)
        contracts = self.connection.contracts(scope.ccxt, {str(row["symbol"]) for row in held})
        reading = _parser(scope)(
            held, self._extras(scope), scope=scope.id, contracts=contracts, as_of=as_of
        )
        if self._programme is Programme.PORTFOLIO_PRO or _is_portfolio(scope):
            return binance_portfolio.unified(reading, self._portfolio_margin(scope, as_of))
        return reading

    def pools(self) -> tuple[PoolReading, ...]:
        answer = self.connection.raw("fund_pools")
        if self.clock() - self._prices_at > MARKS_FRESH:
            self._read_linear_marks()
        return binance_market.pools(answer, self._prices)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        linear = self._read_linear_marks()
        stats = self._stats("binanceusdm", "open_interest_linear", linear, wanted)
        try:
            inverse = binance_market.marks(self.connection.raw("marks_inverse"))
            stats += self._stats("binancecoinm", "open_interest_inverse", inverse, wanted)
        except VenueRateLimited:
            raise
        except VenueError:
            return stats
        return stats

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        return binance_market.adl_signals(self.connection.raw("adl_risk"))

    def _extras(self, scope: Scope) -> Extras:
        """What stands beside the positions. One that fails costs its figures, not the positions."""
        answers, failures = {}, {}
        for read_id in scope.reads[1:]:
            if read_id == Programme.PORTFOLIO:
                continue
            name = read_id.removesuffix(f"_{scope.id}")
            try:
                answers[name] = self.connection.kept(read_id)
            except VenueRateLimited:
                raise
            except VenueError as error:
                failures[name] = str(error)
        return Extras(answers=answers, failures=failures)

    def _positions(self, scope: Scope) -> object:
        """The rows; an account of another programme is refused, as a wrong key would be."""
        try:
            return self.connection.raw(f"positions_{scope.id}")
        except VenueRejected:
            if self._programme is None and self._unknown is not None:
                raise self._unknown from None
            self._programme_at = NEVER
            raise

    def _find_programme(self) -> None:
        """A usual account is asked once in a while, one of a programme each time.

        Where Binance does not answer, what was known stands, and the margin is not known.
        """
        usual = self._programme is Programme.USUAL
        if usual and self.clock() - self._programme_at < PROGRAMME_FRESH:
            return
        self._portfolio = self._unknown = None
        try:
            self._programme, self._portfolio = self._ask_programme()
        except VenueError as error:
            self._unknown = error
        else:
            self._programme_at = self.clock()

    def _ask_programme(self) -> tuple[Programme, object]:
        """The programme, and its account; a refusal says that the account is none of it.

        Raises ``VenueError`` where Binance does not say.
        """
        if self._programme is not Programme.PORTFOLIO_PRO:
            try:
                return Programme.PORTFOLIO, self.connection.raw(Programme.PORTFOLIO)
            except VenueRejected:
                pass
        try:
            return Programme.PORTFOLIO_PRO, self.connection.raw(Programme.PORTFOLIO_PRO)
        except (VenueRateLimited, VenueUnreachable, VenueGarbled, ClockSkew):
            raise
        except VenueError:
            return Programme.USUAL, None

    def _portfolio_margin(self, scope: Scope, as_of: datetime) -> AccountMargin | None:
        if self._portfolio is None:
            return None
        return binance_portfolio.account_margin(self._portfolio, scope=scope.id, as_of=as_of)

    def _read_linear_marks(self) -> tuple[Mark, ...]:
        marks = binance_market.marks(self.connection.raw("marks_linear"))
        self._prices = {mark.native_symbol: mark.price for mark in marks}
        self._prices_at = self.clock()
        return marks

    def _stats(
        self, ccxt_id: str, read_id: str, marks: tuple[Mark, ...], wanted: Collection[str]
    ) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(ccxt_id)
        symbols = {mark.native_symbol for mark in marks}.intersection(wanted, contracts)
        interests, failures = self._open_interest(read_id, symbols)
        return tuple(
            binance_market.market_stat(
                mark,
                contracts.get(mark.native_symbol),
                interests.get(mark.native_symbol),
                failures.get(mark.native_symbol),
            )
            for mark in marks
        )

    def _open_interest(
        self, read_id: str, symbols: Collection[str]
    ) -> tuple[Mapping[str, OpenInterest], Mapping[str, str]]:
        """Of those asked longest ago; a contract that fails does not spoil the others.

        When Binance is not there for one it is not asked, and waited for, about the rest.
        """
        turn = sorted(symbols, key=lambda s: (self._interest_asked.get(s, NEVER), s))
        found, failures = {}, {}
        for symbol in turn[:OPEN_INTERESTS_PER_CALL]:
            self._interest_asked[symbol] = self.clock()
            try:
                answer = self.connection.raw(read_id, {"symbol": symbol})
            except VenueRateLimited:
                raise
            except VenueError as error:
                failures[symbol] = f"Its open interest could not be read: {error}"
                if isinstance(error, VenueUnreachable):
                    break
            else:
                found[symbol] = binance_market.open_interest(answer)
        return found, failures


def _is_portfolio(scope: Scope) -> bool:
    return scope.id.startswith("portfolio_")


def _parser(scope: Scope) -> Callable[..., ScopeReading]:
    if _is_portfolio(scope):
        return binance_portfolio.scope_of
    linear = scope.kind is ContractKind.LINEAR
    return binance_account.linear_scope if linear else binance_account.inverse_scope
