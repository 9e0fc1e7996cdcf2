"""What Kraken Derivatives publishes: mark prices, open interest, the liquidity pool. Pure functions.

Sources: https://docs.kraken.com/api-reference/market-data/get-tickers and
https://docs.kraken.com/api-reference/analytics/get-liquidity-pool-statistic
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.krakenfutures_answers import MULTI, VENUE, server_time, success
from app.venues.markets import Contract
from app.venues.wire import Malformed

INTERVAL: Final = 300
"""Seconds between two balances of the pool; Kraken takes 60 up to a week."""
HISTORY: Final = timedelta(days=7)
RECENT: Final = timedelta(hours=2)
NOTE: Final = (
    "Kraken's own money, which it may withdraw; it pays only for multi-collateral contracts. "
    "Its latest step of five minutes is left out until it has ended."
)


def since(now: datetime, *, history: bool) -> int:
    """From when on the pool's balance is asked for, in whole seconds since 1970."""
    return int((now - (HISTORY if history else RECENT)).timestamp())


def next_since(answer: object) -> int | None:
    """From when on to ask for the rest, where Kraken says that there is more."""
    result = wire.row(wire.row(answer, "the pool's statistic").get("result"), "result")
    if result.get("more") is not True:
        return None
    times = result.get("timestamp")
    if not isinstance(times, list) or not times:
        raise Malformed("there is more of the pool's statistic, but nothing to go on from")
    return int(wire.number({"timestamp": times[-1]}, "timestamp"))


def pool(
    answers: Sequence[object], *, contracts: Mapping[str, Contract], now: datetime
) -> PoolReading:
    """The pool with the balances of every step that has ended, newest first. In USD.

    Raises ``Malformed``, also when there is no balance at all.
    """
    found = {at: value for answer in answers for at, value in _steps(answer)}
    ended = {at: found[at] for at in found if at + timedelta(seconds=INTERVAL) <= now}
    if not ended:
        raise Malformed("the pool's statistic has no balance")
    symbols = tuple(sorted(name for name in contracts if name[1:2] == MULTI))
    return replace(_pool(ended), symbols=symbols)


def past(answer: object, *, until: datetime) -> PoolReading:
    """The pool with the balances of one answer's steps that began by then, newest first."""
    return _pool({at: value for at, value in _steps(answer) if at <= until})


def _pool(values: Mapping[datetime, float]) -> PoolReading:
    return PoolReading(
        venue=VENUE,
        key="liquidity-pool",
        name="Liquidity pool",
        kind=PoolKind.SHARED,
        balances=tuple(
            FundBalance(asset="USD", amount=values[at], usd=values[at], at=at)
            for at in sorted(values, reverse=True)
        ),
        scopes=("flex",),
        cadence_seconds=INTERVAL,
        note=NOTE,
    )


def _steps(answer: object) -> list[tuple[datetime, float]]:
    result = wire.row(wire.row(answer, "the pool's statistic").get("result"), "result")
    times = result.get("timestamp")
    values = wire.row(result.get("data"), "data").get("usdValue")
    if not isinstance(times, list) or not isinstance(values, list) or len(times) != len(values):
        raise Malformed("the times and values of the pool's statistic do not go together")
    return [
        (
            wire.milliseconds(wire.number({"timestamp": at}, "timestamp") * 1000, "timestamp"),
            wire.number({"usdValue": value}, "usdValue"),
        )
        for at, value in zip(times, values, strict=True)
        if value is not None
    ]


def marks(answer: object) -> dict[str, float]:
    """Mark prices by contract, its name in capitals; a ticker without one (an index) is left out."""
    listed = wire.rows(success(answer, "the tickers").get("tickers"), "the list of tickers")
    found = {}
    for ticker in listed:
        mark = wire.optional_number(ticker, "markPrice")
        if mark is not None and mark > 0:
            found[wire.text(ticker, "symbol").upper()] = mark
    return found


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest in USD; Kraken counts it in contracts.

    A linear contract holds base units, valued at the mark; an inverse one a dollar.
    """
    data = success(answer, "the tickers")
    at = server_time(data)
    stats = []
    for ticker in wire.rows(data.get("tickers"), "the list of tickers"):
        contract = contracts.get(wire.text(ticker, "symbol").upper())
        if contract is None:
            continue
        mark = wire.optional_number(ticker, "markPrice") or None
        interest = wire.optional_number(ticker, "openInterest")
        price = 1.0 if contract.kind is ContractKind.INVERSE else mark
        known = interest is not None and price is not None
        stats.append(
            MarketStat(
                venue=VENUE,
                native_symbol=contract.native_symbol,
                at=at,
                symbol=contract.symbol,
                mark_price=mark,
                open_interest_usd=interest * contract.contract_size * price
                if interest is not None and price is not None
                else None,
                open_interest_at=at if known else None,
            )
        )
    return tuple(stats)
