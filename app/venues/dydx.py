"""dYdX, read by public address: the indexer for accounts and markets, a node for the funds.

A refresh of an account is two requests whatever its number of subaccounts. Isolated markets have
an insurance fund each, one request a balance: a reading asks for the shared one, those behind
``wanted`` contracts, and some others in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import AccountReading
from app.venues import dydx_account as account
from app.venues import dydx_market as market
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import VenueFacts

CCXT: Final = "dydx"
FUNDS_A_TURN: Final = 4
SIGNALS_A_TURN: Final = 4
EVERY_PERPETUAL: Final = {"pagination.limit": "1000"}


class DydxReader(VenueReader):
    """One address at dYdX, or what dYdX publishes.

    The public reader remembers what it read of each fund, because a turn reads only some.
    """

    gives_all_funds = False

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._wanted: tuple[str, ...] = ()
        self._read: dict[str, PoolReading] = {}
        self._unasked: set[str] | None = None
        self._fund_turn = 0
        self._signal_turn = 0

    @property
    def all_funds_asked(self) -> bool:
        return self._unasked is not None and not self._unasked

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """A public address can sign nothing; what is asked is whether it has an account."""
        known = account.subaccounts(self._ask_address())
        return KeyPermissions(
            verdict=KeyVerdict.READ_ONLY,
            powers=(),
            asked="dYdX indexer, /v4/addresses",
            checked_at=checked_at,
            note=f"A public address: nothing can be signed with it. It has {len(known)} "
            f"subaccount{'' if len(known) == 1 else 's'}, which are all read.",
        )

    def read_account(self) -> AccountReading:
        """Every subaccount as a scope of its own; all stand in the same answer."""
        with self._taking_apart("positions"):
            found = account.subaccounts(self._ask_address())
            held = account.symbols(found)
            listed = account.markets(self.connection.raw("markets")) if held else {}
            contracts = self.connection.contracts(CCXT, needed=held) if held else {}
            now = self.clock()
            scopes = tuple(
                account.reading(one, listed=listed, contracts=contracts, as_of=now) for one in found
            )
        return AccountReading(venue=self.facts.id, scopes=scopes, read_at=self.clock())

    def pools(self) -> tuple[PoolReading, ...]:
        """Those read now, the others with what was last read of them.

        A fund that fails is left as it was; only when none answers is it a failure.
        """
        known = self._funds()
        turn, self._fund_turn = market.choose(
            known, self._wanted, start=self._fund_turn, size=FUNDS_A_TURN
        )
        unasked = set(known) if self._unasked is None else self._unasked & set(known)
        now: dict[str, PoolReading] = {}
        failure: VenueError | None = None
        for fund in turn:
            try:
                now[fund.key] = self._pool(fund)
            except VenueRateLimited as error:
                failure = error
                break
            except VenueError as error:
                failure = error
            unasked.discard(fund.key)
        self._unasked = unasked
        if failure is not None and not now:
            raise failure
        self._read = {key: one for key, one in {**self._read, **now}.items() if key in known}
        return tuple(self._read.values())

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        self._wanted = tuple(wanted)
        listed = account.markets(self.connection.raw("markets"))
        return tuple(market.market_stats(listed, self.connection.contracts(CCXT), self.clock()))

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        """Blocked withdrawals behind the shared fund, ``wanted`` contracts, and others in turn.

        Only when none answers is it a failure.
        """
        turn, self._signal_turn = market.choose(
            self._funds(), self._wanted, start=self._signal_turn, size=SIGNALS_A_TURN
        )
        newest = market.block(self.connection.raw("height"))
        found: list[AdlSignal] = []
        failure: VenueError | None = None
        for fund in turn:
            try:
                answer = self.connection.raw("withdrawals", {"perpetual_id": fund.perpetual_id})
                with parsing(self.facts.id, "blocked withdrawals"):
                    found.append(market.signal(fund, answer, newest))
            except VenueRateLimited as error:
                failure = error
                break
            except VenueError as error:
                failure = error
        if failure is not None and not found:
            raise failure
        return tuple(found)

    def candles(self, native_symbol: str, since: datetime, limit: int) -> tuple[Candle, ...]:
        """The indexer counts back from the end; ccxt names the beginning by another word."""
        self.contract_of(native_symbol)
        question = market.candles_question(native_symbol, since, limit)
        rows = market.candle_rows(self.connection.raw("candles", question))
        return unified.candles(rows, since=since, now=self.clock())

    def _ask_address(self) -> object:
        answer: object = self.connection.raw("subaccounts", {"address": self.connection.address()})
        return answer

    def _funds(self) -> dict[str, market.Fund]:
        return market.funds(self.connection.kept("perpetuals", EVERY_PERPETUAL))

    def _pool(self, fund: market.Fund) -> PoolReading:
        answer = self.connection.raw("fund_balance", {"address": fund.address})
        with parsing(self.facts.id, f"its {fund.key} insurance fund"):
            return market.pool(fund, answer, self.clock())
