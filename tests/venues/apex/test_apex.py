"""Sharing out ApeX's maintenance margin, and the estimate that rests on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side, Source
from app.risk.liquidation_estimate import prices
from app.risk.margin import share_margin
from app.venues.apex_account import Rates, share_maintenance

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BTC = Rates(rate=0.005, baseline=50_000, step=50_000, increment=0.001, highest=0.5)


@pytest.mark.parametrize(
    ("value", "rate"),
    [(1, 0.005), (50_000, 0.005), (50_001, 0.006), (100_000, 0.006), (100_001, 0.007)],
)
def test_each_step_beyond_the_baseline_raises_the_rate(value: float, rate: float) -> None:
    assert BTC.at(value) == pytest.approx(rate)


def test_the_rate_stops_at_its_highest() -> None:
    assert BTC.at(1e12) == 0.5


def test_without_steps_the_rate_stays() -> None:
    assert Rates(rate=0.01, baseline=0, step=0, increment=0.1, highest=1).at(1e9) == 0.01


@given(st.lists(st.floats(min_value=1, max_value=1e8), min_size=1, max_size=8))
def test_the_shares_add_up_to_what_apex_states(values: list[float]) -> None:
    held = [position(f"C{number}-USDT", value) for number, value in enumerate(values)]
    shared = share_maintenance(held, margin(432), {one.native_symbol: BTC for one in held})

    assert sum(one.maintenance_margin or 0 for one in shared) == pytest.approx(432)


def test_a_contract_without_rates_leaves_all_shares_unknown() -> None:
    held = [position("BTC-USDT", 1000), position("NEW-USDT", 1000)]
    shared = share_maintenance(held, margin(432), {"BTC-USDT": BTC})

    assert [one.maintenance_margin for one in shared] == [None, None]
    assert all("was not all read" in one.notes["liquidation_price"] for one in shared)


def test_a_liquidation_price_is_estimated_where_apex_gives_none() -> None:
    (held,) = share_maintenance([position("BTC-USDT", 1000)], margin(5), {"BTC-USDT": BTC})
    found = prices(held, shared=share_margin([held], margin(5))).liquidation

    # 10 coins at 100 with 200 of margin and a rate of 0.5 %: 1000 - 200 = 10 L (1 - 0.005).
    assert found.source is Source.ESTIMATED
    assert found.price == pytest.approx(800 / (10 * 0.995))


def position(symbol: str, value: float) -> Position:
    return Position(
        venue="apex",
        scope="account",
        symbol=symbol,
        native_symbol=symbol,
        kind=ContractKind.LINEAR,
        side=Side.LONG,
        contracts=value / 100,
        contract_size=1.0,
        size=value / 100,
        settle_asset="USDT",
        as_of=NOW,
        notional_usd=value,
        mark_price=100.0,
        margin_mode=MarginMode.CROSS,
    )


def margin(maintenance: float) -> AccountMargin:
    return AccountMargin(
        scope="account",
        asset="USDT",
        margin_balance=200.0,
        maintenance_margin=maintenance,
        margin_ratio=None,
        as_of=NOW,
    )
