"""The joint picture by brute force: every margin at hundreds of moves, from the definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.position import ContractKind, MarginMode, Position

GRID = 300
MOST = 0.60


def spare(
    group: Sequence[Position],
    balance: float,
    needed: float,
    move: float,
    betas: Mapping[str, float],
) -> float:
    """Margin balance less maintenance margin of positions on one margin at a move.

    What is ``needed`` now beyond the tiers stays; where it is less, they are all lowered alike.
    """
    now = sum(maintenance(p, p.mark_price or 0.0) for p in group)
    share, beyond = (needed / now, 0.0) if needed < now else (1.0, needed - now)
    left = balance - beyond
    for p in group:
        assert p.mark_price is not None
        price = p.mark_price * max(1 + betas[p.native_symbol] * move, 0.01)
        left += profit(p, price) - maintenance(p, price) * share
    return left


def profit(p: Position, price: float) -> float:
    """Beside the mark, in the settle asset."""
    assert p.mark_price is not None
    if p.kind is ContractKind.LINEAR:
        return p.side.sign * p.size * (price - p.mark_price)
    return p.side.sign * p.contracts * p.contract_size * (1 / p.mark_price - 1 / price)


def maintenance(p: Position, price: float) -> float:
    """By the tier the value of the position is in, in the settle asset."""
    value = (
        p.size * price if p.kind is ContractKind.LINEAR else p.contracts * p.contract_size / price
    )
    tier = next(t for t in p.tiers if t.up_to is None or value <= t.up_to)
    return value * tier.rate - tier.amount


def groups(positions: Sequence[Position]) -> list[list[Position]]:
    """Cross positions of one scope together, each isolated one by itself."""
    by_scope: dict[str, list[Position]] = {}
    alone = []
    for p in positions:
        if p.margin_mode is MarginMode.ISOLATED:
            alone.append([p])
        else:
            by_scope.setdefault(p.scope, []).append(p)
    return [*by_scope.values(), *alone]


def first_break(
    members: Sequence[Position],
    balance: float,
    needed: float,
    betas: Mapping[str, float],
    direction: int,
) -> tuple[float, float] | None:
    """Two neighbouring moves with the first break between them (as distances), if there is one."""
    before = 0.0
    for step in range(GRID + 1):
        here = MOST * step / GRID
        if spare(members, balance, needed, direction * here, betas) <= 0:
            return before, here
        before = here
    return None
