"""WOO X's answers about an account, and its markets. Pure functions.

WOO X's margin ratio has the opposite sense of ours: collateral over the value of all positions,
so that it falls to the maintenance margin ratio at liquidation. Maintenance over it is the
margin ratio here, 1 at liquidation. Sources: https://developer.woox.io/api-reference (each
endpoint); https://support.woo.org/hc/en-001/articles/4719450837017--Liquidation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "woo"
COLLATERAL: Final = "USDT"
CAPPED: Final = 10.0
"""The ratio WOO X states for an account with nothing open, and at most."""
MODES: Final[Mapping[str, MarginMode]] = {
    "CROSS": MarginMode.CROSS,
    "ISOLATED": MarginMode.ISOLATED,
}
SIDES: Final[Mapping[str, Side]] = {"LONG": Side.LONG, "SHORT": Side.SHORT}

NO_LIQUIDATION: Final = (
    "WOO X gives none: at today's collateral no price of this contract alone would liquidate it."
)
SHARED: Final = "The whole account's margin backs this position."
OTHER_COIN: Final = "The margin of this position is held in {token}, whose price is not read here."
NO_MODE: Final = "WOO X did not say whether this position is on cross or isolated margin."
NO_MAINTENANCE: Final = "WOO X states the maintenance margin of the whole account only."
NO_RATIO: Final = "WOO X states a margin ratio for the whole account only."
NO_ADL: Final = "WOO X gives no queue figure for this position."
UNSCALED: Final = (
    "WOO X gives its queue figure as {raw}, but publishes no scale for it: it is not known which "
    "figure comes first."
)
SPENT: Final = "The account's collateral is used up: its margin ratio is no longer above 0."
BORROWS: Final = (
    "The account is in spot margin mode: what it borrows weighs on this margin too, and is not "
    "shown as a position."
)
ONE_SIDE: Final = "WOO X does not say whether it counts one side or both; taken as one."


def data_of(answer: object, what: str) -> Row:
    """The object under ``data``."""
    return wire.row(wire.row(answer, what).get("data"), f"the data of {what}")


def _listed(answer: object) -> tuple[Row, ...]:
    held = wire.rows(data_of(answer, "the positions").get("positions"), "the positions")
    return tuple(row for row in held if wire.number(row, "holding") != 0)


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts of the open positions."""
    return tuple(wire.text(row, "symbol") for row in _listed(answer))


def positions(
    answer: object, *, contracts: Mapping[str, Contract], scope: str
) -> tuple[Position, ...]:
    """The open positions of ``/v3/futures/positions``, at the time of the answer.

    The time in a row is that of the position's last change, not of its mark price. Raises
    ``Malformed``.
    """
    as_of, found = wire.moment(wire.row(answer, "the positions"), "timestamp"), []
    for data in _listed(answer):
        contract = contract_of(wire.text(data, "symbol"), contracts)
        found.append(position(data, contract, scope=scope, as_of=as_of))
    return tuple(found)


def position(data: Row, contract: Contract, *, scope: str, as_of: datetime) -> Position:
    """One position; WOO X counts in base units.

    ``unrealized_pnl`` is against ``averageOpenPrice``. Every ten minutes WOO X books profit and
    moves ``settlePrice``, so an isolated margin lacks only what was not booked since then.
    """
    signed, side = wire.number(data, "holding"), wire.text(data, "positionSide")
    direction = SIDES.get(side) or (Side.LONG if signed > 0 else Side.SHORT)
    if side not in SIDES and side != "BOTH":
        raise Malformed("positionSide is none that is documented")
    if direction is Side.LONG and signed < 0:
        raise Malformed("a long position has a negative holding")
    mark = wire.number(data, "markPrice")
    held = holding(contract, contracts=abs(signed), mark=mark)
    entry = wire.optional_number(data, "averageOpenPrice")
    mode = MODES.get(wire.optional_text(data, "marginMode") or "")
    liquidation = wire.liquidation_price(data, "estLiqPrice")
    collateral, why = _collateral(data, mode, direction.sign * held["size"], mark)
    rank = wire.optional_number(data, "adlQuantile")
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": why,
        "margin_mode": NO_MODE if mode is None else None,
        "maintenance_margin": NO_MAINTENANCE,
        "margin_ratio": NO_RATIO,
        "adl": NO_ADL if rank is None else UNSCALED.format(raw=f"{rank:g}"),
    }
    return Position(
        **held,
        venue=VENUE,
        scope=scope,
        side=direction,
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=entry,
        liquidation_price=liquidation,
        collateral=collateral,
        unrealized_pnl=direction.sign * held["size"] * (mark - entry)
        if entry is not None
        else None,
        hedged=side in SIDES,
        notes=present(notes),
        raw=dict(data),
    )


def _collateral(
    data: Row, mode: MarginMode | None, signed: float, mark: float
) -> tuple[float | None, str | None]:
    """The isolated margin with what was not booked yet, in USDT; else ``None`` and why."""
    if mode is not MarginMode.ISOLATED:
        return None, SHARED if mode is MarginMode.CROSS else NO_MODE
    token = wire.optional_text(data, "isolatedMarginToken") or COLLATERAL
    if token != COLLATERAL:
        return None, OTHER_COIN.format(token=token)
    margin = wire.number(data, "isolatedMarginAmount")
    return margin + signed * (mark - wire.number(data, "settlePrice")), None


def account_margin(answer: object, *, scope: str) -> AccountMargin:
    """From ``/v3/account/info``; amounts in USDT, at the time of the answer.

    The maintenance margin follows from the ratio, except where WOO X's own is capped.
    """
    data = data_of(answer, "the account's margin")
    collateral, stated = wire.number(data, "totalCollateral"), wire.number(data, "marginRatio")
    ratio = wire.number(data, "maintenanceMarginRatio") / stated if stated > 0 else None
    notes = (
        SPENT if ratio is None else None,
        BORROWS if data.get("accountMode") == "MARGIN" else None,
    )
    return AccountMargin(
        scope=scope,
        asset=COLLATERAL,
        margin_balance=collateral,
        maintenance_margin=collateral * ratio if ratio is not None and stated < CAPPED else None,
        margin_ratio=ratio,
        as_of=wire.moment(wire.row(answer, "the account's margin"), "timestamp"),
        note=" ".join(filter(None, notes)) or None,
    )


def market_stats(answer: object, contracts: Mapping[str, Contract]) -> tuple[MarketStat, ...]:
    """Marks and open interest (in base units, valued at the mark) of ``/v3/public/futures``."""
    at = wire.moment(wire.row(answer, "the markets"), "timestamp")
    listed = wire.rows(data_of(answer, "the markets").get("rows"), "the list of markets")
    return tuple(_stat(row, at, contracts) for row in listed)


def _stat(data: Row, at: datetime, contracts: Mapping[str, Contract]) -> MarketStat:
    native, mark = wire.text(data, "symbol"), wire.optional_number(data, "markPrice") or None
    held = wire.optional_number(data, "openInterest")
    value = held * mark if held is not None and mark is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=at,
        symbol=contracts[native].symbol if native in contracts else None,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=ONE_SIDE if value is not None else None,
    )
