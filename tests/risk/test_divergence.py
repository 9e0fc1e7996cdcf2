"""One venue's funds beside those of the others, in the same day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fund import DivergenceKind, FundHealth, PoolKind
from app.risk.divergence import day_change, diverges
from tests.risk.builders import NOW, a_fund

CHANGES = st.lists(st.floats(-0.5, 0.5), min_size=3, max_size=12)


@pytest.mark.parametrize(
    ("own", "others", "kind"),
    [
        (-0.06, [0.0, 0.002, -0.003], DivergenceKind.ALONE),
        (-0.06, [0.01, 0.02, -0.2], DivergenceKind.ALONE),
        (-0.06, [-0.02, -0.05, -0.08], DivergenceKind.MARKET_WIDE),
        (-0.06, [-0.015, -0.015, -0.015], DivergenceKind.IN_LINE),
        (-0.06, [0.3, -0.005, -0.3], DivergenceKind.IN_LINE),
        (-0.04, [0.0, 0.0, 0.0], DivergenceKind.IN_LINE),
        (0.04, [-0.05, -0.05, -0.05], DivergenceKind.IN_LINE),
        (-0.06, [0.0, 0.0], DivergenceKind.NOT_ENOUGH_VENUES),
    ],
)
def test_a_drain_is_alone_only_while_the_others_are_calm(
    own: float, others: list[float], kind: DivergenceKind
) -> None:
    found = diverges(own, others)
    assert found is not None
    assert found.kind is kind
    assert (found.own_change, found.others) == (own, len(others))


def test_the_score_is_in_deviations_of_the_others() -> None:
    found = diverges(-0.10, [0.0, 0.01, 0.02, 0.03, 0.04])
    assert found is not None
    assert found.others_change == 0.02
    assert found.score == pytest.approx(-0.12 / (1.4826 * 0.01))


def test_others_that_agree_to_a_hair_are_no_finer_yardstick_than_half_a_percent() -> None:
    found = diverges(-0.01, [0.0, 0.0, 0.0])
    assert found is not None and found.score == pytest.approx(-2)


def test_one_venue_with_odd_figures_does_not_change_what_the_others_say() -> None:
    calm = [0.0, 0.001, -0.001, 0.002]
    for odd in (-0.9, 5.0):
        found = diverges(-0.06, [*calm, odd])
        assert found is not None and found.kind is DivergenceKind.ALONE


def test_without_an_own_change_there_is_nothing_to_compare() -> None:
    assert diverges(None, [0.0, 0.0, 0.0]) is None


@given(st.floats(-0.5, 0.5), CHANGES, st.randoms(use_true_random=False))
def test_the_order_of_venues_does_not_matter(
    own: float, others: list[float], chance: object
) -> None:
    mixed = list(others)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert diverges(own, mixed) == diverges(own, others)


@given(CHANGES, st.floats(-0.5, 0.5), st.floats(0, 0.5))
def test_losing_more_never_looks_more_like_the_others(
    others: list[float], own: float, more: float
) -> None:
    less, worse = diverges(own, others), diverges(own - more, others)
    assert less is not None and worse is not None
    assert less.score is not None and worse.score is not None
    assert worse.score <= less.score
    if less.kind is DivergenceKind.ALONE:
        assert worse.kind is DivergenceKind.ALONE


def test_a_venues_change_is_that_of_its_pools_together() -> None:
    large = a_fund(balance_usd=900.0, changes={"24h": -0.10})
    small = a_fund(balance_usd=300.0, changes={"24h": 0.5})
    assert day_change([large, small], now=NOW) == pytest.approx(1200 / (1000 + 200) - 1)


def test_totals_old_balances_and_unknown_changes_do_not_count() -> None:
    counted = a_fund(balance_usd=900.0, changes={"24h": -0.10})
    others = [
        a_fund(kind=PoolKind.HEADLINE, balance_usd=9e9, changes={"24h": 1.0}),
        a_fund(as_of=NOW - timedelta(hours=1), changes={"24h": 1.0}),
        a_fund(FundHealth.STALE, changes={"24h": 1.0}),
        a_fund(changes={"24h": None}),
        a_fund(balance_usd=None, changes={"24h": 1.0}),
    ]
    assert day_change([counted, *others], now=NOW) == pytest.approx(-0.10)
    assert day_change(others, now=NOW) is None


def test_a_fund_that_is_all_gone_has_lost_all() -> None:
    assert day_change([a_fund(balance_usd=0.0, changes={"24h": -1.0})], now=NOW) == -1
