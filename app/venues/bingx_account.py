"""BingX's lists of positions. Pure functions.

Source: https://bingx-api.github.io/docs-v3/, the pages of each endpoint; for the risk rate
https://bingx.io/en-us/support/articles/21830610306585.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.position import MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "bingx"
NO_LIQUIDATION: Final[Mapping[MarginMode, str]] = {
    MarginMode.CROSS: "BingX gives none for this position; in cross margin its risk rate decides.",
    MarginMode.ISOLATED: "BingX gives none for this position; its risk rate decides.",
}
SHARED_MARGIN: Final = "The margin of the whole account backs this position."
NO_COLLATERAL: Final = "BingX gives no margin of a single position here."
NO_MAINTENANCE: Final = "BingX gives no maintenance margin, only the risk rate made of it."
NO_RATIO: Final = "BingX gives no risk rate for this position."
NO_ADL: Final = "BingX shows five lights on its own page and gives a program none."


def data_of(answer: object, what: str) -> object:
    """What stands under ``data`` of an answer that says it is well."""
    row = wire.row(answer, what)
    if row.get("code") not in {0, "0"}:
        raise Malformed(f"{what} came with an error")
    return row.get("data")


def open_rows(answer: object) -> tuple[Row, ...]:
    """The rows of a list of positions whose amount is not 0."""
    listed = wire.rows(data_of(answer, "the positions"), "the list of positions")
    return tuple(row for row in listed if wire.number(row, "positionAmt") != 0)


def symbols(found: Collection[Row]) -> tuple[str, ...]:
    """The contracts the rows are about."""
    return tuple(wire.text(row, "symbol") for row in found)


def positions(
    found: Collection[Row],
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
            contract_of(wire.text(row, "symbol"), contracts),
            scope=scope,
            as_of=as_of,
            sentinels=sentinels,
        )
        for row in found
    )


def position(
    data: Row, contract: Contract, *, scope: str, as_of: datetime, sentinels: Collection[float]
) -> Position:
    """One row of ``swap/v2/user/positions`` (coins) or ``cswap/v1/user/positions`` (contracts).

    ``riskRate`` is 1 when the position is liquidated: (maintenance margin + closing fee) /
    margin with unrealised profit. ``margin`` of an isolated position has that profit in it;
    of a cross one it is no limit to what can be lost.
    """
    signed = wire.number(data, "positionAmt")
    mark = wire.optional_number(data, "markPrice") or None
    mode = MarginMode.ISOLATED if wire.boolean(data, "isolated") else MarginMode.CROSS
    isolated = mode is MarginMode.ISOLATED
    collateral = (wire.optional_number(data, "margin") or None) if isolated else None
    liquidation = wire.liquidation_price(data, "liquidationPrice", sentinels)
    ratio = wire.optional_number(data, "riskRate")
    why_no_collateral = NO_COLLATERAL if isolated else SHARED_MARGIN
    notes = {
        "liquidation_price": NO_LIQUIDATION[mode] if liquidation is None else None,
        "collateral": why_no_collateral if collateral is None else None,
        "maintenance_margin": NO_MAINTENANCE,
        "margin_ratio": NO_RATIO if ratio is None else None,
        "adl": NO_ADL,
    }
    return Position(
        **holding(contract, contracts=abs(signed), mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data, signed),
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=wire.optional_number(data, "avgPrice") or None,
        liquidation_price=liquidation,
        collateral=collateral,
        margin_ratio=ratio,
        unrealized_pnl=wire.optional_number(data, "unrealizedProfit"),
        hedged=data.get("onlyOnePosition") is False,
        notes=present(notes),
        raw=dict(data),
    )


def standard_beside(answer: object) -> str | None:
    """A sentence on open positions in Standard Futures, from ``contract/v1/allPosition``."""
    count = len(open_rows(answer))
    if count == 0:
        return None
    what, verb = ("position", "is") if count == 1 else ("positions", "are")
    return f"{count} {what} in Standard Futures, a product with rules of its own, {verb} not shown."


def _side(data: Row, signed: float) -> Side:
    """By ``positionSide``; ``BOTH`` leaves it to the sign."""
    match data.get("positionSide"):
        case "LONG":
            return Side.LONG
        case "SHORT":
            return Side.SHORT
        case "BOTH":
            return Side.LONG if signed > 0 else Side.SHORT
    raise Malformed("positionSide is none of LONG, SHORT, BOTH")
