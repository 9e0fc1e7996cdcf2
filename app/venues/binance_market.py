"""Binance's public answers as ours: marks, open interest, insurance pools, ADL risk.

Pure functions.
https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row, moment, number, optional_number, row, rows, text

DOLLARS: Final = frozenset({"USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD1"})
"""Counted as one USD each, which a pool's note says."""

QUOTED_IN: Final = ("USDT", "USDC")
MAIN_SYMBOL: Final = "BTCUSDT"
MAIN_KEY: Final = "usdm:btc-eth-bnb"
MAIN_NAME: Final = "USD-M fund for BTC, ETH and BNB"
RATINGS: Final = frozenset({"low", "medium", "high"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    native_symbol: str
    price: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInterest:
    """``amount`` is in base units (USD-M) or contracts (COIN-M)."""

    native_symbol: str
    amount: float
    at: datetime


def marks(answer: object) -> tuple[Mark, ...]:
    """``premiumIndex`` of every contract; one without a price (not trading yet) is left out."""
    return tuple(
        Mark(native_symbol=text(item, "symbol"), price=price, at=moment(item, "time"))
        for item in rows(answer, "premiumIndex")
        if (price := optional_number(item, "markPrice"))
    )


def open_interest(answer: object) -> OpenInterest:
    """``openInterest`` of one contract."""
    data = row(answer, "openInterest")
    return OpenInterest(
        native_symbol=text(data, "symbol"),
        amount=number(data, "openInterest"),
        at=moment(data, "time"),
    )


def market_stat(
    mark: Mark, contract: Contract | None, interest: OpenInterest | None, note: str | None
) -> MarketStat:
    """A mark with its open interest in USD, where that was read and the contract is known."""
    usd = None
    if interest is not None and contract is not None:
        held = interest.amount * contract.contract_size
        usd = held * mark.price if contract.kind is ContractKind.LINEAR else held
    return MarketStat(
        venue="binance",
        native_symbol=mark.native_symbol,
        at=mark.at,
        symbol=contract.symbol if contract else None,
        mark_price=mark.price,
        open_interest_usd=usd,
        open_interest_at=interest.at if interest is not None and usd is not None else None,
        note=note,
    )


def pools(answer: object, prices: Mapping[str, float]) -> tuple[PoolReading, ...]:
    """``insuranceBalance`` without a symbol: every pool, each behind its list of contracts.

    ``prices`` are USD-M marks by native symbol; an asset without one has no USD value, and
    the pool's note says so.
    """
    found: dict[str, PoolReading] = {}
    for item in rows(answer, "insuranceBalance"):
        pool = _pool(item, prices)
        if pool.key in found:
            raise Malformed("two insurance pools stand behind the same contract")
        found[pool.key] = pool
    return tuple(found.values())


def adl_signals(answer: object) -> tuple[AdlSignal, ...]:
    """``symbolAdlRisk`` of every contract: low, medium or high."""
    return tuple(_signal(item) for item in rows(answer, "symbolAdlRisk"))


def _signal(item: Row) -> AdlSignal:
    rating = text(item, "adlRisk").lower()
    return AdlSignal(
        venue="binance",
        native_symbol=text(item, "symbol"),
        kind="symbol_risk",
        at=moment(item, "updateTime"),
        rating=rating if rating in RATINGS else None,
        note=None if rating in RATINGS else "Binance gives a rating that is not known here.",
    )


def _pool(item: Row, prices: Mapping[str, float]) -> PoolReading:
    symbols = item.get("symbols")
    if not isinstance(symbols, list) or not symbols or not all(isinstance(s, str) for s in symbols):
        raise Malformed("symbols of an insurance pool is not a list of contracts")
    symbols = tuple(sorted(symbols))
    balances = tuple(
        _balance(asset, prices) for asset in rows(item.get("assets"), "assets of an insurance pool")
    )
    first = symbols[0]
    is_main = MAIN_SYMBOL in symbols
    others = f" and {len(symbols) - 1} more" if len(symbols) > 1 else ""
    return PoolReading(
        venue="binance",
        key=MAIN_KEY if is_main else f"usdm:{first.lower()}",
        name=MAIN_NAME if is_main else f"USD-M fund for {first}{others}",
        kind=PoolKind.SHARED if len(symbols) > 1 else PoolKind.ISOLATED,
        balances=balances,
        symbols=symbols,
        note=_valuation(balances),
    )


def _balance(item: Row, prices: Mapping[str, float]) -> FundBalance:
    asset, amount = text(item, "asset"), number(item, "marginBalance")
    price = 1.0 if asset in DOLLARS else _price(asset, prices)
    return FundBalance(
        asset=asset,
        amount=amount,
        usd=amount * price if price is not None else None,
        at=moment(item, "updateTime"),
    )


def _price(asset: str, prices: Mapping[str, float]) -> float | None:
    return next((prices[f"{asset}{q}"] for q in QUOTED_IN if f"{asset}{q}" in prices), None)


def _valuation(balances: tuple[FundBalance, ...]) -> str | None:
    """How the USD values were made, and what has none."""
    dollars = sorted({b.asset for b in balances if b.asset in DOLLARS})
    unvalued = sorted({b.asset for b in balances if b.usd is None})
    said = []
    if dollars:
        said.append(f"{_and(dollars)} counted as 1 USD each.")
    if unvalued:
        said.append(f"{_and(unvalued)} not counted: Binance publishes no value for it.")
    return " ".join(said) or None


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
