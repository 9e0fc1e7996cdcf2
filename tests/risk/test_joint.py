"""The joint picture of an account, against brute force, its identities, and cases by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

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
from tests.risk.joint_reference import MOST, first_break, groups, maintenance, spare

SAME_FOR_ALL = 1.0
SHARES = st.floats(0.01, 0.6)
BETAS = st.floats(-0.5, 2.5)


def tiers(value: float, steps: list[tuple[float, float]]) -> tuple[MaintenanceTier, ...]:
    """Continuous tiers around ``value``: borders as shares of it, and by how much dearer."""
    found: list[MaintenanceTier] = []
    rate, amount = 0.004, 0.0
    for share, dearer in steps:
        border = value * share
        found.append(MaintenanceTier(up_to=border, rate=rate, amount=amount))
        amount += border * dearer
        rate += dearer
    return (*found, MaintenanceTier(up_to=None, rate=rate, amount=amount))


@st.composite
def tiered(draw: st.DrawFn, number: int) -> Position:
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
        tiers=tiers(value, sorted(steps)),
    )
    return replace(
        made,
        maintenance_margin=maintenance(made, mark) * draw(st.floats(0.8, 1.3)),
        collateral=None if cross else value * draw(SHARES),
    )


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Position], list[AccountMargin], dict[str, float]]:
    count = draw(st.integers(1, 6))
    held = [draw(tiered(number)) for number in range(count)]
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


def remarked(held: Position, mark: float) -> Position:
    return replace(held, mark_price=mark, read_mark_price=held.mark_price)


def view(found: JointLiquidation, kind: MoveKind = MoveKind.SAME) -> JointView:
    return next(one for one in found.views if one.kind is kind)


def distance(found: JointBreak | None) -> float:
    return float("inf") if found is None else abs(found.move)


@settings(max_examples=100, deadline=None)
@given(accounts())
def test_the_first_break_is_where_a_fine_scan_finds_it(
    account: tuple[list[Position], list[AccountMargin], dict[str, float]],
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
def test_more_collateral_never_brings_a_break_nearer(
    account: tuple[list[Position], list[AccountMargin], dict[str, float]], more: float
) -> None:
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
    account: tuple[list[Position], list[AccountMargin], dict[str, float]],
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
@given(accounts())
def test_tiers_that_join_leave_no_jump_so_that_a_break_is_a_zero(
    account: tuple[list[Position], list[AccountMargin], dict[str, float]],
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


def cross(**fields: Any) -> Position:
    values: dict[str, Any] = {
        "margin_mode": MarginMode.CROSS,
        "mark_price": 50_000.0,
        "size": 1.0,
        "contracts": 1.0,
        "maintenance_margin": 500.0,
        "maintenance_margin_rate": 0.01,
    }
    return a_position(**(values | fields))


def test_a_long_of_one_bitcoin_breaks_where_arithmetic_says() -> None:
    """50,000 of value on 10,000: 10,000 + 50,000 x = 500 (1 + x) at x = −9,500 / 49,500."""
    one = view(joint([cross()], [a_margin()]))
    assert one.down == JointBreak(
        move=pytest.approx(-9500 / 49500), subject="account", scopes=("linear",)
    )
    assert one.up is None
    down = {point.move: point for point in one.points}
    assert list(down) == [pytest.approx(step / 20) for step in range(-12, 13)]
    assert down[-0.15].profit_usd == pytest.approx(-7500)
    assert down[-0.15].margin_ratio == pytest.approx(425 / 2500)
    assert (down[-0.15].liquidated, down[-0.2].liquidated) == (0, 1)
    assert (down[-0.2].profit_usd, down[-0.2].margin_ratio) == (-10_000, None)
    assert down[0.6].profit_usd == pytest.approx(30_000)


def test_a_hedge_holds_where_each_leg_alone_would_break() -> None:
    """A short of ether against a long of bitcoin: together nothing is lost when all fall alike."""
    short = cross(
        side=Side.SHORT,
        symbol="ETH/USDT:USDT",
        native_symbol="ETHUSDT",
        mark_price=2500.0,
        size=20.0,
        contracts=20.0,
    )
    found = joint([cross(), short], [a_margin()], {"ETHUSDT": 1.5})
    assert view(found).down is None and view(found).up is None
    beta = view(found, MoveKind.BETA)
    assert beta.down is None, "the short gains more than the long loses"
    # Up: 10,000 + 50,000 x − 75,000 x = 500 (1 + x) + 500 (1 + 1.5 x).
    assert beta.up is not None and beta.up.move == pytest.approx(9000 / 26_250)
    assert found.hedges == 0, "another base asset"


def test_the_first_of_two_breaks_counts_when_the_margin_recovers_between() -> None:
    """Ether's beta of 2.4 puts its price on the floor; bitcoin then goes on in its favour."""
    long = cross(
        symbol="ETH/USDT:USDT",
        native_symbol="ETHUSDT",
        mark_price=2500.0,
        size=8.0,
        contracts=8.0,
        maintenance_margin=0.0,
        maintenance_margin_rate=0.0,
    )
    short = cross(
        side=Side.SHORT,
        size=0.8,
        contracts=0.8,
        maintenance_margin=0.0,
        maintenance_margin_rate=0.0,
    )
    # Down: −20,000 · 2.4 x + 40,000 x until x = 0.4125, then 40,000 x goes on alone.
    found = joint([long, short], [a_margin(margin_balance=3000.0)], {"ETHUSDT": 2.4})
    beta = view(found, MoveKind.BETA)
    assert beta.down is not None and beta.down.move == pytest.approx(-3000 / 8000)


def test_both_sides_of_a_contract_are_a_hedge_that_each_needs_its_margin() -> None:
    short = cross(side=Side.SHORT)
    found = joint([cross(), short], [a_margin(margin_balance=1100.0)])
    assert found.hedges == 1
    # 1,100 = 1,000 (1 + x): only dearer maintenance brings it down.
    assert view(found).up is not None
    assert view(found).up == JointBreak(
        move=pytest.approx(0.1), subject="account", scopes=("linear",)
    )
    assert any("each need maintenance" in text for text in found.approximations)


def test_a_tier_that_begins_on_the_way_brings_the_break_nearer() -> None:
    """A short grows as the price rises: above 60,000 its maintenance rate is 10 %, not 1 %."""
    steps = (
        MaintenanceTier(up_to=60_000, rate=0.01),
        MaintenanceTier(up_to=None, rate=0.10, amount=5400.0),
    )
    short = cross(side=Side.SHORT, tiers=steps)
    one = view(joint([short], [a_margin(margin_balance=14_000.0)]))
    # 14,000 − 50,000 x = 50,000 (1 + x) / 10 − 5,400
    assert one.up is not None and one.up.move == pytest.approx(14_400 / 55_000)
    whole = view(joint([replace(short, tiers=())], [a_margin(margin_balance=14_000.0)]))
    assert whole.up is not None and whole.up.move == pytest.approx(13_500 / 50_500)


def test_a_tier_that_counts_for_the_whole_position_breaks_it_at_its_border() -> None:
    steps = (MaintenanceTier(up_to=60_000, rate=0.01), MaintenanceTier(up_to=None, rate=0.30))
    short = cross(side=Side.SHORT, tiers=steps)
    one = view(joint([short], [a_margin(margin_balance=14_000.0)]))
    assert one.up is not None and one.up.move == pytest.approx(0.2)


def test_what_orders_and_discounts_make_of_the_maintenance_margin_stays() -> None:
    margin = a_margin(maintenance_margin=900.0, margin_ratio=0.09)
    found = joint([cross()], [margin])
    assert found.margin_ratio == pytest.approx(0.09)
    # 10,000 + 50,000 x = 900 + 500 x
    assert view(found).down is not None
    assert distance(view(found).down) == pytest.approx(9100 / 49_500)


def test_inverse_contracts_are_counted_in_coin_and_shown_in_dollars() -> None:
    """10,000 USD long at 50,000 is 0.2 BTC; it gains 10,000 x in dollars at the moved price."""
    held = an_inverse_position(
        margin_mode=MarginMode.CROSS, maintenance_margin=0.002, maintenance_margin_rate=0.01
    )
    found = joint([held], [a_margin(scope="inverse", asset="BTC", margin_balance=0.05)])
    one = view(found)
    # 0.05 + 0.2 (1 − 1/y) = 0.002 / y
    y = 0.202 / 0.25
    assert one.down is not None and one.down.move == pytest.approx(y - 1)
    points = {point.move: point for point in one.points}
    assert points[0.5].profit_usd == pytest.approx(5000)
    assert points[-0.6].profit_usd == pytest.approx(-0.05 * 50_000 * 0.4), (
        "the coins are worth less"
    )


def test_coins_of_different_beta_on_one_margin_are_still_found_exactly() -> None:
    near = an_inverse_position(margin_mode=MarginMode.CROSS, maintenance_margin=0.002)
    far = replace(near, native_symbol="BTCUSD_261225", side=Side.SHORT, contracts=40.0)
    margin = a_margin(scope="inverse", asset="BTC", margin_balance=0.05)
    betas = {"BTCUSD_PERP": 1.0, "BTCUSD_261225": 1.3}
    one = view(joint([near, far], [margin], betas), MoveKind.BETA)
    assert one.down is not None
    y, z = 1 + one.down.move, 1 + 1.3 * one.down.move
    balance = 0.05 + 0.2 * (1 - 1 / y) - 0.08 * (1 - 1 / z)
    assert balance == pytest.approx(0.002 / y + 0.002 / z, rel=1e-9)


def test_one_margin_behind_several_scopes_is_one_group_and_counted_once() -> None:
    """It is kept under the name of each scope."""
    usdc = cross(scope="usdc", settle_asset="USDC", native_symbol="BTCPERP")
    whole = a_margin(asset="USD", margin_balance=10_000.0, maintenance_margin=1000.0)
    found = joint([cross(), usdc], [whole, replace(whole, scope="usdc")])
    at = view(found).down
    assert at is not None and (at.subject, at.scopes) == ("account", ("linear", "usdc"))
    assert at.move == pytest.approx(-9000 / 99_000)
    assert any("keep today's value" in text for text in found.approximations)


def test_each_settle_asset_with_a_margin_of_its_own_is_a_group_of_its_own() -> None:
    """No margin is kept of such a scope; each position carries that of its asset."""
    usdt = cross(collateral=10_000.0, margin_ratio=0.05)
    usdc = cross(settle_asset="USDC", native_symbol="BTCUSDC", collateral=5000.0, margin_ratio=0.1)
    found = joint([usdt, usdc])
    assert view(found).down is not None
    moves = [abs(at.move) for at in view(found).breaks]
    assert moves == [pytest.approx(4500 / 49_500), pytest.approx(9500 / 49_500)]
    assert view(found).down == view(found).breaks[0]
    assert view(found).points[0].liquidated == 2
    unproven = joint([replace(usdt, margin_ratio=0.2)])
    assert unproven.views == ()
    assert unproven.notes["views"] == "BTC/USDT:USDT: The margin balance behind it is not known."


def test_the_exchanges_own_price_wins_for_a_position_alone_on_its_margin() -> None:
    held = a_position(collateral=5000.0, maintenance_margin=100.0, liquidation_price=52_000.0)
    found = joint([held])
    at = view(found).down
    assert at is not None and (at.move, at.price) == (pytest.approx(-0.2), pytest.approx(52_000))
    points = {point.move: point for point in view(found).points}
    assert (points[-0.15].liquidated, points[-0.2].liquidated) == (0, 1)
    assert any("own liquidation price" in text for text in found.approximations)
    alone = joint([replace(held, collateral=None)])
    assert distance(view(alone).down) == pytest.approx(0.2)
    assert view(alone).points[12].margin_ratio is None
    assert view(alone).points[0].profit_usd == pytest.approx(-0.5 * 13_000)


def test_a_margin_that_is_used_up_breaks_now() -> None:
    one = view(joint([cross()], [a_margin(margin_balance=400.0)]))
    assert one.down is not None and one.up is not None
    assert (one.down.move, one.up.move) == (0.0, 0.0)
    assert {point.liquidated for point in one.points} == {1}


def test_newer_marks_move_the_beginning() -> None:
    """After a fall from 50,000 to 45,000 the same price is nearer."""
    held, margin = cross(), a_margin()
    before = view(joint([held], [margin])).down
    found = joint([remarked(held, 45_000.0)], [margin])
    after = view(found).down
    assert before is not None and after is not None
    assert 45_000 * (1 + after.move) == pytest.approx(50_000 * (1 + before.move))
    assert found.margin_ratio == pytest.approx(450 / 5000)
    inverse = an_inverse_position(
        margin_mode=MarginMode.CROSS, maintenance_margin=0.002, maintenance_margin_rate=0.01
    )
    coin = a_margin(scope="inverse", asset="BTC", margin_balance=0.05)
    old = view(joint([inverse], [coin])).down
    new = view(joint([remarked(inverse, 60_000.0)], [coin])).down
    assert old is not None and new is not None
    assert 60_000 * (1 + new.move) == pytest.approx(50_000 * (1 + old.move))


def test_portfolio_margin_has_no_views_and_the_exchanges_own_ratio() -> None:
    held = cross(margin_mode=MarginMode.PORTFOLIO)
    found = joint([held], [a_margin(margin_ratio=0.3)])
    assert (found.views, found.portfolio_margin, found.margin_ratio) == ((), True, 0.3)
    assert "revalues the whole account" in found.notes["views"]


def test_a_coin_settled_contract_on_a_dollar_margin_has_no_views() -> None:
    coin = an_inverse_position(margin_mode=MarginMode.CROSS, maintenance_margin=0.002)
    whole = a_margin(asset="USD", scope="linear", margin_ratio=0.2)
    found = joint([cross(), coin], [whole, replace(whole, scope="inverse")])
    assert found.views == ()
    assert found.margin_ratio == 0.2
    assert found.notes["views"] == (
        "BTC/USDT:USDT, BTC/USD:BTC: The margin is counted in USD, and a contract of it settles"
        " in BTC."
    )


def test_what_is_not_known_is_left_out_and_said() -> None:
    alone = a_position(collateral=5000.0, maintenance_margin=100.0, native_symbol="X")
    found = joint([cross(symbol="SOL/USDT:USDT"), alone])
    assert len(found.views) == 2
    assert found.notes["views"] == (
        "Left out: SOL/USDT:USDT: The margin balance behind it is not known."
    )
    assert view(found).points[0].liquidated == 1


def test_without_tiers_and_betas_it_says_what_it_took_for_granted() -> None:
    held = cross(symbol="SOL/USDT:USDT", native_symbol="SOLUSDT")
    found = joint([held, cross()], [a_margin()])
    assert found.approximations == (
        "The maintenance tiers of SOL/USDT:USDT, BTC/USDT:USDT are not known: today's rate and"
        " amount stay.",
        "No beta is known of SOL/USDT:USDT: it is taken to move like BTC.",
    )
    steps = (MaintenanceTier(up_to=None, rate=0.01),)
    known = joint([replace(held, tiers=steps)], [a_margin()], {"SOLUSDT": 1.4})
    assert known.approximations == ()


def test_a_maintenance_margin_only_the_account_states_is_shared_out_by_value() -> None:
    bare = cross(maintenance_margin=None, maintenance_margin_rate=None)
    other = replace(bare, symbol="ETH/USDT:USDT", native_symbol="ETHUSDT", mark_price=25_000.0)
    found = joint([bare, other], [a_margin(maintenance_margin=750.0)])
    assert distance(view(found).down) == pytest.approx(9250 / 74_250)
    assert any("shared out by value" in text for text in found.approximations)
    unstated = joint([bare, other], [a_margin()])
    assert unstated.views == () and "maintenance margin is not known" in unstated.notes["views"]


def test_a_profit_in_another_money_is_no_dollar_figure() -> None:
    held = cross(symbol="BTC/EUR:EUR", settle_asset="EUR")
    found = joint([held], [a_margin(asset="EUR")])
    assert {point.profit_usd for point in view(found).points} == {None}
    assert found.notes["profit_usd"] == (
        "A contract settles in EUR, of which no dollar value is known."
    )
    assert distance(view(found).down) == pytest.approx(9500 / 49_500)


def test_a_price_never_falls_below_a_hundredth_of_its_mark() -> None:
    held = cross(symbol="PEPE/USDT:USDT", native_symbol="PEPEUSDT")
    found = joint([held], [a_margin(margin_balance=60_000.0)], {"PEPEUSDT": 3.0})
    beta = view(found, MoveKind.BETA)
    assert beta.down is None
    assert beta.points[0].profit_usd == pytest.approx(-50_000 * 0.99)


def test_an_empty_account_says_so() -> None:
    found = joint([], [a_margin()])
    assert (found.positions, found.views) == (0, ())
    assert found.notes["views"] == "There are no open positions."
