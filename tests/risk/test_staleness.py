"""Old figures are said to be old and never read better for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.fund import FundHealth
from app.domain.reason import Reason, Severity
from app.domain.verdict import Assessment
from app.risk.assessment import assess
from app.risk.staleness import fund_with_staleness, is_stale, with_staleness
from tests.risk.builders import NOW, a_fund, a_loss_model, a_position, deleveraging

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(("missed", "stale"), [(0, False), (3, False), (3.01, True), (90, True)])
def test_three_intervals_are_waited_for(missed: float, stale: bool) -> None:
    assert is_stale(NOW - missed * MINUTE, NOW, 60) is stale


def test_a_time_nobody_knows_is_stale() -> None:
    assert is_stale(None, NOW, 60)


def test_a_venues_clock_ahead_of_ours_is_not_stale() -> None:
    assert not is_stale(NOW + MINUTE, NOW, 60)


def test_a_fund_turns_stale_as_time_passes() -> None:
    fund = a_fund(cadence_seconds=600)
    assert fund_with_staleness(fund, NOW + 30 * MINUTE) is fund
    later = fund_with_staleness(fund, NOW + 31 * MINUTE)
    assert later.health is FundHealth.STALE
    assert later.reasons[0].code == "fund_stale"
    assert later.reasons[0].value == 31 * 60
    assert later.notes["health"] == "The balance of the fund is 31\u2009min old."
    assert later.balance_usd == fund.balance_usd


def test_without_a_cadence_a_balance_is_given_three_days() -> None:
    fund = a_fund(cadence_seconds=None)
    assert fund_with_staleness(fund, NOW + 71 * HOUR).health is FundHealth.STABLE
    assert fund_with_staleness(fund, NOW + 73 * HOUR).health is FundHealth.STALE


def test_losing_sight_of_a_critical_fund_does_not_lower_its_severity() -> None:
    seen = Reason(code="fund_critical", severity=Severity.CRITICAL, text="Used up.")
    later = fund_with_staleness(a_fund(FundHealth.CRITICAL, reasons=(seen,)), NOW + 9 * HOUR)
    assert [reason.code for reason in later.reasons] == ["fund_critical", "fund_stale"]


def test_growing_older_is_not_said_twice() -> None:
    once = fund_with_staleness(a_fund(), NOW + 2 * HOUR)
    twice = fund_with_staleness(once, NOW + 3 * HOUR)
    assert [reason.code for reason in twice.reasons] == ["fund_stale"]
    assert twice.reasons[0].value == 3 * 3600


def test_a_fund_never_read_stays_unknown() -> None:
    unread = a_fund(FundHealth.UNKNOWN, balance_usd=None, as_of=None)
    assert fund_with_staleness(unread, NOW) is unread


def fine(**fields: object) -> Assessment:
    position = a_position(liquidation_price=30_000.0, **fields)
    return assess(
        position, venue_name="Binance", loss_model=a_loss_model(deleveraging()), fund=a_fund()
    )


def test_fresh_figures_are_left_as_they_are() -> None:
    assessment = fine()
    assert with_staleness(assessment, now=NOW + MINUTE, interval_seconds=60) == assessment


def test_old_positions_are_at_least_watch() -> None:
    found = with_staleness(fine(), now=NOW + 4 * MINUTE, interval_seconds=60)
    assert found.verdict.severity is Severity.WATCH
    assert [reason.code for reason in found.verdict.reasons] == ["data_stale"]
    assert found.verdict.reasons[0].text == "These figures are 4\u2009min old."


def test_a_fund_grown_old_behind_a_fresh_position_is_watch() -> None:
    found = with_staleness(fine(), now=NOW + HOUR, interval_seconds=3600)
    assert found.fund is not None and found.fund.health is FundHealth.STALE
    assert found.verdict.severity is Severity.WATCH
    assert [reason.code for reason in found.verdict.reasons] == ["fund_stale"]


def test_age_never_lowers_what_was_worse() -> None:
    near = assess(
        a_position(liquidation_price=64_500.0),
        venue_name="Binance",
        loss_model=a_loss_model(deleveraging()),
    )
    found = with_staleness(near, now=NOW + HOUR, interval_seconds=60)
    assert [reason.code for reason in found.verdict.reasons] == ["liquidation_near", "data_stale"]
    assert found.verdict.severity is Severity.CRITICAL


def test_it_may_be_applied_again_and_again() -> None:
    once = with_staleness(fine(), now=NOW + HOUR, interval_seconds=60)
    assert with_staleness(once, now=NOW + HOUR, interval_seconds=60) == once
