"""The joint picture of accounts that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.joint import JointBreak, JointLiquidation, JointView, MoveKind
from app.domain.position import AccountMargin, MaintenanceTier, MarginMode, Position, Side
from app.risk.joint import joint_liquidation
from app.risk.joint_roots import Spare
from tests.risk.builders import NOW, a_margin, a_position, an_inverse_position


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


def test_what_orders_add_to_the_maintenance_margin_stays() -> None:
    margin = a_margin(maintenance_margin=900.0, margin_ratio=0.09)
    found = joint([cross()], [margin])
    assert found.margin_ratio == pytest.approx(0.09)
    # 10,000 + 50,000 x = 900 + 500 x
    assert view(found).down is not None
    assert distance(view(found).down) == pytest.approx(9100 / 49_500)


def test_a_discount_on_the_maintenance_margin_goes_with_it() -> None:
    """Half of what the tiers say: 10,000 + 50,000 x = 250 (1 + x)."""
    margin = a_margin(maintenance_margin=250.0, margin_ratio=0.025)
    found = joint([cross()], [margin])
    assert found.margin_ratio == pytest.approx(0.025)
    assert distance(view(found).down) == pytest.approx(9750 / 49_750)


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


def test_of_two_positions_on_a_margin_nobody_knows_no_price_is_taken_for_the_joint_one() -> None:
    """The exchange's price of each holds the other still."""
    one = cross(liquidation_price=40_000.0, collateral=None, margin_ratio=None)
    unknown = a_margin(asset="USD", margin_balance=None, margin_ratio=0.4)
    alone = joint([one], [unknown])
    assert distance(view(alone).down) == pytest.approx(0.2)
    both = joint([one, replace(one, scope="other", settle_asset="USDC")], [unknown])
    assert (both.views, both.margin_ratio) == ((), 0.4)
    assert "margin balance behind it is not known" in both.notes["views"]


def test_a_margin_that_is_used_up_breaks_now() -> None:
    one = view(joint([cross()], [a_margin(margin_balance=400.0)]))
    assert one.down is not None and one.up is not None
    assert (one.down.move, one.up.move) == (0.0, 0.0)
    assert one.breaks == (one.down,), "told once"
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


def test_amounts_that_all_but_cancel_out_do_not_keep_it_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at = 0
    clears = Spare._clears

    def counted(self: Spare, a: float, b: float) -> bool:
        nonlocal looked_at
        looked_at += 1
        return clears(self, a, b)

    monkeypatch.setattr(Spare, "_clears", counted)
    for amount, apart in ((1e12, 1e-12), (1e15, 1e-15)):
        spare = Spare(1.0, 0.0, ((-1.0, -amount), (-1.0 - apart, amount)))
        assert spare.first_root(0.0, 0.6) is None
    falls = Spare(1.0, 0.0, ((-1.0, -1e12), (-1.0, 1e12 - 0.5)))
    assert falls.first_root(0.0, 0.6) == pytest.approx(0.5, abs=0.01)
    assert looked_at < 40_000


@pytest.mark.parametrize("beta", [1e300, -1e3, float("nan")])
def test_a_beta_that_can_be_none_is_taken_for_one_and_said(beta: float) -> None:
    found = joint_liquidation(
        [a_position(native_symbol="ETHUSDT", symbol="ETH/USDT:USDT", collateral=2000.0,
                    maintenance_margin=130.0)],
        [],
        betas={"ETHUSDT": beta},
        as_of=NOW,
    )  # fmt: skip
    assert any("No beta is known of ETH/USDT:USDT" in one for one in found.approximations)
    assert all(point.profit_usd is not None for point in found.views[1].points)
