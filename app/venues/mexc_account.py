"""MEXC's answers about an account: its positions and what backs them. Pure functions.

MEXC's row of a position has no mark price, value, maintenance margin or profit: they are
taken from the fair price and the contract's risk levels. Source:
https://www.mexc.com/api-docs/futures/account-and-trading-endpoints
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    Side,
)
from app.venues import wire
from app.venues.holding import contract_of, holding, no_margin, present
from app.venues.markets import Contract
from app.venues.mexc_levels import Levels
from app.venues.mexc_levels import rate as rate_of
from app.venues.wire import Malformed, Row

VENUE: Final = "mexc"
LIGHTS: Final = 5
TAKEN_OVER: Final = 2
SIDES: Final[Mapping[float, Side]] = {1: Side.LONG, 2: Side.SHORT}
MODES: Final[Mapping[float, MarginMode]] = {1: MarginMode.ISOLATED, 2: MarginMode.CROSS}

NO_LIQUIDATION: Final = (
    "MEXC gives none: at today's balance no price of this contract alone would liquidate it."
)
NO_MARK: Final = "MEXC's fair price was not read."
NO_LEVELS: Final = "The risk levels were not read, or none of them fits this position."
FROM_LEVELS: Final = "Computed from MEXC's risk levels and the fair price."
FROM_FAIR: Final = "Computed from the fair price: MEXC gives none for an open position."
SHARED: Final = "The whole account's margin backs this position."
SHARED_RATIO: Final = "In cross margin the whole account's margin ratio counts."
NO_RATIO: Final = "There is no maintenance margin to compare with the position's margin."
NO_RANK: Final = "MEXC has not ranked this position yet."
TAKEN: Final = "MEXC has taken this position over for liquidation."


def data_of(answer: object, what: str) -> object:
    return wire.row(answer, what).get("data")


def open_rows(answer: object) -> tuple[Row, ...]:
    """The open positions of ``position/open_positions``."""
    listed = wire.rows(data_of(answer, "the positions") or [], "the list of positions")
    return tuple(row for row in listed if wire.number(row, "holdVol") != 0)


def positions(
    rows: Sequence[Row],
    *,
    contracts: Mapping[str, Contract],
    marks: Mapping[str, float],
    levels: Mapping[str, Levels],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """The open positions, each with the fair price of now. Raises ``Malformed``."""
    sides = [(wire.text(row, "symbol"), _side(row)) for row in rows]
    found = []
    for row, (symbol, side) in zip(rows, sides, strict=True):
        contract = contract_of(symbol, contracts)
        if contract.kind is ContractKind.INVERSE and contract.base != contract.settle:
            raise Malformed("a position settles neither in its quote nor in its base")
        found.append(
            position(
                row,
                contract,
                side=side,
                mark=marks.get(symbol),
                levels=levels.get(symbol),
                hedged=len({s for name, s in sides if name == symbol}) > 1,
                scope=scope,
                as_of=as_of,
                sentinels=sentinels,
            )
        )
    return tuple(found)


def position(
    data: Row,
    contract: Contract,
    *,
    side: Side,
    mark: float | None,
    levels: Levels | None,
    hedged: bool,
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row. ``im`` is the margin of an isolated position without its profit."""
    held = wire.number(data, "holdVol")
    entry = wire.optional_number(data, "holdAvgPrice") or wire.optional_number(data, "openAvgPrice")
    lot = holding(contract, contracts=held, mark=mark)
    notional_usd = lot["notional_usd"]
    mode = _mode(data)
    isolated = mode is MarginMode.ISOLATED
    stated = wire.optional_number(data, "unRealizedPnl")
    pnl = _profit(contract, side, held, entry, mark) if stated is None else stated
    margin = wire.optional_number(data, "im") if isolated else None
    collateral = margin + pnl if margin is not None and pnl is not None else None
    value = lot["size"] if contract.kind is ContractKind.INVERSE else notional_usd
    rate = rate_of(levels, held) if levels else None
    maintenance = rate * value if rate is not None and value and mark else None
    ratio = maintenance / collateral if maintenance is not None and collateral else None
    liquidation = wire.liquidation_price(data, "liquidatePrice", sentinels)
    adl = _adl(data)
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "mark_price": NO_MARK if mark is None else None,
        "notional_usd": NO_MARK if notional_usd is None else None,
        "unrealized_pnl": NO_MARK if pnl is None else FROM_FAIR if stated is None else None,
        "maintenance_margin": FROM_LEVELS if maintenance else NO_LEVELS if mark else NO_MARK,
        "collateral": (NO_MARK if collateral is None else None) if isolated else SHARED,
        "margin_ratio": _ratio_note(ratio, isolated=isolated),
        "adl": NO_RANK if adl is None else None,
        "status": TAKEN if wire.optional_number(data, "state") == TAKEN_OVER else None,
    }
    return Position(
        **lot,
        venue=VENUE,
        scope=scope,
        side=side,
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=entry,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=maintenance,
        maintenance_margin_rate=rate,
        # Levels go by contracts, which a price does not change.
        tiers=() if rate is None else (MaintenanceTier(up_to=None, rate=rate),),
        margin_ratio=ratio,
        unrealized_pnl=pnl,
        hedged=hedged,
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(
    answer: object, positions: Sequence[Position], *, scope: str, as_of: datetime
) -> AccountMargin | None:
    """The cross margin behind the positions of one settle currency, from ``account/assets``.

    The currency's equity less what isolated positions hold of it, against the maintenance
    margin of its cross positions. Of several currencies the weakest is given, without
    balances, because each backs only its own positions. ``None`` without a cross position.
    """
    rows = wire.rows(data_of(answer, "the assets"), "the list of assets")
    equities = {wire.text(row, "currency"): wire.number(row, "equity") for row in rows}
    margins = [
        _currency_margin(asset, equities, positions, scope, as_of)
        for asset in dict.fromkeys(
            one.settle_asset for one in positions if one.margin_mode is MarginMode.CROSS
        )
    ]
    if len(margins) <= 1:
        return margins[0] if margins else None
    if any(margin.margin_ratio is None for margin in margins):
        note = "Not every currency's margin could be computed."
        return no_margin(scope=scope, asset="USD", as_of=as_of, note=note)
    weakest = max(margins, key=lambda margin: margin.margin_ratio or 0.0)
    return AccountMargin(
        scope=scope,
        asset=weakest.asset,
        margin_balance=None,
        maintenance_margin=None,
        margin_ratio=weakest.margin_ratio,
        as_of=as_of,
        note="Each currency is margined by itself; the weakest is shown.",
    )


def _currency_margin(
    asset: str,
    equities: Mapping[str, float],
    positions: Sequence[Position],
    scope: str,
    as_of: datetime,
) -> AccountMargin:
    own = [one for one in positions if one.settle_asset == asset]
    apart = [one.collateral for one in own if one.margin_mode is MarginMode.ISOLATED]
    needed = [one.maintenance_margin for one in own if one.margin_mode is MarginMode.CROSS]
    if asset not in equities:
        note = f"MEXC lists no {asset} in this account."
        return no_margin(scope=scope, asset=asset, as_of=as_of, note=note)
    if None in apart or None in needed:
        note = "The figures of a position are missing."
        return no_margin(scope=scope, asset=asset, as_of=as_of, note=note)
    balance = equities[asset] - sum(margin or 0.0 for margin in apart)
    maintenance = sum(amount or 0.0 for amount in needed)
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / balance if balance > 0 else None,
        as_of=as_of,
        note=f"Computed from MEXC's {asset} equity less the margin of isolated positions, and its "
        f"risk levels; backs the cross positions settled in {asset} only.",
    )


def _profit(
    contract: Contract, side: Side, held: float, entry: float | None, mark: float | None
) -> float | None:
    """In the settle asset: s·q·(M − E), for inverse contracts s·n·c·(1/E − 1/M)."""
    if not entry or not mark:
        return None
    amount = side.sign * held * contract.contract_size
    if contract.kind is ContractKind.INVERSE:
        return amount * (1 / entry - 1 / mark)
    return amount * (mark - entry)


def _ratio_note(ratio: float | None, *, isolated: bool) -> str | None:
    if ratio is not None:
        return None
    return NO_RATIO if isolated else SHARED_RATIO


def _side(data: Row) -> Side:
    side = SIDES.get(wire.number(data, "positionType"))
    if side is None:
        raise Malformed("positionType is neither 1 nor 2")
    return side


def _mode(data: Row) -> MarginMode:
    mode = MODES.get(wire.number(data, "openType"))
    if mode is None:
        raise Malformed("openType is neither 1 nor 2")
    return mode


def _adl(data: Row) -> AdlStanding | None:
    """``adlLevel``: 1 to 5, read as the number of lights; 0 or nothing before it is ranked."""
    level = wire.optional_number(data, "adlLevel")
    if level is None or not 1 <= level <= LIGHTS:
        return None
    return AdlStanding(standing=level / LIGHTS, raw=level, scale="1-5, 5 taken as first")
