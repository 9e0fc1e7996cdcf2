"""One word for a pool, and what made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.adl import AdlSignal
from app.domain.fund import FundHealth, FundSample, FundState, MarketStat, PoolKind
from app.domain.reason import Severity
from app.risk.fund_health import fund_state
from tests.risk.builders import NOW, a_balance, a_pool, a_sample

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def steady(now: float = 100.0, **then: float) -> list[FundSample]:
    """A history at ``now``, but for the balances given at 1h, 8h, 24h, 7d or 30d ago."""
    spans = {"h1": HOUR, "h8": 8 * HOUR, "h24": DAY, "d7": 7 * DAY, "d30": 30 * DAY}
    return [a_sample(then.get(name, now), ago=span) for name, span in spans.items()]


def state(samples: list[FundSample] | None = None, **fields: Any) -> FundState:
    case: dict[str, Any] = {"markets": {}, "signals": (), "now": NOW}
    reading = fields.pop("reading", None) or a_pool(balances=(a_balance(100.0),))
    return fund_state(reading, steady() if samples is None else samples, **(case | fields))


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


def test_every_missing_number_has_a_reason_beside_it() -> None:
    found = state([])
    for window, value in found.changes.items():
        assert value is None
        assert found.notes[f"change_{window}"]
    for name in ("drawdown_8h", "coverage", "trigger_progress"):
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
