"""Made-up fund histories: what they are said to be is what they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from app.risk.fund_histories import DAY, LARGEST_ORDINARY_PAYOUT, SECOND, Feed, FundHistory, Kind
from app.risk.fund_histories_suite import CADENCES, Plan, suite

PLANS = suite()


def made(*names: str) -> Sequence[FundHistory]:
    """Of each name the first history that begins with it."""
    return [next(one for one in PLANS if one.name.startswith(name)).market()[0] for name in names]


def by_time(feed: Feed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    at, first = np.unique(feed.at, return_index=True)
    return at, feed.amount[first], feed.usd[first]


def test_the_same_seed_makes_the_same_history() -> None:
    (one,), (again,), (other,) = (
        next(plan for plan in suite(seed) if plan.name.startswith("seasonal, daily")).market()
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one.feeds[0].amount, again.feeds[0].amount)
    assert np.array_equal(one.feeds[0].known_at, again.feeds[0].known_at)
    assert not np.array_equal(one.feeds[0].amount[:100], other.feeds[0].amount[:100])


def test_the_suite_has_every_kind_at_every_cadence() -> None:
    named = " ".join(plan.name + ";" for plan in PLANS)
    for kind in Kind:
        for word in CADENCES:
            assert any(plan.name.startswith(kind) and f", {word}" in plan.name for plan in PLANS), (
                f"{kind}, {word} is missing in {named}"
            )
    together = [plan for plan in PLANS if len(plan.cases) > 1]
    assert {plan.cases[0].truth.with_the_market for plan in together} == {True, False}


@pytest.mark.parametrize("name", ["cascade of 15% in 8 h, hourly", "cascade of 85% at once, daily"])
def test_a_cascade_takes_what_its_truth_says(name: str) -> None:
    (history,) = made(name)
    truth = history.truth
    assert truth is not None and truth.began is not None and truth.ended is not None
    at, amount, _ = by_time(history.feeds[0])
    before = amount[at < truth.began][-1]
    after = amount[at > truth.ended][0]
    assert 1 - after / before == pytest.approx(truth.share, abs=2 * LARGEST_ORDINARY_PAYOUT)


def test_a_bleed_takes_its_share_every_day() -> None:
    (history,) = made("slow bleed of 2 % a day, hourly")
    truth = history.truth
    assert truth is not None and truth.began is not None and truth.ended is not None
    at, amount, _ = by_time(history.feeds[0])
    within = (at >= truth.began) & (at <= truth.ended)
    days = (at[within][-1] - at[within][0]) / DAY
    left = amount[within][-1] / amount[within][0]
    assert left ** (1 / days) == pytest.approx(1 - truth.share, abs=0.004)


@pytest.mark.parametrize("name", ["steady growth, hourly", "seasonal, hourly", "price swings, in"])
def test_a_calm_fund_loses_no_more_at_once_than_an_ordinary_payout(name: str) -> None:
    for feed in made(name)[0].feeds:
        _, amount, _ = by_time(feed)
        assert np.diff(amount).min() / amount.max() > -2 * LARGEST_ORDINARY_PAYOUT


def test_price_swings_move_the_worth_and_not_the_coins() -> None:
    (history,) = made("price swings, in a coin, hourly")
    _, amount, usd = by_time(history.feeds[0])
    assert (usd[24:] / usd[:-24]).min() < 0.8
    assert (amount[24:] / amount[:-24]).min() > 0.98


def test_updates_come_late_twice_and_not_at_all() -> None:
    (history,) = made("steady growth, hourly")
    (feed,) = history.feeds
    cadence = history.cadence_seconds * SECOND
    assert (np.diff(feed.known_at) >= 0).all()
    assert (feed.known_at > feed.at).all()
    assert (np.diff(feed.at) < 0).any(), "none arrived after its successor"
    at, _, _ = by_time(feed)
    assert len(at) < len(feed.at), "none was read twice"
    assert np.diff(at).max() > 2 * cadence, "none is missing"
    assert len(np.unique(np.diff(at) % cadence)) > 100, "none is early or late"


def test_a_frozen_feed_repeats_one_balance_and_a_silent_one_says_nothing() -> None:
    frozen, silent = made("stale feed, frozen, hourly", "stale feed, silent, hourly")
    for history, distinct in ((frozen, 1), (silent, 0)):
        truth = history.truth
        assert truth is not None and truth.began is not None and truth.ended is not None
        at, amount, _ = by_time(history.feeds[0])
        within = (at >= truth.began) & (at < truth.ended)
        assert len(set(amount[within])) == distinct


def test_plans_are_made_when_asked_for() -> None:
    plan: Plan = PLANS[0]
    first, again = plan.market(), plan.market()
    assert np.array_equal(first[0].feeds[0].usd, again[0].feeds[0].usd)
