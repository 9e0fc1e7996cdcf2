"""Extended's answers about a sub-account: its margin, its positions. Pure functions.

All positions of a sub-account share its margin. Source: https://api.docs.extended.exchange,
the page of each endpoint, and for margin modes
https://docs.extended.exchange/extended-resources/trading/trading-accounts-and-modes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "extended"
ADL_SCALE: Final = "0-100"
SIDES: Final[Mapping[str, Side]] = {"LONG": Side.LONG, "SHORT": Side.SHORT}
COLLATERAL: Final[Mapping[str, str]] = {"USD": "USDC", "USDC": "USDC"}
"""Extended writes USD for the USDC it holds."""

NO_LIQUIDATION: Final = "Extended gives none for this position."
SHARED: Final = "The whole sub-account's margin backs this position."
SHARED_RATIO: Final = "The whole sub-account's margin ratio counts."
NO_MAINTENANCE: Final = "Extended gives the maintenance margin of the whole sub-account only."
NO_ADL: Final = "Extended gives no percentile from 0 to 100 for this position."
ROUNDED: Final = (
    "The maintenance margin is Extended's margin ratio, which has four decimals, times equity."
)
OTHER_ASSETS: Final = (
    "Part of the equity is other assets or vault shares, which count at a discount and are "
    "liquidated first."
)


def data_of(answer: object, what: str) -> object:
    """What stands under ``data``. Raises ``Malformed`` where ``status`` is not OK."""
    top = wire.row(answer, what)
    if top.get("status") != "OK":
        raise Malformed(f"the status of {what} is not OK")
    return top.get("data")


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts that ``/user/positions`` names."""
    return tuple(wire.text(row, "market") for row in _rows(answer))


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """The open positions of ``/user/positions``. Raises ``Malformed``."""
    found = []
    for data in _rows(answer):
        if wire.number(data, "size") == 0:
            continue
        contract = contract_of(wire.text(data, "market"), contracts)
        found.append(position(data, contract, scope=scope, as_of=as_of, sentinels=sentinels))
    return tuple(found)


def position(
    data: Row, contract: Contract, *, scope: str, as_of: datetime, sentinels: Collection[float]
) -> Position:
    """One position; ``size`` is in base units, ``value`` and profit in the collateral.

    ``margin`` is the initial margin that the position uses up, which is not what backs it.
    ``updatedTime`` is when the position last changed, so ``as_of`` is when it was read.
    """
    held = abs(wire.number(data, "size"))
    mark = wire.optional_number(data, "markPrice") or None
    liquidation = wire.liquidation_price(data, "liquidationPrice", sentinels)
    adl = _adl(data)
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": SHARED,
        "maintenance_margin": NO_MAINTENANCE,
        "margin_ratio": SHARED_RATIO,
        "adl": NO_ADL if adl is None else None,
    }
    return Position(
        **holding(contract, contracts=held, mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data),
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=MarginMode.CROSS,
        entry_price=wire.optional_number(data, "openPrice"),
        liquidation_price=liquidation,
        unrealized_pnl=wire.optional_number(data, "unrealisedPnl"),
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(answer: object, *, scope: str, as_of: datetime) -> AccountMargin:
    """The margin of the sub-account, from ``/user/balance``.

    ``marginRatio`` is maintenance margin / equity as a fraction, 1 at liquidation; the
    maintenance margin is that times equity, as no field states it.
    """
    data = wire.row(data_of(answer, "the balance"), "the balance")
    equity, ratio = wire.number(data, "equity"), wire.number(data, "marginRatio")
    name = wire.text(data, "collateralName")
    spot = wire.optional_number(data, "spotEquity") or 0.0
    return AccountMargin(
        scope=scope,
        asset=COLLATERAL.get(name, name),
        margin_balance=equity,
        maintenance_margin=ratio * equity if equity > 0 else None,
        margin_ratio=ratio if equity > 0 else None,
        as_of=as_of,
        note=f"{ROUNDED} {OTHER_ASSETS}" if spot else ROUNDED,
    )


def _rows(answer: object) -> tuple[Row, ...]:
    return wire.rows(data_of(answer, "the positions"), "the list of positions")


def _side(data: Row) -> Side:
    side = SIDES.get(wire.text(data, "side"))
    if side is None:
        raise Malformed("a position is neither LONG nor SHORT")
    return side


def _adl(data: Row) -> AdlStanding | None:
    """The percentile in the queue, 100 the first to be deleveraged."""
    percentile = wire.optional_number(data, "adl")
    if percentile is None or not 0 <= percentile <= 100:
        return None
    return AdlStanding(standing=percentile / 100, raw=percentile, scale=ADL_SCALE)
