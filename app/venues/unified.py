"""Positions from ccxt's unified rows: the common case, with the traps that recur mended.

Pure functions. A venue whose rows are wrong in other ways corrects the result
(``dataclasses.replace``) or parses the venue's own rows itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from app.domain.market_risk import Candle
from app.domain.position import MarginMode, Position, Side
from app.venues.facts import Scope, VenueFacts
from app.venues.holding import contract_of, holding
from app.venues.markets import Contract
from app.venues.wire import (
    Malformed,
    Row,
    liquidation_price,
    moment,
    number,
    optional_number,
    optional_text,
    row,
    rows,
)

HOUR: Final = timedelta(hours=1)
FEW: Final = 0.02
"""The share of hours that may contradict themselves; more is an answer not to be believed."""
PRICES: Final = ("open", "high", "low", "close")


def milliseconds(at: datetime) -> int:
    """A time as ccxt takes it."""
    return int(at.timestamp() * 1000)


def last_millisecond(since: datetime, hours: int) -> int:
    """The last millisecond of the last of so many hours from ``since`` on.

    As the end of a window of candles it asks for exactly these, whether or not a venue counts
    the end itself in.
    """
    return milliseconds(since + hours * HOUR) - 1


def candles(answer: object, *, since: datetime, now: datetime) -> tuple[Candle, ...]:
    """The finished hours from ``since`` on in what ccxt's ``fetch_ohlcv`` answered, oldest first.

    Raises ``Malformed`` for rows that are no hour's candle: prices that are none, a time that is
    no full hour. An hour without a trade (no prices, or zeros in their place) is left out, and so
    is one that contradicts itself (a high below the low), as long as few do: it would stand in
    the way of all the others until it is forgotten.
    """
    if not isinstance(answer, list):
        raise Malformed("the list of candles is not a list")
    found: dict[datetime, Candle] = {}
    contradicting = 0
    for item in answer:
        if not isinstance(item, list) or len(item) < 5:
            raise Malformed("a candle is not a list of time and prices")
        data: Row = dict(zip(("time", *PRICES), item, strict=False))
        if not any(optional_number(data, price) for price in PRICES):
            continue
        at = moment(data, "time")
        candle = Candle(
            at=at, high=number(data, "high"), low=number(data, "low"), close=number(data, "close")
        )
        if at.timestamp() % 3600:
            raise Malformed("a candle is no hour of prices")
        if not 0 < candle.low <= candle.close <= candle.high:
            contradicting += 1
            continue
        if at >= since and at + HOUR <= now:
            found[at] = candle
    if contradicting > len(answer) * FEW:
        raise Malformed("many candles are no hour of prices")
    return tuple(found[at] for at in sorted(found))


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    facts: VenueFacts,
    scope: Scope,
    as_of: datetime,
) -> tuple[Position, ...]:
    """The open positions in what ccxt's ``fetch_positions`` answered, those of size 0 left out.

    Raises ``Malformed`` for a row without size or side, or of a contract nobody listed.
    """
    by_symbol = {contract.symbol: contract for contract in contracts.values()}
    found = []
    for data in rows(answer, "the list of positions"):
        contracts_held = optional_number(data, "contracts")
        if contracts_held == 0:
            continue
        if contracts_held is None:
            raise Malformed("a position has no size")
        found.append(
            position(
                data,
                contract=contract_of(optional_text(data, "symbol") or "", by_symbol),
                venue=facts.id,
                scope=scope.id,
                as_of=as_of,
                sentinels=facts.sentinels,
            )
        )
    return tuple(found)


def position(
    data: Row,
    *,
    contract: Contract,
    venue: str,
    scope: str,
    as_of: datetime,
    sentinels: Collection[float] = (),
) -> Position:
    """One unified row as a ``Position``; ``raw`` is the venue's own row under ``info``."""
    signed = optional_number(data, "contracts")
    if signed is None:
        raise Malformed("a position has no size")
    liquidation = liquidation_price(data, "liquidationPrice", sentinels)
    mode = optional_text(data, "marginMode")
    notes = {} if liquidation else {"liquidation_price": "The venue gives none for this position."}
    return Position(
        **holding(contract, contracts=abs(signed), mark=optional_number(data, "markPrice")),
        venue=venue,
        scope=scope,
        side=_side(data, signed),
        as_of=as_of,
        leverage=optional_number(data, "leverage"),
        margin_mode=MarginMode(mode) if mode in set(MarginMode) else None,
        entry_price=optional_number(data, "entryPrice"),
        liquidation_price=liquidation,
        collateral=optional_number(data, "collateral"),
        maintenance_margin=optional_number(data, "maintenanceMargin"),
        maintenance_margin_rate=optional_number(data, "maintenanceMarginPercentage"),
        margin_ratio=optional_number(data, "marginRatio"),
        unrealized_pnl=optional_number(data, "unrealizedPnl"),
        hedged=bool(data.get("hedged")),
        notes=notes,
        raw=dict(row(data.get("info") or {}, "info")),
    )


def _side(data: Row, signed: float) -> Side:
    side: Any = data.get("side")
    if side in {"long", "short"}:
        return Side(side)
    if signed < 0:
        return Side.SHORT
    raise Malformed("a position has no side")
