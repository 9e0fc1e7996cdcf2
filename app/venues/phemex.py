"""Phemex: one request for each settlement currency, since no answer holds two of them.

USDT and USDC are two wallets of the one kind of account, each coin a wallet of the other. What
a key may do, and the insurance fund, Phemex tells no program.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from app.domain.errors import VenueError, VenueUnreachable
from app.domain.fund import MarketStat
from app.domain.position import ContractKind, ScopeReading
from app.venues import phemex_account as account
from app.venues import phemex_market as market
from app.venues.base import VenueReader
from app.venues.facts import Scope

CCXT: Final = "phemex"
COIN: Final = "coin"
"""The scope that stands in the facts for every coin's wallet; ``coin:<currency>`` each."""


class PhemexReader(VenueReader):
    """One account at Phemex, or what Phemex publishes."""

    def scopes(self) -> tuple[Scope, ...]:
        """Both dollar wallets, and one for each coin that a contract settles in.

        Without the market list, one scope stands for all coins and its reading fails by itself.
        """
        *dollars, template = self.facts.scopes
        try:
            listed = self.connection.contracts(CCXT).values()
        except VenueError:
            return self.facts.scopes
        coins = sorted({one.settle for one in listed if one.kind is ContractKind.INVERSE})
        return (
            *dollars,
            *(
                replace(
                    template,
                    id=f"{COIN}:{coin}",
                    label=f"{coin}-margined perpetuals",
                    params={"currency": coin},
                )
                for coin in coins
            ),
        )

    def read_scope(self, scope: Scope) -> ScopeReading:
        if scope.id == COIN:
            raise VenueUnreachable("Phemex's list of contracts was not read.", venue=self.facts.id)
        coin = scope.id.startswith(f"{COIN}:")
        answer = self.connection.raw("coin_positions" if coin else "positions", scope.params)
        held = account.symbols(answer)
        return account.reading(
            answer,
            fields=account.COIN_FIELDS if coin else account.DOLLAR_FIELDS,
            contracts=self.connection.contracts(CCXT, needed=held) if held else {},
            scope=scope.id,
            as_of=self.clock(),
            sentinels=self.facts.sentinels,
        )

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        contracts = self.connection.contracts(CCXT)
        scales = market.price_scales(self.connection.kept("products"))
        return (
            *market.dollar_stats(self.connection.raw("tickers"), contracts),
            *market.coin_stats(self.connection.raw("coin_tickers"), contracts, scales),
        )
