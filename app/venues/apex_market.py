"""What ApeX Omni publishes of its contracts: index and mark prices, open interest. Pure functions.

Source: https://api-docs.pro.apex.exchange, "GET Ticker Data V3". All tickers come in one
answer that also holds stocks and prediction markets, which are left out here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.venues import wire
from app.venues.apex_account import VENUE, data_of
from app.venues.markets import Contract
from app.venues.wire import Row

COUNTED: Final = "ApeX does not say whether it counts one side or both."


def index_prices(answer: object, contracts: Mapping[str, Contract]) -> dict[str, float]:
    """The index price of each perpetual, by its symbol; where there is none it is left out."""
    found = {}
    for contract, row in _perpetuals(answer, contracts):
        price = wire.optional_number(row, "indexPrice")
        if price is not None and price > 0:
            found[contract.native_symbol] = price
    return found


def market_stats(
    answer: object, contracts: Mapping[str, Contract], *, at: datetime
) -> tuple[MarketStat, ...]:
    """Mark and open interest (coins, valued at the mark) of each perpetual."""
    return tuple(_stat(contract, row, at=at) for contract, row in _perpetuals(answer, contracts))


def _stat(contract: Contract, data: Row, *, at: datetime) -> MarketStat:
    mark = wire.optional_number(data, "markPrice") or None
    coins = wire.optional_number(data, "openInterest")
    value = coins * mark if coins is not None and mark is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=COUNTED if value is not None else None,
    )


def _perpetuals(
    answer: object, contracts: Mapping[str, Contract]
) -> Iterator[tuple[Contract, Row]]:
    """Tickers write a symbol without its dash."""
    without_dash = {native.replace("-", ""): one for native, one in contracts.items()}
    for row in wire.rows(data_of(answer, "the tickers"), "the list of tickers"):
        contract = without_dash.get(wire.text(row, "symbol"))
        if contract is not None:
            yield contract, row
