"""Reasons from what can happen: a day's moves, sessions, hedges, the account as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.adl import AdlStanding
from app.domain.fund import FundHealth
from app.domain.hedge import Hedge
from app.domain.joint import JointBreak, JointLiquidation, JointView, MoveKind
from app.domain.market_risk import Touch
from app.domain.position import MarginMode
from app.domain.reason import Severity
from app.domain.session import SessionRisk, TakenFrom
from app.domain.thresholds import Steps, Thresholds
from app.risk.account_outlook import nearest_move, with_account
from app.risk.assessment import assess
from app.risk.outlook_reasons import (
    account_reasons,
    hedge_reasons,
    session_reasons,
    touch_reasons,
)
from tests.risk.builders import NOW, a_fund, a_loss_model, a_position

DEFAULTS = Thresholds()
DRAINING = a_fund(FundHealth.DRAINING)


def a_touch(probability: float, window: str = "24h") -> Touch:
    return Touch(
        window=window,
        probability=probability,
        model=probability,
        fat_tail=0.0,
        historical=None,
        past_windows=0,
    )


def a_session(at_risk: float | None, asset: str | None = "USDC") -> SessionRisk:
    return SessionRisk(
        taken_from=TakenFrom.SESSION_PROFIT,
        asset=asset,
        realized=at_risk,
        unrealized=0.0,
        at_risk=at_risk,
        ends_at=NOW + timedelta(hours=2),
        instruction="Settled profit is out of reach.",
        source="https://venue.example/sessions",
    )


def a_hedge(*, lost: bool = True) -> Hedge:
    return Hedge(
        base="BTC", share=0.8, legs=("short on Bybit (main)",), venues=("bybit",), lost_to_adl=lost
    )


def standing(at: float) -> AdlStanding:
    return AdlStanding(standing=at, raw=4, scale="0-4")


@pytest.mark.parametrize(
    ("probability", "severity", "threshold"),
    [
        (0.049, None, None),
        (0.05, Severity.WATCH, 0.05),
        (0.20, Severity.WARNING, 0.20),
        (0.50, Severity.CRITICAL, 0.50),
        (1.0, Severity.CRITICAL, 0.50),
    ],
)
def test_a_likely_touch_within_a_day_counts_in_steps_and_is_called_an_ordinary_day(
    probability: float, severity: Severity | None, threshold: float | None
) -> None:
    found = touch_reasons([a_touch(0.9, "7d"), a_touch(probability)], DEFAULTS)
    assert [one.severity for one in found] == ([severity] if severity else [])
    for one in found:
        assert (one.code, one.value, one.threshold) == ("touch_likely", probability, threshold)
        assert one.window == "24h"
        assert "ordinary day, not a crash" in one.text


def test_a_week_alone_is_no_reason() -> None:
    assert touch_reasons([a_touch(0.9, "7d")], DEFAULTS) == []
    assert touch_reasons([], DEFAULTS) == []


def test_session_profit_counts_only_while_the_fund_drains() -> None:
    (found,) = session_reasons(a_session(812.5), DRAINING, DEFAULTS)
    assert (found.code, found.severity, found.value) == (
        "session_profit_at_risk",
        Severity.WARNING,
        812.5,
    )
    assert "812.5" in found.text and "USDC" in found.text
    assert session_reasons(a_session(812.5), a_fund(), DEFAULTS) == []
    assert session_reasons(a_session(812.5), None, DEFAULTS) == []


@pytest.mark.parametrize("session", [None, a_session(None), a_session(0.0)])
def test_without_session_profit_nothing_can_be_taken(session: SessionRisk | None) -> None:
    assert session_reasons(session, DRAINING, DEFAULTS) == []


def test_a_threshold_in_dollars_is_not_held_against_coins() -> None:
    limits = Thresholds(session_profit_usd=1_000.0)
    assert session_reasons(a_session(999.0), DRAINING, limits) == []
    assert session_reasons(a_session(0.5, "BTC"), DRAINING, limits)[0].threshold == 0.0


@pytest.mark.parametrize(
    ("place", "fund", "counts"),
    [
        (standing(0.9), a_fund(), True),
        (standing(0.7), a_fund(), False),
        (standing(0.7), DRAINING, True),
        (None, DRAINING, True),
        (None, None, False),
    ],
)
def test_a_leg_that_adl_could_close_is_told_when_that_is_not_far(
    place: AdlStanding | None, fund: Any, counts: bool
) -> None:
    found = hedge_reasons(a_hedge(), place, fund, DEFAULTS)
    assert [one.code for one in found] == (["adl_hedge"] if counts else [])
    assert all(one.severity is Severity.WATCH for one in found)
    assert all("short on Bybit (main)" in one.text for one in found)
    assert hedge_reasons(a_hedge(lost=False), place, fund, DEFAULTS) == []


@pytest.mark.parametrize(
    ("move", "distance", "severity"),
    [
        (-0.04, 0.30, Severity.WARNING),
        (0.04, None, Severity.WARNING),
        (-0.015, 0.04, Severity.CRITICAL),
        (-0.04, 0.04, None),
        (-0.08, 0.015, None),
        (-0.20, 0.30, None),
        (0.0, None, None),
        (None, 0.30, None),
    ],
)
def test_the_account_as_a_whole_counts_where_it_is_nearer_than_the_position(
    move: float | None, distance: float | None, severity: Severity | None
) -> None:
    found = account_reasons(move, distance, DEFAULTS)
    assert [one.severity for one in found] == ([severity] if severity else [])
    for one in found:
        assert move is not None
        assert one.code == "account_near" and one.value == abs(move)
        assert ("fell" if move < 0 else "rose") in one.text


def test_a_user_who_wants_no_steps_gets_no_reasons() -> None:
    never = Thresholds(touch_24h=Steps(watch=None), distance=Steps(watch=None))
    assert touch_reasons([a_touch(1.0)], never) == []
    assert account_reasons(-0.001, 0.5, never) == []


def a_joint(*breaks: JointBreak) -> JointLiquidation:
    down = next((one for one in breaks if one.move < 0), None)
    up = next((one for one in breaks if one.move > 0), None)
    same = JointView(kind=MoveKind.SAME, points=(), down=down, up=up, breaks=breaks)
    sooner = JointBreak(move=-0.001, subject="account", scopes=("linear",))
    beta = JointView(kind=MoveKind.BETA, points=(), down=sooner, up=None, breaks=(sooner,))
    return JointLiquidation(as_of=NOW, positions=2, views=(same, beta))


def test_of_two_directions_the_nearer_break_of_its_own_margin_counts() -> None:
    cross = a_position(margin_mode=MarginMode.CROSS)
    down = JointBreak(move=-0.12, subject="account", scopes=("linear",))
    up = JointBreak(move=0.07, subject="account", scopes=("linear",))
    assert nearest_move(cross, a_joint(down, up)) == 0.07
    assert nearest_move(cross, a_joint(down)) == -0.12
    other = JointBreak(move=-0.03, subject="account", scopes=("inverse",))
    alone = JointBreak(move=0.01, subject="position", scopes=("linear",), position_key="x")
    assert nearest_move(cross, a_joint(other, alone)) is None
    assert nearest_move(a_position(margin_mode=MarginMode.ISOLATED), a_joint(down)) is None


def test_the_accounts_reason_joins_the_others_worst_first() -> None:
    position = a_position(margin_mode=MarginMode.CROSS, liquidation_price=59_000.0)
    found = assess(position, venue_name="Binance", loss_model=a_loss_model(), fund=a_fund())
    assert [one.code for one in found.verdict.reasons] == ["liquidation_near"]
    joint = a_joint(JointBreak(move=-0.015, subject="account", scopes=("linear",)))
    judged = with_account(found, joint, DEFAULTS)
    assert [one.code for one in judged.verdict.reasons] == ["account_near", "liquidation_near"]
    assert judged.verdict.severity is Severity.CRITICAL
    assert with_account(found, a_joint(), DEFAULTS) is found
