"""One word for a pool, and what made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.adl import AdlSignal
from app.domain.fund import (
    Divergence,
    DivergenceKind,
    FundHealth,
    FundSample,
    FundState,
    MarketStat,
    PoolKind,
)
from app.domain.reason import Reason, Severity
from app.risk.fund_health import fund_state, with_divergence
from tests.risk.builders import NOW, a_balance, a_fund, a_pool, a_sample, pasts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def steady(now: float = 100.0, **then: float) -> list[FundSample]:
    """A history at ``now``, but for the balances given at 1h, 8h, 24h, 7d or 30d ago."""
    spans = {"h1": HOUR, "h8": 8 * HOUR, "h24": DAY, "d7": 7 * DAY, "d30": 30 * DAY}
    return [a_sample(then.get(name, now), ago=span) for name, span in spans.items()]


def state(samples: list[FundSample] | None = None, **fields: Any) -> FundState:
    case: dict[str, Any] = {"markets": {}, "signals": (), "now": NOW}
    reading = fields.pop("reading", None) or a_pool(balances=(a_balance(100.0),))
    return fund_state(reading, pasts(steady() if samples is None else samples), **(case | fields))


def signal(progress: float | None, *, symbol: str = "BTCUSDT", ago: timedelta = HOUR) -> AdlSignal:
    return AdlSignal(
        venue="binance", native_symbol=symbol, kind="trigger", at=NOW - ago, progress=progress
    )


@pytest.mark.parametrize(
    ("then", "health", "window"),
    [
        ({"h24": 100 / 0.95}, FundHealth.DRAINING, "24h"),
        ({"h1": 100 / 0.97}, FundHealth.DRAINING, "1h"),
        ({"h24": 100 / 0.985}, FundHealth.DECLINING, "24h"),
        ({"d7": 100 / 0.94}, FundHealth.DECLINING, "7d"),
        ({"d30": 600.0}, FundHealth.CRITICAL, "30d"),
    ],
)
def test_a_fall_is_named_with_the_number_the_threshold_and_the_window(
    then: dict[str, float], health: FundHealth, window: str
) -> None:
    found = state(steady(**then))
    assert found.health is health
    reason = found.reasons[0]
    assert reason.code == f"fund_{health}"
    assert reason.window == window
    assert reason.value is not None and reason.threshold is not None
    assert abs(reason.value) >= abs(reason.threshold) * (1 - 1e-12)
    assert found.notes["health"] == reason.text


def test_a_fall_from_the_8_hour_high_drains_though_the_day_is_even() -> None:
    """30 % in 8 hours is where venues deleverage; a third of the way is alarm enough."""
    samples = [*steady(), a_sample(112.0, ago=4 * HOUR)]
    found = state(samples)
    assert found.health is FundHealth.DRAINING
    assert found.reasons[0].window == "8h"
    assert found.drawdown_8h == pytest.approx(1 - 100 / 112)


@pytest.mark.parametrize(
    ("then", "health"),
    [
        ({}, FundHealth.STABLE),
        ({"h24": 100 / 0.995}, FundHealth.STABLE),
        ({"h24": 100 / 1.012}, FundHealth.GROWING),
        ({"d7": 100 / 1.009}, FundHealth.GROWING),
    ],
)
def test_without_a_fall_it_is_stable_or_growing(then: dict[str, float], health: FundHealth) -> None:
    found = state(steady(**then))
    assert found.health is health
    assert found.reasons == ()
    assert "24 hours" in found.notes["health"]


@pytest.mark.parametrize("amount", [0.0, -5_421.3])
def test_a_balance_of_zero_or_less_is_critical(amount: float) -> None:
    found = state([], reading=a_pool(balances=(a_balance(amount),)))
    assert found.health is FundHealth.CRITICAL
    assert found.reasons[0].value == amount
    assert found.reasons[0].severity is Severity.CRITICAL


def test_at_the_venues_own_trigger_it_is_critical_and_the_contract_is_named() -> None:
    found = state(signals=[signal(0.4), signal(1.87, symbol="ETHUSDT")])
    assert found.health is FundHealth.CRITICAL
    assert found.trigger_progress == 1.87
    assert found.reasons[0].text.startswith("ETHUSDT is at the venue's own trigger")


def test_an_old_figure_on_the_way_to_the_trigger_is_not_taken_for_now() -> None:
    found = state(signals=[signal(0.2, ago=2 * HOUR)])
    assert found.trigger_progress is None
    assert found.notes["trigger_progress"] == "The venue's own figure is 2\u2009h old."


def test_an_old_figure_at_the_trigger_does_not_turn_into_calm() -> None:
    assert state(signals=[signal(1.2, ago=2 * HOUR), signal(0.1)]).health is FundHealth.CRITICAL


def test_with_no_balance_health_is_unknown_and_counts_against_the_pool() -> None:
    found = state([], reading=a_pool(balances=()))
    assert found.health is FundHealth.UNKNOWN
    assert found.balance_usd is None and found.as_of is None
    assert found.notes["balance_usd"] == "The venue gave no balance."
    assert found.reasons[0].code == "fund_unknown"
    assert found.reasons[0].severity is Severity.WATCH


def test_with_a_balance_but_no_trend_it_is_unknown_and_says_how_long_until_there_is_one() -> None:
    found = state([a_sample(100.0, ago=19 * HOUR)])
    assert found.health is FundHealth.UNKNOWN
    assert found.balance_usd == 100.0
    assert found.changes["24h"] is None
    assert found.notes["health"] == (
        "The balance is known, its trend not yet. "
        "Known in about 5\u2009h; readings reach back 19\u2009h."
    )


def test_a_fall_already_seen_needs_no_full_day() -> None:
    found = state([a_sample(105.0, ago=HOUR)])
    assert found.health is FundHealth.DRAINING


@pytest.mark.parametrize(("age", "stale"), [(29, False), (31, True)])
def test_older_than_three_cadences_it_is_stale(age: int, stale: bool) -> None:
    at = NOW - timedelta(minutes=age)
    found = state(reading=a_pool(balances=(a_balance(100.0, at=at),), cadence_seconds=600))
    assert (found.health is FundHealth.STALE) == stale


def test_a_stale_draining_fund_keeps_what_was_last_seen_of_it() -> None:
    at = NOW - timedelta(hours=2)
    samples = [a_sample(120.0, ago=3 * HOUR)]
    found = state(samples, reading=a_pool(balances=(a_balance(100.0, at=at),)))
    assert found.health is FundHealth.STALE
    assert [r.code for r in found.reasons] == ["fund_draining", "fund_draining", "fund_stale"]
    assert found.notes["health"] == "The balance of the fund is 2\u2009h old."


NULLABLE = (
    "drawdown_8h",
    "drawdown_30d",
    "drawdown_all",
    "slope_7d",
    "shock",
    "runway_days",
    "flat_updates",
    "coverage",
    "cascade_coverage",
    "trigger_progress",
    "divergence",
)


def test_every_missing_number_has_a_reason_beside_it() -> None:
    found = state([])
    for window, value in found.changes.items():
        assert value is None
        assert found.notes[f"change_{window}"]
    for name in NULLABLE:
        assert getattr(found, name) is None
        assert found.notes[name]


def test_a_balance_without_a_price_is_known_in_its_asset_alone() -> None:
    reading = a_pool(balances=(a_balance(100.0, asset="ETH", price=None),))
    samples = [a_sample(110.0, ago=DAY, asset="ETH", price=None)]
    found = state(samples, reading=reading)
    assert found.balance_usd is None
    assert found.notes["balance_usd"] == "The worth of ETH in USD is not known."
    assert found.health is FundHealth.DRAINING


def test_a_partly_priced_balance_says_what_it_leaves_out() -> None:
    reading = a_pool(balances=(a_balance(100.0), a_balance(9.0, asset="BNFCR", price=None)))
    found = state(reading=reading)
    assert found.balance_usd == 100.0
    assert found.notes["balance_usd"] == "Without BNFCR, whose worth is not known."


def test_history_that_comes_with_a_reading_is_history_and_not_more_money() -> None:
    past = a_balance(110.0, at=NOW - DAY)
    for balances in ((a_balance(100.0), past), (past, a_balance(100.0))):
        found = state([], reading=a_pool(balances=balances))
        assert found.balance_usd == 100.0
        assert found.assets == (a_balance(100.0),)
        assert found.as_of == NOW
        assert found.changes["24h"] == pytest.approx(-1 / 11)


def test_coverage_counts_the_open_interest_of_the_pools_own_contracts() -> None:
    markets = {
        symbol: MarketStat(venue="binance", native_symbol=symbol, at=NOW, open_interest_usd=usd)
        for symbol, usd in (
            ("BTCUSDT", 6_000.0),
            ("ETHUSDT", 3_000.0),
            ("BNBUSDT", 1_000.0),
            ("DOGEUSDT", 1e9),
        )
    }
    found = state(markets=markets)
    assert found.open_interest_usd == 10_000.0
    assert found.coverage == pytest.approx(0.01)
    assert "coverage" not in found.notes


def test_a_pool_that_lists_no_contracts_stands_behind_all_it_is_handed() -> None:
    markets = {
        symbol: MarketStat(venue="x", native_symbol=symbol, at=NOW, open_interest_usd=500.0)
        for symbol in ("BTC", "ETH")
    }
    found = state(reading=a_pool(symbols=(), balances=(a_balance(100.0),)), markets=markets)
    assert found.coverage == pytest.approx(0.1)


def test_the_state_is_of_the_pool_and_the_time_the_venue_states() -> None:
    found = state()
    assert found.pool_id == "binance:usdm:btc-eth-bnb"
    assert found.as_of == NOW
    assert found.assets == (a_balance(100.0),)


def test_a_published_total_covers_no_open_interest() -> None:
    total = a_pool(kind=PoolKind.HEADLINE, symbols=(), balances=(a_balance(100.0),))
    stat = MarketStat(venue="binance", native_symbol="BTCUSDT", at=NOW, open_interest_usd=1e6)
    found = state(reading=total, markets={"BTCUSDT": stat})
    assert (found.coverage, found.open_interest_usd) == (None, None)
    assert found.notes["coverage"] == "This total stands behind no contract."


def before(health: FundHealth, *codes: str) -> FundState:
    reasons = tuple(Reason(code=code, severity=Severity.WATCH, text="") for code in codes)
    return a_fund(health, reasons=reasons, since=NOW - DAY)


@pytest.mark.parametrize(
    ("then", "previous", "health"),
    [
        ({"h24": 100 / 0.955}, FundHealth.DRAINING, FundHealth.DRAINING),
        ({"h24": 100 / 0.955}, FundHealth.CRITICAL, FundHealth.DRAINING),
        ({"h24": 100 / 0.955}, FundHealth.DECLINING, FundHealth.DECLINING),
        ({"h24": 100 / 0.965}, FundHealth.DRAINING, FundHealth.DECLINING),
        ({"h24": 100 / 0.991}, FundHealth.DECLINING, FundHealth.DECLINING),
        ({"h24": 100 / 0.993}, FundHealth.DECLINING, FundHealth.STABLE),
        ({"h24": 100 / 0.991}, FundHealth.STABLE, FundHealth.STABLE),
        ({"d30": 400.0}, FundHealth.CRITICAL, FundHealth.CRITICAL),
        ({"d30": 400.0}, FundHealth.DRAINING, FundHealth.STABLE),
        ({"h24": 100 / 1.011}, FundHealth.STABLE, FundHealth.STABLE),
        ({"h24": 100 / 1.013}, FundHealth.STABLE, FundHealth.GROWING),
        ({"h24": 100 / 1.011}, FundHealth.GROWING, FundHealth.GROWING),
    ],
)
def test_it_gets_worse_at_the_threshold_and_better_well_clear_of_it(
    then: dict[str, float], previous: FundHealth, health: FundHealth
) -> None:
    found = state(steady(**then), previous=before(previous))
    assert found.health is health
    assert all(
        reason.value is not None
        and reason.threshold is not None
        and abs(reason.value) >= abs(reason.threshold)
        for reason in found.reasons
    )


def test_getting_worse_is_never_put_off() -> None:
    for previous in (None, *FundHealth):
        known = None if previous is None else before(previous)
        found = state(steady(h24=100 / 0.94), previous=known)
        assert found.health is FundHealth.DRAINING


def test_losing_sight_of_a_fund_does_not_make_it_better_when_it_is_seen_again() -> None:
    stale = before(FundHealth.STALE, "fund_draining", "fund_stale")
    assert state(steady(h24=100 / 0.955), previous=stale).health is FundHealth.DRAINING


def test_a_figure_that_trembles_at_its_threshold_does_not_make_the_word_flap() -> None:
    said, found = [], None
    for loss in (0.049, 0.051, 0.049, 0.0505, 0.0495, 0.042, 0.0508):
        found = state(steady(h24=100 / (1 - loss)), previous=found)
        said.append(found.health)
    assert said == [FundHealth.DECLINING, *[FundHealth.DRAINING] * 6]


def test_short_of_the_trigger_again_it_says_how_far() -> None:
    known = before(FundHealth.CRITICAL, "fund_critical")
    found = state(signals=[signal(0.9)], previous=known)
    assert found.health is FundHealth.CRITICAL
    assert found.reasons[0].text == (
        "BTCUSDT is still 90\u2009% of the way to the venue's own trigger for auto-deleveraging."
    )
    assert state(signals=[signal(0.79)], previous=known).health is FundHealth.STABLE


def test_since_is_when_the_word_became_what_it_is() -> None:
    assert state().since == NOW
    assert state(previous=before(FundHealth.STABLE)).since == NOW - DAY
    assert state(steady(h24=120.0), previous=before(FundHealth.STABLE)).since == NOW


ALONE = Divergence(
    kind=DivergenceKind.ALONE, others=5, own_change=-0.09, others_change=0.001, score=-12.5
)
EVERYWHERE = Divergence(
    kind=DivergenceKind.MARKET_WIDE, others=5, own_change=-0.09, others_change=-0.06, score=-1.0
)


def test_a_fund_that_drains_while_others_are_calm_is_its_venues_own_problem() -> None:
    found = state(steady(h24=110.0), divergence=ALONE)
    assert [r.code for r in found.reasons][-1] == "fund_alone"
    reason = found.reasons[-1]
    assert (reason.severity, reason.value, reason.threshold, reason.window) == (
        Severity.WARNING,
        -12.5,
        -4.0,
        "24h",
    )
    assert reason.text == (
        "The venue's funds changed by −9.0\u2009% in 24 hours while the funds of 5 other venues"
        " changed by +0.1\u2009%: this is the venue's own problem."
    )


def test_a_fund_that_drains_with_all_others_is_part_of_a_cascade() -> None:
    found = state(steady(h24=110.0), divergence=EVERYWHERE)
    (reason,) = [r for r in found.reasons if r.code == "market_cascade"]
    assert (reason.severity, reason.value, reason.threshold) == (Severity.WATCH, -0.06, -0.02)


def test_a_pool_that_loses_nothing_is_not_held_to_what_the_venues_others_do() -> None:
    found = state(divergence=ALONE)
    assert (found.reasons, found.divergence) == ((), ALONE)


def test_a_comparison_made_later_is_the_one_made_at_once() -> None:
    samples = steady(h24=110.0)
    for divergence in (ALONE, EVERYWHERE, None):
        at_once = state(samples, divergence=divergence)
        assert with_divergence(state(samples), divergence) == at_once
        assert with_divergence(state(samples, divergence=EVERYWHERE), divergence) == at_once


def test_with_too_few_other_venues_that_is_said() -> None:
    few = Divergence(kind=DivergenceKind.NOT_ENOUGH_VENUES, others=2, own_change=-0.09)
    found = state(divergence=few)
    assert found.notes["divergence"] == (
        "Not enough venues: it takes 3 others whose last 24 hours are known, and there are 2."
    )
    assert state().notes["divergence"].startswith("It is not known yet")


def test_a_published_total_is_held_against_nobody() -> None:
    total = a_pool(kind=PoolKind.HEADLINE, symbols=(), balances=(a_balance(100.0),))
    assert state(steady(h24=110.0), reading=total, divergence=ALONE).divergence is None


def test_cascade_coverage_is_the_pool_over_the_largest_day_of_liquidations() -> None:
    found = state(largest_liquidation_usd=400.0)
    assert found.cascade_coverage == pytest.approx(0.25)
    assert state().cascade_coverage is None
    assert state().notes["cascade_coverage"]


def test_reasons_come_worst_first() -> None:
    found = state(
        steady(h24=110.0, d30=900.0, d7=120.0), signals=[signal(1.2)], divergence=EVERYWHERE
    )
    ranks = [reason.severity.rank for reason in found.reasons]
    assert ranks == sorted(ranks, reverse=True)
    assert len(found.reasons) >= 4
