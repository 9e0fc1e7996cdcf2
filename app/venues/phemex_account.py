"""Phemex's answers about an account: positions and balance of one currency. Pure functions.

Phemex writes one figure in several ways. ``Rp``, ``Rv``, ``Rr`` and ``Rq`` are real prices,
values, ratios and quantities as text; ``Ep``, ``Ev`` and ``Er`` are whole numbers scaled by powers
of ten that differ by contract and currency, and are not read: coin-margined rows give each
figure unscaled too, without a suffix. Source: https://phemex-docs.github.io
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MarginMode,
    Position,
    ScopeReading,
    Side,
)
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "phemex"
VALUE_SCALE: Final = 100_000_000
"""Of ``accountBalanceEv``: the one figure of a coin wallet that is given scaled alone."""

NO_LIQUIDATION: Final = "Phemex gives none: no price would liquidate this position today."
AT_THE_EDGE: Final = (
    "Phemex gives the edge of what the contract allows, the same as for bankruptcy: no price "
    "within reach would liquidate this position today."
)
SHARED: Final = "The whole wallet of this currency backs this position."
WALLET_RATIO: Final = "In cross margin the wallet's margin ratio counts."
ADL_SENSE: Final = "Phemex does not say which end comes first; 1 is taken for the front."
NO_ADL: Final = "Phemex gives no percentile for this position."
USED_UP: Final = "The margin of this position is used up."
COMPUTED: Final = (
    "Computed from the wallet's balance and its positions; what other assets of a multi-asset "
    "account add is not in it."
)
EDGE: Final = 3.0
"""How many times the mark away a price must be to be taken for the edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What the figures of a row are called in this kind of account."""

    entry: str
    mark: str
    liquidation: str
    bankruptcy: str
    assigned: str
    rate: str
    leverage: str
    adl: str
    balance: str
    balance_scale: int


DOLLAR_FIELDS: Final = Fields(
    entry="avgEntryPriceRp",
    mark="markPriceRp",
    liquidation="liquidationPriceRp",
    bankruptcy="bankruptPriceRp",
    assigned="assignedPosBalanceRv",
    rate="maintMarginReqRr",
    leverage="leverageRr",
    adl="deleveragePercentileRr",
    balance="accountBalanceRv",
    balance_scale=1,
)
COIN_FIELDS: Final = Fields(
    entry="avgEntryPrice",
    mark="markPrice",
    liquidation="liquidationPrice",
    bankruptcy="bankruptPrice",
    assigned="assignedPosBalance",
    rate="maintMarginReq",
    leverage="leverage",
    adl="deleveragePercentile",
    balance="accountBalanceEv",
    balance_scale=VALUE_SCALE,
)


def _data(answer: object) -> Row:
    return wire.row(wire.row(answer, "the positions").get("data"), "data")


def _held(answer: object) -> tuple[Row, ...]:
    listed = wire.rows(_data(answer).get("positions"), "positions")
    return tuple(row for row in listed if wire.number(row, "size") != 0)


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts in which there are positions."""
    return tuple(wire.text(row, "symbol") for row in _held(answer))


def reading(
    answer: object,
    *,
    fields: Fields,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> ScopeReading:
    """The positions of one currency, with its wallet's margin if one is on cross margin."""
    data = _data(answer)
    positions = tuple(
        position(
            row, fields=fields, contracts=contracts, scope=scope, as_of=as_of, sentinels=sentinels
        )
        for row in _held(answer)
    )
    crossed = any(one.margin_mode is MarginMode.CROSS for one in positions)
    account = wire.row(data.get("account"), "account")
    margin = _margin(account, positions, fields, scope=scope, as_of=as_of) if crossed else None
    return ScopeReading(scope=scope, positions=positions, margin=margin)


def _margin(
    account: Row,
    positions: tuple[Position, ...],
    fields: Fields,
    *,
    scope: str,
    as_of: datetime,
) -> AccountMargin:
    """Balance less what isolated positions were given, with the profit of the cross ones."""
    cross = [one for one in positions if one.margin_mode is MarginMode.CROSS]
    isolated = [one for one in positions if one.margin_mode is MarginMode.ISOLATED]
    balance = wire.number(account, fields.balance) / fields.balance_scale
    apart = sum((one.collateral or 0.0) - (one.unrealized_pnl or 0.0) for one in isolated)
    equity = balance - apart + sum(one.unrealized_pnl or 0.0 for one in cross)
    maintenance = sum(one.maintenance_margin or 0.0 for one in cross)
    return AccountMargin(
        scope=scope,
        asset=wire.text(account, "currency"),
        margin_balance=equity,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / equity if equity > 0 else None,
        as_of=as_of,
        note=COMPUTED,
    )


def position(
    data: Row,
    *,
    fields: Fields,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row; margin and profit in the settle currency.

    Maintenance is due on the value at the mark: Phemex's own liquidation prices say so.
    """
    contract, side = contract_of(wire.text(data, "symbol"), contracts), _side(data)
    count, mark, entry = (
        abs(wire.number(data, "size")),
        wire.number(data, fields.mark),
        wire.number(data, fields.entry),
    )
    if mark <= 0 or entry <= 0:
        raise Malformed("a position has no mark or entry price")
    held = holding(contract, contracts=count, mark=mark)
    rate, leverage = wire.number(data, fields.rate), wire.number(data, fields.leverage)
    isolated = leverage > 0 and not wire.boolean(data, "crossMargin")
    pnl = _profit(contract, side, held=count, entry=entry, mark=mark)
    linear = contract.kind is ContractKind.LINEAR
    maintenance = held["size"] * (mark if linear else 1.0) * rate
    backing = wire.number(data, fields.assigned) + pnl if isolated else None
    liquidation, why = _liquidation(data, fields, mark=mark, sentinels=sentinels)
    adl = _adl(data, fields)
    known = backing is not None and backing > 0
    notes = {
        "liquidation_price": why,
        "collateral": None if isolated else SHARED,
        "margin_ratio": None if known else USED_UP if isolated else WALLET_RATIO,
        "adl": ADL_SENSE if adl else NO_ADL,
        "leverage": None if leverage else "Phemex sets the highest there is in cross margin.",
    }
    return Position(
        **held,
        venue=VENUE,
        scope=scope,
        side=side,
        as_of=as_of,
        leverage=abs(leverage) or None,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        entry_price=entry,
        liquidation_price=liquidation,
        collateral=backing,
        maintenance_margin=maintenance,
        maintenance_margin_rate=rate,
        margin_ratio=maintenance / backing if backing is not None and known else None,
        unrealized_pnl=pnl,
        hedged=data.get("posMode") == "Hedged",
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def _side(data: Row) -> Side:
    """``posSide`` in hedge mode; in one-way mode, where it is ``Merged`` or missing, ``side``."""
    sides = {"Long": Side.LONG, "Short": Side.SHORT, "Buy": Side.LONG, "Sell": Side.SHORT}
    stated = wire.optional_text(data, "posSide")
    word = wire.text(data, "side") if stated in {None, "Merged"} else str(stated)
    if word not in sides:
        raise Malformed("a position has no side")
    return sides[word]


def _profit(contract: Contract, side: Side, *, held: float, entry: float, mark: float) -> float:
    quantity = side.sign * held * contract.contract_size
    if contract.kind is ContractKind.LINEAR:
        return quantity * (mark - entry)
    return quantity * (1 / entry - 1 / mark)


def _liquidation(
    data: Row, fields: Fields, *, mark: float, sentinels: Collection[float]
) -> tuple[float | None, str | None]:
    """The liquidation price, or why there is none.

    Raises ``Malformed`` where the figure is missing altogether, as in rows that hold scaled
    figures only: that is not "none".
    """
    if fields.liquidation not in data:
        raise Malformed(f"{fields.liquidation} is missing")
    price = wire.liquidation_price(data, fields.liquidation, sentinels)
    if price is None:
        return None, NO_LIQUIDATION
    far = price * EDGE < mark or price > mark * EDGE
    if far and price == wire.optional_number(data, fields.bankruptcy):
        return None, AT_THE_EDGE
    return price, None


def _adl(data: Row, fields: Fields) -> AdlStanding | None:
    percentile = wire.optional_number(data, fields.adl)
    if percentile is None or not 0 <= percentile <= 1:
        return None
    return AdlStanding(standing=percentile, raw=percentile, scale="0-1, 1 taken as first")
