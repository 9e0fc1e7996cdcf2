"""WOOFi Pro's answers about an account's positions and margin. Pure functions.

Orderly's margin ratio has the opposite sense of ours: collateral over the value of all
positions, so that it falls to the maintenance margin ratio at liquidation. Maintenance over it
is the margin ratio here, 1 at liquidation. Sources:
https://orderly.network/docs/introduction/trade-on-orderly/perpetual-futures/formulas-definitions
and .../isolated-margin; https://orderly.network/docs/build-on-omnichain/user-flows/isolated-margin.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Row

VENUE: Final = "woofipro"
COLLATERAL: Final = "USDC"
MODES: Final[Mapping[str, MarginMode]] = {
    "CROSS": MarginMode.CROSS,
    "ISOLATED": MarginMode.ISOLATED,
}

NO_LIQUIDATION: Final = (
    "Orderly gives none: at today's collateral no price of this contract alone would liquidate it."
)
SHARED: Final = "The whole account's collateral backs this position."
NO_MODE: Final = "Orderly did not say whether this position is on cross or isolated margin."
CROSS_RATIO: Final = "In cross margin the whole account's margin ratio counts."
NO_MARGIN: Final = "Orderly did not state the margin of this position."
NO_RATE: Final = "Orderly did not state the maintenance margin ratio of this position."
NO_ADL: Final = "Orderly publishes no place in the queue for a position."
USED_UP: Final = "The margin of this position is used up."
SPENT: Final = "The account's collateral is used up: its margin ratio is no longer above 0."


def data_of(answer: object, what: str) -> Row:
    """The object under ``data``."""
    return wire.row(wire.row(answer, what).get("data"), f"the data of {what}")


def asked_at(answer: object, what: str) -> datetime:
    """The time of an answer. Times in rows are those of the row's last change."""
    return wire.moment(wire.row(answer, what), "timestamp")


def _listed(answer: object) -> tuple[Row, ...]:
    held = wire.rows(data_of(answer, "the positions").get("rows"), "the positions")
    return tuple(row for row in held if wire.number(row, "position_qty") != 0)


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts of the open positions."""
    return tuple(wire.text(row, "symbol") for row in _listed(answer))


def positions(
    answer: object, *, contracts: Mapping[str, Contract], scope: str
) -> tuple[Position, ...]:
    """The open positions of ``/v1/positions``; one contract may be held cross and isolated.

    Raises ``Malformed``.
    """
    as_of, listed, found = asked_at(answer, "the positions"), _listed(answer), []
    sides = {(wire.text(row, "symbol"), _side(row)) for row in listed}
    for data in listed:
        contract = contract_of(wire.text(data, "symbol"), contracts)
        found.append(position(data, contract, scope=scope, as_of=as_of, sides=sides))
    return tuple(found)


def _side(data: Row) -> Side:
    return Side.LONG if wire.number(data, "position_qty") > 0 else Side.SHORT


def position(
    data: Row,
    contract: Contract,
    *,
    scope: str,
    as_of: datetime,
    sides: Collection[tuple[str, Side]] = (),
) -> Position:
    """One position; Orderly counts in base units, and ``sides`` are all that are open.

    ``unrealized_pnl`` is against ``average_open_price``, as Orderly defines it;
    ``unsettled_pnl`` is only what was not settled yet, and is what an isolated margin lacks.
    """
    signed, side = wire.number(data, "position_qty"), _side(data)
    mark, entry = wire.number(data, "mark_price"), wire.optional_number(data, "average_open_price")
    held = holding(contract, contracts=abs(signed), mark=mark)
    mode = MODES.get(wire.optional_text(data, "margin_mode") or "")
    margin = wire.optional_number(data, "margin") if mode is MarginMode.ISOLATED else None
    backing = margin + wire.number(data, "unsettled_pnl") if margin is not None else None
    rate = wire.optional_number(data, "mmr")
    maintenance = held["size"] * mark * rate if rate is not None else None
    liquidation = wire.liquidation_price(data, "est_liq_price")
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "margin_mode": NO_MODE if mode is None else None,
        "collateral": _why(mode, NO_MARGIN, SHARED) if backing is None else None,
        "maintenance_margin": NO_RATE if maintenance is None else None,
        "margin_ratio": _ratio_note(mode, backing),
        "adl": NO_ADL,
    }
    return Position(
        **held,
        venue=VENUE,
        scope=scope,
        side=side,
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=entry,
        liquidation_price=liquidation,
        collateral=backing,
        maintenance_margin=maintenance,
        maintenance_margin_rate=rate,
        margin_ratio=_ratio(maintenance, backing),
        unrealized_pnl=signed * (mark - entry) if entry is not None else None,
        hedged=(contract.native_symbol, _other(side)) in sides,
        notes=present(notes),
        raw=dict(data),
    )


def _other(side: Side) -> Side:
    return Side.SHORT if side is Side.LONG else Side.LONG


def _ratio(maintenance: float | None, backing: float | None) -> float | None:
    if maintenance is None or backing is None or backing <= 0:
        return None
    return maintenance / backing


def _ratio_note(mode: MarginMode | None, backing: float | None) -> str | None:
    if backing is None:
        return _why(mode, NO_MARGIN, CROSS_RATIO)
    return USED_UP if backing <= 0 else None


def _why(mode: MarginMode | None, isolated: str, cross: str) -> str:
    if mode is None:
        return NO_MODE
    return isolated if mode is MarginMode.ISOLATED else cross


def account_margin(
    answer: object, *, scope: str, positions: Collection[Position]
) -> AccountMargin | None:
    """The margin that cross positions share, in USDC; ``None`` where there is no such position.

    The maintenance margin is that of the ``positions`` added up, which is how Orderly defines
    its total.
    """
    cross = [p for p in positions if p.margin_mode is not MarginMode.ISOLATED]
    if not cross:
        return None
    data = data_of(answer, "the positions")
    stated = wire.number(data, "margin_ratio")
    parts = [p.maintenance_margin for p in cross]
    known = [part for part in parts if part is not None]
    return AccountMargin(
        scope=scope,
        asset=COLLATERAL,
        margin_balance=wire.number(data, "total_collateral_value"),
        maintenance_margin=sum(known) if len(known) == len(parts) else None,
        margin_ratio=wire.number(data, "maintenance_margin_ratio") / stated if stated > 0 else None,
        as_of=asked_at(answer, "the positions"),
        note=SPENT if stated <= 0 else None,
    )
