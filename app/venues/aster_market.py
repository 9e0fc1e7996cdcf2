"""What Aster publishes: marks, and open interest contract by contract. Pure functions.

Sources: https://github.com/asterdex/api-docs (futures API v3, premiumIndex). The question for
open interest answers as Binance's does, from which Aster's API descends, but is in no document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.venues import wire
from app.venues.aster_account import VENUE
from app.venues.markets import Contract

SIDES: Final = "Aster does not say whether it counts one side or both; taken as one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    native_symbol: str
    price: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInterest:
    """``amount`` is in base units; ``at`` is ``None`` where the answer has no time."""

    amount: float
    at: datetime | None


def marks(answer: object) -> tuple[Mark, ...]:
    """``premiumIndex`` of every contract; one without a price is left out."""
    return tuple(
        Mark(native_symbol=wire.text(item, "symbol"), price=price, at=wire.moment(item, "time"))
        for item in wire.rows(answer, "premiumIndex")
        if (price := wire.optional_number(item, "markPrice"))
    )


def open_interest(answer: object) -> OpenInterest:
    data = wire.row(answer, "openInterest")
    return OpenInterest(
        amount=wire.number(data, "openInterest"),
        at=wire.moment(data, "time") if data.get("time") else None,
    )


def market_stats(
    found: tuple[Mark, ...],
    interests: Mapping[str, OpenInterest],
    *,
    contracts: Mapping[str, Contract],
) -> tuple[MarketStat, ...]:
    """Of the contracts that are listed; open interest is valued at the mark."""
    return tuple(
        _stat(mark, contracts[mark.native_symbol], interests.get(mark.native_symbol))
        for mark in found
        if mark.native_symbol in contracts
    )


def _stat(mark: Mark, contract: Contract, interest: OpenInterest | None) -> MarketStat:
    return MarketStat(
        venue=VENUE,
        native_symbol=mark.native_symbol,
        at=mark.at,
        symbol=contract.symbol,
        mark_price=mark.price,
        open_interest_usd=interest.amount * contract.contract_size * mark.price
        if interest
        else None,
        open_interest_at=(interest.at or mark.at) if interest else None,
        note=SIDES if interest else None,
    )
