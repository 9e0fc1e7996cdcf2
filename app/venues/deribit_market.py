"""What Deribit publishes: marks, open interest, and what bankruptcies cost. Pure functions.

Sources: https://docs.deribit.com/api-reference, the pages of public/get_last_settlements_by_currency
and public/get_book_summary_by_currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundEvent, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.deribit_account import VENUE, result
from app.venues.markets import Contract
from app.venues.wire import Row

LOSS_KEYS: Final = ("session_bankruptcy", "session_bankrupcy")
"""Deribit's documents have the first spelling; the second has been seen in answers."""
SIGNALLED_FOR: Final = timedelta(days=30)
"""A session whose losses were spread longer ago is history, not a warning."""
CONTINUATION: Final = "continuation"
NO_BALANCE: Final = (
    "Deribit publishes no balance of this fund for programs to read: only what bankruptcies "
    "took from it is known here. Its own site shows the balance."
)
SIDES: Final = "Deribit does not say whether it counts one side or both; taken as one."


def pool(answer: object, currency: str, *, scope: str) -> PoolReading:
    """The fund of one settlement currency: no balance, and what each bankruptcy took from it."""
    return PoolReading(
        venue=VENUE,
        key=currency.lower(),
        name=f"{currency} insurance fund",
        kind=PoolKind.SHARED,
        balances=(),
        scopes=(scope,),
        events=tuple(event for row in bankruptcies(answer) for event in _events(row, currency)),
        note=NO_BALANCE,
    )


def bankruptcies(answer: object) -> tuple[Row, ...]:
    """The rows of type ``bankruptcy``, the newest first as Deribit gives them."""
    data = wire.row(result(answer, "the settlements"), "the settlements")
    listed = wire.rows(data.get("settlements"), "the list of settlements")
    return tuple(row for row in listed if row.get("type") == "bankruptcy")


def older(at: Row) -> dict[str, object]:
    """What asks for the settlements that follow, where Deribit gave a token for them."""
    return {CONTINUATION: wire.text(at, CONTINUATION)} if CONTINUATION in at else {}


def further(answer: object, at: Row) -> dict[str, str]:
    """The token for older settlements; none after an empty answer, or when it stays the same."""
    data = wire.row(result(answer, "the settlements"), "the settlements")
    token = wire.optional_text(data, CONTINUATION)
    if not data.get("settlements") or token in {None, "none", at.get(CONTINUATION)}:
        return {}
    return {CONTINUATION: str(token)}


def _events(data: Row, currency: str) -> tuple[FundEvent, ...]:
    at = wire.moment(data, "timestamp")
    amounts = (
        ("bankruptcy_loss", _loss(data), "What the bankruptcies of this session lost."),
        ("outflow", wire.optional_number(data, "funded"), "What the insurance fund paid of it."),
        (
            "socialized_loss",
            wire.optional_number(data, "socialized"),
            "What was spread over the session's winners.",
        ),
    )
    return tuple(
        FundEvent(kind=kind, at=at, asset=currency, amount=abs(amount), detail=detail)
        for kind, amount, detail in amounts
        if amount
    )


def _loss(data: Row) -> float | None:
    return next((wire.number(data, key) for key in LOSS_KEYS if data.get(key) is not None), None)


def signals(answer: object, currency: str, *, now: datetime) -> tuple[AdlSignal, ...]:
    """The sessions of the last 30 days whose losses were spread, each with its rate.

    Where Deribit gives no rate the value is the amount, in the currency.
    """
    return tuple(
        signal
        for row in bankruptcies(answer)
        if (signal := _signal(row, currency)) is not None and now - signal.at <= SIGNALLED_FOR
    )


def _signal(data: Row, currency: str) -> AdlSignal | None:
    spread = wire.optional_number(data, "socialized")
    rate = wire.optional_number(data, "session_tax_rate")
    if not spread and not rate:
        return None
    amount = "an amount it did not state" if not spread else f"{abs(spread):,.8g} {currency}"
    taken = f"{rate:.4%} of the session's profit" if rate else "at a rate that it did not state"
    return AdlSignal(
        venue=VENUE,
        kind="clawback_rate" if rate else "socialized_loss",
        at=wire.moment(data, "timestamp"),
        pool=currency.lower(),
        value=abs(rate) if rate else abs(spread or 0.0),
        note=f"Deribit spread a loss over the winners of this session: {amount}, {taken}.",
    )


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest of the futures of one currency.

    Open interest is in dollars for inverse contracts, in base units for linear ones.
    """
    listed = wire.rows(result(answer, "the book summaries"), "the list of book summaries")
    return tuple(
        _stat(row, contracts[name])
        for row in listed
        if (name := wire.text(row, "instrument_name")) in contracts
    )


def _stat(data: Row, contract: Contract) -> MarketStat:
    at = wire.moment(data, "creation_timestamp")
    mark = wire.optional_number(data, "mark_price") or None
    held = wire.optional_number(data, "open_interest")
    price = 1.0 if contract.kind is ContractKind.INVERSE else mark
    value = held * price if held is not None and price is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=contract.native_symbol,
        at=at,
        symbol=contract.symbol,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=SIDES if value is not None else None,
    )
