"""Margin ratio, and what the cross positions of an account share."""

from __future__ import annotations

import pytest

from app.domain.position import MarginMode
from app.risk.margin import NO_SHARED_MARGIN, margin_ratio, position_margin_ratio, share_margin
from tests.risk.builders import a_margin, a_position, an_inverse_position


def test_the_ratio_is_maintenance_over_balance() -> None:
    assert margin_ratio(130.0, 1_625.0).value == pytest.approx(0.08)


def test_at_a_ratio_of_one_liquidation_is_due() -> None:
    assert margin_ratio(100.0, 100.0).breached
    assert not margin_ratio(99.9, 100.0).breached


@pytest.mark.parametrize("balance", [0.0, -12.5])
def test_a_used_up_balance_is_breached_though_no_ratio_can_say_so(balance: float) -> None:
    found = margin_ratio(100.0, balance)
    assert found.value is None
    assert found.breached
    assert found.note == "The margin balance is used up."


@pytest.mark.parametrize(("maintenance", "balance"), [(None, 5.0), (5.0, None)])
def test_a_ratio_of_something_unknown_is_unknown_and_says_why(
    maintenance: float | None, balance: float | None
) -> None:
    found = margin_ratio(maintenance, balance)
    assert found.value is None and found.note is not None and not found.breached


def test_an_isolated_position_has_its_own_ratio() -> None:
    position = a_position(collateral=1_625.0, maintenance_margin=130.0)
    shared = share_margin([position], a_margin(margin_ratio=0.5))
    assert position_margin_ratio(position, shared).value == pytest.approx(0.08)


def test_a_cross_position_has_the_ratio_of_its_account() -> None:
    position = a_position(margin_mode=MarginMode.CROSS, margin_ratio=0.01)
    shared = share_margin([position], a_margin(margin_ratio=0.5))
    assert position_margin_ratio(position, shared).value == 0.5


def test_an_account_ratio_that_is_not_given_is_worked_out() -> None:
    position = a_position(margin_mode=MarginMode.CROSS, maintenance_margin=500.0)
    shared = share_margin([position], a_margin(margin_balance=10_000.0))
    assert position_margin_ratio(position, shared).value == pytest.approx(0.05)


def test_a_cross_position_of_an_unknown_account_says_that_it_is_unknown() -> None:
    found = position_margin_ratio(a_position(margin_mode=MarginMode.CROSS), NO_SHARED_MARGIN)
    assert found.value is None
    assert found.note == "The margin of the whole account is not known."


def test_one_unknown_maintenance_makes_the_sum_unknown() -> None:
    known = a_position(margin_mode=MarginMode.CROSS, maintenance_margin=10.0)
    silent = a_position(margin_mode=MarginMode.CROSS, native_symbol="ETHUSDT")
    assert share_margin([known, silent], a_margin()).maintenance is None


def test_maintenance_in_another_coin_is_not_added_up() -> None:
    linear = a_position(margin_mode=MarginMode.CROSS, maintenance_margin=10.0)
    inverse = an_inverse_position(margin_mode=MarginMode.CROSS, maintenance_margin=0.01)
    assert share_margin([linear, inverse], a_margin()).maintenance is None


def test_dollar_coins_are_added_at_par() -> None:
    tether = a_position(margin_mode=MarginMode.CROSS, maintenance_margin=10.0)
    circle = a_position(margin_mode=MarginMode.CROSS, maintenance_margin=5.0, settle_asset="USDC")
    assert share_margin([tether, circle], a_margin(asset="USD")).maintenance == 15.0


def test_isolated_positions_do_not_weigh_on_the_shared_margin() -> None:
    cross = a_position(margin_mode=MarginMode.CROSS, maintenance_margin=10.0)
    alone = a_position(native_symbol="ETHUSDT", maintenance_margin=90.0)
    assert share_margin([cross, alone], a_margin()).maintenance == 10.0
