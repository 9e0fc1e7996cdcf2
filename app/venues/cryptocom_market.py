"""What Crypto.com publishes: its fund, marks, open interest, margin rates. Pure functions.

Source: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.venues import wire
from app.venues.cryptocom_account import VENUE
from app.venues.cryptocom_margin import SETTLE, Rates, data_of
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

POOL: Final = "usd"
EMPTY: Final = (
    "The fund is empty: what liquidations lose beyond it is shared among the accounts with a "
    "profit at the end of the session."
)
FILLED: Final = "Losses are shared among the winners of a session once the fund is at zero."
INTEREST: Final = (
    "Crypto.com does not say the unit or the sides of its open interest: taken as base units of "
    "one side, at the last traded price."
)
SPREAD_SINCE: Final = timedelta(days=1)


def pool(answer: object, *, scopes: tuple[str, ...]) -> PoolReading:
    """The fund of ``public/get-insurance`` with its latest points, in USD, the newest first."""
    return PoolReading(
        venue=VENUE,
        key=POOL,
        name="Insurance fund",
        kind=PoolKind.SHARED,
        balances=points(answer),
        scopes=scopes,
        note="One fund in USD behind every contract.",
    )


def points(answer: object) -> tuple[FundBalance, ...]:
    """Raises ``Malformed`` when there is none: a fund is never taken for empty so."""
    found = past(answer)
    if not found:
        raise Malformed("the insurance fund has no balance")
    return found


def past(answer: object) -> tuple[FundBalance, ...]:
    """The points of any stretch of time, the newest first; there may be none."""
    found = [
        FundBalance(
            asset=SETTLE, amount=wire.number(row, "v"), usd=wire.number(row, "v"), at=_time(row)
        )
        for row in data_of(answer, "the insurance fund")
    ]
    return tuple(sorted(found, key=lambda point: point.at, reverse=True))


def signals(answer: object) -> tuple[AdlSignal, ...]:
    """Whether the fund is empty, which is when losses are shared among the winners."""
    newest = points(answer)[0]
    empty = newest.amount <= 0
    return (
        AdlSignal(
            venue=VENUE,
            kind="pool_empty" if empty else "pool_balance",
            at=newest.at,
            pool=POOL,
            value=newest.amount,
            trigger=0.0,
            progress=1.0 if empty else None,
            note=EMPTY if empty else FILLED,
        ),
    )


def mark(answer: object) -> tuple[float, datetime] | None:
    """The newest mark price of ``public/get-valuations`` and its time."""
    found = [(_time(row), wire.number(row, "v")) for row in data_of(answer, "the mark price")]
    if not found:
        return None
    at, price = max(found)
    return (price, at) if price > 0 else None


def rates(answer: object) -> Rates:
    """``public/get-risk-parameters`` of perpetuals; a base without its own has the default."""
    result = wire.row(wire.row(answer, "the risk parameters").get("result"), "the result")
    listed = wire.rows(result.get("base_currency_config"), "the bases")
    leverage = {"": wire.number(result, "default_max_product_leverage_for_perps")}
    unit = {"": wire.number(result, "default_unit_margin_rate")}
    for row in listed:
        base = wire.text(row, "instrument_name")
        own = wire.optional_number(row, "max_product_leverage_for_perps")
        additional = wire.optional_number(row, "unit_margin_rate")
        leverage |= {base: own} if own else {}
        unit |= {base: additional} if additional is not None else {}
    if leverage[""] <= 0:
        raise Malformed("the default leverage is not above 0")
    return Rates(leverage=leverage, unit=unit)


def charged(answer: object, *, now: datetime) -> str | None:
    """What of a socialised loss an account paid in the last day, from its own journal."""
    amounts = [
        abs(wire.optional_number(row, "realized_pnl") or wire.number(row, "transaction_cost"))
        for row in data_of(answer, "the journal")
        if row.get("journal_type") == "SOCIALIZED_LOSS"
        and now - wire.moment(row, "event_timestamp_ms") <= SPREAD_SINCE
    ]
    if not amounts:
        return None
    return f"In the last day {sum(amounts):,.2f} USD of a socialised loss were charged to it."


def market_stats(
    answer: object,
    contracts: Mapping[str, Contract],
    marks: Mapping[str, tuple[float, datetime]],
) -> tuple[MarketStat, ...]:
    """Open interest of all contracts, and the mark price of those in ``marks`` with its time."""
    return tuple(
        _stat(row, contracts[name], marks.get(name))
        for row in data_of(answer, "the tickers")
        if (name := wire.text(row, "i")) in contracts
    )


def _stat(data: Row, contract: Contract, mark: tuple[float, datetime] | None) -> MarketStat:
    at = _time(data)
    last = wire.optional_number(data, "a")
    held = wire.optional_number(data, "oi")
    price = mark[0] if mark else last
    value = held * contract.contract_size * price if held is not None and price else None
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=mark[1] if mark else at,
        symbol=contract.symbol,
        mark_price=mark[0] if mark else None,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=INTEREST if value is not None else None,
    )


def _time(data: Row) -> datetime:
    return wire.moment(data, "t")
