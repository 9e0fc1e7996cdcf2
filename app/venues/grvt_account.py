"""GRVT's answers about a trading account: its margin, its positions. Pure functions.

Source: https://api-docs.grvt.io/trading_api/, "Positions" and "Sub Account Summary".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "grvt"
MODES: Final[Mapping[str, MarginMode]] = {
    "CROSS": MarginMode.CROSS,
    "SIMPLE_CROSS_MARGIN": MarginMode.CROSS,
    "PORTFOLIO_CROSS_MARGIN": MarginMode.PORTFOLIO,
    "ISOLATED": MarginMode.ISOLATED,
}
SINGLE_ASSET: Final = "SINGLE_ASSET_MODE"

NO_LIQUIDATION: Final = (
    "GRVT gives none: at today's balance no price of this contract alone would liquidate it."
)
SHARED: Final = "The whole trading account's margin backs this position."
SHARED_RATIO: Final = "The whole trading account's margin ratio counts."
NO_MAINTENANCE: Final = "GRVT gives the maintenance margin of the whole trading account only."
NO_ADL: Final = "GRVT publishes no place in the queue; the loss model holds its formula."
FEE_TOO: Final = (
    "GRVT liquidates when maintenance margin plus the liquidation fee reach the margin balance, "
    "so a little before a ratio of 1."
)
WITH_ISOLATED: Final = (
    "With isolated positions open, GRVT does not say what the cross positions alone need."
)


def result(answer: object, what: str) -> object:
    """What stands under ``result``."""
    return wire.row(answer, what).get("result")


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts that ``/full/v1/positions`` names."""
    return tuple(wire.text(row, "instrument") for row in _rows(answer))


def has_isolated(answer: object) -> bool:
    """Whether one of the open positions has margin of its own."""
    return any(row.get("margin_type") == "ISOLATED" for row in _rows(answer))


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    account_mode: MarginMode,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """The open positions; ``account_mode`` is that of those that name none of their own."""
    found = []
    for data in _rows(answer):
        contract = contract_of(wire.text(data, "instrument"), contracts)
        mode = _mode(wire.optional_text(data, "margin_type"), account_mode)
        found.append(
            position(data, contract, scope=scope, as_of=as_of, mode=mode, sentinels=sentinels)
        )
    return tuple(found)


def position(
    data: Row,
    contract: Contract,
    *,
    scope: str,
    as_of: datetime,
    mode: MarginMode,
    sentinels: Collection[float],
) -> Position:
    """One position; ``size`` is in coins and negative for a short.

    ``isolated_balance`` is the money set aside for an isolated position, before its profit.
    """
    signed = wire.number(data, "size")
    mark = wire.optional_number(data, "mark_price") or None
    pnl = wire.optional_number(data, "unrealized_pnl")
    liquidation = wire.liquidation_price(data, "est_liquidation_price", sentinels)
    isolated = mode is MarginMode.ISOLATED
    money = wire.optional_number(data, "isolated_balance") if isolated else None
    collateral = money + pnl if money is not None and pnl is not None else None
    maintenance = wire.optional_number(data, "isolated_mm") if isolated else None
    known = maintenance is not None and collateral is not None and collateral > 0
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": _unless(collateral, isolated, SHARED),
        "maintenance_margin": _unless(maintenance, isolated, NO_MAINTENANCE),
        "margin_ratio": None if known else _unless(None, isolated, SHARED_RATIO),
        "adl": NO_ADL,
    }
    return Position(
        **holding(contract, contracts=abs(signed), mark=mark),
        venue=VENUE,
        scope=scope,
        side=Side.LONG if signed > 0 else Side.SHORT,
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=wire.optional_number(data, "entry_price"),
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=maintenance,
        margin_ratio=(maintenance or 0.0) / collateral if known and collateral else None,
        unrealized_pnl=pnl,
        notes=present(notes),
        raw=dict(data),
    )


def account_mode(answer: object) -> MarginMode:
    """The margin mode of the trading account, from ``/full/v1/account_summary``."""
    return _mode(wire.optional_text(_summary(answer), "margin_type"), MarginMode.CROSS)


def account_margin(
    answer: object, *, scope: str, as_of: datetime, has_isolated: bool
) -> AccountMargin:
    """The cross margin of the trading account, in its settlement currency.

    Accounts that count several assets state their margin balance; for others it is the
    equity behind cross positions.
    """
    data = _summary(answer)
    several = (wire.optional_text(data, "sub_account_mode") or SINGLE_ASSET) != SINGLE_ASSET
    cross = wire.optional_number(data, "total_cross_equity")
    equity = cross if cross is not None else wire.number(data, "total_equity")
    balance = wire.number(data, "margin_balance") if several else equity
    maintenance = None if has_isolated else wire.number(data, "maintenance_margin")
    known = maintenance is not None and balance > 0
    return AccountMargin(
        scope=scope,
        asset=wire.text(data, "settle_currency"),
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=(maintenance or 0.0) / balance if known else None,
        as_of=as_of,
        note=WITH_ISOLATED if has_isolated else FEE_TOO,
    )


def _rows(answer: object) -> tuple[Row, ...]:
    listed = wire.rows(result(answer, "the positions"), "the list of positions")
    return tuple(row for row in listed if wire.number(row, "size") != 0)


def _summary(answer: object) -> Row:
    return wire.row(result(answer, "the account's margin"), "the account's margin")


def _mode(word: str | None, otherwise: MarginMode) -> MarginMode:
    """``UNSPECIFIED`` or none at all means the account's own. Raises ``Malformed``."""
    if word is None or word == "UNSPECIFIED":
        return otherwise
    if word not in MODES:
        raise Malformed("a margin type is none that is documented")
    return MODES[word]


def _unless(value: float | None, isolated: bool, shared: str) -> str | None:
    """Why a figure of the position itself is missing, ``None`` where it is there."""
    if value is not None:
        return None
    return "GRVT gives none for this isolated position." if isolated else shared
