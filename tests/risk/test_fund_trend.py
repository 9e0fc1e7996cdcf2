"""Where a fund is heading: slope, shock, top-ups, runway and feeds that are dead."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.domain.fund import Confidence, FundEvent, FundHealth, FundSample, FundState, TopUp
from app.domain.reason import Severity
from app.risk.fund_health import fund_state
from tests.risk.builders import NOW, a_balance, a_pool, a_sample, pasts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hourly(*amounts: float) -> list[FundSample]:
    """One an hour, the last of them an hour ago."""
    return [a_sample(one, ago=(len(amounts) - n) * HOUR) for n, one in enumerate(amounts)]


def moving(hours: int, *, a_day: float = 0.0, start: float = 1000.0) -> list[float]:
    """Some 0.1 % up and down around a line."""
    chance = random.Random(7)
    return [start * (1 + a_day * n / 24 + chance.gauss(0, 0.001)) for n in range(hours)]


def state(samples: Sequence[FundSample], amount: float | None = None, **fields: Any) -> FundState:
    """With ``amount`` as the balance just read; without one it is the last of the samples."""
    last = samples[-1]
    balance = a_balance(last.amount, at=last.at) if amount is None else a_balance(amount)
    case: dict[str, Any] = {"markets": {}, "signals": (), "now": NOW}
    cadence = fields.pop("cadence", 3600)
    reading = a_pool(balances=(balance,), cadence_seconds=cadence)
    return fund_state(reading, pasts(samples), **(case | fields))


def codes(found: FundState) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_the_slope_is_a_share_of_the_balance_a_day() -> None:
    found = state(hourly(*(1000 - 10 * n / 24 for n in range(168))), 930.0)
    assert found.slope_7d == pytest.approx(-10 / 930)


def test_one_wild_balance_does_not_tilt_the_slope() -> None:
    calm = hourly(*moving(168, a_day=0.001))
    wild = [*calm[:100], a_sample(9e9, ago=68 * HOUR), *calm[101:]]
    assert state(wild, 1007.0).slope_7d == pytest.approx(
        state(calm, 1007.0).slope_7d,
        abs=1e-4,  # type: ignore[arg-type]
    )


def test_a_trend_takes_a_day_of_balances_and_says_so() -> None:
    found = state(hourly(*moving(15)), 1000.0)
    assert found.slope_7d is None
    assert found.notes["slope_7d"] == "Known in about 9\u2009h: a trend takes a day of balances."
    assert state(hourly(*moving(24)), 1000.0).slope_7d is not None


def test_a_daily_balance_has_a_slope_by_its_days() -> None:
    daily = [a_sample(1000 - 5 * n, ago=(10 - n) * DAY) for n in range(10)]
    found = state(daily, 950.0, cadence=86_400)
    assert found.slope_7d == pytest.approx(-5 / 950)


def test_a_shock_is_the_last_step_in_deviations_of_the_month() -> None:
    found = state(hourly(*moving(100)), 1000 * (1 - 0.001) - 60.0)
    assert found.shock is not None and found.shock < -8
    assert codes(found)[0] == "fund_draining"
    assert "fund_shock" in codes(found)
    (reason,) = [one for one in found.reasons if one.code == "fund_shock"]
    assert (reason.value, reason.threshold, reason.window) == (found.shock, -8.0, "30d")
    assert reason.severity is Severity.WATCH


def test_a_step_of_cents_is_no_shock_however_still_the_fund_was() -> None:
    still = hourly(*[1000.0] * 100)
    found = state(still, 999.0)
    assert found.shock == pytest.approx(-10, rel=1e-2), "a ten-thousandth is the least deviation"
    assert "fund_shock" not in codes(found), "a thousandth of the balance"


def test_before_24_steps_there_is_no_shock() -> None:
    found = state(hourly(*moving(20)), 500.0)
    assert found.shock is None
    assert found.notes["shock"] == "Known in about 5\u2009h: there are 19 steps of 24 so far."


def test_a_gap_right_before_the_newest_balance_leaves_no_last_step() -> None:
    samples = [one for one in hourly(*moving(100)) if NOW - one.at > 3 * HOUR]
    found = state(samples, 500.0)
    assert found.shock is None
    assert found.notes["shock"] == "There is no balance from one step ago."


def with_jump(size: float, *more: tuple[int, float]) -> list[FundSample]:
    """A week of calm; ``size`` comes in 50 hours before its end, and more after so many hours."""
    amounts = moving(168)
    for after, extra in ((0, size), *more):
        amounts = [one + (extra if n >= 118 + after else 0.0) for n, one in enumerate(amounts)]
    return hourly(*amounts)


def test_money_put_in_at_once_is_told_from_what_the_fund_earned() -> None:
    found = state(with_jump(500.0))
    (top_up,) = found.top_ups
    assert (top_up.at, top_up.labelled) == (NOW - 50 * HOUR, False)
    assert top_up.usd == pytest.approx(500, abs=5)
    assert found.slope_7d == pytest.approx(0, abs=5e-4)


def test_a_burst_of_liquidations_feeds_a_fund_in_many_steps_and_is_no_top_up() -> None:
    assert state(with_jump(500.0, (3, 40.0))).top_ups == ()
    assert state(with_jump(500.0, (-5, 40.0))).top_ups == ()
    assert len(state(with_jump(500.0, (20, 40.0))).top_ups) == 2


def test_a_fund_that_was_just_refilled_is_told_so_at_once() -> None:
    found = state(hourly(*moving(168)), 1500.0)
    assert [one.labelled for one in found.top_ups] == [False]


def test_a_balance_that_is_there_for_an_hour_only_is_no_top_up() -> None:
    assert state(with_jump(500.0, (1, -499.0))).top_ups == ()


def test_what_the_venue_labels_as_its_own_money_is_taken_out_whatever_its_size() -> None:
    event = FundEvent(kind="top_up", at=NOW - 50 * HOUR, asset="USDT", amount=3.0)
    found = state(with_jump(3.0), events=[event])
    assert found.top_ups == (TopUp(at=NOW - 50 * HOUR, usd=3.0, labelled=True),)
    large = FundEvent(kind="top_up", at=NOW - 50 * HOUR, asset="USDT", amount=500.0)
    assert [one.labelled for one in state(with_jump(500.0), events=[large]).top_ups] == [True]


def test_a_top_up_does_not_hide_the_loss_it_covers() -> None:
    """The last step is even, because the venue put in what a bankruptcy took out."""
    event = FundEvent(kind="top_up", at=NOW, asset="USDT", amount=300.0)
    found = state(hourly(*moving(100)), 1000.0, events=[event])
    assert found.shock is not None and found.shock < -8
    assert "fund_shock" in codes(found)


def test_the_runway_is_the_balance_over_a_mean_days_loss() -> None:
    found = state(hourly(*(1000 - 10 * n / 24 for n in range(168))), 930.0)
    assert found.runway_days == pytest.approx(93)


def test_a_top_up_does_not_lengthen_the_runway() -> None:
    amounts = [1000 - 10 * n / 24 + (200 if n >= 100 else 0) for n in range(168)]
    event = FundEvent(kind="top_up", at=NOW - 68 * HOUR, asset="USDT", amount=200.0)
    found = state(hourly(*amounts), 1130.0, events=[event])
    assert found.runway_days == pytest.approx(113)


def test_a_fund_that_does_not_decline_has_no_runway() -> None:
    found = state(hourly(*moving(168, a_day=0.01)), 1070.0)
    assert found.runway_days is None
    assert found.notes["runway_days"] == "The balance is not declining."


def standing(hours: int, *, before: Sequence[float]) -> list[FundSample]:
    return hourly(*before, *[before[-1]] * hours)


def test_a_fund_that_usually_moves_and_stands_still_for_a_day_is_a_dead_feed() -> None:
    found = state(standing(25, before=moving(200)))
    assert found.flat_updates == 26
    assert found.health is FundHealth.STALE
    assert codes(found) == ["fund_flat"]
    reason = found.reasons[0]
    assert (reason.value, reason.threshold) == (26, 24)
    assert found.notes["health"] == reason.text


def test_a_fund_that_stood_still_for_a_few_hours_is_none() -> None:
    found = state(standing(10, before=moving(200)))
    assert found.flat_updates == 11
    assert found.health is FundHealth.STABLE


def test_a_fund_that_moves_now_and_then_is_not_missed_for_a_day() -> None:
    rarely = [1000.0 + n // 8 for n in range(400)]
    found = state(standing(30, before=rarely))
    assert found.flat_updates is None
    assert found.notes["flat_updates"] == "This balance stands still most of the time."
    assert found.health is not FundHealth.STALE


def test_many_updates_are_no_dead_feed_before_a_day_has_gone_by() -> None:
    minutes = [a_sample(1000 + n % 7, ago=timedelta(minutes=10 * (400 - n))) for n in range(400)]
    quiet = [one for one in minutes if NOW - one.at > 8 * HOUR]
    found = state(quiet, quiet[-1].amount, cadence=600)
    assert found.flat_updates is not None and found.flat_updates >= 24
    assert "fund_flat" not in codes(found)


def test_a_feed_that_has_been_dead_for_longer_than_its_past_is_kept_stays_dead() -> None:
    dead = [a_sample(1000.0, ago=n * HOUR) for n in range(800, 0, -1)]
    first = state(dead, 1000.0)
    assert first.flat_updates is None
    flat = state(standing(25, before=moving(200)))
    again = state(dead, 1000.0, previous=flat)
    assert again.health is FundHealth.STALE


def test_an_old_balance_is_old_before_it_is_flat() -> None:
    found = state(standing(25, before=moving(200)), cadence=600)
    assert codes(found) == ["fund_stale"]


@pytest.mark.parametrize(
    ("hours", "missing", "confidence"),
    [
        (10, 0, Confidence.LOW),
        (30, 0, Confidence.MEDIUM),
        (170, 0, Confidence.HIGH),
        (170, 2, Confidence.HIGH),
        (170, 5, Confidence.MEDIUM),
    ],
)
def test_confidence_comes_with_a_long_past_without_gaps(
    hours: int, missing: int, confidence: Confidence
) -> None:
    samples = hourly(*moving(hours))
    kept = [one for one in samples if not 4 * HOUR <= NOW - one.at < (4 + missing) * HOUR]
    assert state(kept, 1000.0).confidence is confidence


def test_an_old_balance_is_not_trusted_highly() -> None:
    found = state(hourly(*moving(170)), now=NOW + 5 * HOUR)
    assert found.health is FundHealth.STALE
    assert found.confidence is Confidence.MEDIUM
