"""Hyperliquid's answers about an address: its role, its margin, its positions. Pure functions.

Sources: https://hyperliquid.gitbook.io/hyperliquid-docs, the pages on the info endpoint, on
margin tiers and on auto-deleveraging.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    Side,
)
from app.venues import wire
from app.venues.holding import no_margin, present
from app.venues.wire import Malformed, Row

VENUE: Final = "hyperliquid"
DOLLARS: Final = frozenset({"USDC", "USDH", "USDE", "USDT0", "USDT"})
FLAT_BELOW: Final = 50
"""A margin table with an id below this has one tier, of that leverage, and is not listed."""
FAR: Final = 100.0
"""From this multiple of the mark on, a liquidation price is explained; it is still a price."""
IN_SPOT: Final = frozenset({"unifiedAccount", "portfolioMargin"})
"""Account modes whose collateral stands in the spot state, not in the perpetuals account."""

TIERED: Final = "Computed from Hyperliquid's margin tiers; it states none for a position."
UNTIERED: Final = "Hyperliquid states none, and its margin tiers were not read."
NO_ADL: Final = (
    "Hyperliquid publishes no place in the queue. Its formula: (mark / entry) x "
    "(notional / account value), highest first."
)
CROSS: Final = "The whole account's margin backs this position."
CROSS_RATIO: Final = "In cross margin the whole account's margin ratio counts."
NO_LIQUIDATION: Final = (
    "Hyperliquid gives none: with today's account value no price of this contract alone would "
    "liquidate it."
)
FAR_LIQUIDATION: Final = (
    "Far away because the account holds much more than this position needs; it moves with "
    "everything else in the account."
)
COLLATERAL_IN_SPOT: Final = (
    "This is a {mode} account: its collateral stands in its spot balances, so the figures of "
    "its perpetuals alone would misstate its health."
)
VALUE_UNKNOWN: Final = (
    "No dollar value: the collateral of this exchange, {asset}, has no price here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From ``lower_bound`` of notional: a maintenance rate, and the amount that goes off it."""

    lower_bound: float
    rate: float
    deduction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Universe:
    """What one exchange lists: the tiers of each coin, and what margin is held in.

    ``dex`` is empty for Hyperliquid's own.
    """

    dex: str
    collateral: str
    tiers: Mapping[str, tuple[Tier, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What kind of address one is: ``user``, ``vault``, ``subAccount``, ``agent``, ``missing``.

    ``user`` is the address that holds the positions: an agent's owner, else ``None``.
    """

    kind: str
    user: str | None = None
    master: str | None = None


def role(answer: object) -> Role:
    """From ``userRole``. Raises ``Malformed``."""
    data = wire.row(answer, "the address's role")
    kind = wire.text(data, "role")
    if kind not in {"user", "vault", "subAccount", "agent", "missing"}:
        raise Malformed("role is none that is documented")
    about = data.get("data")
    if kind == "agent":
        return Role(kind=kind, user=wire.text(wire.row(about, "data"), "user").lower())
    if kind == "subAccount":
        return Role(kind=kind, master=wire.text(wire.row(about, "data"), "master"))
    return Role(kind=kind)


def universe(meta: object, *, dex: str, collateral: str) -> Universe:
    """From ``meta`` (or the first half of ``metaAndAssetCtxs``)."""
    data = wire.row(meta, "the universe")
    tables = _tables(data.get("marginTables") or [])
    assets = wire.rows(data.get("universe"), "the list of contracts")
    return Universe(
        dex=dex,
        collateral=collateral,
        tiers={wire.text(asset, "name"): _tiers(asset, tables) for asset in assets},
    )


def collateral_index(meta: object) -> int:
    """The token, by its index, that an exchange's margin is held in; 0 is USDC."""
    return int(wire.optional_number(wire.row(meta, "the universe"), "collateralToken") or 0)


def token_name(spot_meta: object, index: int) -> str:
    """A token's name from ``spotMeta``. Raises ``Malformed`` for an unknown one."""
    for token in wire.rows(wire.row(spot_meta, "the tokens").get("tokens"), "the list of tokens"):
        if wire.number(token, "index") == index:
            return wire.text(token, "name")
    raise Malformed("the collateral's token is not listed")


def _tables(listed: object) -> dict[int, tuple[tuple[float, float], ...]]:
    """Lower bounds and leverages by table id."""
    if not isinstance(listed, list):
        raise Malformed("marginTables is not a list")
    tables = {}
    for pair in listed:
        if not isinstance(pair, list) or len(pair) != 2:
            raise Malformed("an item of marginTables is not a pair")
        tiers = wire.rows(wire.row(pair[1], "a margin table").get("marginTiers"), "marginTiers")
        bounds = [(wire.number(t, "lowerBound"), wire.number(t, "maxLeverage")) for t in tiers]
        tables[int(pair[0])] = tuple(sorted(bounds))
    return tables


def _tiers(asset: Row, tables: Mapping[int, tuple[tuple[float, float], ...]]) -> tuple[Tier, ...]:
    leverage = wire.number(asset, "maxLeverage")
    table_id = wire.optional_number(asset, "marginTableId")
    if table_id is not None and 0 < table_id < FLAT_BELOW:
        leverage = table_id
    bounds = tables.get(int(table_id or 0)) or ((0.0, leverage),)
    tiers: list[Tier] = []
    for lower_bound, most in bounds:
        if most <= 0:
            raise Malformed("a margin tier has no leverage")
        rate = 1 / (2 * most)
        before = tiers[-1] if tiers else Tier(lower_bound=0.0, rate=rate, deduction=0.0)
        deduction = before.deduction + lower_bound * (rate - before.rate)
        tiers.append(Tier(lower_bound=lower_bound, rate=rate, deduction=deduction))
    return tuple(tiers)


def tier_of(notional: float, tiers: tuple[Tier, ...]) -> Tier:
    """The tier a position of this notional is in.

    maintenance = notional x rate - deduction, where the rate is half of the initial margin at
    the tier's highest leverage (trading/margin-tiers).
    """
    return next(tier for tier in reversed(tiers) if notional >= tier.lower_bound)


def _in_order(tiers: tuple[Tier, ...]) -> tuple[MaintenanceTier, ...]:
    """Each tier up to where the next begins."""
    ends = [*(tier.lower_bound for tier in tiers[1:]), None]
    return tuple(
        MaintenanceTier(up_to=end, rate=tier.rate, amount=tier.deduction)
        for tier, end in zip(tiers, ends, strict=False)
    )


def account_margin(answer: object, *, scope: str, asset: str, mode: str | None) -> AccountMargin:
    """The cross margin of one exchange's account; unknown where the collateral is in spot."""
    state = wire.row(answer, "the account's state")
    as_of = wire.moment(state, "time")
    if mode in IN_SPOT:
        return no_margin(
            scope=scope,
            asset=asset,
            as_of=as_of,
            note=COLLATERAL_IN_SPOT.format(
                mode="unified" if mode == "unifiedAccount" else "portfolio margin"
            ),
        )
    summary = wire.row(state.get("crossMarginSummary"), "crossMarginSummary")
    balance = wire.number(summary, "accountValue")
    maintenance = wire.number(state, "crossMaintenanceMarginUsed")
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / balance if balance > 0 else None,
        as_of=as_of,
        note=None if mode else "The account's mode was not read; a unified account has more.",
    )


def positions(answer: object, *, scope: str, listed: Universe | None) -> tuple[Position, ...]:
    """The open positions in a ``clearinghouseState``. Raises ``Malformed``."""
    state = wire.row(answer, "the account's state")
    as_of = wire.moment(state, "time")
    held = wire.rows(state.get("assetPositions"), "the list of positions")
    rows = [wire.row(item.get("position"), "a position") for item in held]
    return tuple(
        position(row, scope=scope, listed=listed, as_of=as_of)
        for row in rows
        if wire.number(row, "szi") != 0
    )


def position(data: Row, *, scope: str, listed: Universe | None, as_of: datetime) -> Position:
    """One position. The mark is its value over its size; the maintenance margin is computed."""
    coin, signed = wire.text(data, "coin"), wire.number(data, "szi")
    size, value = abs(signed), wire.number(data, "positionValue")
    asset = listed.collateral if listed else "USDC"
    in_dollars = asset in DOLLARS
    leverage = wire.row(data.get("leverage"), "leverage")
    mode = MarginMode(wire.text(leverage, "type"))
    tiers = listed.tiers.get(coin) if listed else None
    tier = tier_of(value, tiers) if tiers else None
    maintenance = value * tier.rate - tier.deduction if tier else None
    backing = wire.number(data, "marginUsed") if mode is MarginMode.ISOLATED else None
    mark = value / size
    liquidation = wire.liquidation_price(data, "liquidationPx")
    notes = {
        "adl": NO_ADL,
        "maintenance_margin": TIERED if tier else UNTIERED,
        "liquidation_price": _liquidation_note(liquidation, mark),
        "collateral": CROSS if mode is MarginMode.CROSS else None,
        "margin_ratio": CROSS_RATIO if mode is MarginMode.CROSS else None,
        "notional_usd": None if in_dollars else VALUE_UNKNOWN.format(asset=asset),
    }
    return Position(
        venue=VENUE,
        scope=scope,
        symbol=symbol_of(coin, asset),
        native_symbol=coin,
        kind=ContractKind.LINEAR,
        side=Side.LONG if signed > 0 else Side.SHORT,
        contracts=size,
        contract_size=1.0,
        size=size,
        settle_asset=asset,
        as_of=as_of,
        notional_usd=value if in_dollars else None,
        leverage=wire.number(leverage, "value"),
        margin_mode=mode,
        entry_price=wire.optional_number(data, "entryPx"),
        mark_price=mark,
        liquidation_price=liquidation,
        collateral=backing,
        maintenance_margin=maintenance,
        maintenance_margin_rate=tier.rate if tier else None,
        maintenance_amount=tier.deduction if tier else None,
        margin_ratio=maintenance / backing if maintenance is not None and backing else None,
        unrealized_pnl=wire.optional_number(data, "unrealizedPnl"),
        tiers=_in_order(tiers or ()),
        notes=present(notes),
        raw=dict(data),
    )


def symbol_of(coin: str, collateral: str) -> str:
    """ccxt's symbol: ``BTC`` is ``BTC/USDC:USDC``, ``xyz:TSLA`` is ``XYZ-TSLA/USDC:USDC``."""
    return f"{coin.upper().replace(':', '-')}/{collateral}:{collateral}"


def _liquidation_note(liquidation: float | None, mark: float) -> str | None:
    if liquidation is None:
        return NO_LIQUIDATION
    return FAR_LIQUIDATION if liquidation > FAR * mark else None
