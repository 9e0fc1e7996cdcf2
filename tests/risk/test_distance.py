"""How far liquidation is, as a fraction of mark and in money."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.position import ContractKind, Side
from app.risk.distance import distance, distance_usd

PRICES = st.floats(1e-4, 1e6)


@pytest.mark.parametrize(("side", "expected"), [(Side.LONG, 0.05), (Side.SHORT, -0.05)])
def test_it_is_measured_from_the_mark_towards_the_side_that_hurts(
    side: Side, expected: float
) -> None:
    found = distance(side=side, mark_price=65_000.0, liquidation_price=61_750.0)
    assert found == pytest.approx(expected)


@given(PRICES, PRICES)
def test_long_and_short_see_the_same_two_prices_with_opposite_signs(
    mark: float, liquidation: float
) -> None:
    long, short = (
        distance(side=side, mark_price=mark, liquidation_price=liquidation) for side in Side
    )
    assert long is not None and short is not None and long == -short


@given(PRICES, st.sampled_from(Side))
def test_a_mark_at_the_liquidation_price_is_breached(mark: float, side: Side) -> None:
    assert distance(side=side, mark_price=mark, liquidation_price=mark) == 0


@pytest.mark.parametrize("missing", [None, 0.0, -1.0, nan, inf])
def test_without_one_of_the_prices_there_is_no_distance(missing: float | None) -> None:
    assert distance(side=Side.LONG, mark_price=missing, liquidation_price=1.0) is None
    assert distance(side=Side.LONG, mark_price=1.0, liquidation_price=missing) is None


def cost(**fields: object) -> float | None:
    case: dict[str, object] = {
        "kind": ContractKind.LINEAR,
        "distance": 0.05,
        "mark_price": 65_000.0,
        "quantity": 0.5,
        "settle_asset": "USDT",
    }
    return distance_usd(**(case | fields))  # type: ignore[arg-type]


def test_in_money_a_linear_distance_is_the_price_move_times_the_size() -> None:
    assert cost() == pytest.approx((65_000 - 61_750) * 0.5)


def test_in_money_an_inverse_distance_is_the_coin_lost_at_the_liquidation_price() -> None:
    mark, liquidation, contracts_usd = 50_000.0, 40_000.0, 10_000.0
    coin_lost = contracts_usd * (1 / liquidation - 1 / mark)
    found = cost(
        kind=ContractKind.INVERSE,
        distance=(mark - liquidation) / mark,
        mark_price=mark,
        quantity=contracts_usd,
        settle_asset="BTC",
    )
    assert found == pytest.approx(coin_lost * liquidation)


def test_a_linear_contract_settled_in_a_coin_takes_the_venues_worth_in_usd() -> None:
    assert cost(settle_asset="BTC", notional_usd=20_000.0) == pytest.approx(1_000.0)


def test_a_worth_nobody_says_is_not_made_up() -> None:
    assert cost(settle_asset="BTC") is None
    assert cost(distance=None) is None
