"""Which positions stand on one margin, and what is known of it. docs/figures.md.

Cross positions that share a margin are one group; each isolated position is one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, isclose, isfinite

from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.risk.joint_legs import (
    Assumed,
    Leg,
    base_of,
    discounted,
    leg_of,
    read_mark,
    remarked,
    tiers_of_all,
)
from app.risk.liquidation import usable_price
from app.risk.units import same_money

WHOLE_ACCOUNT = "USD"
"""Readers count a margin in this asset when it backs everything in the account."""
CLOSE = 1e-6

PORTFOLIO = (
    "On portfolio margin the exchange revalues the whole account; no formula stands for that."
)
NO_MODE = "It is not known whether the position is on cross or isolated margin."
NO_MARK = "There is no mark price."
NO_BALANCE = "The margin balance behind it is not known."
NO_MAINTENANCE = "The maintenance margin is not known."
OTHER_ASSET = "The margin is counted in {asset}, and a contract of it settles in {settle}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Positions on one margin, ``legs`` and ``members`` in one order.

    ``balance`` is the margin balance at today's marks in the settle asset, ``fixed`` the part of
    the maintenance margin that is beyond the tiers; where it is less than they say, they are
    lowered by the same share. ``own_price`` is the venue's liquidation price
    of a group of one position: it wins over the sums. ``summed`` says whether there are any:
    where balance or maintenance margin are not known, that price is all there is.
    """

    scopes: tuple[str, ...]
    members: tuple[Position, ...]
    legs: tuple[Leg, ...]
    isolated: bool
    balance: float | None
    fixed: float
    own_price: float | None
    summed: bool
    ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Positions of which no joint picture can be made, and why."""

    members: tuple[Position, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """Cross positions behind one margin. ``scopes`` are all it backs."""

    scopes: tuple[str, ...]
    margin: AccountMargin | None
    members: tuple[Position, ...]


def group_positions(
    positions: Sequence[Position],
    margins: Sequence[AccountMargin],
    *,
    assumed: Assumed,
) -> list[Group | LeftOut]:
    """Every position in exactly one group, or left out with the reason."""
    found: list[Group | LeftOut] = []
    by_mode: dict[MarginMode | None, list[Position]] = {}
    for position in positions:
        by_mode.setdefault(position.margin_mode, []).append(position)
    for mode, why in ((MarginMode.PORTFOLIO, PORTFOLIO), (None, NO_MODE)):
        if mode in by_mode:
            found.append(LeftOut(members=tuple(by_mode[mode]), why=why))
    cross = by_mode.get(MarginMode.CROSS, [])
    for shared in _shared(cross, margins):
        found.append(_cross(shared, assumed, alone=len(cross) == 1))
    for position in by_mode.get(MarginMode.ISOLATED, ()):
        found.append(_isolated(position, assumed))
    return found


def _shared(cross: Sequence[Position], margins: Sequence[AccountMargin]) -> list[_Shared]:
    """Cross positions by the margin behind them, or by scope and settle asset without one.

    Where one margin backs several scopes it is kept once a scope. It is the same one when all it
    says is the same, and a margin in USD is the whole account's: of those the newest counts.
    """
    owners: dict[object, tuple[list[str], AccountMargin]] = {}
    known = [margin for margin in margins if margin.margin_balance is not None]
    for margin in sorted(known, key=lambda one: (-one.as_of.timestamp(), one.scope)):
        same = replace(margin, scope="", note=None, session=None)
        key: object = WHOLE_ACCOUNT if margin.asset == WHOLE_ACCOUNT else same
        owners.setdefault(key, ([], margin))[0].append(margin.scope)
    places = {scope: key for key, (scopes, _) in owners.items() for scope in scopes}
    taken: dict[object, list[Position]] = {}
    for position in cross:
        owner = places.get(position.scope)
        behind = owners[owner][1] if owner is not None else None
        fits = behind is not None and (
            behind.asset == WHOLE_ACCOUNT or same_money(behind.asset, position.settle_asset)
        )
        place = owner if fits else (position.scope, position.settle_asset)
        taken.setdefault(place, []).append(position)
    return [
        _Shared(
            scopes=tuple(sorted(owners[key][0])) if key in owners else (members[0].scope,),
            margin=owners[key][1] if key in owners else None,
            members=tuple(members),
        )
        for key, members in taken.items()
    ]


def _cross(shared: _Shared, assumed: Assumed, *, alone: bool) -> Group | LeftOut:
    """``alone`` says that the account has no other cross position."""
    members, margin = shared.members, shared.margin
    scopes = tuple(one for one in shared.scopes if any(p.scope == one for p in members))
    strange = next(
        (p for p in members if margin and not same_money(margin.asset, p.settle_asset)), None
    )
    if margin is not None and strange is not None:
        why = OTHER_ASSET.format(asset=margin.asset, settle=strange.settle_asset)
        return LeftOut(members=members, why=why)
    balance = margin.margin_balance if margin else _told_by_each(members)
    ratio = margin.margin_ratio if margin else members[0].margin_ratio
    total = margin.maintenance_margin if margin else None
    if balance is None:
        ratio = None
    # What else may stand on a margin that is not known would move this price.
    lone = len(members) == 1 and (balance is not None or alone)
    if margin is not None and margin.asset == WHOLE_ACCOUNT:
        assumed.several_assets = True
    return _group(
        members,
        scopes=scopes,
        isolated=False,
        balance=balance,
        ratio=ratio,
        total=total,
        own_price=members[0].liquidation_price if lone else None,
        assumed=assumed,
    )


def _told_by_each(members: Sequence[Position]) -> float | None:
    """The margin balance of an asset whose positions each carry it, where no margin is kept.

    A venue with a margin of its own for each asset of a scope gives none for the scope. It is
    taken only when it proves itself: every position says the same balance and ratio, and the
    maintenance margins together make that ratio.
    """
    balances = {p.collateral for p in members}
    ratios = {p.margin_ratio for p in members}
    needed = [p.maintenance_margin for p in members]
    if len(balances) != 1 or len(ratios) != 1 or None in needed:
        return None
    (balance,), (ratio,) = balances, ratios
    if balance is None or balance <= 0 or ratio is None:
        return None
    total = sum(one or 0.0 for one in needed)
    return balance if isclose(total, ratio * balance, rel_tol=CLOSE) else None


def _isolated(position: Position, assumed: Assumed) -> Group | LeftOut:
    return _group(
        (position,),
        scopes=(position.scope,),
        isolated=True,
        balance=position.collateral,
        ratio=position.margin_ratio,
        total=position.maintenance_margin,
        own_price=position.liquidation_price,
        assumed=assumed,
    )


def _group(
    members: tuple[Position, ...],
    *,
    scopes: tuple[str, ...],
    isolated: bool,
    balance: float | None,
    ratio: float | None,
    total: float | None,
    own_price: float | None,
    assumed: Assumed,
) -> Group | LeftOut:
    """The group at its newest marks: the balance moves with them, ``fixed`` is as it was read."""
    own = usable_price(own_price)
    if any(usable_price(p.mark_price) is None for p in members):
        return LeftOut(members=members, why=NO_MARK)
    if balance is not None and ratio is not None and isfinite(ratio) and balance > 0:
        total = ratio * balance
    tiers = tiers_of_all(members, total, assumed)
    summed = tiers is not None and balance is not None
    if not summed and own is None:
        return LeftOut(members=members, why=NO_BALANCE if tiers else NO_MAINTENANCE)
    tiers = tiers or [((inf, 0.0, 0.0),)]
    legs = [leg_of(p, own_tiers) for p, own_tiers in zip(members, tiers, strict=True)]
    explained = sum(leg.maintenance_at(1.0) for leg in legs)
    if total is None:
        stated = [p.maintenance_margin for p in members]
        total = explained if None in stated else sum(one or 0.0 for one in stated)
    if 0 <= total < explained:
        legs = [discounted(leg, total / explained) for leg in legs]
        explained = total
    moved = [(p.mark_price or 0.0) / read_mark(p) for p in members]
    if balance is not None:
        balance += sum(leg.profit_at(y) for leg, y in zip(legs, moved, strict=True))
    legs = [remarked(leg, y) for leg, y in zip(legs, moved, strict=True)]
    if len({(p.native_symbol, p.side) for p in members}) > len({p.native_symbol for p in members}):
        assumed.both_sides = True
    fixed = total - explained
    needed = fixed + sum(leg.maintenance_at(1.0) for leg in legs)
    return Group(
        scopes=scopes,
        members=members,
        legs=tuple(legs),
        isolated=isolated,
        balance=balance,
        fixed=fixed,
        own_price=own,
        summed=summed,
        ratio=needed / balance if summed and balance is not None and balance > 0 else None,
    )


def count_hedges(positions: Iterable[Position]) -> int:
    """Pairs of a long and a short of the same base asset."""
    sides: dict[str, dict[Side, int]] = {}
    for position in positions:
        count = sides.setdefault(base_of(position.symbol), {Side.LONG: 0, Side.SHORT: 0})
        count[position.side] += 1
    return sum(min(count.values()) for count in sides.values())
