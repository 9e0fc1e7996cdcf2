"""What of the running session could still be taken back: only what rule and ledger say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.adl import AdlSignal
from app.domain.loss_model import StepKind, Touches, WaterfallStep
from app.domain.position import AccountMargin
from app.domain.session import SessionProfit, SessionRisk, SessionRule, TakenFrom
from app.risk.session import next_settlement, session_risk
from tests.risk.builders import NOW, a_loss_model, a_margin, a_position, a_step

DAILY = (time(8),)
EVERY_8_HOURS = (time(0), time(8), time(16))
amounts = st.floats(min_value=-1e9, max_value=1e9)


def a_rule(**fields: object) -> SessionRule:
    values: dict[str, object] = {
        "taken_from": TakenFrom.SESSION_PROFIT,
        "settles_at": DAILY,
        "instruction": "Closing before 08:00 UTC does not free it.",
        "source": "https://venue.example/settlement",
    }
    return SessionRule(**(values | fields))  # type: ignore[arg-type]


def earned(
    realized: float | None, unrealized: float | None, *, asset: str = "USDT", **fields: object
) -> AccountMargin:
    values: dict[str, object] = {"asset": asset, "realized": realized, "unrealized": unrealized}
    return a_margin(session=SessionProfit(**(values | fields)))  # type: ignore[arg-type]


def risk(
    margin: AccountMargin | None,
    *,
    rule: SessionRule | None = None,
    signals: Sequence[AdlSignal] = (),
    now: datetime = NOW,
) -> SessionRisk:
    found = session_risk(
        a_position(), rule=rule or a_rule(), margin=margin, signals=signals, now=now
    )
    assert found is not None
    return found


def a_signal(**fields: object) -> AdlSignal:
    values: dict[str, object] = {
        "venue": "deribit",
        "kind": "clawback_rate",
        "at": NOW,
        "pool": "btc",
    }
    return AdlSignal(**(values | fields))  # type: ignore[arg-type]


def test_a_venue_without_a_rule_has_nothing_to_take_back() -> None:
    assert session_risk(a_position(), rule=None, margin=earned(1, 2), signals=(), now=NOW) is None


@pytest.mark.parametrize(
    ("realized", "unrealized", "at_risk"),
    [(100.0, 50.0, 150.0), (100.0, -40.0, 60.0), (-30.0, 50.0, 20.0), (0.0, 0.0, 0.0)],
)
def test_booked_and_open_profit_of_the_session_count_together(
    realized: float, unrealized: float, at_risk: float
) -> None:
    found = risk(earned(realized, unrealized))
    assert (found.realized, found.unrealized, found.at_risk) == (realized, unrealized, at_risk)
    assert found.asset == "USDT"
    assert found.note is None


def test_a_session_at_a_loss_has_nothing_to_take() -> None:
    assert risk(earned(10.0, -40.0)).at_risk == 0.0


@given(realized=amounts, unrealized=amounts)
def test_what_is_at_risk_is_never_negative_and_never_more_than_was_won(
    realized: float, unrealized: float
) -> None:
    found = risk(earned(realized, unrealized))
    assert found.at_risk is not None
    assert 0 <= found.at_risk <= max(realized, 0) + max(unrealized, 0)


@given(realized=amounts, unrealized=amounts, more=st.floats(min_value=0, max_value=1e9))
def test_more_profit_never_lowers_what_is_at_risk(
    realized: float, unrealized: float, more: float
) -> None:
    before, after = risk(earned(realized, unrealized)), risk(earned(realized + more, unrealized))
    assert before.at_risk is not None and after.at_risk is not None
    assert after.at_risk >= before.at_risk


@pytest.mark.parametrize(("realized", "unrealized"), [(None, 50.0), (100.0, None), (None, None)])
def test_half_of_the_figure_is_no_figure(realized: float | None, unrealized: float | None) -> None:
    found = risk(earned(realized, unrealized))
    assert found.at_risk is None
    assert (found.realized, found.unrealized) == (realized, unrealized)
    assert found.note == "What the account earned in this session is not known."


def test_the_ledgers_own_reason_for_a_missing_figure_is_passed_on() -> None:
    notes = {"realized": "Booked profit was not read."}
    assert risk(earned(None, 1.0, notes=notes)).note == notes["realized"]


@pytest.mark.parametrize("margin", [None, a_margin()])
def test_without_a_ledger_the_rule_is_told_and_the_amount_is_not(
    margin: AccountMargin | None,
) -> None:
    found = risk(margin)
    assert (found.asset, found.at_risk) == (None, None)
    assert found.note == "What the account earned in this session is not known."
    assert found.instruction == "Closing before 08:00 UTC does not free it."


def test_profit_of_another_coin_is_not_taken_for_this_positions() -> None:
    found = risk(earned(1.5, 0.0, asset="BTC"))
    assert (found.asset, found.realized, found.at_risk) == (None, None, None)
    assert found.note == "The session's profit is known in BTC, not in USDT."


def test_withdrawals_are_charged_by_what_is_withdrawn_not_by_what_was_won() -> None:
    rule = a_rule(taken_from=TakenFrom.WITHDRAWALS, settles_at=())
    found = risk(earned(100.0, 50.0), rule=rule)
    assert (found.at_risk, found.ends_at) == (None, None)
    assert found.note == "What is charged depends on what is withdrawn while a shortfall lasts."


@pytest.mark.parametrize(
    ("step", "at_risk"),
    [
        (a_step(StepKind.CLAWBACK), 150.0),
        (a_step(StepKind.SOCIALIZED_LOSS), 150.0),
        (a_step(StepKind.CLAWBACK, applies=Touches.UNKNOWN), None),
        (a_step(StepKind.CLAWBACK, applies=Touches.NO), None),
        (a_step(StepKind.CLAWBACK, source=None), None),
        (a_step(StepKind.AUTO_DELEVERAGING), None),
    ],
)
def test_nothing_is_called_at_risk_that_no_source_says_is_taken(
    step: WaterfallStep, at_risk: float | None
) -> None:
    found = session_risk(
        a_position(),
        rule=a_rule(),
        margin=earned(100.0, 50.0),
        signals=(),
        now=NOW,
        loss_model=a_loss_model(step),
    )
    assert found is not None
    assert (found.realized, found.unrealized, found.at_risk) == (100.0, 50.0, at_risk)
    assert (found.note is None) is (at_risk is not None)


def test_the_rules_source_is_passed_on() -> None:
    assert risk(None, rule=a_rule(source=None)).source is None
    assert risk(None).source == "https://venue.example/settlement"


@pytest.mark.parametrize(
    ("now", "ends_at"),
    [
        ("2026-11-22T07:59:59.999999", "2026-11-22T08:00:00"),
        ("2026-11-22T08:00:00", "2026-11-22T16:00:00"),
        ("2026-11-22T08:00:00.000001", "2026-11-22T16:00:00"),
        ("2026-11-22T16:00:00", "2026-11-23T00:00:00"),
        ("2026-12-31T23:59:59", "2027-01-01T00:00:00"),
        ("2028-02-28T16:00:00", "2028-02-29T00:00:00"),
    ],
)
def test_the_session_ends_at_the_first_settlement_that_is_still_to_come(
    now: str, ends_at: str
) -> None:
    found = next_settlement(EVERY_8_HOURS, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(ends_at).replace(tzinfo=UTC)


def test_once_a_day_the_next_settlement_may_be_tomorrow() -> None:
    assert risk(None, now=NOW).ends_at == NOW + timedelta(days=1)
    assert risk(None, now=NOW - timedelta(minutes=1)).ends_at == NOW


def test_settlement_is_by_utc_whatever_the_clock_of_the_asker() -> None:
    there = datetime(2026, 11, 22, 16, 30, tzinfo=timezone(timedelta(hours=8)))
    assert next_settlement(EVERY_8_HOURS, there) == datetime(2026, 11, 22, 16, tzinfo=UTC)


def test_a_rule_without_times_says_none() -> None:
    assert next_settlement((), NOW) is None


@given(
    times=st.lists(st.times(), min_size=1, max_size=24),
    now=st.datetimes(
        min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)
    ),
)
def test_a_settlement_is_after_now_and_within_a_day(times: list[time], now: datetime) -> None:
    found = next_settlement(times, now)
    assert found is not None
    assert now < found <= now + timedelta(days=1)
    assert found.timetz().replace(tzinfo=None) in times


def test_the_rate_is_the_newest_that_was_published() -> None:
    signals = [
        a_signal(value=0.02, at=NOW - timedelta(days=2)),
        a_signal(value=0.0015, at=NOW - timedelta(hours=1)),
        a_signal(value=0.3, at=NOW - timedelta(days=9)),
    ]
    found = risk(None, signals=signals)
    assert (found.rate, found.rate_at) == (0.0015, NOW - timedelta(hours=1))


def test_a_settlement_at_which_nothing_was_taken_is_a_rate_of_zero() -> None:
    assert risk(None, signals=[a_signal(value=0.0)]).rate == 0.0


@pytest.mark.parametrize(
    "signal",
    [
        a_signal(kind="socialized_loss", value=120.0),
        a_signal(kind="socialized_loss", value=0.4, trigger=0.0),
        a_signal(kind="drawdown", value=0.4),
        a_signal(value=None),
    ],
)
def test_an_amount_or_another_figure_is_not_taken_for_a_rate(signal: AdlSignal) -> None:
    found = risk(None, signals=[signal])
    assert (found.rate, found.rate_at) == (None, None)
