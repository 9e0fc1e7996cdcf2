"""Liquidation and bankruptcy price of a position. docs/figures.md, "Liquidation price".

Each formula takes a price and the margin *at that price*, which belong together: the entry
price with the wallet margin W, or the mark price with the margin balance A, profit included.
The answer is the same. On cross margin A is the account's margin balance less the maintenance
margin of its other positions.

``quantity`` is the size in base units for linear contracts, and contracts × contract size in
quote units (usually USD) for inverse ones. ``margin`` and ``maintenance_amount`` (the tier's
``cum``) are in the settle asset: quote for linear, the coin for inverse.
"""

from __future__ import annotations

from math import isfinite

from app.domain.position import ContractKind, Side
from app.risk.bounds import LARGEST, SMALLEST


def liquidation_price_linear(
    *,
    side: Side,
    quantity: float,
    price: float,
    margin: float,
    maintenance_rate: float,
    maintenance_amount: float = 0.0,
) -> float | None:
    """L = (s·q·P − margin − cum) / (q·(s − mmr)), or ``None`` where no price liquidates."""
    if not _usable(quantity, price, margin, maintenance_rate, maintenance_amount):
        return None
    s = side.sign
    denominator = quantity * (s - maintenance_rate)
    if denominator * s <= 0:
        return None
    return usable_price((s * quantity * price - margin - maintenance_amount) / denominator)


def liquidation_price_inverse(
    *,
    side: Side,
    quantity: float,
    price: float,
    margin: float,
    maintenance_rate: float,
    maintenance_amount: float = 0.0,
) -> float | None:
    """L = n·c·(s + mmr) / (margin + cum + s·n·c/P), or ``None`` where no price liquidates."""
    if not _usable(quantity, price, margin, maintenance_rate, maintenance_amount):
        return None
    s = side.sign
    denominator = margin + maintenance_amount + s * quantity / price
    if denominator * s <= 0:
        return None
    return usable_price(quantity * (s + maintenance_rate) / denominator)


def liquidation_price(
    kind: ContractKind,
    *,
    side: Side,
    quantity: float,
    price: float,
    margin: float,
    maintenance_rate: float,
    maintenance_amount: float = 0.0,
) -> float | None:
    """The formula of ``kind``; ``None`` where no price liquidates the position."""
    formula = liquidation_price_linear if kind is ContractKind.LINEAR else liquidation_price_inverse
    return formula(
        side=side,
        quantity=quantity,
        price=price,
        margin=margin,
        maintenance_rate=maintenance_rate,
        maintenance_amount=maintenance_amount,
    )


def bankruptcy_price(
    kind: ContractKind, *, side: Side, quantity: float, price: float, margin: float
) -> float | None:
    """The price at which nothing of the margin is left; ``None`` where there is none."""
    return liquidation_price(
        kind, side=side, quantity=quantity, price=price, margin=margin, maintenance_rate=0.0
    )


def maintenance_margin(
    kind: ContractKind,
    *,
    quantity: float,
    price: float,
    maintenance_rate: float,
    maintenance_amount: float = 0.0,
) -> float:
    """Maintenance margin at ``price`` in the settle asset: q·P·mmr − cum, or n·c·mmr/P − cum."""
    return notional(kind, quantity=quantity, price=price) * maintenance_rate - maintenance_amount


def notional(kind: ContractKind, *, quantity: float, price: float) -> float:
    """Value of the position at ``price`` in the settle asset."""
    return quantity * price if kind is ContractKind.LINEAR else quantity / price


def usable_price(value: float | None) -> float | None:
    """``value`` if it can be a price: above zero and within all bounds. A far price is a price."""
    return value if value is not None and SMALLEST <= value <= LARGEST else None


def _usable(quantity: float, price: float, *others: float) -> bool:
    maintenance_rate = others[1]
    positive = quantity > 0 and price > 0 and maintenance_rate >= 0
    return positive and all(map(isfinite, (quantity, price, *others)))
