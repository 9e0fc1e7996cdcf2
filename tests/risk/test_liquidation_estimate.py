"""Which price a position has: the venue's own, an estimate that says so, or none and why."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.position import ContractKind, MarginMode, Side, Source
from app.risk.distance import distance
from app.risk.liquidation import liquidation_price
from app.risk.liquidation_estimate import COVERED, prices
from app.risk.margin import NO_SHARED_MARGIN, share_margin
from tests.risk.builders import a_margin, a_position, an_inverse_position


def test_the_venues_own_price_wins_over_any_estimate() -> None:
    position = a_position(liquidation_price=61_750.0, collateral=5.0, maintenance_margin_rate=0.004)
    found = prices(position, shared=NO_SHARED_MARGIN)
    assert found.liquidation.price == 61_750.0
    assert found.liquidation.source is Source.VENUE
    assert found.liquidation.note is None


@pytest.mark.parametrize("absent", [None, 0.0, -110_163.84, nan, inf])
def test_what_is_no_price_is_filled_by_an_estimate_that_says_so(absent: float | None) -> None:
    # (0.5·65,000 − 1,625) / (0.5·(1 − 0.004)) = 30,875 / 0.498
    position = a_position(
        liquidation_price=absent, collateral=1_625.0, maintenance_margin_rate=0.004
    )
    found = prices(position, shared=NO_SHARED_MARGIN).liquidation
    assert found.price == pytest.approx(61_997.991967871)
    assert found.source is Source.ESTIMATED
    assert found.note == "Estimated from the position's margin."


def test_an_inverse_position_is_estimated_in_its_coin() -> None:
    # 10,000·1.004 / (0.02 + 10,000/50,000) = 10,040 / 0.22
    position = an_inverse_position(collateral=0.02, maintenance_margin_rate=0.004)
    found = prices(position, shared=NO_SHARED_MARGIN).liquidation
    assert found.price == pytest.approx(45_636.363636364)
    assert found.source is Source.ESTIMATED


def test_a_rate_that_is_not_given_is_taken_from_the_maintenance_margin_and_said() -> None:
    position = a_position(collateral=1_625.0, maintenance_margin=130.0)
    found = prices(position, shared=NO_SHARED_MARGIN).liquidation
    assert found.price == pytest.approx(30_875 / (0.5 * 0.996))
    assert found.note is not None and "taken from today's maintenance margin" in found.note


def test_the_tiers_amount_is_taken_from_the_maintenance_margin_where_only_the_rate_is_given() -> (
    None
):
    """32,500 at 1 % is 325; the venue asks 195, so its tier subtracts 130."""
    given_both = a_position(
        collateral=1_625.0, maintenance_margin_rate=0.01, maintenance_amount=130.0
    )
    derived = a_position(collateral=1_625.0, maintenance_margin_rate=0.01, maintenance_margin=195.0)
    assert prices(derived, shared=NO_SHARED_MARGIN).liquidation.price == pytest.approx(
        prices(given_both, shared=NO_SHARED_MARGIN).liquidation.price
    )


def test_on_cross_margin_the_other_positions_maintenance_comes_off_the_balance() -> None:
    """Balance 10,000, others need 400: (0.5·65,000 − 9,600) / (0.5·0.996)."""
    own = a_position(
        margin_mode=MarginMode.CROSS, maintenance_margin=130.0, maintenance_margin_rate=0.004
    )
    other = a_position(
        margin_mode=MarginMode.CROSS, native_symbol="ETHUSDT", maintenance_margin=400.0
    )
    added_up = share_margin([own, other], a_margin())
    told = share_margin([own], a_margin(maintenance_margin=530.0))
    for shared in (added_up, told):
        found = prices(own, shared=shared).liquidation
        assert found.price == pytest.approx(22_900 / 0.498)
        assert found.note is not None and "moves with the account's other positions" in found.note


def test_cross_margin_counted_in_another_coin_is_not_mixed_in() -> None:
    position = an_inverse_position(
        margin_mode=MarginMode.CROSS, maintenance_margin=0.001, maintenance_margin_rate=0.004
    )
    shared = share_margin([position], a_margin(asset="USD", maintenance_margin=50.0))
    found = prices(position, shared=shared).liquidation
    assert found.source is Source.NONE
    assert found.note == "The account's margin is counted in USD, this contract settles in BTC."


def test_a_fully_collateralised_position_has_none_and_that_is_a_finding() -> None:
    position = a_position(collateral=40_000.0, maintenance_margin_rate=0.004)
    found = prices(position, shared=NO_SHARED_MARGIN)
    assert found.liquidation.source is Source.NONE
    assert found.liquidation.note == COVERED
    assert found.covered


def test_a_margin_below_repair_is_not_called_fully_collateralised() -> None:
    """An inverse long owing more coin than it could ever gain has no price either."""
    position = an_inverse_position(collateral=-0.3, maintenance_margin_rate=0.004)
    found = prices(position, shared=NO_SHARED_MARGIN)
    assert found.liquidation.price is None
    assert not found.covered
    assert found.liquidation.note == "The margin is below what any price could restore."


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"collateral": 1_625.0}, "neither a liquidation price nor the maintenance margin"),
        ({"maintenance_margin_rate": 0.004}, "margin of this position is not known"),
        (
            {"maintenance_margin_rate": 0.004, "collateral": 1.0, "mark_price": None},
            "no mark price",
        ),
        (
            {"maintenance_margin_rate": 0.004, "margin_mode": MarginMode.CROSS},
            "account's margin balance is not known",
        ),
        (
            {"maintenance_margin_rate": 0.004, "margin_mode": MarginMode.PORTFOLIO},
            "the whole account decides",
        ),
        ({"maintenance_margin_rate": 0.004, "margin_mode": None}, "cross or isolated"),
    ],
)
def test_where_an_input_is_missing_there_is_no_price_and_the_note_says_which(
    fields: dict[str, object], reason: str
) -> None:
    found = prices(a_position(**fields), shared=NO_SHARED_MARGIN)
    assert found.liquidation.source is Source.NONE
    assert found.liquidation.note is not None and reason in found.liquidation.note
    assert not found.covered


def test_the_venues_own_reason_is_passed_on() -> None:
    told = "Bybit gives no price where it lies beyond its limits."
    found = prices(
        a_position(notes={"liquidation_price": told}), shared=NO_SHARED_MARGIN
    ).liquidation
    assert found.note == told


def test_a_venue_price_carries_the_bankruptcy_price_that_belongs_to_it() -> None:
    """At 61,750 there are 0.5·61,750·0.004 = 123.50 left, used up 247.00 lower."""
    position = a_position(
        liquidation_price=61_750.0, maintenance_margin=130.0, maintenance_margin_rate=0.004
    )
    found = prices(position, shared=NO_SHARED_MARGIN).bankruptcy
    assert found.price == pytest.approx(61_503.0)
    assert found.source is Source.ESTIMATED


def test_an_inverse_venue_price_carries_its_bankruptcy_price_too() -> None:
    """At 40,000: 10,000/40,000·0.01 = 0.0025 BTC left; 1/B = 1/40,000 + 0.0025/10,000."""
    position = an_inverse_position(liquidation_price=40_000.0, maintenance_margin_rate=0.01)
    found = prices(position, shared=NO_SHARED_MARGIN).bankruptcy
    assert found.price == pytest.approx(1 / (1 / 40_000 + 0.0025 / 10_000))


def test_without_margin_or_maintenance_there_is_no_bankruptcy_price() -> None:
    found = prices(a_position(liquidation_price=61_750.0), shared=NO_SHARED_MARGIN).bankruptcy
    assert found.price is None
    assert found.source is Source.NONE
    assert found.note is not None


@given(
    st.sampled_from(ContractKind),
    st.sampled_from(Side),
    st.floats(0.02, 0.9),
    st.floats(0.001, 0.01),
)
def test_the_bankruptcy_price_is_the_same_from_the_liquidation_price_and_from_the_margin(
    kind: ContractKind, side: Side, share: float, rate: float
) -> None:
    make = a_position if kind is ContractKind.LINEAR else an_inverse_position
    value = 32_500.0 if kind is ContractKind.LINEAR else 0.2
    position = make(side=side, collateral=value * share, maintenance_margin_rate=rate)
    estimated = prices(position, shared=NO_SHARED_MARGIN)
    assume(estimated.liquidation.price is not None)
    quantity, mark = (0.5, 65_000.0) if kind is ContractKind.LINEAR else (10_000.0, 50_000.0)
    from_margin = liquidation_price(
        kind,
        side=side,
        quantity=quantity,
        price=mark,
        margin=value * share,
        maintenance_rate=0.0,
    )
    assume(from_margin is not None)
    assert estimated.bankruptcy.price == pytest.approx(from_margin, rel=1e-9)


HEDGED = {"margin_mode": MarginMode.CROSS, "hedged": True, "maintenance_margin_rate": 0.004}


def test_both_sides_of_a_contract_on_cross_margin_share_one_price_of_their_net() -> None:
    """Long 3, short 1 at 100, balance 50, rate 1 % each: (2·100 − 50) / (2 − 4·0.01)."""
    long = a_position(
        **(HEDGED | {"size": 3.0, "mark_price": 100.0, "maintenance_margin_rate": 0.01})
    )
    short = a_position(
        **(
            HEDGED
            | {
                "size": 1.0,
                "mark_price": 100.0,
                "side": Side.SHORT,
                "maintenance_margin_rate": 0.01,
            }
        )
    )
    shared = share_margin([long, short], a_margin(margin_balance=50.0, maintenance_margin=4.0))
    for leg in (long, short):
        found = prices(leg, shared=shared)
        assert found.side is Side.LONG
        assert found.liquidation.price == pytest.approx(150 / 1.96)


def test_at_the_shared_price_the_balance_of_both_sides_is_their_maintenance() -> None:
    long = a_position(**(HEDGED | {"size": 1.0, "mark_price": 100.0}))
    short = a_position(**(HEDGED | {"size": 4.0, "mark_price": 100.0, "side": Side.SHORT}))
    shared = share_margin([long, short], a_margin(margin_balance=60.0, maintenance_margin=2.0))
    at = prices(long, shared=shared).liquidation.price
    assert at is not None and at > 100
    balance = 60.0 + 1.0 * (at - 100) - 4.0 * (at - 100)
    assert balance == pytest.approx((1.0 + 4.0) * at * 0.004)


def test_sides_that_cancel_out_have_no_price_of_their_own() -> None:
    long, short = a_position(**HEDGED), a_position(**(HEDGED | {"side": Side.SHORT}))
    shared = share_margin([long, short], a_margin(maintenance_margin=260.0))
    found = prices(long, shared=shared)
    assert found.liquidation.note == "Long and short of this contract cancel each other out."
    assert not found.covered


def test_isolated_sides_of_one_contract_stand_alone() -> None:
    long = a_position(hedged=True, collateral=1_625.0, maintenance_margin_rate=0.004)
    short = a_position(
        hedged=True, side=Side.SHORT, collateral=1_625.0, maintenance_margin_rate=0.004
    )
    shared = share_margin([long, short], None)
    assert prices(long, shared=shared).side is Side.LONG
    assert prices(short, shared=shared).side is Side.SHORT


def test_a_venue_price_on_the_losing_side_of_the_smaller_leg_is_that_legs_own() -> None:
    """Net long, but the venue prices the short by itself, above the market: far, not breached."""
    long = a_position(**HEDGED, contracts=2.0, size=2.0, liquidation_price=None)
    short = a_position(
        **HEDGED, side=Side.SHORT, contracts=1.0, size=1.0, liquidation_price=130_000.0
    )
    found = prices(short, shared=share_margin([long, short], None))
    assert found.side is Side.SHORT
    assert found.quantity == 1.0
    assert found.liquidation.price == 130_000.0
    assert distance(side=found.side, mark_price=65_000.0, liquidation_price=130_000.0) == 1.0
