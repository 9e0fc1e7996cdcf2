"""What Phemex publishes: mark prices and open interest. Pure functions.

Source: https://phemex-docs.github.io (24 hours tickers of all symbols, product information)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.markets import Contract
from app.venues.phemex_account import VENUE
from app.venues.wire import Row

NANOSECONDS: Final = 1_000_000
"""In a millisecond."""


def price_scales(answer: object) -> dict[str, int]:
    """By contract, the power of ten that its ``Ep`` prices are scaled by."""
    data = wire.row(wire.row(answer, "the products").get("data"), "data")
    products = wire.rows(data.get("products"), "products")
    return {
        wire.text(product, "symbol"): int(wire.number(product, "priceScale"))
        for product in products
        if product.get("priceScale") is not None
    }


def dollar_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """USDT- and USDC-margined contracts: real figures, open interest in base units."""
    stats = []
    for ticker in _tickers(answer):
        contract = contracts.get(wire.text(ticker, "symbol"))
        if contract is not None:
            mark = wire.optional_number(ticker, "markPriceRp")
            interest = wire.optional_number(ticker, "openInterestRv")
            stats.append(_stat(contract, _at(ticker), mark=mark, interest=interest))
    return tuple(stats)


def coin_stats(
    answer: object, contracts: Mapping[str, Contract], scales: Mapping[str, int]
) -> tuple[MarketStat, ...]:
    """Coin-margined contracts: a scaled mark, and open interest in contracts."""
    stats = []
    for ticker in _tickers(answer):
        symbol = wire.text(ticker, "symbol")
        contract, scale = contracts.get(symbol), scales.get(symbol)
        if contract is None:
            continue
        scaled = wire.optional_number(ticker, "markEp")
        mark = scaled / 10**scale if scaled is not None and scale is not None else None
        interest = wire.optional_number(ticker, "openInterest")
        stats.append(_stat(contract, _at(ticker), mark=mark, interest=interest))
    return tuple(stats)


def _tickers(answer: object) -> tuple[Row, ...]:
    return wire.rows(wire.row(answer, "the tickers").get("result"), "the list of tickers")


def _at(ticker: Row) -> datetime:
    return wire.milliseconds(wire.number(ticker, "timestamp") / NANOSECONDS, "timestamp")


def _stat(
    contract: Contract, at: datetime, *, mark: float | None, interest: float | None
) -> MarketStat:
    price = 1.0 if contract.kind is ContractKind.INVERSE else mark
    known = interest is not None and bool(price)
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=mark or None,
        open_interest_usd=(interest or 0.0) * contract.contract_size * (price or 0.0)
        if known
        else None,
        open_interest_at=at if known else None,
    )
