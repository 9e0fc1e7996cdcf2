"""How far the price is from liquidation, as a fraction of mark and in money. docs/figures.md."""

from __future__ import annotations

from app.domain.position import ContractKind, Side
from app.risk.liquidation import usable_price
from app.risk.units import is_dollar


def distance(
    *, side: Side, mark_price: float | None, liquidation_price: float | None
) -> float | None:
    """d = s·(M − L)/M; zero or less is a breached position. ``None`` without either price."""
    mark, liquidation = usable_price(mark_price), usable_price(liquidation_price)
    if mark is None or liquidation is None:
        return None
    return side.sign * (mark - liquidation) / mark


def distance_usd(
    *,
    kind: ContractKind,
    distance: float | None,
    mark_price: float | None,
    quantity: float,
    settle_asset: str,
    notional_usd: float | None = None,
) -> float | None:
    """What reaching liquidation costs, in USD; ``None`` where it cannot be told in USD.

    Linear: s·(M − L)·q, which is d·q·M, for contracts settled in a dollar coin; settled in
    another asset, d times ``notional_usd``. Inverse: d·n·c, which is the coin lost,
    n·c·(1/L − 1/M), valued at the liquidation price. ``quantity`` is q, or n·c.
    """
    if distance is None:
        return None
    if kind is ContractKind.INVERSE:
        return distance * quantity
    if is_dollar(settle_asset) and mark_price is not None:
        return distance * mark_price * quantity
    return None if notional_usd is None else distance * abs(notional_usd)
