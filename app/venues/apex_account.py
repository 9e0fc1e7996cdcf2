"""ApeX Omni's answers about an account: its margin, its positions. Pure functions.

A position says little more than side, size and entry price. ApeX counts balance, profit and
liquidation at its index price, so that is the price taken here. Source:
https://api-docs.pro.apex.exchange, sections "Margin", "Liquidation", "Index Price" and
"GET Account Data & Positions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Final

from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "apex"
SETTLE: Final = "USDT"
SIDES: Final[Mapping[str, Side]] = {"LONG": Side.LONG, "SHORT": Side.SHORT}

ESTIMATED: Final = "ApeX gives none; it is estimated from the account's margin."
CANNOT_ESTIMATE: Final = (
    "ApeX gives none, and what an estimate needs (the account's margin, the margin rates and "
    "the index price) was not all read."
)
ACCOUNT_LEVERAGE: Final = (
    "No leverage was set for this contract; what ApeX then takes is not stated with the position."
)
SHARED: Final = "The whole account's margin backs this position."
SHARED_RATIO: Final = "The whole account's margin ratio counts."
NO_MAINTENANCE: Final = "ApeX gives the maintenance margin of the whole account only."
ITS_SHARE: Final = (
    "Its share of the account's maintenance margin, by the margin rates of the contracts held."
)
INDEX: Final = "ApeX's index price, by which it counts profit and liquidates."
NO_INDEX: Final = "ApeX's index price of this contract was not read."
NO_PNL: Final = "Profit is counted at the index price, which was not read."
NO_ADL: Final = "ApeX gives no auto-deleveraging ranking for this position."
ADL_WITHOUT_SCALE: Final = (
    "ApeX gives the ranking {raw}, without saying what it ranges over or which end is first."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The maintenance margin rate of a contract, which rises with the value of a position.

    ``rate`` holds up to ``baseline`` (USDT), and each further ``step`` adds ``increment`` up
    to ``highest``. ApeX publishes these fields and no formula; this reading of them is used
    to share out the account's own maintenance margin, never in place of it.
    """

    rate: float
    baseline: float
    step: float
    increment: float
    highest: float

    def at(self, value: float) -> float:
        """The rate for a position worth ``value``."""
        above = max(0.0, value - self.baseline)
        steps = ceil(above / self.step) if self.step > 0 else 0
        return min(self.rate + steps * self.increment, max(self.highest, self.rate))


def data_of(answer: object, what: str) -> object:
    """What stands under ``data``; some answers have no such envelope."""
    top = wire.row(answer, what)
    return top.get("data", top)


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts that ``/v3/account`` names with a size."""
    return tuple(wire.text(row, "symbol") for row in _open(answer))


def rates(answer: object) -> dict[str, Rates]:
    """The margin rates of each perpetual in ``/v3/symbols``, by its symbol."""
    data = wire.row(data_of(answer, "the contracts"), "the contracts")
    config = wire.row(data.get("contractConfig"), "contractConfig")
    listed = wire.rows(config.get("perpetualContract"), "the list of contracts")
    return {
        wire.text(row, "symbol"): Rates(
            rate=wire.number(row, "maintenanceMarginRate"),
            baseline=wire.optional_number(row, "baselinePositionValue") or 0.0,
            step=wire.optional_number(row, "incrementalPositionValue") or 0.0,
            increment=wire.optional_number(row, "incrementalMaintenanceMarginRate") or 0.0,
            highest=wire.optional_number(row, "maxMaintenanceMarginRate") or 1.0,
        )
        for row in listed
    }


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    prices: Mapping[str, float],
    scope: str,
    as_of: datetime,
) -> tuple[Position, ...]:
    """The open positions of ``/v3/account``; ``prices`` are index prices. Raises ``Malformed``."""
    found = []
    for data in _open(answer):
        contract = contract_of(wire.text(data, "symbol"), contracts)
        price = prices.get(contract.native_symbol)
        found.append(position(data, contract, price=price, scope=scope, as_of=as_of))
    return tuple(found)


def position(
    data: Row, contract: Contract, *, price: float | None, scope: str, as_of: datetime
) -> Position:
    """One position; ``size`` is in coins, whatever the smallest order of the contract is."""
    size, entry = abs(wire.number(data, "size")), wire.optional_number(data, "entryPrice")
    side = SIDES.get(wire.text(data, "side"))
    if side is None:
        raise Malformed("a position is neither LONG nor SHORT")
    initial_rate = wire.optional_number(data, "customInitialMarginRate")
    pnl = side.sign * size * (price - entry) if price is not None and entry is not None else None
    raw_adl = wire.optional_text(data, "lightNumbers")
    notes = {
        "liquidation_price": CANNOT_ESTIMATE if price is None else ESTIMATED,
        "leverage": None if initial_rate else ACCOUNT_LEVERAGE,
        "mark_price": NO_INDEX if price is None else INDEX,
        "notional_usd": NO_INDEX if price is None else None,
        "collateral": SHARED,
        "maintenance_margin": NO_MAINTENANCE,
        "margin_ratio": SHARED_RATIO,
        "unrealized_pnl": NO_PNL if pnl is None else None,
        "adl": NO_ADL if raw_adl is None else ADL_WITHOUT_SCALE.format(raw=raw_adl[:20]),
    }
    return Position(
        **holding(replace(contract, contract_size=1.0), contracts=size, mark=price),
        venue=VENUE,
        scope=scope,
        side=side,
        as_of=as_of,
        leverage=1 / initial_rate if initial_rate else None,
        margin_mode=MarginMode.CROSS,
        entry_price=entry,
        unrealized_pnl=pnl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(answer: object, *, scope: str, as_of: datetime) -> AccountMargin:
    """The margin of the account, from ``/v3/account-balance``; liquidation is at a ratio of 1."""
    data = wire.row(data_of(answer, "the balance"), "the balance")
    equity = wire.number(data, "totalEquityValue")
    maintenance = wire.number(data, "maintenanceMargin")
    return AccountMargin(
        scope=scope,
        asset=SETTLE,
        margin_balance=equity,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / equity if equity > 0 else None,
        as_of=as_of,
    )


def share_maintenance(
    held: Sequence[Position], margin: AccountMargin, known: Mapping[str, Rates]
) -> tuple[Position, ...]:
    """The account's maintenance margin, shared out by value times each contract's rate.

    The shares always add up to what ApeX itself states; of one position it is all. Unknown
    when the total, a price or a rate is.
    """
    weights = [_weight(one, known) for one in held]
    total, whole = margin.maintenance_margin, sum(weight or 0.0 for weight in weights)
    if len(held) == 1 and total is not None:
        weights, whole = [1.0], 1.0
    if total is None or whole <= 0 or any(weight is None for weight in weights):
        unknown = {"liquidation_price": CANNOT_ESTIMATE}
        return tuple(replace(one, notes={**one.notes, **unknown}) for one in held)
    return tuple(
        replace(
            one,
            maintenance_margin=total * (weight or 0.0) / whole,
            notes={**one.notes, "maintenance_margin": ITS_SHARE},
        )
        for one, weight in zip(held, weights, strict=True)
    )


def _weight(one: Position, known: Mapping[str, Rates]) -> float | None:
    rates_of = known.get(one.native_symbol)
    if rates_of is None or one.notional_usd is None:
        return None
    return one.notional_usd * rates_of.at(one.notional_usd)


def _open(answer: object) -> tuple[Row, ...]:
    account = wire.row(data_of(answer, "the account"), "the account")
    listed = wire.rows(account.get("positions"), "the list of positions")
    return tuple(row for row in listed if wire.number(row, "size") != 0)
