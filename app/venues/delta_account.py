"""Delta's answers about positions, and its markets: the same software in two places.

Pure functions. Source: https://docs.delta.exchange (Get margined positions, Get tickers).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, no_margin, present
from app.venues.markets import Contract
from app.venues.wire import Row

OTHERS: Final[Mapping[str, re.Pattern[str]]] = {
    "option": re.compile(r"(?:C|P)-.+"),
    "move option": re.compile(r"MV-.+"),
}
"""Products by the form of their names: an option begins with its kind."""
MODES: Final[Mapping[str, MarginMode]] = {
    "isolated": MarginMode.ISOLATED,
    "cross": MarginMode.CROSS,
    "portfolio": MarginMode.PORTFOLIO,
}

NO_LIQUIDATION: Final = "Delta gives no liquidation price for this position."
NO_MARK: Final = "Delta's list of markets, which holds the mark prices, was not read."
NO_MODE: Final = (
    "Delta did not say whether this position is on isolated, cross or portfolio margin; it says so "
    "only with the personal profile, which is not read."
)
SHARED: Final = "The whole account's margin backs this position."
NO_LEVERAGE: Final = "Delta does not give the leverage with a position."
NO_MAINTENANCE: Final = "Delta does not give the maintenance margin of a position."
NO_ADL: Final = "Delta gives no auto-deleveraging level for this position."
UNSCALED: Final = (
    "Delta gives its auto-deleveraging level as {raw}, but publishes no scale for it: it is not "
    "known which level comes first."
)
ONE_SIDE: Final = "Delta does not say whether it counts one side or both; taken as one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The futures held, and how many positions of other kinds."""

    positions: tuple[Position, ...]
    others: Mapping[str, int]


def results(answer: object, what: str) -> tuple[Row, ...]:
    """The rows under ``result``."""
    return wire.rows(wire.row(answer, what).get("result"), what)


def _kind_of_other(native_symbol: str) -> str | None:
    return next((kind for kind, form in OTHERS.items() if form.fullmatch(native_symbol)), None)


def _open(answer: object) -> tuple[Row, ...]:
    held = results(answer, "the positions")
    return tuple(row for row in held if wire.number(row, "size") != 0)


def symbols(answer: object) -> tuple[str, ...]:
    """The futures of the open positions; options are none."""
    named = (wire.text(row, "product_symbol") for row in _open(answer))
    return tuple(symbol for symbol in named if _kind_of_other(symbol) is None)


def holdings(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    marks: Mapping[str, float],
    venue: str,
    scope: str,
    as_of: datetime,
) -> Holdings:
    """Everything ``/v2/positions/margined`` lists; its rows have no time. Raises ``Malformed``."""
    found, others = [], Counter[str]()
    for data in _open(answer):
        symbol = wire.text(data, "product_symbol")
        other = _kind_of_other(symbol)
        if other is not None:
            others[other] += 1
            continue
        contract, mark = contract_of(symbol, contracts), marks.get(symbol)
        found.append(position(data, contract, mark=mark, venue=venue, scope=scope, as_of=as_of))
    return Holdings(positions=tuple(found), others=others)


def position(
    data: Row,
    contract: Contract,
    *,
    mark: float | None,
    venue: str,
    scope: str,
    as_of: datetime,
) -> Position:
    """One row, whose ``size`` is a number of contracts, below 0 for a short.

    An isolated ``margin`` is that of the entry: at the mark the profit is added to it.
    """
    signed, entry = wire.number(data, "size"), wire.number(data, "entry_price")
    mode = MODES.get(wire.optional_text(data, "margin_mode") or "")
    pnl = _profit(contract, signed, entry=entry, mark=mark)
    backing = wire.optional_number(data, "margin") if mode is MarginMode.ISOLATED else None
    liquidation = wire.liquidation_price(data, "liquidation_price")
    level = wire.optional_number(data, "adl_level")
    collateral = backing + pnl if backing is not None and pnl is not None else None
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "mark_price": NO_MARK if mark is None else None,
        "unrealized_pnl": NO_MARK if pnl is None else None,
        "margin_mode": NO_MODE if mode is None else None,
        "collateral": _why_no_collateral(mode) if collateral is None else None,
        "leverage": NO_LEVERAGE,
        "maintenance_margin": NO_MAINTENANCE,
        "margin_ratio": NO_MAINTENANCE,
        "adl": NO_ADL if level is None else UNSCALED.format(raw=f"{level:g}"),
    }
    return Position(
        **holding(contract, contracts=abs(signed), mark=mark),
        venue=venue,
        scope=scope,
        side=Side.LONG if signed > 0 else Side.SHORT,
        as_of=as_of,
        margin_mode=mode,
        entry_price=entry,
        liquidation_price=liquidation,
        collateral=collateral,
        unrealized_pnl=pnl,
        notes=present(notes),
        raw=dict(data),
    )


def _profit(contract: Contract, signed: float, *, entry: float, mark: float | None) -> float | None:
    """In the settle asset; an inverse contract's profit is in coins."""
    if not mark or not entry:
        return None
    if contract.kind is ContractKind.LINEAR:
        return signed * contract.contract_size * (mark - entry)
    return signed * contract.contract_size * (1 / entry - 1 / mark)


def _why_no_collateral(mode: MarginMode | None) -> str:
    if mode is None:
        return NO_MODE
    return NO_MARK if mode is MarginMode.ISOLATED else SHARED


def beside(
    others: Mapping[str, int], *, scope: str, asset: str, as_of: datetime
) -> AccountMargin | None:
    """Says what is held but not shown; Delta's account margin is not read."""
    if not others:
        return None
    counted = ", ".join(
        f"{count} {kind} position{'s' if count > 1 else ''}" for kind, count in others.items()
    )
    return no_margin(
        scope=scope,
        asset=asset,
        as_of=as_of,
        note=f"Also held and not shown here: {counted}.",
    )


def marks(answer: object) -> Mapping[str, float]:
    """Mark prices by symbol, from ``/v2/tickers``."""
    found = {}
    for row in results(answer, "the markets"):
        mark = wire.optional_number(row, "mark_price")
        if mark:
            found[wire.text(row, "symbol")] = mark
    return found


def market_stats(
    answer: object, *, contracts: Mapping[str, Contract], wanted: Collection[str], venue: str
) -> tuple[MarketStat, ...]:
    """Marks and open interest in USD of the futures (and ``wanted``) in ``/v2/tickers``.

    ``oi`` and ``oi_value`` are in coins, ``oi_value_usd`` is Delta's own value. Its times are
    in microseconds.
    """
    shown = {*contracts, *wanted}
    return tuple(
        _stat(row, contracts, venue)
        for row in results(answer, "the markets")
        if row.get("symbol") in shown
    )


def _stat(data: Row, contracts: Mapping[str, Contract], venue: str) -> MarketStat:
    native = wire.text(data, "symbol")
    at = wire.milliseconds(wire.number(data, "timestamp") / 1000, "timestamp")
    value = wire.optional_number(data, "oi_value_usd")
    return MarketStat(
        venue=venue,
        native_symbol=native,
        at=at,
        symbol=contracts[native].symbol if native in contracts else None,
        mark_price=wire.optional_number(data, "mark_price") or None,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=ONE_SIDE if value is not None else None,
    )
