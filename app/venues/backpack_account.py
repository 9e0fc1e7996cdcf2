"""Backpack's answers about positions and margin, and its markets. Pure functions.

Sources: https://docs.backpack.exchange (get_positions, get_collateral, get_mark_prices,
get_open_interest); for the level of liquidation
https://support.backpack.exchange/technical-docs/trading/liquidation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Row

VENUE: Final = "backpack"
PERPETUAL: Final = "_PERP"

NO_LIQUIDATION: Final = (
    "Backpack gives none: at today's equity no price of this contract alone would liquidate it."
)
SHARED: Final = "The whole subaccount's equity backs this position."
SHARED_RATIO: Final = "Backpack has cross margin only: the whole subaccount's margin ratio counts."
NO_LEVERAGE: Final = "Backpack sets leverage for the whole subaccount, not for a position."
NO_ADL: Final = "Backpack publishes no place in the queue for a position."
SPENT: Final = "The subaccount's equity is used up: its margin fraction is no longer above 0."
NO_FRACTION: Final = "Backpack did not state the margin fraction of the subaccount."
OTHERS: Final = "Also held and not shown here: {count} dated or prediction contract{plural}."
ONE_SIDE: Final = "Backpack does not say whether it counts one side or both; taken as one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The perpetuals held, and how many contracts of other kinds."""

    positions: tuple[Position, ...]
    others: int


def _open(answer: object) -> tuple[Row, ...]:
    """What is held now; a row may exist for open orders alone."""
    held = wire.rows(answer, "the positions")
    return tuple(row for row in held if wire.number(row, "netQuantity") != 0)


def _is_perpetual(data: Row) -> bool:
    return wire.text(data, "symbol").endswith(PERPETUAL)


def symbols(answer: object) -> tuple[str, ...]:
    """The perpetuals of the open positions."""
    return tuple(wire.text(row, "symbol") for row in _open(answer) if _is_perpetual(row))


def holdings(
    answer: object, *, contracts: Mapping[str, Contract], scope: str, as_of: datetime
) -> Holdings:
    """Everything ``/api/v1/position`` lists; its rows have no time. Raises ``Malformed``."""
    found, others = [], 0
    for data in _open(answer):
        if not _is_perpetual(data):
            others += 1
            continue
        contract = contract_of(wire.text(data, "symbol"), contracts)
        found.append(position(data, contract, scope=scope, as_of=as_of))
    return Holdings(positions=tuple(found), others=others)


def position(data: Row, contract: Contract, *, scope: str, as_of: datetime) -> Position:
    """One position, in base units.

    ``netQuantity`` is what is held; ``netExposureQuantity`` counts open orders as filled, and
    ``netCost`` is the cost of entry, so neither measures the position.
    """
    signed, mark = wire.number(data, "netQuantity"), wire.number(data, "markPrice")
    held = holding(contract, contracts=abs(signed), mark=mark)
    rate = wire.optional_number(data, "mmf")
    liquidation = wire.liquidation_price(data, "estLiquidationPrice")
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": SHARED,
        "margin_ratio": SHARED_RATIO,
        "leverage": NO_LEVERAGE,
        "adl": NO_ADL,
    }
    return Position(
        **held,
        venue=VENUE,
        scope=scope,
        side=Side.LONG if signed > 0 else Side.SHORT,
        as_of=as_of,
        margin_mode=MarginMode.CROSS,
        entry_price=wire.optional_number(data, "entryPrice"),
        liquidation_price=liquidation,
        maintenance_margin=held["size"] * mark * rate if rate is not None else None,
        maintenance_margin_rate=rate,
        unrealized_pnl=wire.optional_number(data, "pnlUnrealized"),
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(answer: object, *, scope: str, as_of: datetime, others: int) -> AccountMargin:
    """From ``/api/v1/capital/collateral``, in USD.

    The subaccount is liquidated when its margin fraction has fallen to its maintenance margin
    fraction ``mmf``, so that their ratio is 1 then; both are shares of the same exposure.
    """
    data = wire.row(answer, "the collateral")
    equity, stated = wire.number(data, "netEquity"), wire.optional_number(data, "marginFraction")
    ratio = wire.number(data, "mmf") / stated if stated is not None and stated > 0 else None
    why = NO_FRACTION if stated is None else SPENT if stated <= 0 else None
    return AccountMargin(
        scope=scope,
        asset="USD",
        margin_balance=equity,
        maintenance_margin=equity * ratio if ratio is not None else None,
        margin_ratio=ratio,
        as_of=as_of,
        note=" ".join(filter(None, (why, beside(others)))) or None,
    )


def beside(others: int) -> str | None:
    """What is held but not shown, as a sentence."""
    return OTHERS.format(count=others, plural="s" if others > 1 else "") if others else None


def market_stats(
    marks: object, interests: object, contracts: Mapping[str, Contract], *, now: datetime
) -> tuple[MarketStat, ...]:
    """Marks, which have no time, and open interest in base units, valued at the mark."""
    interest = {wire.text(row, "symbol"): row for row in wire.rows(interests, "the open interest")}
    return tuple(
        _stat(row, interest.get(wire.text(row, "symbol"), {}), contracts, now)
        for row in wire.rows(marks, "the mark prices")
    )


def _stat(data: Row, interest: Row, contracts: Mapping[str, Contract], now: datetime) -> MarketStat:
    native, mark = wire.text(data, "symbol"), wire.optional_number(data, "markPrice") or None
    held = wire.optional_number(interest, "openInterest")
    value = held * mark if held is not None and mark is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=now,
        symbol=contracts[native].symbol if native in contracts else None,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=wire.moment(interest, "timestamp") if value is not None else None,
        note=ONE_SIDE if value is not None else None,
    )
