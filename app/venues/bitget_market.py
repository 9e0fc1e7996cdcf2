"""What Bitget publishes: its risk reserve pool by pool, marks, open interest. Pure functions.

Sources: https://www.bitget.com/api-doc/uta/public/Get-Risk-Reserve-All,
https://www.bitget.com/api-doc/uta/public/Get-Risk-Reserve and
https://www.bitget.com/api-doc/contract/market/Get-All-Symbol-Ticker
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import wire
from app.venues.bitget_account import VENUE, data_of
from app.venues.bybit_market import known_by
from app.venues.markets import Contract
from app.venues.wire import Row

CADENCE: Final = 3_600
DOLLARS: Final = frozenset({"USD", "USDT", "USDC"})
SHOWN: Final = 3
UNDATED: Final = (
    "Bitget dates its hourly and daily records, not this newest balance; its time is when it was "
    "read. What changed a balance is no longer said: a loss paid, income or a top-up."
)
SIDES: Final = "Bitget does not say whether it counts one side or both; taken as one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """One row of the risk reserve: ``amount`` of ``coin`` behind ``symbols`` of a category."""

    category: str
    coin: str
    symbols: tuple[str, ...]
    amount: float

    @property
    def key(self) -> str:
        return f"{self.category}:{self.coin}:{'-'.join(known_by(self.symbols)) or 'all'}".lower()


def funds(answer: object, category: str) -> tuple[Fund, ...]:
    """The pools of one category, from ``/api/v3/market/risk-reserve-all``."""
    data = wire.row(data_of(answer, "the risk reserve"), "the risk reserve")
    return tuple(
        _fund(row, category) for row in wire.rows(data.get("list"), "the list of reserves")
    )


def _fund(data: Row, category: str) -> Fund:
    names = data.get("symbols")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise wire.Malformed("symbols is not a list of texts")
    return Fund(
        category=category,
        coin=wire.text(data, "coin"),
        symbols=tuple(dict.fromkeys(names)),
        amount=wire.number(data, "balance"),
    )


def pool(
    fund: Fund, *, read_at: datetime, past: Iterable[FundBalance], prices: Mapping[str, float]
) -> PoolReading:
    """A fund as a pool: its balance now, then the past ones, the newest first."""
    usd = 1.0 if fund.coin in DOLLARS else prices.get(fund.coin)
    now = FundBalance(
        asset=fund.coin,
        amount=fund.amount,
        usd=fund.amount * usd if usd is not None else None,
        at=read_at,
    )
    older = {balance.at: balance for balance in past if balance.at < read_at}
    return PoolReading(
        venue=VENUE,
        key=fund.key,
        name=_name(fund),
        kind=PoolKind.ISOLATED if len(fund.symbols) == 1 else PoolKind.SHARED,
        balances=(now, *(older[at] for at in sorted(older, reverse=True))),
        symbols=fund.symbols,
        cadence_seconds=CADENCE,
        note=UNDATED,
    )


def past(fund: Fund, balances: Iterable[FundBalance], *, read_at: datetime) -> PoolReading:
    """As ``pool``, without the balance of now; ``read_at`` is after all of them."""
    reading = pool(fund, read_at=read_at, past=balances, prices={})
    return replace(reading, balances=reading.balances[1:])


def _name(fund: Fund) -> str:
    known = known_by(fund.symbols)
    more = len(fund.symbols) - len(known)
    names = ", ".join(known) or "unnamed contracts"
    return f"{fund.coin} risk reserve of {names}{f' and {more} more' if more > 0 else ''}"


def history(answer: object, fund: Fund) -> tuple[FundBalance, ...]:
    """The records of ``/api/v3/market/risk-reserve`` (daily) or ``risk-reserve-hour``.

    The price of a coin then is not known, so only dollars have a value. Raises ``Malformed``,
    also where the records are of another coin than the fund.
    """
    data = wire.row(data_of(answer, "the reserve's history"), "the reserve's history")
    listed = wire.rows(data.get("riskReserveRecords") or [], "the reserve's records")
    if listed and wire.text(data, "coin") != fund.coin:
        raise wire.Malformed("the reserve's history is of another coin")
    return tuple(
        FundBalance(
            asset=fund.coin,
            amount=wire.number(row, "balance"),
            usd=wire.number(row, "balance") if fund.coin in DOLLARS else None,
            at=wire.moment(row, "ts"),
        )
        for row in listed
    )


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest of one category from ``/api/v2/mix/market/tickers``.

    ``holdingAmount`` is in coins, for coin-margined contracts too.
    """
    listed = wire.rows(data_of(answer, "the tickers"), "the list of tickers")
    return tuple(_stat(row, contracts) for row in listed)


def _stat(data: Row, contracts: Mapping[str, Contract]) -> MarketStat:
    native, at = wire.text(data, "symbol"), wire.moment(data, "ts")
    mark = wire.optional_number(data, "markPrice") or None
    coins = wire.optional_number(data, "holdingAmount")
    known = coins is not None and mark is not None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=at,
        symbol=contracts[native].symbol if native in contracts else None,
        mark_price=mark,
        open_interest_usd=coins * mark if coins is not None and mark is not None else None,
        open_interest_at=at if known else None,
        note=SIDES if known else None,
    )
