"""Positions at Kraken Derivatives, from what several of its answers say together. Pure functions.

Kraken gives a position's size and entry price only. Its mark is the ticker's; what it needs of
its wallet's maintenance margin is its share of it, by the published margin levels: a wallet with
one position gives the exact figure whatever schedule the client has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    ScopeReading,
)
from app.venues.holding import amounts, contract_of, holding, present
from app.venues.krakenfutures_answers import FLEX, VENUE, Beside, Held, Wallet
from app.venues.markets import Contract

NO_LIQUIDATION: Final = "Kraken gives no liquidation price to a key; it shows one on its own page."
SHARED: Final = "The whole wallet backs this position."
ISOLATED: Final = (
    "Kraken does not give a key the margin set aside for an isolated position, so neither its "
    "margin ratio nor its liquidation price can be worked out; Kraken's own page shows them."
)
NO_MARK: Final = "Kraken's mark prices were not read, or lack this contract."
NO_WALLET: Final = "The wallet behind this position was not read."
MAINTENANCE: Final = "This position's share of the wallet's maintenance margin, by margin level."
SCHEDULED: Final = "By the published margin level; for some clients a stricter one holds."
NO_MAINTENANCE: Final = "What it needs is not known: the wallet, mark or margin level was not read."
WALLET_RATIO: Final = "In cross margin the wallet's margin ratio counts."
PNL: Final = "Computed from entry and mark price, without funding."
NO_RANK: Final = "Kraken's unwind queue was not read, or does not list this contract."
NO_LEVERAGE: Final = "Kraken gives none for a cross position."
BESIDE_ISOLATED: Final = (
    "Isolated positions are in this wallet too; whether Kraken counts their margin in these "
    "figures is not documented."
)


def readings(
    positions: Sequence[Held],
    beside: Beside,
    *,
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> tuple[ScopeReading, ...]:
    """One scope a wallet: ``flex``, and ``coin:<wallet>`` for each single-collateral one."""
    known = beside.wallets or {}
    names = {FLEX, *known, *(position.wallet for position in positions)}
    return tuple(
        _reading(
            name,
            [position for position in positions if position.wallet == name],
            beside,
            contracts=contracts,
            as_of=as_of,
        )
        for name in sorted(names, key=lambda name: (name != FLEX, name))
    )


def _reading(
    name: str,
    positions: Sequence[Held],
    beside: Beside,
    *,
    contracts: Mapping[str, Contract],
    as_of: datetime,
) -> ScopeReading:
    scope = FLEX if name == FLEX else f"coin:{name}"
    wallet = (beside.wallets or {}).get(name)
    shares = _shares(positions, wallet, beside, contracts)
    return ScopeReading(
        scope=scope,
        positions=tuple(
            _position(one, shares[one.symbol], beside, contracts, scope=scope, as_of=as_of)
            for one in positions
        ),
        margin=_margin(scope, positions, wallet, as_of) if positions else None,
    )


def _shares(
    positions: Sequence[Held],
    wallet: Wallet | None,
    beside: Beside,
    contracts: Mapping[str, Contract],
) -> dict[str, float | None]:
    """What each position needs: its part of the wallet's own figure, weighed by margin level.

    Isolated ones are left out of the parts. Without marks or levels the part of a lone position
    is still known.
    """
    cross = [one for one in positions if one.max_leverage is None]
    weights = {one.symbol: _scheduled(one, beside, contracts) for one in positions}
    total = sum(weights[one.symbol] or 0.0 for one in cross)
    shares: dict[str, float | None] = dict(weights)
    for one in cross:
        weight = weights[one.symbol]
        if wallet is None:
            shares[one.symbol] = None
        elif len(cross) == 1:
            shares[one.symbol] = wallet.maintenance
        elif weight is not None and all(weights[other.symbol] for other in cross):
            shares[one.symbol] = wallet.maintenance * weight / total
        else:
            shares[one.symbol] = None
    return shares


def _scheduled(one: Held, beside: Beside, contracts: Mapping[str, Contract]) -> float | None:
    """The maintenance margin by the published levels, in the settle asset."""
    contract = contract_of(one.symbol, contracts)
    mark = (beside.marks or {}).get(one.symbol)
    size, value = amounts(contract, contracts=one.contracts, mark=mark)
    levels = (beside.levels or {}).get(one.symbol)
    if mark is None or value is None or not levels:
        return None
    linear = contract.kind is ContractKind.LINEAR
    reached = value if linear else one.contracts
    rates = [level.rate for level in levels if level.threshold <= reached]
    return (value if linear else size) * rates[-1] if rates else None


def _tiers(one: Held, beside: Beside, contract: Contract) -> tuple[MaintenanceTier, ...]:
    """The published levels. Those in contracts, which no price changes, come down to one."""
    levels = sorted((beside.levels or {}).get(one.symbol) or (), key=lambda level: level.threshold)
    if contract.kind is ContractKind.INVERSE:
        reached = [level for level in levels if level.threshold <= one.contracts]
        return tuple(MaintenanceTier(up_to=None, rate=level.rate) for level in reached[-1:])
    ends = [*(level.threshold for level in levels[1:]), None]
    return tuple(
        MaintenanceTier(up_to=end, rate=level.rate)
        for level, end in zip(levels, ends, strict=False)
    )


def _margin(
    scope: str, positions: Sequence[Held], wallet: Wallet | None, as_of: datetime
) -> AccountMargin:
    isolated = any(one.max_leverage is not None for one in positions)
    note = NO_WALLET if wallet is None else BESIDE_ISOLATED if isolated else None
    return AccountMargin(
        scope=scope,
        asset=wallet.asset if wallet else "USD",
        margin_balance=wallet.equity if wallet else None,
        maintenance_margin=wallet.maintenance if wallet else None,
        margin_ratio=wallet.maintenance / wallet.equity if wallet and wallet.equity > 0 else None,
        as_of=as_of,
        note=note,
    )


def _position(
    one: Held,
    maintenance: float | None,
    beside: Beside,
    contracts: Mapping[str, Contract],
    *,
    scope: str,
    as_of: datetime,
) -> Position:
    contract = contract_of(one.symbol, contracts)
    mark = (beside.marks or {}).get(one.symbol)
    percentile = (beside.queue or {}).get(one.symbol)
    isolated = one.max_leverage is not None
    notes = {
        "liquidation_price": ISOLATED if isolated else NO_LIQUIDATION,
        "mark_price": NO_MARK if mark is None else None,
        "collateral": ISOLATED if isolated else SHARED,
        "maintenance_margin": NO_MAINTENANCE
        if maintenance is None
        else SCHEDULED
        if isolated
        else MAINTENANCE,
        "margin_ratio": ISOLATED if isolated else WALLET_RATIO,
        "unrealized_pnl": PNL if mark is not None else NO_MARK,
        "leverage": None if isolated else NO_LEVERAGE,
        "adl": NO_RANK if percentile is None else None,
    }
    return Position(
        **holding(contract, contracts=one.contracts, mark=mark),
        venue=VENUE,
        scope=scope,
        side=one.side,
        as_of=as_of,
        leverage=one.max_leverage,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        entry_price=one.entry,
        maintenance_margin=maintenance,
        tiers=_tiers(one, beside, contract),
        unrealized_pnl=_profit(one, contract, mark),
        adl=_standing(percentile),
        notes=present(notes),
        raw=dict(one.raw),
    )


def _profit(one: Held, contract: Contract, mark: float | None) -> float | None:
    """In the settle asset; Kraken's own figure may be in a currency the client prefers."""
    if mark is None or one.entry <= 0:
        return None
    quantity = one.side.sign * one.contracts * contract.contract_size
    if contract.kind is ContractKind.LINEAR:
        return quantity * (mark - one.entry)
    return quantity * (1 / one.entry - 1 / mark)


def _standing(percentile: float | None) -> AdlStanding | None:
    if percentile is None or not 0 <= percentile <= 100:
        return None
    return AdlStanding(standing=percentile / 100, raw=percentile, scale="20-100")
