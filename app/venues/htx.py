"""HTX, read in its own words: its own rows hold liquidation prices and levels that ccxt drops.

A refresh of an account is one request a scope, and one for the margin accounts behind coin-margined
positions. Marks of all contracts, open interest of USDT
contracts and settlements come contract by contract, so only those somebody wants are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import ccxt

from app.domain.adl import AdlSignal
from app.domain.errors import VenueError, VenueRateLimited
from app.domain.fund import FundBalance, FundHistoryPage, MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin, ContractKind, ScopeReading
from app.venues import history, unified
from app.venues import htx_account as account
from app.venues import htx_coin as coin
from app.venues import htx_history as past
from app.venues import htx_market as market
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import no_margin
from app.venues.markets import Contract

CCXT: Final = "htx"
MOST: Final = 30
"""So many contracts are asked for at a time."""
DAYS_OF_HISTORY: Final = 100


class Htx(ccxt.htx):  # type: ignore[misc]
    """Asks about its own key only, and lets "never opened such contracts" be an answer."""

    def sign(
        self,
        path: str,
        api: Any = "public",
        method: str = "GET",
        params: Any = {},  # noqa: B006
        *rest: Any,
    ) -> Any:
        if path == "user/api-key":
            params = {**params, "accessKey": self.apiKey}
        return super().sign(path, api, method, params, *rest)

    def handle_errors(self, *told: Any) -> Any:
        response = told[6]
        if isinstance(response, dict) and response.get("err_code") == account.NOT_OPENED:
            return None
        return super().handle_errors(*told)


class HtxReader(VenueReader):
    """One account at HTX, or what HTX publishes.

    The public reader remembers which contracts are wanted, and their settlements.
    """

    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._wanted: tuple[str, ...] = ()
        self._settlements: dict[str, tuple[market.Settlement, ...]] = {}

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        user = account.uid(self.connection.raw("uid"))
        return account.key_permissions(self.connection.raw("api_key", {"uid": user}), checked_at)

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.raw(scope.reads[0])
        held = account.symbols(account.open_rows(answer))
        contracts = self.connection.contracts(CCXT, needed=held)
        if scope.kind is ContractKind.LINEAR:
            positions = account.positions(
                answer, contracts=contracts, scope=scope.id, sentinels=self.facts.sentinels
            )
            return ScopeReading(scope=scope.id, positions=positions)
        accounts, failure = self._coin_accounts(scope) if held else ({}, None)
        positions = coin.positions(
            answer,
            contracts=contracts,
            accounts=accounts,
            scope=scope.id,
            sentinels=self.facts.sentinels,
        )
        margin = coin.margin(answer, accounts, scope=scope.id, as_of=self.clock())
        return ScopeReading(scope=scope.id, positions=positions, margin=failure or margin)

    def pools(self) -> tuple[PoolReading, ...]:
        now = market.total(self.connection.raw("insurance_fund"))
        known = [one for found in self._settlements.values() for one in found]
        return (market.pool(now, self._history(now.asset), known),)

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """Day by day, backwards; in what the balances are, only the total says."""
        at = history.place(cursor)
        if not at:
            at = {past.ASSET: market.total(self.connection.raw("insurance_fund")).asset}
        return past.page(self.connection.raw("insurance_fund_history", past.question(at)), at)

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        self._wanted = tuple(wanted)
        stats: dict[str, MarketStat] = {}
        for read_id in ("swap_open_interest", "future_open_interest"):
            stats |= market.coin_stats(self.connection.raw(read_id), contracts)
        for contract in self._asked_for(contracts):
            known = stats.get(contract.native_symbol)
            one = self._stat(contract, known)
            if one is not None:
                stats[contract.native_symbol] = one
        return tuple(stats.values())

    def adl_signals(self) -> tuple[AdlSignal, ...]:
        """The settlements of wanted contracts; one that fails leaves what was known of it."""
        for contract in self._asked_for(self.connection.contracts(CCXT)):
            try:
                found = self._settled(contract)
            except VenueRateLimited:
                raise
            except VenueError:
                continue
            self._settlements[contract.native_symbol] = found
        known = [one for found in self._settlements.values() for one in found]
        return market.signals(known)

    def candles(self, native_symbol: str, since: datetime, limit: int) -> tuple[Candle, ...]:
        """From one time to another: ccxt also names a number, and HTX then gives the newest."""
        _, contract = self.contract_of(native_symbol)
        read_id, key = market.candle_question(contract)
        until = min(since + timedelta(hours=limit - 1), self.clock())
        params = {
            key: native_symbol,
            "period": "60min",
            "from": int(since.timestamp()),
            "to": int(until.timestamp()),
        }
        rows = market.candle_rows(self.connection.raw(read_id, params))
        return unified.candles(rows, since=since, now=self.clock())

    def _coin_accounts(
        self, scope: Scope
    ) -> tuple[Mapping[str, coin.CoinAccount], AccountMargin | None]:
        """The margin accounts; not knowing them costs a note, not the positions."""
        try:
            answer = self.connection.raw(scope.reads[1])
            with parsing(self.facts.id, "the margin accounts"):
                return coin.coin_accounts(answer, self.facts.sentinels), None
        except VenueError as error:
            return {}, no_margin(
                scope=scope.id,
                asset="USD",
                as_of=self.clock(),
                note=f"The margin accounts were not read: {error}",
            )

    def _asked_for(self, contracts: Mapping[str, Contract]) -> list[Contract]:
        return [contracts[symbol] for symbol in self._wanted if symbol in contracts][:MOST]

    def _history(self, asset: str) -> tuple[FundBalance, ...] | None:
        try:
            answer = self.connection.kept("insurance_fund_history", {"limit": DAYS_OF_HISTORY})
            with parsing(self.facts.id, "the history of its insurance fund"):
                return market.history(answer, asset)
        except VenueError:
            return None

    def _stat(self, contract: Contract, known: MarketStat | None) -> MarketStat | None:
        """``None`` where one contract's figures fail: those of the others are worth having."""
        try:
            with parsing(self.facts.id, f"the market of {contract.native_symbol}"):
                return self._read_stat(contract, known)
        except VenueRateLimited:
            raise
        except VenueError:
            return known

    def _read_stat(self, contract: Contract, known: MarketStat | None) -> MarketStat | None:
        if market.is_coin_future(contract):
            return known
        linear = contract.kind is ContractKind.LINEAR
        params = {"contract_code": contract.native_symbol}
        candles = {**params, "period": "1min", "size": 1}
        read_id = "linear_mark_price" if linear else "swap_mark_price"
        mark, at = market.mark_price(self.connection.raw(read_id, candles))
        if known is not None:
            return replace(known, mark_price=mark, at=at)
        if not linear:
            return market.stat(contract, at=at, mark=mark)
        value, asked_at = market.linear_interest(
            self.connection.raw("linear_open_interest", params)
        )
        return market.stat(contract, at=at, mark=mark, interest=value, interest_at=asked_at)

    def _settled(self, contract: Contract) -> tuple[market.Settlement, ...]:
        params = {"contract_code": contract.native_symbol}
        if contract.kind is ContractKind.LINEAR:
            read_id = "linear_settlements"
        elif market.is_coin_future(contract):
            read_id, params = "future_settlements", {"symbol": contract.base}
        else:
            read_id = "swap_settlements"
        answer = self.connection.kept(read_id, params)
        with parsing(self.facts.id, f"the settlements of {contract.native_symbol}"):
            return market.settlements(answer, contract)
