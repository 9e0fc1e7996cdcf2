"""Positions as legs of a joint picture: value, tiers, and what a move is worth in USD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf

from app.domain.position import ContractKind, Position
from app.risk.liquidation import notional, usable_price
from app.risk.liquidation_estimate import quantity_of
from app.risk.units import is_dollar

FLOOR = 0.01
"""A price never falls below this share of its mark, whatever the move and the beta."""
Tier = tuple[float, float, float]
"""Value up to which it holds (infinite for the last), rate, amount taken off; settle asset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One position as the path takes it.

    ``value`` is its value at the mark in the settle asset. ``dollars`` is what it gains or loses
    in USD when its price doubles, ``None`` where that is not known. ``tiers`` begin with the
    smallest.
    """

    inverse: bool
    sign: int
    value: float
    tiers: tuple[Tier, ...]
    dollars: float | None
    now: int = field(init=False)
    """The place of the tier its value is in at the mark."""
    highest_rate: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", self.tier_at(1.0))
        object.__setattr__(self, "highest_rate", max(tier[1] for tier in self.tiers))

    def value_at(self, y: float) -> float:
        """Its value in the settle asset where the price is ``y`` times the mark."""
        return self.value / y if self.inverse else self.value * y

    def tier_at(self, y: float) -> int:
        """The place of the tier its value is in."""
        value = self.value_at(y)
        place = 0
        while value > self.tiers[place][0]:
            place += 1
        return place

    def maintenance_at(self, y: float) -> float:
        """Maintenance margin by its tier, settle asset."""
        _, rate, amount = self.tiers[self.tier_at(y)]
        return self.value_at(y) * rate - amount

    def profit_at(self, y: float) -> float:
        """Profit beside now, settle asset."""
        moved = 1 - 1 / y if self.inverse else y - 1
        return self.sign * self.value * moved


@dataclass(slots=True)
class Assumed:
    """What was taken for granted on the way: contracts, by what is not known of them."""

    without_tiers: dict[str, None] = field(default_factory=dict)
    shared_out: dict[str, None] = field(default_factory=dict)
    several_assets: bool = False
    both_sides: bool = False


def tiers_of_all(
    members: Sequence[Position], total: float | None, assumed: Assumed
) -> list[tuple[Tier, ...]] | None:
    """The tiers of each; ``None`` where the maintenance margin of one cannot be known."""
    found = [_tiers_of(p) for p in members]
    missing = [p for p, tiers in zip(members, found, strict=True) if tiers is None]
    for position, tiers in zip(members, found, strict=True):
        if tiers is not None and not position.tiers:
            assumed.without_tiers[position.symbol] = None
    if not missing:
        return [tiers for tiers in found if tiers is not None]
    if total is None:
        return None
    known = sum(
        leg_of(p, tiers).maintenance_at(1.0)
        for p, tiers in zip(members, found, strict=True)
        if tiers is not None
    )
    rest = max(total - known, 0.0) / sum(_value(p) for p in missing)
    assumed.shared_out.update(dict.fromkeys(p.symbol for p in missing))
    return [((inf, rest, 0.0),) if tiers is None else tiers for tiers in found]


def _tiers_of(position: Position) -> tuple[Tier, ...] | None:
    """All of the contract's, or today's rate and amount throughout.

    An amount is taken off only down to a maintenance margin of nothing.
    """
    if position.tiers:
        listed = position.tiers
        return tuple(
            (
                inf if tier is listed[-1] or tier.up_to is None else tier.up_to,
                tier.rate,
                tier.amount,
            )
            for tier in listed
        )
    rate, amount, own = (
        position.maintenance_margin_rate,
        position.maintenance_amount,
        position.maintenance_margin,
    )
    value = _value(position)
    if rate is None:
        return None if own is None else ((inf, own / value, 0.0),)
    if amount is None:
        amount = 0.0 if own is None else rate * value - own
    if amount > 0 and rate > 0:
        return ((amount / rate, 0.0, 0.0), (inf, rate, amount))
    return ((inf, rate, amount),)


def read_mark(position: Position) -> float:
    """The mark price that its margin and profit belong to."""
    return usable_price(position.read_mark_price) or usable_price(position.mark_price) or 1.0


def _value(position: Position) -> float:
    return notional(position.kind, quantity=quantity_of(position), price=read_mark(position))


def leg_of(position: Position, tiers: tuple[Tier, ...]) -> Leg:
    """The position at the mark it was read with."""
    inverse = position.kind is ContractKind.INVERSE
    money = quote_of(position.symbol) if inverse else position.settle_asset
    value = _value(position)
    return Leg(
        inverse=inverse,
        sign=position.side.sign,
        value=value,
        tiers=tiers,
        dollars=(quantity_of(position) if inverse else value) if is_dollar(money) else None,
    )


def discounted(leg: Leg, share: float) -> Leg:
    """The leg with ``share`` of the maintenance margin its tiers say."""
    tiers = tuple((up_to, rate * share, amount * share) for up_to, rate, amount in leg.tiers)
    return replace(leg, tiers=tiers)


def remarked(leg: Leg, y: float) -> Leg:
    """The leg at a mark ``y`` times the one it has."""
    if y == 1.0:
        return leg
    moves_dollars = leg.dollars is not None and not leg.inverse
    return replace(
        leg,
        value=leg.value_at(y),
        dollars=(leg.dollars or 0.0) * y if moves_dollars else leg.dollars,
    )


def base_of(symbol: str) -> str:
    """``BTC`` of ``BTC/USDT:USDT``."""
    return symbol.partition("/")[0]


def quote_of(symbol: str) -> str:
    """``USD`` of ``BTC/USD:BTC``."""
    return symbol.partition("/")[2].partition(":")[0]
