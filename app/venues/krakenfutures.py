"""Kraken Derivatives: positions without margin figures, so wallets, marks and levels beside them.

Kraken lists positions in one request for all wallets and gives neither mark nor margin with
them. A refresh asks for the positions, the wallets and the public tickers; the published margin
levels are kept for an hour and the unwind queue, which is dear to ask for, for five minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final, TypeVar

from app.domain.errors import VenueError, VenueGarbled
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountReading
from app.venues import history
from app.venues import krakenfutures_account as account
from app.venues import krakenfutures_answers as answers
from app.venues import krakenfutures_history as past
from app.venues import krakenfutures_market as market
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import VenueFacts

CCXT: Final = "krakenfutures"
MOST_PAGES: Final = 10

T = TypeVar("T")


class KrakenFuturesReader(VenueReader):
    """One account at Kraken Derivatives, or what Kraken publishes."""

    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._history_told = False

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        return answers.key_permissions(self.connection.raw("key_check"), checked_at)

    def read_account(self) -> AccountReading:
        """Every wallet as a scope of its own; all stand in the same answers.

        Without the positions there is nothing to tell; what else is missing costs notes.
        """
        with self._taking_apart("positions"):
            answer = self.connection.raw("positions")
            held = answers.held(answer)
            beside = answers.Beside(
                wallets=self._beside("accounts", answers.wallets, "the wallets"),
                marks=self._beside("tickers", market.marks, "the mark prices") if held else None,
                levels=self._beside("instruments", answers.margin_levels, "the margin levels")
                if held
                else None,
                queue=self._beside("unwind_queue", answers.queue, "the unwind queue")
                if held
                else None,
            )
            scopes = account.readings(
                held,
                beside,
                contracts=self.connection.contracts(CCXT, needed=[h.symbol for h in held]),
                as_of=answers.server_time(answer),
            )
        return AccountReading(venue=self.facts.id, scopes=scopes, read_at=self.clock())

    def pools(self) -> tuple[PoolReading, ...]:
        """The liquidity pool, the first time with the history of a week."""
        since = market.since(self.clock(), history=not self._history_told)
        parts = []
        for _ in range(MOST_PAGES):
            params = {"since": since, "interval": market.INTERVAL}
            parts.append(self.connection.raw("liquidity_pool", params))
            further = market.next_since(parts[-1])
            if further is None or further <= since:
                break
            since = further
        pool = market.pool(parts, contracts=self.connection.contracts(CCXT), now=self.clock())
        self._history_told = True
        return (pool,)

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """The liquidity pool's last two years, as many hours at a time as Kraken gives."""
        at = history.place(cursor) or past.begin(self.clock())
        return past.page(self.connection.raw("liquidity_pool", past.question(at)), at)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        return market.market_stats(self.connection.raw("tickers"), self.connection.contracts(CCXT))

    def _beside(self, read_id: str, parse: Callable[[object], T], what: str) -> T | None:
        """What stands beside the positions, ``None`` where it was not read."""
        try:
            answer = self.connection.kept(read_id)
            with parsing(self.facts.id, what):
                return parse(answer)
        except VenueError as error:
            if isinstance(error, VenueGarbled):
                self.connection.forget_kept()
            return None
