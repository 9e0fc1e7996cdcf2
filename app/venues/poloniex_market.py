"""What Poloniex publishes: its insurance fund, mark prices, open interest. Pure functions.

Sources: https://api-docs.poloniex.com/v3/futures/api/market/query-insurance-fund-information and
https://api-docs.poloniex.com/v3/futures/api/market/get-market-info
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import turns, wire
from app.venues.markets import Contract
from app.venues.poloniex_account import VENUE, data_of
from app.venues.wire import Malformed

DOLLARS: Final = frozenset({"USDT", "USDC"})
NOTE: Final = (
    "Poloniex dates the balance by its last change, which may be days ago; it was read just now."
)


def pools(answer: object, contracts: Mapping[str, Contract]) -> tuple[PoolReading, ...]:
    """One pool a currency, behind the contracts settled in it; at the venue's own time."""
    listed = wire.rows(data_of(answer, "the insurance fund"), "the insurance fund")
    found = []
    for data in listed:
        asset, amount = wire.text(data, "ccy"), wire.number(data, "amt")
        found.append(
            PoolReading(
                venue=VENUE,
                key=asset.lower(),
                name=f"{asset} insurance fund",
                kind=PoolKind.SHARED,
                balances=(
                    FundBalance(
                        asset=asset,
                        amount=amount,
                        usd=amount if asset in DOLLARS else None,
                        at=wire.moment(data, "uTime"),
                    ),
                ),
                symbols=tuple(
                    sorted(c.native_symbol for c in contracts.values() if c.settle == asset)
                ),
                note=NOTE,
            )
        )
    return tuple(found)


def choose(
    contracts: Mapping[str, Contract], wanted: Collection[str], *, start: int, size: int
) -> tuple[tuple[str, ...], int]:
    """The ``wanted`` contracts and ``size`` others in turn, and where the next turn starts."""
    first = sorted(set(wanted) & set(contracts))
    others = sorted(set(contracts) - set(first))
    return turns.take(first, others, start=start, size=size)


def open_interest(answer: object, symbol: str) -> float:
    """In contracts. Raises ``Malformed`` where the answer is about another contract."""
    data = wire.row(data_of(answer, "the open interest"), "the open interest")
    if wire.text(data, "s") != symbol:
        raise Malformed("the open interest is another contract's")
    return wire.number(data, "oInterest")


def market_stats(
    answer: object,
    interests: Mapping[str, float],
    *,
    contracts: Mapping[str, Contract],
    now: datetime,
) -> tuple[MarketStat, ...]:
    """Marks from the tickers, and open interest in USD where it was read."""
    stats = []
    for data in wire.rows(data_of(answer, "the tickers"), "the list of tickers"):
        contract = contracts.get(wire.text(data, "s"))
        if contract is None:
            continue
        mark = wire.optional_number(data, "mPx") or None
        interest = interests.get(contract.native_symbol)
        price = 1.0 if contract.kind is ContractKind.INVERSE else mark
        known = interest is not None and price is not None
        stats.append(
            MarketStat(
                venue=VENUE,
                native_symbol=contract.native_symbol,
                at=now,
                symbol=contract.symbol,
                mark_price=mark,
                open_interest_usd=interest * contract.contract_size * price
                if interest is not None and price is not None
                else None,
                open_interest_at=now if known else None,
            )
        )
    return tuple(stats)
