"""The joint picture of an account against brute force, and its identities."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.joint import JointBreak, JointLiquidation, JointView, MoveKind
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    Side,
)
from app.risk.joint import joint_liquidation
from app.risk.liquidation import liquidation_price
from tests.risk.builders import NOW, a_margin, a_position, an_inverse_position
from tests.risk.joint_reference import MOST, first_break, groups, maintenance, profit, spare

SHARES = st.floats(0.01, 0.6)
BETAS = st.floats(-0.5, 2.5)
Account = tuple[list[Position], list[AccountMargin], dict[str, float]]


def tiers(
    value: float, steps: list[tuple[float, float]], *, join: bool
) -> tuple[MaintenanceTier, ...]:
    """Tiers around ``value``: borders as shares of it, and by how much dearer.

    Where they do not ``join``, a rate counts for the whole position, and a border is a jump.
    """
    found: list[MaintenanceTier] = []
    rate, amount = 0.004, 0.0
    for share, dearer in steps:
        border = value * share
        found.append(MaintenanceTier(up_to=border, rate=rate, amount=amount))
        amount += border * dearer if join else 0.0
        rate += dearer
    return (*found, MaintenanceTier(up_to=None, rate=rate, amount=amount))


@st.composite
def tiered(draw: st.DrawFn, number: int, *, join: bool) -> Position:
    """A position with tiers that a move will cross: linear or inverse, cross or isolated."""
    inverse, cross = draw(st.booleans()), draw(st.booleans())
    mark = draw(st.floats(0.5, 50_000))
    dollars = draw(st.floats(100, 1e6))
    steps = draw(
        st.lists(st.tuples(st.floats(0.3, 2.5), st.floats(0.001, 0.05)), min_size=0, max_size=6)
    )
    value = dollars / mark if inverse else dollars
    made = an_inverse_position() if inverse else a_position()
    made = replace(
        made,
        native_symbol=f"C{number}{'I' if inverse else ''}",
        symbol="BTC/USD:BTC" if inverse else f"C{number}/USDT:USDT",
        side=draw(st.sampled_from(Side)),
        margin_mode=MarginMode.CROSS if cross else MarginMode.ISOLATED,
        mark_price=mark,
        contracts=dollars if inverse else dollars / mark,
        contract_size=1.0,
        size=dollars / mark,
        tiers=tiers(value, sorted(steps), join=join),
    )
    return replace(
        made,
        maintenance_margin=maintenance(made, mark) * draw(st.floats(0.8, 1.3)),
        collateral=None if cross else value * draw(SHARES),
    )


@st.composite
def accounts(draw: st.DrawFn, *, join: bool | None = None) -> Account:
    """Up to six positions, the margins behind them, and a beta of each contract."""
    count = draw(st.integers(1, 6))
    joined = draw(st.booleans()) if join is None else join
    held = [draw(tiered(number, join=joined)) for number in range(count)]
    margins = []
    for scope in ("linear", "inverse"):
        cross = [p for p in held if p.scope == scope and p.margin_mode is MarginMode.CROSS]
        if cross:
            total = sum(value_of(p) for p in cross)
            margins.append(
                a_margin(
                    scope=scope,
                    asset=cross[0].settle_asset,
                    margin_balance=total * draw(SHARES),
                )
            )
    betas = {p.native_symbol: draw(BETAS) for p in held}
    return held, margins, betas


def value_of(p: Position) -> float:
    assert p.mark_price is not None
    quantity = p.contracts * p.contract_size
    return quantity / p.mark_price if p.kind is ContractKind.INVERSE else quantity * p.mark_price


def margin_of(members: list[Position], margins: list[AccountMargin]) -> tuple[float, float]:
    """Balance and maintenance margin now."""
    needed = sum(p.maintenance_margin or 0.0 for p in members)
    if members[0].margin_mode is MarginMode.ISOLATED:
        return members[0].collateral or 0.0, needed
    margin = next(m for m in margins if m.scope == members[0].scope)
    return margin.margin_balance or 0.0, needed


def joint(
    held: list[Position],
    margins: list[AccountMargin] | None = None,
    betas: dict[str, float] | None = None,
) -> JointLiquidation:
    return joint_liquidation(held, margins or [], betas=betas or {}, as_of=NOW)


def view(found: JointLiquidation, kind: MoveKind = MoveKind.SAME) -> JointView:
    return next(one for one in found.views if one.kind is kind)


def distance(found: JointBreak | None) -> float:
    return float("inf") if found is None else abs(found.move)


@settings(max_examples=100, deadline=None)
@given(accounts())
def test_the_first_break_is_where_a_fine_scan_finds_it(
    account: Account,
) -> None:
    held, margins, betas = account
    found = joint(held, margins, betas)
    for kind in MoveKind:
        moves = {s: b if kind is MoveKind.BETA else 1.0 for s, b in betas.items()}
        one = view(found, kind)
        for direction, claimed in ((-1, one.down), (1, one.up)):
            scanned = [
                first_break(members, *margin_of(members, margins), moves, direction)
                for members in groups(held)
            ]
            known = [pair for pair in scanned if pair is not None]
            nearest = min(known, key=lambda pair: pair[1], default=None)
            if nearest is None:
                # Between two moves of the scan it may dip below zero and come back.
                assert claimed is None or lowest(held, margins, moves, claimed) <= 1e-9
                continue
            assert claimed is not None
            assert abs(claimed.move) <= nearest[1] * (1 + 1e-12)
            if abs(claimed.move) < nearest[0]:
                assert lowest(held, margins, moves, claimed) <= 1e-9


def lowest(
    held: list[Position],
    margins: list[AccountMargin],
    betas: dict[str, float],
    at: JointBreak,
) -> float:
    """What the worst margin has to spare at a break, as a share of what stands on it."""
    return min(
        spare(members, *margin_of(members, margins), at.move, betas)
        / sum(value_of(p) for p in members)
        for members in groups(held)
    )


@settings(max_examples=60, deadline=None)
@given(accounts(), st.floats(1.0, 3.0))
def test_more_collateral_never_brings_a_break_nearer(account: Account, more: float) -> None:
    held, margins, betas = account
    richer = [
        p if p.collateral is None else replace(p, collateral=p.collateral * more) for p in held
    ]
    deeper = [replace(m, margin_balance=(m.margin_balance or 0.0) * more) for m in margins]
    before, after = joint(held, margins, betas), joint(richer, deeper, betas)
    for kind in MoveKind:
        for side in ("down", "up"):
            nearer = distance(getattr(view(before, kind), side))
            assert distance(getattr(view(after, kind), side)) >= nearer - 1e-12


@settings(max_examples=60, deadline=None)
@given(accounts())
def test_nothing_moves_where_nothing_moves(
    account: Account,
) -> None:
    held, margins, betas = account
    point = next(p for p in view(joint(held, margins, betas)).points if p.move == 0)
    balances = [margin_of(members, margins) for members in groups(held)]
    assume(all(abs(balance - needed) > 1e-9 * needed for balance, needed in balances))
    if any(balance <= needed for balance, needed in balances):
        assert point.liquidated > 0
    else:
        assert point.profit_usd == pytest.approx(0, abs=1e-6)
        worst = max(needed / balance for balance, needed in balances)
        assert point.margin_ratio == pytest.approx(worst, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(accounts(join=True))
def test_the_curve_is_what_the_definitions_give_at_each_of_its_points(account: Account) -> None:
    held, margins, betas = account
    one = view(joint(held, margins, betas), MoveKind.BETA)
    breaks = [abs(at.move) for at in one.breaks]
    for point in one.points:
        if any(abs(at - abs(point.move)) < 1e-9 for at in breaks):
            continue  # whether it is before or behind the break is a matter of rounding
        profits, ratios, gone = [], [], 0
        for members in groups(held):
            balance, needed = margin_of(members, margins)
            own = [m for m in margins if m.scope == members[0].scope]
            alone = view(joint(members, own, betas), MoveKind.BETA)
            broken = alone.down if point.move < 0 else alone.up
            if broken is not None and abs(broken.move) <= abs(point.move):
                gone += len(members)
                profits.append(-balance * dollars(members[0], betas, point.move))
                continue
            gained = [
                profit(p, price_at(p, betas, point.move)) * dollars(p, betas, point.move)
                for p in members
            ]
            profits += gained
            left = spare(members, balance, needed, point.move, betas)
            moved = sum(profit(p, price_at(p, betas, point.move)) for p in members)
            ratios.append((balance + moved - left) / (balance + moved))
        scale = sum(abs(one) for one in profits) + sum(p.notional_usd or 0.0 for p in held)
        assert point.liquidated == gone
        assert point.profit_usd == pytest.approx(sum(profits), abs=1e-9 * scale)
        if gone:
            assert point.margin_ratio is None
        else:
            assert point.margin_ratio == pytest.approx(max(ratios), rel=1e-6)


def price_at(p: Position, betas: dict[str, float], move: float) -> float:
    assert p.mark_price is not None
    return p.mark_price * max(1 + betas[p.native_symbol] * move, 0.01)


def dollars(p: Position, betas: dict[str, float], move: float) -> float:
    """What one unit of the settle asset is worth: of a coin, the price of its contract."""
    return price_at(p, betas, move) if p.kind is ContractKind.INVERSE else 1.0


@given(
    st.sampled_from(ContractKind),
    st.sampled_from(Side),
    st.floats(0.01, 0.5),
    st.floats(0.001, 0.02),
)
def test_an_isolated_position_breaks_at_the_price_that_is_estimated_for_it(
    kind: ContractKind, side: Side, share: float, rate: float
) -> None:
    assume(share > rate)
    made = a_position() if kind is ContractKind.LINEAR else an_inverse_position()
    value = value_of(made)
    held = replace(made, side=side, collateral=value * share, maintenance_margin_rate=rate)
    assert held.mark_price is not None
    expected = liquidation_price(
        kind,
        side=side,
        quantity=held.contracts * held.contract_size,
        price=held.mark_price,
        margin=value * share,
        maintenance_rate=rate,
    )
    one = view(joint([held]))
    found = one.down if side is Side.LONG else one.up
    if expected is None or abs(expected / held.mark_price - 1) > MOST:
        assert found is None
    else:
        assert found is not None and found.price == pytest.approx(expected, rel=1e-9)
        assert (found.subject, found.position_key) == ("position", held.key)


@settings(max_examples=60, deadline=None)
@given(accounts(join=True))
def test_tiers_that_join_leave_no_jump_so_that_a_break_is_a_zero(
    account: Account,
) -> None:
    """At the break of a group alone, balance and maintenance margin are equal."""
    held, margins, betas = account
    for members in groups(held):
        own = [m for m in margins if m.scope == members[0].scope]
        found = view(joint(members, own, betas), MoveKind.BETA)
        for at in (found.down, found.up):
            if at is not None and at.move != 0:
                left = spare(members, *margin_of(members, margins), at.move, betas)
                scale = sum(value_of(p) for p in members)
                assert left == pytest.approx(0, abs=1e-7 * scale)
