"""Poloniex's answers about an account: its positions and its margin. Pure functions.

Sources: https://api-docs.poloniex.com/v3/futures/api/positions/get-current-position and
https://api-docs.poloniex.com/v3/futures/api/account/balance
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

VENUE: Final = "poloniex"
ASSET: Final = "USDT"
SIDES: Final[Mapping[str, Side]] = {
    "LONG": Side.LONG,
    "SHORT": Side.SHORT,
    "BUY": Side.LONG,
    "SELL": Side.SHORT,
}
ONE_WAY: Final = "BOTH"

NO_LIQUIDATION: Final = "Poloniex gives none: no price would liquidate this position today."
SHARED: Final = "The whole account's margin backs this position."
NO_RATIO: Final = "Poloniex gives none for this position."
ADL_SENSE: Final = "Poloniex does not say which end comes first; 1 is taken for the front."
NO_ADL: Final = "Poloniex gives no figure from 0 to 1 for this position."


def data_of(answer: object, what: str) -> object:
    """What stands under ``data`` of an answer whose code is 200."""
    row = wire.row(answer, what)
    if wire.number(row, "code") != 200:
        raise Malformed(f"{what}: the code is not 200")
    return row.get("data")


def _held(answer: object) -> tuple[Row, ...]:
    listed = wire.rows(data_of(answer, "the positions"), "the list of positions")
    return tuple(row for row in listed if wire.number(row, "qty") != 0)


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts in which there are positions."""
    return tuple(wire.text(row, "symbol") for row in _held(answer))


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float] = (),
) -> tuple[Position, ...]:
    """Every open position. Raises ``Malformed``."""
    return tuple(
        position(row, contracts=contracts, scope=scope, as_of=as_of, sentinels=sentinels)
        for row in _held(answer)
    )


def position(
    data: Row,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row; ``qty`` is in contracts, margin and profit are in USDT.

    ``mgnRatio`` has our sense (1 at liquidation); of a cross position it is the account's.
    """
    contract = contract_of(wire.text(data, "symbol"), contracts)
    mark, pnl = wire.optional_number(data, "markPx"), wire.optional_number(data, "upl")
    mode = _mode(data)
    margin = wire.optional_number(data, "mgn") if mode is MarginMode.ISOLATED else None
    if "liqPx" not in data:
        raise Malformed("liqPx is missing")
    liquidation = wire.liquidation_price(data, "liqPx", sentinels)
    ratio, adl = wire.optional_number(data, "mgnRatio"), _adl(data)
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": SHARED if mode is MarginMode.CROSS else None,
        "margin_ratio": NO_RATIO if ratio is None else None,
        "adl": ADL_SENSE if adl else NO_ADL,
    }
    return Position(
        **holding(contract, contracts=abs(wire.number(data, "qty")), mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data),
        as_of=as_of,
        leverage=wire.optional_number(data, "lever"),
        margin_mode=mode,
        entry_price=wire.optional_number(data, "openAvgPx"),
        liquidation_price=liquidation,
        collateral=margin + (pnl or 0.0) if margin is not None else None,
        maintenance_margin=wire.optional_number(data, "mm"),
        margin_ratio=ratio,
        unrealized_pnl=pnl,
        hedged=data.get("posSide") != ONE_WAY,
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(answer: object, *, scope: str, as_of: datetime) -> AccountMargin:
    """The cross margin: equity less that of isolated positions, against ``mm``, in USDT."""
    data = wire.row(data_of(answer, "the balance"), "the balance")
    balance = wire.number(data, "eq") - wire.number(data, "isoEq")
    maintenance = wire.number(data, "mm")
    return AccountMargin(
        scope=scope,
        asset=ASSET,
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / balance if balance > 0 else None,
        as_of=as_of,
    )


def _side(data: Row) -> Side:
    """``posSide`` in hedge mode; in one-way mode, where it is ``BOTH``, ``side``.

    Raises ``Malformed`` for an unknown word, and for a sign of ``qty`` that contradicts it.
    """
    stated = wire.text(data, "posSide")
    word = wire.text(data, "side") if stated == ONE_WAY else stated
    if word not in SIDES:
        raise Malformed("a position has no side")
    side = SIDES[word]
    if wire.number(data, "qty") < 0 and side is Side.LONG:
        raise Malformed("side and the sign of qty do not go together")
    return side


def _mode(data: Row) -> MarginMode:
    mode = wire.text(data, "mgnMode").lower()
    if mode not in {"cross", "isolated"}:
        raise Malformed("mgnMode is neither CROSS nor ISOLATED")
    return MarginMode(mode)


def _adl(data: Row) -> AdlStanding | None:
    figure = wire.optional_number(data, "adl")
    if figure is None or not 0 <= figure <= 1:
        return None
    return AdlStanding(standing=figure, raw=figure, scale="0-1, 1 taken as first")
