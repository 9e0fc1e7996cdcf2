"""When to ask again: sooner in danger and while somebody looks, never beyond a venue's limit."""

from __future__ import annotations

import pytest

from app.domain.errors import (
    ClockSkew,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
)
from app.domain.fund import FundHealth
from app.domain.reason import Severity
from app.monitor.intervals import (
    Danger,
    account_floor,
    account_interval,
    back_off,
    budget_floor,
    fund_interval,
    market_interval,
    within_budget,
)
from app.venues.catalogue import catalogue
from app.venues.facts import ReadPurpose

VENUES = ("binance", "bybit", "okx", "hyperliquid")


def interval(
    danger: Danger = Danger(),  # noqa: B008
    *,
    looked: float | None = None,
    holds: bool = True,
    floor: float = 0.0,
) -> float:
    return account_interval(danger, seconds_since_looked=looked, has_positions=holds, floor=floor)


@pytest.mark.parametrize(
    ("danger", "looked", "seconds"),
    [
        (Danger(), None, 60),
        (Danger(), 300.0, 60),
        (Danger(), 30.0, 20),
        (Danger(nearest_distance=0.09), None, 10),
        (Danger(severity=Severity.WARNING), None, 10),
        (Danger(severity=Severity.CRITICAL), None, 5),
        (Danger(fund=FundHealth.DRAINING), None, 5),
        (Danger(fund=FundHealth.DECLINING), None, 60),
    ],
)
def test_an_account_is_read_more_often_in_danger_and_while_somebody_looks(
    danger: Danger, looked: float | None, seconds: float
) -> None:
    assert interval(danger, looked=looked) == seconds


def test_an_account_without_positions_has_no_hurry() -> None:
    urgent = Danger(severity=Severity.CRITICAL)
    assert interval(urgent, looked=1.0, holds=False) == 60


def test_no_danger_goes_below_the_floor() -> None:
    assert interval(Danger(severity=Severity.CRITICAL), floor=31.5) == 31.5


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("linked", [1, 7])
def test_accounts_at_their_fastest_take_no_more_than_a_third_of_a_tenth(
    venue: str, linked: int
) -> None:
    facts = catalogue().venue(venue)
    assert facts.limits is not None
    reads = [read for scope in facts.scopes for read in facts.reads_of(scope.id)]
    weight = sum(read.weight for read in reads if read.cached_seconds is None)
    together = 1 if facts.limits.scope == "uid" else linked
    a_minute = together * weight * 60 / account_floor(facts, sharers=linked)
    assert a_minute == pytest.approx(facts.limits.per_minute / 10 / 3)


def test_where_a_venue_counts_by_user_accounts_take_nothing_from_one_another() -> None:
    okx, binance = catalogue().venue("okx"), catalogue().venue("binance")
    assert account_floor(okx, sharers=9) == account_floor(okx, sharers=1)
    assert account_floor(binance, sharers=9) == 9 * account_floor(binance, sharers=1)


def test_answers_that_are_kept_cost_nothing() -> None:
    facts = catalogue().venue("binance")
    assert budget_floor([facts.read("brackets_linear")], facts=facts) == 0
    assert budget_floor([facts.read("account_linear")], facts=facts) > 0


@pytest.mark.parametrize(
    ("cadence", "danger", "seconds"),
    [
        (None, Danger(), 60),
        (60, Danger(), 60),
        (1800, Danger(), 900),
        (86_400, Danger(), 3600),
        (1800, Danger(fund=FundHealth.DECLINING), 900),
    ],
)
def test_funds_are_read_by_their_venues_own_cadence(
    cadence: float | None, danger: Danger, seconds: float
) -> None:
    assert fund_interval(cadence, danger, all_asked=True, floor=0) == seconds


PRESSING = [
    Danger(fund=FundHealth.DRAINING),
    Danger(fund=FundHealth.CRITICAL),
    Danger(worsened=True),
    Danger(moving=True),
    Danger(nearest_distance=0.05),
    Danger(severity=Severity.WARNING),
]


@pytest.mark.parametrize("danger", PRESSING)
@pytest.mark.parametrize("cadence", [None, 600, 86_400])
def test_danger_tightens_the_watch_to_the_fastest_allowed(
    danger: Danger, cadence: float | None
) -> None:
    assert fund_interval(cadence, danger, all_asked=True, floor=0) == 60
    assert fund_interval(cadence, danger, all_asked=True, floor=75) == 75
    assert market_interval(danger, linked=True, floor=0) == 15
    assert market_interval(danger, linked=True, floor=17.25) == 17.25


def test_when_the_danger_is_over_the_watch_relaxes_again() -> None:
    assert fund_interval(7200, Danger(worsened=True), all_asked=True, floor=0) == 60
    assert fund_interval(7200, Danger(), all_asked=True, floor=0) == 3600


@pytest.mark.parametrize("venue", [facts.id for facts in catalogue().venues()])
@pytest.mark.parametrize("danger", [Danger(), *PRESSING])
def test_funds_and_markets_never_take_more_than_two_thirds_of_a_tenth(
    venue: str, danger: Danger
) -> None:
    facts = catalogue().venue(venue)
    if facts.limits is None:
        return
    fund_reads = [facts.read(name) for name in facts.fund.reads]
    purposes = (ReadPurpose.MARKET_STATS, ReadPurpose.ADL)
    market_reads = [r for r in facts.reads if r.purpose in purposes and not r.signed]
    a_minute = 0.0
    for reads, interval in (
        (
            fund_reads,
            fund_interval(60, danger, all_asked=False, floor=budget_floor(fund_reads, facts=facts)),
        ),
        (
            market_reads,
            market_interval(danger, linked=True, floor=budget_floor(market_reads, facts=facts)),
        ),
    ):
        weight = sum(read.weight for read in reads if read.cached_seconds is None)
        a_minute += weight * 60 / interval
    assert a_minute <= facts.limits.per_minute / 10 * 2 / 3 * (1 + 1e-9)


def test_funds_are_read_fast_until_every_pool_had_its_turn() -> None:
    assert fund_interval(86_400, Danger(), all_asked=False, floor=0) == 60
    assert fund_interval(86_400, Danger(), all_asked=False, floor=75) == 75


def test_markets_are_read_more_often_in_danger() -> None:
    assert market_interval(Danger(), linked=True, floor=0) == 60
    assert market_interval(Danger(nearest_distance=0.01), linked=True, floor=0) == 15
    assert market_interval(Danger(nearest_distance=0.01), linked=True, floor=17.25) == 17.25


def test_markets_of_a_venue_nobody_linked_are_read_four_times_an_hour() -> None:
    assert market_interval(Danger(), linked=False, floor=0) == 900
    assert market_interval(Danger(fund=FundHealth.CRITICAL), linked=False, floor=0) == 900


def test_what_was_asked_beyond_our_share_is_saved_the_next_time() -> None:
    assert within_budget(60, 0.4) == 60
    assert within_budget(60, 2.5) == 150


def test_a_failing_source_backs_off_up_to_five_minutes() -> None:
    error = VenueUnreachable("gone", venue="okx")
    waits = [back_off(error, failures=n, interval=60, jitter=1.0) for n in range(1, 8)]
    assert waits == [30, 60, 120, 240, 300, 300, 300]
    assert back_off(error, failures=10_000, interval=60, jitter=1.0) == 300


@pytest.mark.parametrize("failures", [1, 3, 9])
def test_jitter_spreads_sources_that_failed_together(failures: int) -> None:
    error = VenueGarbled("what?", venue="okx")
    longest = back_off(error, failures=failures, interval=60, jitter=1.0)
    assert back_off(error, failures=failures, interval=60, jitter=0.0) == longest / 2


@pytest.mark.parametrize("error", [VenueUnreachable, VenueRateLimited, VenueError])
def test_a_venue_that_says_how_long_to_wait_is_obeyed(error: type[VenueError]) -> None:
    told = error("wait", venue="bybit", retry_after=600)
    assert back_off(told, failures=1, interval=60, jitter=0.0) == 600


def test_a_venue_that_asks_for_fewer_requests_gets_half_a_minute_at_least() -> None:
    told = VenueRateLimited("slow down", venue="bybit", retry_after=1)
    assert back_off(told, failures=1, interval=5, jitter=0.0) == 30


@pytest.mark.parametrize("error", [VenueRejected, ClockSkew])
def test_what_only_a_person_can_mend_is_tried_rarely(error: type[VenueError]) -> None:
    told = error("no", venue="okx")
    waits = [back_off(told, failures=n, interval=60, jitter=1.0) for n in (1, 2, 3)]
    assert waits == [60, 600, 600]
