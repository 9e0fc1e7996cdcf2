"""What HTX publishes: the total of its insurance funds, settlements, marks. Pure functions.

Source: https://www.htx.com/en-us/opend/newApiPages/, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, FundEvent, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.htx_account import VENUE, data_of
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

POOL: Final = "all-business-lines"
DAY: Final = 86_400
HEADLINE: Final = (
    "One total over all of HTX's business lines, in USDT: more than what backs any contract. "
    "Contracts that allow isolated margin only have a fund each, which HTX no longer publishes."
)
NO_HISTORY: Final = "Its history was not read this time."
SIDES: Final = "HTX does not say whether it counts one side or both; taken as one."
NONE_SPREAD: Final = "HTX spread no loss at this settlement."
SPREAD: Final = "HTX took this share of the period's profits back at this settlement."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One settlement of a contract; ``ratio`` is the share of profits taken back, 0 for none."""

    native_symbol: str
    at: datetime
    ratio: float


def total(answer: object) -> FundBalance:
    """The total of ``/v1/insurance_fund_info``, at the answer's own time."""
    data = wire.row(data_of(answer, "the insurance fund"), "the insurance fund")
    at = wire.moment(wire.row(answer, "the insurance fund"), "ts")
    return _balance(wire.number(data, "insurance_fund"), wire.text(data, "quote_currency"), at)


def history(answer: object, asset: str) -> tuple[FundBalance, ...]:
    """The daily totals of ``/v1/insurance_fund_history``, newest first, each at 00:00 UTC."""
    listed = wire.rows(data_of(answer, "the fund's history"), "the fund's history")
    balances = [
        _balance(wire.number(row, "insurance_fund"), asset, _day(wire.text(row, "date")))
        for row in listed
    ]
    return tuple(sorted(balances, key=lambda balance: balance.at, reverse=True))


def pool(
    now: FundBalance, past: Iterable[FundBalance] | None, settlements: Iterable[Settlement]
) -> PoolReading:
    """The headline: a total that stands behind no contract, and losses that were spread."""
    known = tuple(balance for balance in past or () if balance.at < now.at)
    return PoolReading(
        venue=VENUE,
        key=POOL,
        name="All insurance funds together",
        kind=PoolKind.HEADLINE,
        balances=(now, *known),
        cadence_seconds=DAY,
        events=tuple(_event(one) for one in settlements if one.ratio > 0),
        note=HEADLINE if past is not None else f"{HEADLINE} {NO_HISTORY}",
    )


def settlements(answer: object, contract: Contract) -> tuple[Settlement, ...]:
    """The settlements of one contract, newest first.

    The newer interface lists them under ``data``; the older one under ``settlement_record``,
    for futures by coin with the contracts that were settled in a list.
    """
    data = data_of(answer, "the settlements")
    listed = data if isinstance(data, list) else wire.row(data, "data").get("settlement_record")
    found = [
        Settlement(
            native_symbol=contract.native_symbol,
            at=wire.moment(row, "settlement_time"),
            ratio=wire.number(row, "clawback_ratio"),
        )
        for row in wire.rows(listed, "the list of settlements")
        if _is_of(row, contract)
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def signals(found: Iterable[Settlement]) -> tuple[AdlSignal, ...]:
    """Of each contract the newest settlement, and the newest at which a loss was spread."""
    newest: dict[str, Settlement] = {}
    spread: dict[str, Settlement] = {}
    for one in sorted(found, key=lambda settlement: settlement.at):
        newest[one.native_symbol] = one
        if one.ratio > 0:
            spread[one.native_symbol] = one
    shown = [one for symbol, one in newest.items() if spread.get(symbol) != one]
    return tuple(
        AdlSignal(
            venue=VENUE,
            kind="clawback_rate",
            at=one.at,
            native_symbol=one.native_symbol,
            value=one.ratio,
            note=SPREAD if one.ratio > 0 else NONE_SPREAD,
        )
        for one in (*spread.values(), *shown)
    )


def linear_interest(answer: object) -> tuple[float, datetime]:
    """Open interest of one USDT contract in USDT, from ``/v5/market/open_interest``."""
    data = wire.row(data_of(answer, "the open interest"), "the open interest")
    at = wire.moment(wire.row(answer, "the open interest"), "ts")
    return wire.number(data, "value"), at


def mark_price(answer: object) -> tuple[float, datetime]:
    """The close of the newest candle of the mark price, at the answer's own time."""
    candles = wire.rows(data_of(answer, "the mark price"), "the candles of the mark price")
    if not candles:
        raise Malformed("the mark price has no candle")
    newest = max(candles, key=lambda candle: wire.number(candle, "id"))
    return wire.number(newest, "close"), wire.moment(wire.row(answer, "the mark price"), "ts")


def candle_question(contract: Contract) -> tuple[str, str]:
    """The read that gives a contract's candles, and what names the contract in it."""
    if contract.kind is ContractKind.LINEAR:
        return "linear_candles", "contract_code"
    if is_coin_future(contract):
        return "future_candles", "symbol"
    return "swap_candles", "contract_code"


def candle_rows(answer: object) -> list[list[object]]:
    """Candles as ``unified.candles`` takes them; ``id`` is the opening in seconds."""
    found: list[list[object]] = []
    for row in wire.rows(data_of(answer, "the candles"), "the candles"):
        at = wire.number(row, "id") * 1000
        found.append([at, *(row.get(key) for key in ("open", "high", "low", "close"))])
    return found


def coin_stats(answer: object, contracts: Mapping[str, Contract]) -> dict[str, MarketStat]:
    """Open interest of all coin-margined swaps, or futures: contracts of a fixed value in USD."""
    at = wire.moment(wire.row(answer, "the open interest"), "ts")
    found = {}
    for row in wire.rows(data_of(answer, "the open interest"), "the open interest"):
        symbol = wire.text(row, "contract_code")
        contract = contracts.get(symbol)
        if contract is not None:
            value = wire.number(row, "volume") * contract.contract_size
            found[symbol] = stat(contract, at=at, interest=value, interest_at=at)
    return found


def stat(
    contract: Contract,
    *,
    at: datetime,
    mark: float | None = None,
    interest: float | None = None,
    interest_at: datetime | None = None,
) -> MarketStat:
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=mark,
        open_interest_usd=interest,
        open_interest_at=interest_at,
        note=SIDES if interest is not None else None,
    )


def is_coin_future(contract: Contract) -> bool:
    return contract.kind is ContractKind.INVERSE and contract.expires_at is not None


def _balance(amount: float, asset: str, at: datetime) -> FundBalance:
    return FundBalance(asset=asset, amount=amount, usd=amount if asset == "USDT" else None, at=at)


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Malformed("date is not a day") from None


def _is_of(data: Row, contract: Contract) -> bool:
    if "contract_code" in data:
        return data["contract_code"] == contract.native_symbol
    settled = wire.rows(data.get("list"), "the contracts of a settlement")
    return any(row.get("contract_code") == contract.native_symbol for row in settled)


def _event(one: Settlement) -> FundEvent:
    return FundEvent(
        kind="socialized_loss",
        at=one.at,
        detail=f"{one.native_symbol}: {one.ratio:.4%} of profits taken back at settlement",
    )
