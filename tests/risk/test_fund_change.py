"""Changes and drawdown of a pool's balance, in its own assets and at constant prices."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fund import FundBalance, FundEvent, FundSample
from app.risk.fund_balances import BalanceHistory, balance_history
from app.risk.fund_change import WINDOWS, change, drawdown
from tests.risk.builders import NOW, a_balance, a_sample, pasts

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def history(*samples: FundSample, now: FundBalance | None = None) -> BalanceHistory:
    found = balance_history(pasts(samples), (now or a_balance(100.0),))
    assert found is not None
    return found


@pytest.mark.parametrize(("window", "span"), WINDOWS.items())
def test_a_change_is_the_balance_now_over_the_balance_then(window: str, span: timedelta) -> None:
    found = change(history(a_sample(80.0, ago=span)), window, cadence_seconds=60)
    assert found.value == pytest.approx(0.25)
    assert found.note is None


def test_then_is_the_last_sample_at_or_before_that_time() -> None:
    samples = (
        a_sample(50.0, ago=26 * HOUR),
        a_sample(80.0, ago=24 * HOUR + MINUTE),
        a_sample(99.0, ago=23 * HOUR + 59 * MINUTE),
    )
    assert change(history(*samples), "24h", cadence_seconds=60).value == pytest.approx(0.25)


@pytest.mark.parametrize(("window", "span"), WINDOWS.items())
def test_a_sample_older_than_twice_the_tolerance_is_not_then(window: str, span: timedelta) -> None:
    """The tolerance is a tenth of the window."""
    within = history(a_sample(80.0, ago=span * 1.199))
    beyond = history(a_sample(80.0, ago=span * 1.201))
    assert change(within, window, cadence_seconds=60).value == pytest.approx(0.25)
    assert change(beyond, window, cadence_seconds=60).value is None


def test_a_gap_says_that_there_is_no_reading_from_then() -> None:
    found = change(history(a_sample(80.0, ago=40 * HOUR)), "24h", cadence_seconds=60)
    assert found.note == "There is no reading from about 24\u2009h ago."


def test_a_short_history_says_how_long_until_there_is_a_change() -> None:
    found = change(history(a_sample(80.0, ago=19 * HOUR)), "24h", cadence_seconds=60)
    assert found.value is None
    assert found.note == "Known in about 5\u2009h; readings reach back 19\u2009h."


def test_a_daily_update_a_few_minutes_late_is_still_the_one_of_the_day_before() -> None:
    samples = (a_sample(70.0, ago=48 * HOUR), a_sample(80.0, ago=24 * HOUR - 5 * MINUTE))
    found = change(history(*samples), "24h", cadence_seconds=86_400)
    assert found.value == pytest.approx(0.25)


@pytest.mark.parametrize("window", ["1h", "8h"])
def test_a_balance_refreshed_once_a_day_tells_nothing_of_an_hour(window: str) -> None:
    """Even where it is stored every minute: an unmoved daily figure is no calm."""
    minutes = [a_sample(100.0, ago=n * MINUTE) for n in range(1, 600)]
    found = change(history(*minutes), window, cadence_seconds=86_400)
    assert found.value is None
    assert found.note == "The venue refreshes this balance only every 24\u2009h."
    assert drawdown(history(*minutes), window, cadence_seconds=86_400).value is None


@given(st.floats(0.2, 5.0), st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_a_coins_price_is_no_drain(price_then: float, tether: float, coin: float) -> None:
    """Same amounts, any price then: no change. Otherwise amounts alone move it."""
    samples = (
        a_sample(100.0, ago=24 * HOUR),
        a_sample(1.0, ago=24 * HOUR, asset="BTC", price=60_000 * price_then),
    )
    now = (a_balance(100.0 * tether), a_balance(coin, asset="BTC", price=60_000.0))
    found = balance_history(pasts(samples), now)
    assert found is not None
    expected = (100 * tether + 60_000 * coin) / 60_100 - 1
    assert change(found, "24h", cadence_seconds=60).value == pytest.approx(expected)


def test_an_asset_that_ran_empty_is_counted_at_its_last_price() -> None:
    samples = (
        a_sample(1_000.0, ago=24 * HOUR),
        a_sample(1.0, ago=24 * HOUR, asset="BTC", price=1_000.0),
    )
    found = balance_history(pasts(samples), (a_balance(1_000.0), a_balance(0.0, asset="BTC")))
    assert found is not None
    assert change(found, "24h", cadence_seconds=60).value == pytest.approx(-0.5)


def test_an_asset_that_joined_the_pool_is_not_taken_for_growth() -> None:
    samples = (
        a_sample(100.0, ago=24 * HOUR),
        a_sample(50.0, ago=HOUR, asset="USDC"),
    )
    found = balance_history(pasts(samples), (a_balance(100.0), a_balance(50.0, asset="USDC")))
    assert found is not None
    figure = change(found, "24h", cadence_seconds=60)
    assert figure.value is None
    assert figure.note == "USDC joined the pool since, so the balances do not compare."


def test_an_asset_that_left_the_pool_is_not_passed_over() -> None:
    samples = (
        a_sample(100.0, ago=24 * HOUR),
        a_sample(50.0, ago=24 * HOUR, asset="USDC"),
    )
    found = change(history(*samples), "24h", cadence_seconds=60)
    assert found.value is None
    assert found.note == "USDC left the pool since, so the balances do not compare."


def test_an_asset_that_left_long_ago_does_not_matter_any_more() -> None:
    samples = (
        a_sample(80.0, ago=24 * HOUR),
        a_sample(50.0, ago=90 * HOUR, asset="USDC"),
    )
    assert change(history(*samples), "24h", cadence_seconds=60).value == pytest.approx(0.25)


def test_an_asset_the_venue_has_not_restated_for_days_still_stands() -> None:
    now = (a_balance(100.0), a_balance(50.0, asset="USDC", at=a_sample(0, ago=90 * HOUR).at))
    found = balance_history(pasts([a_sample(50.0, ago=24 * HOUR)]), now)
    assert found is not None
    assert change(found, "24h", cadence_seconds=60).value == pytest.approx(0.5)


def test_an_asset_of_unknown_worth_is_named_and_left_out() -> None:
    now = (a_balance(100.0), a_balance(7.0, asset="BNFCR", price=None))
    found = balance_history(pasts([a_sample(80.0, ago=24 * HOUR)]), now)
    assert found is not None
    assert found.unpriced == ("BNFCR",)
    assert change(found, "24h", cadence_seconds=60).value == pytest.approx(0.25)


def test_a_pool_of_one_asset_needs_no_price() -> None:
    found = history(
        a_sample(80.0, ago=24 * HOUR, asset="ETH", price=None),
        now=a_balance(100.0, asset="ETH", price=None),
    )
    assert change(found, "24h", cadence_seconds=60).value == pytest.approx(0.25)


@pytest.mark.parametrize("then", [0.0, -5_421.3])
def test_a_balance_that_was_not_above_zero_gives_no_fraction(then: float) -> None:
    found = change(history(a_sample(then, ago=24 * HOUR)), "24h", cadence_seconds=60)
    assert found.value is None
    assert found.note == "The balance then was not above zero."


def test_a_reading_stored_twice_counts_once() -> None:
    twice = (
        a_sample(80.0, ago=24 * HOUR),
        a_sample(80.0, ago=24 * HOUR),
        a_sample(100.0, ago=0 * HOUR),
    )
    assert change(history(*twice), "24h", cadence_seconds=60).value == pytest.approx(0.25)


def test_without_a_balance_there_is_no_history() -> None:
    assert balance_history([], ()) is None
    assert balance_history([], (a_balance(float("nan")),)) is None


def test_drawdown_is_measured_from_the_highest_balance_of_the_window() -> None:
    samples = [a_sample(amount, ago=n * HOUR) for n, amount in ((1, 130.0), (3, 200.0), (7, 90.0))]
    assert drawdown(history(*samples), "8h", cadence_seconds=60).value == pytest.approx(0.5)


def test_a_high_before_the_window_is_none_of_its_drawdown() -> None:
    samples = (a_sample(500.0, ago=30 * HOUR), a_sample(125.0, ago=5 * HOUR))
    assert drawdown(history(*samples), "8h", cadence_seconds=60).value == pytest.approx(0.2)


def test_the_balance_as_it_stood_when_the_window_began_counts() -> None:
    samples = (a_sample(200.0, ago=8 * HOUR + 30 * MINUTE),)
    assert drawdown(history(*samples), "8h", cadence_seconds=60).value == pytest.approx(0.5)


def test_a_fall_seen_in_a_short_history_is_a_fall() -> None:
    assert drawdown(history(a_sample(125.0, ago=HOUR)), "8h", cadence_seconds=60).value == (
        pytest.approx(0.2)
    )


def test_one_balance_is_no_drawdown() -> None:
    found = drawdown(history(), "8h", cadence_seconds=60)
    assert found.value is None
    assert found.note == "There are no two balances within 8\u2009h yet."


def test_drawdown_of_several_assets_is_at_constant_prices() -> None:
    samples = (
        a_sample(100.0, ago=2 * HOUR),
        a_sample(1.0, ago=2 * HOUR, asset="BTC", price=900.0),
        a_sample(60.0, ago=HOUR),
    )
    now = (a_balance(50.0), a_balance(1.0, asset="BTC", price=100.0))
    found = balance_history(pasts(samples), now)
    assert found is not None
    assert drawdown(found, "8h", cadence_seconds=60).value == pytest.approx(1 - 150 / 200)


AMOUNTS = st.lists(st.floats(1.0, 1e9), min_size=1, max_size=40)


@given(AMOUNTS, st.floats(1.0, 1e9))
def test_drawdown_lies_between_nothing_and_all(past: list[float], now: float) -> None:
    samples = [a_sample(amount, ago=(n + 1) * 10 * MINUTE) for n, amount in enumerate(past)]
    found = drawdown(history(*samples, now=a_balance(now)), "8h", cadence_seconds=60).value
    assert found is not None and 0 <= found < 1
    assert (found == 0) == (now >= max(past))


@given(AMOUNTS, st.floats(1.0, 1e9), st.floats(0.01, 100.0))
def test_drawdown_does_not_depend_on_the_unit(past: list[float], now: float, unit: float) -> None:
    def measured(factor: float) -> float | None:
        samples = [
            a_sample(amount * factor, ago=(n + 1) * 10 * MINUTE) for n, amount in enumerate(past)
        ]
        found = history(*samples, now=a_balance(now * factor))
        return drawdown(found, "8h", cadence_seconds=60).value

    assert measured(unit) == pytest.approx(measured(1.0), abs=1e-9)


def test_the_fall_from_the_highest_of_all_reaches_back_as_far_as_the_past() -> None:
    samples = (a_sample(200.0, ago=900 * 24 * HOUR), a_sample(90.0, ago=HOUR))
    assert drawdown(history(*samples), "all", cadence_seconds=60).value == pytest.approx(0.5)


def regrouped(ago: timedelta) -> FundEvent:
    return FundEvent(kind="regrouped", at=NOW - ago, detail="ETHUSDT went to another fund.")


def test_nothing_is_compared_across_a_regrouping() -> None:
    samples = [a_sample(900.0, ago=n * HOUR) for n in range(6, 900)]
    samples += [a_sample(100.0, ago=n * HOUR) for n in range(6)]
    found = balance_history(pasts(samples), (a_balance(100.0),), [regrouped(5 * HOUR)])
    assert found is not None
    assert change(found, "1h", cadence_seconds=60).value == 0
    assert drawdown(found, "30d", cadence_seconds=60).value == 0
    assert drawdown(found, "all", cadence_seconds=60).value == 0
    day = change(found, "24h", cadence_seconds=60)
    assert day.value is None
    assert day.note == (
        "The venue regrouped its funds since, so the balances do not compare."
        " Known in about 19\u2009h."
    )


def test_only_the_newest_regrouping_cuts_and_the_balance_now_is_never_cut() -> None:
    events = [regrouped(-HOUR), regrouped(30 * HOUR)]
    found = balance_history(pasts([a_sample(80.0, ago=HOUR)]), (a_balance(100.0),), events)
    assert found is not None
    assert (len(found.at), found.balance) == (1, 100.0)


def test_long_after_a_regrouping_changes_are_known_again() -> None:
    samples = [a_sample(80.0 if n else 100.0, ago=n * HOUR) for n in range(40)]
    found = balance_history(pasts(samples), (a_balance(100.0),), [regrouped(30 * HOUR)])
    assert found is not None
    assert change(found, "24h", cadence_seconds=60).value == pytest.approx(0.25)
