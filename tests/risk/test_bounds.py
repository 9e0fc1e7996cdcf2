"""Figures that can be none are unknown, whatever a venue answers, and cost only what needs them."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from app.domain.adl import AdlStanding
from app.domain.position import MaintenanceTier
from app.domain.session import SessionProfit
from app.risk.bounds import (
    LARGEST,
    NO_FIGURE,
    SMALLEST,
    bounded,
    bounded_margin,
    is_figure,
    usable_beta,
)
from app.risk.liquidation import usable_price
from tests.risk.builders import a_margin, a_position

NO_FIGURES = (nan, inf, -inf, 1e300, -1e300, 1e-300, 5e-324)


@pytest.mark.parametrize("value", [None, 0.0, -0.0, 1e-9, 1e15, -1e15, LARGEST, SMALLEST])
def test_what_can_be_a_figure_is_left_as_it_is(value: float | None) -> None:
    assert is_figure(value)
    held = a_position(collateral=value, unrealized_pnl=value)
    assert bounded(held) is held
    margin = a_margin(margin_balance=value)
    assert bounded_margin(margin) is margin


@pytest.mark.parametrize("value", NO_FIGURES)
@pytest.mark.parametrize("name", ["mark_price", "collateral", "liquidation_price", "leverage"])
def test_what_can_be_none_is_unknown_and_said(name: str, value: float) -> None:
    broken: dict[str, Any] = {name: value}
    found = bounded(a_position(notes={"adl": "Kept."}, **broken))
    unknown: dict[str, Any] = {name: None}
    assert found == a_position(notes={"adl": "Kept.", name: NO_FIGURE}, **unknown)


def test_a_size_that_can_be_none_is_not_known() -> None:
    found = bounded(a_position(size=inf, contracts=1e300))
    assert (found.size, found.contracts) == (0.0, 0.0)
    assert found.notes == {"size": NO_FIGURE, "contracts": NO_FIGURE}


@pytest.mark.parametrize("broken", [{"rate": nan}, {"amount": 1e300}, {"up_to": inf}])
def test_tiers_with_a_broken_figure_are_left_out(broken: dict[str, Any]) -> None:
    values: dict[str, Any] = {"up_to": 1e6, "rate": 0.01, "amount": 0.0}
    whole = MaintenanceTier(up_to=None, rate=0.02)
    found = bounded(a_position(tiers=(MaintenanceTier(**(values | broken)), whole)))
    assert (found.tiers, found.notes) == ((), {"tiers": NO_FIGURE})


def test_a_standing_that_is_none_is_left_out() -> None:
    found = bounded(a_position(adl=AdlStanding(standing=nan, raw="?", scale="0-4")))
    assert (found.adl, found.notes) == (None, {"adl": NO_FIGURE})


def test_a_margin_says_what_is_not_used_beside_its_own_note() -> None:
    session = SessionProfit(asset="BTC", realized=inf, unrealized=1.0)
    found = bounded_margin(a_margin(margin_balance=nan, note="Read late.", session=session))
    assert found.margin_balance is None
    assert found.note == f"Read late. {NO_FIGURE}"
    assert found.session is not None
    assert (found.session.realized, found.session.notes) == (None, {"realized": NO_FIGURE})


@pytest.mark.parametrize("value", NO_FIGURES)
def test_no_such_figure_is_a_price(value: float) -> None:
    assert usable_price(value) is None


@pytest.mark.parametrize("value", [None, nan, inf, -inf, 1e300, 25.0, -25.0])
def test_a_beta_beyond_any_coins_is_none(value: float | None) -> None:
    assert usable_beta(value) is None
    assert [usable_beta(known) for known in (-2.5, 0.0, 20.0)] == [-2.5, 0.0, 20.0]
