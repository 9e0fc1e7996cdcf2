"""KuCoin's lists of positions, of classic and of unified accounts. Pure functions.

Sources: https://www.kucoin.com/docs-new/rest/futures-trading/positions/get-position-list and
https://www.kucoin.com/docs-new/rest/ua/get-position-list-uta
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.kucoin_account import VENUE, data_of
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

NO_LIQUIDATION: Final = "KuCoin gives none for this position."
SHARED_MARGIN: Final = "The margin of the whole account backs this position."
SHARED_RATIO: Final = "In cross margin the whole account's risk ratio counts."
UNCLEAR_MARGIN: Final = (
    "KuCoin does not say whether the margin it gives here includes unrealised profit."
)
NO_RATIO: Final = "KuCoin gives none for this position."
NO_MAINTENANCE: Final = "KuCoin gives none for this position."
NO_ADL: Final = "KuCoin gives no place in the queue for this position."


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one of the two lists calls the fields of a row; ``None`` where it lacks one.

    ``margin`` is the isolated margin with unrealised profit in it.
    """

    size: str
    entry_price: str
    margin: str | None
    maintenance: str
    maintenance_rate: str
    ratio: str | None
    profit: str
    adl: str
    time: str | None


CLASSIC: Final = Words(
    size="currentQty",
    entry_price="avgEntryPrice",
    margin="maintMargin",
    maintenance="posMaint",
    maintenance_rate="maintMarginReq",
    ratio=None,
    profit="unrealisedPnl",
    adl="delevPercentage",
    time="currentTimestamp",
)
UNIFIED: Final = Words(
    size="size",
    entry_price="entryPrice",
    margin=None,
    maintenance="maintenanceMargin",
    maintenance_rate="mmr",
    ratio="riskRatio",
    profit="unrealizedPnL",
    adl="adlPercentage",
    time=None,
)
"""The liquidation price, the ratio and ``adlPercentage`` came to this list in June 2026."""


def rows(answer: object) -> tuple[Row, ...]:
    """The rows of a list of positions, closed ones too."""
    return wire.rows(data_of(answer, "the positions"), "the list of positions")


def open_rows(answer: object, words: Words) -> tuple[Row, ...]:
    """The rows whose size is not 0."""
    return tuple(row for row in rows(answer) if wire.number(row, words.size) != 0)


def symbols(found: Sequence[Row]) -> tuple[str, ...]:
    """The contracts the rows are about."""
    return tuple(wire.text(row, "symbol") for row in found)


def cross_currencies(found: Sequence[Row], contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The wallets behind the cross positions of a classic account: KuCoin's name (``XBT``) of
    each settle currency, and the common one (``BTC``)."""
    return {
        wire.text(row, "settleCurrency"): contract_of(wire.text(row, "symbol"), contracts).settle
        for row in found
        if _mode(row) is MarginMode.CROSS
    }


def positions(
    found: Sequence[Row],
    words: Words,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """The rows as positions. Raises ``Malformed``, also for a contract nobody listed."""
    return tuple(
        position(
            row,
            words,
            contract_of(wire.text(row, "symbol"), contracts),
            scope=scope,
            as_of=as_of,
            sentinels=sentinels,
        )
        for row in found
    )


def position(
    data: Row,
    words: Words,
    contract: Contract,
    *,
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row. The size is in contracts and signed.

    The value is that at the mark: KuCoin's ``posCost`` is what entering cost. An isolated
    position is liquidated when its margin falls to ``posMaint``, which makes the ratio.
    """
    signed = wire.number(data, words.size)
    mark = wire.optional_number(data, "markPrice") or None
    mode = _mode(data)
    isolated = mode is MarginMode.ISOLATED
    maintenance = wire.optional_number(data, words.maintenance)
    collateral = wire.optional_number(data, words.margin) if isolated and words.margin else None
    ratio = _ratio(data, words, maintenance, collateral) if isolated else None
    liquidation = wire.liquidation_price(data, "liquidationPrice", sentinels)
    adl = _adl(data, words.adl)
    why_no_collateral = UNCLEAR_MARGIN if isolated else SHARED_MARGIN
    why_no_ratio = NO_RATIO if isolated else SHARED_RATIO
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": why_no_collateral if collateral is None else None,
        "maintenance_margin": NO_MAINTENANCE if maintenance is None else None,
        "margin_ratio": why_no_ratio if ratio is None else None,
        "adl": NO_ADL if adl is None else None,
    }
    return Position(
        **holding(contract, contracts=abs(signed), mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data, signed),
        as_of=wire.moment(data, words.time) if words.time else as_of,
        leverage=_leverage(data),
        margin_mode=mode,
        entry_price=wire.optional_number(data, words.entry_price) or None,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=maintenance,
        maintenance_margin_rate=wire.optional_number(data, words.maintenance_rate),
        margin_ratio=ratio,
        unrealized_pnl=wire.optional_number(data, words.profit),
        hedged=data.get("positionSide") in {"LONG", "SHORT"},
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def _ratio(
    data: Row, words: Words, maintenance: float | None, collateral: float | None
) -> float | None:
    if words.ratio is not None:
        return wire.optional_number(data, words.ratio)
    return maintenance / collateral if maintenance and collateral else None


def _leverage(data: Row) -> float | None:
    stated = wire.optional_number(data, "leverage")
    return stated or wire.optional_number(data, "realLeverage") or None


def _mode(data: Row) -> MarginMode:
    """``marginMode``; older rows only have ``crossMode``."""
    word = wire.optional_text(data, "marginMode")
    if word is None:
        return MarginMode.CROSS if wire.boolean(data, "crossMode") else MarginMode.ISOLATED
    if word not in {"CROSS", "ISOLATED"}:
        raise Malformed("marginMode is neither CROSS nor ISOLATED")
    return MarginMode(word.lower())


def _side(data: Row, signed: float) -> Side:
    """By ``positionSide`` in hedge mode, else by the sign of the size."""
    match data.get("positionSide"):
        case "LONG":
            return Side.LONG
        case "SHORT":
            return Side.SHORT
    return Side.LONG if signed > 0 else Side.SHORT


def _adl(data: Row, key: str) -> AdlStanding | None:
    """A fraction of the queue: 0.8 and more is its first fifth (all five lights)."""
    place = wire.optional_number(data, key)
    if place is None or not 0 <= place <= 1:
        return None
    return AdlStanding(standing=place, raw=place, scale="0-1")
