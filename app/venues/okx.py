"""OKX, read in its own words: ccxt's rows turn the margin ratio and the collateral around.

A refresh of an account is one request for all positions, and one for the account's margin
when a cross position is open. The security fund has no bulk request: each reading asks for the
families behind ``wanted`` contracts and some others in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import FundEvent, FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, MarginMode, ScopeReading
from app.venues import history
from app.venues import okx_account as account
from app.venues import okx_fund as fund
from app.venues import okx_history as past
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import margin_not_read
from app.venues.prices import dollar_prices

CCXT: Final = "okx"
LINES: Final = ("SWAP", "FUTURES")
FAMILIES_A_TURN: Final = 20


class OkxReader(VenueReader):
    """One account at OKX, or what OKX publishes.

    The public reader remembers what it read of each family, because a turn reads only some.
    """

    gives_all_funds = False
    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._wanted: tuple[str, ...] = ()
        self._prices: Mapping[str, float] = {}
        self._read: dict[str, PoolReading] = {}
        self._adl: dict[str, FundEvent] = {}
        self._turn = 0
        self._unasked: set[fund.Family] | None = None

    @property
    def all_funds_asked(self) -> bool:
        return self._unasked is not None and not self._unasked

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return account.key_permissions(self.connection.raw("account_config"), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw("positions", scope.params)
        holdings = account.holdings(
            answer,
            contracts=self.connection.contracts(CCXT, needed=account.symbols(answer)),
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )
        crossed = any(p.margin_mode is MarginMode.CROSS for p in holdings.positions)
        margin = self._margin(scope, holdings) if crossed else None
        return ScopeReading(scope=scope.id, positions=holdings.positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        """Those read now with all their rows, the others with what was last read of them.

        A family that fails is left as it was; only when none answers is it a failure.
        """
        known = fund.families(self.connection.contracts(CCXT))
        if not self._prices:
            self.market_stats(self._wanted)
        turn, self._turn = fund.choose(
            tuple(known), self._wanted, start=self._turn, size=FAMILIES_A_TURN
        )
        now: dict[str, PoolReading] = {}
        failure: VenueError | None = None
        unasked = set(known) if self._unasked is None else self._unasked & set(known)
        for family in turn:
            try:
                reading, headline = self._fund(family, known[family])
                now[reading.key] = reading
                if headline is not None and _is_newer(headline, now.get(headline.key)):
                    now[headline.key] = headline
            except VenueRateLimited as error:
                failure = error
                break
            except VenueError as error:
                failure = error
            unasked.discard(family)
        self._unasked = unasked
        if failure is not None and not now:
            raise failure
        events = {key: fund.newest_adl(reading) for key, reading in now.items()}
        self._adl.update({key: event for key, event in events.items() if event is not None})
        readings = {**self._read, **now}
        self._read = {key: _newest(reading) for key, reading in readings.items()}
        return tuple(readings.values())

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Family by family, each back to its first balance; one that OKX refuses is passed over."""
        known = fund.families(self.connection.contracts(CCXT))
        by_key = {family.key: family for family in known}
        key, at = history.turn(by_key, history.place(cursor))
        if key is None:
            return history.END
        family = by_key[key]
        try:
            answer = self.connection.raw("insurance_fund", past.question(family, at))
        except VenueError as error:
            if not history.is_refused(error):
                raise
            return history.page(by_key, key, ())
        return past.page(answer, family, known, at)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        self._wanted = tuple(wanted)
        stats = tuple(
            stat
            for line in LINES
            for stat in fund.market_stats(
                self.connection.raw("mark_price", {"instType": line}),
                self.connection.raw("open_interest", {"instType": line}),
                contracts,
            )
        )
        self._prices = dollar_prices(stats, contracts)
        return stats

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        """From the events that came with the funds; nothing is asked for them."""
        now = self.clock()
        return tuple(fund.adl_signal(key, event, now=now) for key, event in self._adl.items())

    def _fund(
        self, family: fund.Family, symbols: Collection[str]
    ) -> tuple[PoolReading, PoolReading | None]:
        params = {"instType": family.line, "instFamily": family.name}
        answer = self.connection.raw("insurance_fund", params)
        with parsing(self.facts.id, f"the security fund of {family.name}"):
            return fund.fund(answer, family, symbols, self._prices)

    def _margin(self, scope: Scope, holdings: account.Holdings) -> AccountMargin | None:
        try:
            answer = self.connection.raw("balance")
            with parsing(self.facts.id, "the account's margin"):
                return account.account_margin(answer, as_of=self.clock(), others=holdings.others)
        except VenueError as error:
            return margin_not_read(error, scope=scope.id, asset="USD", as_of=self.clock())


def _newest(reading: PoolReading) -> PoolReading:
    return replace(reading, balances=reading.balances[:1], events=())


def _is_newer(reading: PoolReading, known: PoolReading | None) -> bool:
    return known is None or reading.balances[0].at > known.balances[0].at
