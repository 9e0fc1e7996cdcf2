"""What MEXC publishes: its insurance fund contract by contract, fair prices. Pure functions.

Source: https://www.mexc.com/api-docs/futures/market-endpoints
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.bybit_market import known_by
from app.venues.markets import Contract
from app.venues.mexc_account import VENUE, data_of
from app.venues.wire import Malformed, Row

CADENCE: Final = 14_400
DOLLARS: Final = frozenset({"USDT", "USDC", "USD"})
SIDES: Final = "MEXC does not say whether it counts one side or both; taken as one."
ONE_EACH: Final = (
    "MEXC lists a balance for each contract and does not say whether several share a fund."
)
TAKEN_AS_ONE: Final = (
    "MEXC lists the same balance for all of these contracts: taken for one fund they share."
)


def pools(answer: object, prices: Mapping[str, float]) -> tuple[PoolReading, ...]:
    """The funds of ``contract/risk_reverse``, rows that state one balance taken together.

    MEXC does not say which contracts share a fund. Rows of one currency with the very same
    balance, down to the last digit, are one fund and never counted twice; an empty fund is
    each contract's own.
    """
    groups: dict[tuple[str, object], list[Row]] = {}
    for row in wire.rows(data_of(answer, "the insurance fund"), "the list of funds"):
        amount, symbol = wire.number(row, "available"), wire.text(row, "symbol")
        key = amount if amount != 0 else symbol
        groups.setdefault((wire.text(row, "currency"), key), []).append(row)
    return tuple(_pool(rows, prices) for rows in groups.values())


def _pool(rows: list[Row], prices: Mapping[str, float]) -> PoolReading:
    symbols = tuple(wire.text(row, "symbol") for row in rows)
    coin, shared = wire.text(rows[0], "currency"), len(rows) > 1
    known = known_by(symbols)
    more = len(symbols) - len(known)
    amount = wire.number(rows[0], "available")
    usd = 1.0 if coin in DOLLARS else prices.get(coin)
    return PoolReading(
        venue=VENUE,
        key=f"{coin}:{'-'.join(known)}".lower(),
        name=f"{coin} fund of {', '.join(known)}{f' and {more} more' if more > 0 else ''}",
        kind=PoolKind.SHARED if shared else PoolKind.ISOLATED,
        balances=(
            FundBalance(
                asset=coin,
                amount=amount,
                usd=amount * usd if usd is not None else None,
                at=max(wire.moment(row, "timestamp") for row in rows),
            ),
        ),
        symbols=symbols,
        cadence_seconds=CADENCE,
        note=TAKEN_AS_ONE if shared else ONE_EACH,
    )


def with_past(pool: PoolReading, answer: object) -> PoolReading:
    """``pool`` with the snapshots of ``contract/risk_reverse/history``, the newest first.

    The price of a coin then is not known, so only dollars have a value. Raises ``Malformed``,
    also for snapshots of another contract or coin.
    """
    data = wire.row(data_of(answer, "the fund's history"), "the fund's history")
    now = pool.balances[0]
    past = {}
    for row in wire.rows(data.get("resultList"), "the fund's snapshots"):
        if wire.text(row, "symbol") not in pool.symbols or row.get("currency") != now.asset:
            raise Malformed("the fund's history is of another fund")
        amount, at = wire.number(row, "available"), wire.moment(row, "snapshotTime")
        usd = amount if now.asset in DOLLARS else None
        if at < now.at:
            past[at] = FundBalance(asset=now.asset, amount=amount, usd=usd, at=at)
    return replace(pool, balances=(now, *(past[at] for at in sorted(past, reverse=True))))


def fair_prices(answer: object) -> dict[str, float]:
    """The fair price of every contract, from ``contract/ticker``: MEXC's mark price."""
    listed = wire.rows(data_of(answer, "the tickers"), "the list of tickers")
    return {
        wire.text(row, "symbol"): price
        for row in listed
        if (price := wire.optional_number(row, "fairPrice"))
    }


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest from ``contract/ticker``; ``holdVol`` is in contracts."""
    listed = wire.rows(data_of(answer, "the tickers"), "the list of tickers")
    return tuple(_stat(row, contracts) for row in listed)


def _stat(data: Row, contracts: Mapping[str, Contract]) -> MarketStat:
    native, at = wire.text(data, "symbol"), wire.moment(data, "timestamp")
    mark = wire.optional_number(data, "fairPrice") or None
    contract = contracts.get(native)
    value = _interest(data, mark, contract) if contract is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=at,
        symbol=contract.symbol if contract else None,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=SIDES if value is not None else None,
    )


def _interest(data: Row, mark: float | None, contract: Contract) -> float | None:
    held = wire.optional_number(data, "holdVol")
    price = 1.0 if contract.kind is ContractKind.INVERSE else mark
    return held * contract.contract_size * price if held is not None and price else None


def prices(stats: Iterable[MarketStat], contracts: Mapping[str, Contract]) -> dict[str, float]:
    """USD a coin, by the fair price of its perpetual against USDT."""
    found = {}
    for stat in stats:
        contract = contracts.get(stat.native_symbol)
        if contract and stat.mark_price and contract.quote == "USDT":
            found[contract.base] = stat.mark_price
    return found
