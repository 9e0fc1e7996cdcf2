"""Crypto.com's answers about an account: its margin and its positions. Pure functions.

A position's ``cost`` and ``open_pos_cost`` are what it cost, signed, and no margin. Cross
positions share the account's margin and have no liquidation price; isolated ones have a
balance of their own, and may have several of one side of a contract. Source:
https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.domain.position import MarginMode, Position, Side
from app.venues import wire
from app.venues.cryptocom_margin import Balance, Balances, Rates, data_of, isolation_id, ratio
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Row

VENUE: Final = "cryptocom"
CONTRACTS: Final = frozenset({"PERPETUAL_SWAP", "FUTURE"})

CROSS_HAS_NONE: Final = "Crypto.com gives none for cross positions: the account decides."
ISOLATED_HAS_NONE: Final = "Crypto.com gave none for this isolated position."
SHARED: Final = "The whole account's margin backs this position."
NO_QUEUE: Final = "Crypto.com publishes no auto-deleveraging queue."
SHARED_OUT: Final = (
    "Shared out of the account's maintenance margin by the published margin rates; Crypto.com "
    "states none for a single cross position."
)
NOT_SHARED_OUT: Final = (
    "Crypto.com states none for a single cross position, and its margin rates were not read."
)


def symbols(answer: object) -> tuple[str, ...]:
    """The perpetuals and futures held, of ``private/get-positions``."""
    listed = dict.fromkeys(
        wire.text(row, "instrument_name")
        for row in data_of(answer, "the positions")
        if row.get("type") in CONTRACTS and wire.number(row, "quantity") != 0
    )
    return tuple(listed)


def others(answer: object) -> Counter[str]:
    """How many positions are held that are no perpetuals or futures, by their type."""
    return Counter(
        wire.text(row, "type").lower().replace("_", " ")
        for row in data_of(answer, "the positions")
        if row.get("type") not in CONTRACTS and wire.number(row, "quantity") != 0
    )


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    marks: Mapping[str, float],
    balances: Balances | None,
    rates: Rates | None,
    scope: str,
    as_of: datetime,
) -> tuple[Position, ...]:
    """Everything ``private/get-positions`` lists, rows of quantity 0 left out.

    ``marks`` are mark prices by symbol. Raises ``Malformed``.
    """
    found = []
    for data in data_of(answer, "the positions"):
        if data.get("type") not in CONTRACTS or wire.number(data, "quantity") == 0:
            continue
        symbol = wire.text(data, "instrument_name")
        contract = contract_of(symbol, contracts)
        own = balances.isolated.get(isolation_id(data)) if balances and _is_isolated(data) else None
        found.append(position(data, contract, marks.get(symbol), own, scope=scope, as_of=as_of))
    shared = with_maintenance(found, contracts, balances.account if balances else None, rates)
    return tuple(merged(shared))


def position(
    data: Row,
    contract: Contract,
    mark: float | None,
    own: Balance | None,
    *,
    scope: str,
    as_of: datetime,
) -> Position:
    """One row; ``own`` is the margin account of an isolated position. Amounts are in USD."""
    quantity = wire.number(data, "quantity")
    isolated = _is_isolated(data)
    liquidation = wire.liquidation_price(data, "liquidation_price") if isolated else None
    entry = wire.number(data, "open_pos_cost") / (quantity * contract.contract_size)
    collateral = own.margin if own else None
    leverage = own.leverage if own else None
    no_price = ISOLATED_HAS_NONE if isolated else CROSS_HAS_NONE
    no_margin = "Crypto.com did not list this position's margin." if isolated else SHARED
    notes = {
        "liquidation_price": no_price if liquidation is None else None,
        "collateral": no_margin if collateral is None else None,
        "leverage": "Crypto.com gives none for a single cross position."
        if leverage is None
        else None,
        "mark_price": "Crypto.com's mark price was not read." if mark is None else None,
        "margin_ratio": None if own else "The ratio of the whole account counts.",
        "adl": NO_QUEUE,
    }
    return Position(
        **holding(contract, contracts=abs(quantity), mark=mark),
        venue=VENUE,
        scope=scope,
        side=Side.LONG if quantity > 0 else Side.SHORT,
        as_of=as_of,
        leverage=leverage,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        entry_price=entry if entry > 0 else None,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=own.maintenance if own else None,
        margin_ratio=ratio(own.maintenance, own.margin) if own else None,
        unrealized_pnl=wire.optional_number(data, "open_position_pnl"),
        notes=present(notes),
        raw=dict(data),
    )


def with_maintenance(
    found: Sequence[Position],
    contracts: Mapping[str, Contract],
    account: Balance | None,
    rates: Rates | None,
) -> tuple[Position, ...]:
    """Cross positions with their part of the account's maintenance margin.

    Crypto.com states the total alone. What of it the positions need (not the haircut of
    collateral) is shared out by value times published rate; a single position needs no rate.
    """
    cross = [p for p in found if p.margin_mode is MarginMode.CROSS]
    weights: dict[str, float] = {}
    if len(cross) == 1:
        weights = {cross[0].native_symbol: 1.0}
    elif rates is not None and all(p.notional_usd is not None for p in cross):
        weights = {
            p.native_symbol: (p.notional_usd or 0.0)
            * rates.rate(contracts[p.native_symbol].base, p.size)
            for p in cross
        }
    total = sum(weights.values())
    known = account is not None and account.maintenance is not None and total > 0
    needed = (account.maintenance or 0.0) * account.position_share if known and account else 0.0
    return tuple(
        p
        if p.margin_mode is not MarginMode.CROSS
        else replace(
            p,
            maintenance_margin=needed * weights[p.native_symbol] / total if known else None,
            notes={**p.notes, "maintenance_margin": SHARED_OUT if known else NOT_SHARED_OUT},
        )
        for p in found
    )


def merged(found: Iterable[Position]) -> tuple[Position, ...]:
    """Isolated positions of one contract and side as one, with the price that is hit first."""
    groups: dict[str, list[Position]] = {}
    for one in found:
        groups.setdefault(one.key, []).append(one)
    return tuple(_merged(group) for group in groups.values())


def _merged(group: Sequence[Position]) -> Position:
    first = group[0]
    if len(group) == 1:
        return first
    size = sum(p.size for p in group)
    prices = [p.liquidation_price for p in group if p.liquidation_price is not None]
    nearest = max if first.side is Side.LONG else min
    ratios = [p.margin_ratio for p in group if p.margin_ratio is not None]
    entries = [p.entry_price for p in group if p.entry_price is not None]
    whole = len(entries) == len(group)
    several = f"Of {len(group)} isolated positions of this side: the price that is hit first."
    return replace(
        first,
        contracts=sum(p.contracts for p in group),
        size=size,
        notional_usd=_sum(p.notional_usd for p in group),
        leverage=None,
        entry_price=sum((p.entry_price or 0.0) * p.size for p in group) / size if whole else None,
        liquidation_price=nearest(prices) if prices else None,
        collateral=_sum(p.collateral for p in group),
        maintenance_margin=_sum(p.maintenance_margin for p in group),
        margin_ratio=max(ratios, default=None),
        unrealized_pnl=_sum(p.unrealized_pnl for p in group),
        notes={**first.notes, "liquidation_price": several if prices else ISOLATED_HAS_NONE},
    )


def _sum(values: Iterable[float | None]) -> float | None:
    listed = list(values)
    return None if any(v is None for v in listed) else sum(v for v in listed if v is not None)


def _is_isolated(data: Row) -> bool:
    return data.get("isolation_id") not in {None, ""}
