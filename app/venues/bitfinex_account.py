"""Bitfinex's answers about an account: what a key may do, its positions. Pure functions.

Bitfinex answers with arrays whose places have a meaning. A derivative has isolated collateral;
its amount is in base units, one contract being one of them. Sources:
https://docs.bitfinex.com/reference/key-permissions and
https://docs.bitfinex.com/reference/rest-auth-positions
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, no_margin, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "bitfinex"
DERIVATIVE: Final = 1

KINDS: Final[Mapping[str, PowerKind]] = {
    "orders": PowerKind.TRADE,
    "positions": PowerKind.TRADE,
    "funding": PowerKind.TRADE,
    "wallets": PowerKind.TRANSFER,
    "withdraw": PowerKind.WITHDRAW,
    "ui_withdraw": PowerKind.WITHDRAW,
}
NEEDED: Final = ("orders", "positions", "funding", "wallets", "withdraw")
"""The scopes that must be named: one that is missing may have any power."""

PERMISSION: Final = {"scope": 0, "write": 2}
POSITION: Final = {
    "symbol": 0,
    "amount": 2,
    "base_price": 3,
    "pl": 6,
    "price_liq": 8,
    "leverage": 9,
    "type": 15,
    "collateral": 17,
    "collateral_min": 18,
    "meta": 19,
}

NO_LIQUIDATION: Final = "Bitfinex gives none for this position."
NO_RANK: Final = (
    "Bitfinex publishes no rank: it terminates the positions with the highest percentage gain on "
    "the whole platform first."
)
OWN_COLLATERAL: Final = "Each derivative is backed by its own collateral alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The derivatives held, and how many margin positions beside them."""

    positions: tuple[Position, ...]
    margin_positions: int


def arrays(answer: object, places: Mapping[str, int], what: str) -> tuple[Row, ...]:
    """The rows of a list of arrays, with a name for each of ``places``. Raises ``Malformed``."""
    if not isinstance(answer, list):
        raise Malformed(f"{what} is not a list")
    return tuple(_named(item, places, what) for item in answer)


def _named(item: object, places: Mapping[str, int], what: str) -> Row:
    if not isinstance(item, list) or len(item) <= max(places.values()):
        raise Malformed(f"an item of {what} is not an array of the documented length")
    return {name: item[place] for name, place in places.items()}


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``auth/r/permissions`` says: a key can only read if no scope has WRITE.

    A scope that is missing, or has WRITE and is not known, is a power of kind ``unknown``.
    Raises ``Malformed`` for anything but 0 and 1.
    """
    scopes = [
        (wire.text(row, "scope"), _is_set(row, "write"))
        for row in arrays(answer, PERMISSION, "the list of permissions")
    ]
    named = {scope for scope, _ in scopes}
    powers = [
        Power(kind=KINDS.get(scope, PowerKind.UNKNOWN), flag=f"{scope}: WRITE")
        for scope, writes in scopes
        if writes
    ]
    powers += [
        Power(kind=PowerKind.UNKNOWN, flag=f"says nothing of {scope}")
        for scope in NEEDED
        if scope not in named
    ]
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=tuple(powers),
        asked="Bitfinex, POST /v2/auth/r/permissions: WRITE",
        checked_at=checked_at,
    )


def _is_set(data: Row, key: str) -> bool:
    value = wire.number(data, key)
    if value not in {0.0, 1.0}:
        raise Malformed(f"{key} is neither 0 nor 1")
    return value == 1


def symbols(answer: object) -> tuple[str, ...]:
    """The derivatives that ``auth/r/positions`` names."""
    listed = arrays(answer, POSITION, "the list of positions")
    return tuple(
        wire.text(row, "symbol")
        for row in listed
        if _is_derivative(row) and wire.number(row, "amount") != 0
    )


def holdings(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    marks: Mapping[str, float],
    dollars: Mapping[str, float],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float] = (),
) -> Holdings:
    """Everything ``auth/r/positions`` lists, amounts of 0 left out.

    ``marks`` are mark prices by symbol, ``dollars`` the price in USD of what contracts are
    quoted in. Raises ``Malformed``.
    """
    found, margin_positions = [], 0
    for data in arrays(answer, POSITION, "the list of positions"):
        if wire.number(data, "amount") == 0:
            continue
        if not _is_derivative(data):
            margin_positions += 1
            continue
        symbol = wire.text(data, "symbol")
        contract = contract_of(symbol, contracts)
        found.append(
            position(
                data,
                contract,
                mark=marks.get(symbol),
                dollar=dollars.get(contract.quote),
                scope=scope,
                as_of=as_of,
                sentinels=sentinels,
            )
        )
    return Holdings(positions=tuple(found), margin_positions=margin_positions)


def _is_derivative(data: Row) -> bool:
    kind = wire.number(data, "type")
    if kind not in {0, DERIVATIVE}:
        raise Malformed("a position is neither margin nor derivative")
    return kind == DERIVATIVE


def position(
    data: Row,
    contract: Contract,
    *,
    mark: float | None,
    dollar: float | None,
    scope: str,
    as_of: datetime,
    sentinels: Collection[float] = (),
) -> Position:
    """One derivative. ``COLLATERAL`` backs it and ``COLLATERAL_MIN`` is what Bitfinex requires;
    both and the profit are in the settlement currency."""
    amount = wire.number(data, "amount")
    size = abs(amount) * contract.contract_size
    collateral = wire.optional_number(data, "collateral") or None
    least = wire.optional_number(data, "collateral_min")
    liquidation = wire.liquidation_price(data, "price_liq", sentinels)
    stage = _meta(data).get("liq_stage")
    priced = mark is not None and dollar is not None
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "collateral": "Bitfinex states none for this position." if collateral is None else None,
        "mark_price": "Bitfinex's mark price was not read." if mark is None else None,
        "notional_usd": None if priced else f"The price of {contract.quote} was not read.",
        "unrealized_pnl": "As Bitfinex counts it: less a fee of 0.2 % for closing.",
        "status": "Bitfinex is liquidating this position." if stage is not None else None,
        "adl": NO_RANK,
    }
    return Position(
        venue=VENUE,
        scope=scope,
        symbol=contract.symbol,
        native_symbol=contract.native_symbol,
        kind=contract.kind,
        side=Side.LONG if amount > 0 else Side.SHORT,
        contracts=abs(amount),
        contract_size=contract.contract_size,
        size=size,
        settle_asset=contract.settle,
        as_of=as_of,
        notional_usd=size * mark * dollar if mark is not None and dollar is not None else None,
        leverage=wire.optional_number(data, "leverage") or None,
        margin_mode=MarginMode.ISOLATED,
        entry_price=wire.optional_number(data, "base_price") or None,
        mark_price=mark,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=least,
        margin_ratio=least / collateral if least is not None and collateral else None,
        unrealized_pnl=wire.optional_number(data, "pl"),
        notes=present(notes),
        raw=dict(data),
    )


def _meta(data: Row) -> Row:
    """``META``, which the documents call JSON text and the samples show as an object."""
    meta = data["meta"]
    if isinstance(meta, str) and meta:
        meta = json.loads(meta)
    return meta if isinstance(meta, dict) else {}


def account_margin(holdings: Holdings, *, scope: str, as_of: datetime) -> AccountMargin:
    """There is no margin of the account; margin positions that are not shown are counted."""
    count = holdings.margin_positions
    beside = f" Beside them are {count} margin position(s), which Seawall does not read."
    return no_margin(
        scope=scope,
        asset="USDT",
        as_of=as_of,
        note=OWN_COLLATERAL + (beside if count else ""),
    )
