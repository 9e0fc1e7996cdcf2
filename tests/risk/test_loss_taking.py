"""What could be taken of a session's profit or of a withdrawal, and what can be done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.position import Position, Side
from app.domain.session import SessionRisk, TakenFrom
from app.risk.loss_answer import answer
from tests.risk.builders import NOW, a_fund, a_loss_model, a_position, a_step, deleveraging

WAIT = "Closing before 08:00 UTC does not free it."
LATER = "While the fund is short every withdrawal is charged; who waits is not."
CLAWBACK = a_step(StepKind.CLAWBACK, touches_profit=Touches.YES, touches_withdrawn=Touches.UNKNOWN)
SPREAD = a_step(StepKind.SOCIALIZED_LOSS, touches_profit=Touches.YES)
TAKING = (CLAWBACK, SPREAD)


def a_session(at_risk: float | None = 0.042, **fields: object) -> SessionRisk:
    values: dict[str, object] = {
        "taken_from": TakenFrom.SESSION_PROFIT,
        "asset": "BTC",
        "realized": at_risk,
        "unrealized": 0.0,
        "at_risk": at_risk,
        "ends_at": NOW + timedelta(days=1),
        "instruction": WAIT,
        "source": "https://venue.example/settlement",
    }
    return SessionRisk(**(values | fields))  # type: ignore[arg-type]


WITHDRAWALS = a_session(
    None, taken_from=TakenFrom.WITHDRAWALS, asset=None, ends_at=None, instruction=LATER
)


def ask(
    *steps: WaterfallStep,
    session: SessionRisk | None,
    position: Position | None = None,
    model: LossModel | None = None,
) -> str:
    return answer(
        position or a_position(),
        loss_model=model or a_loss_model(*steps),
        venue_name="Deribit",
        fund=a_fund(),
        session=session,
    ).answer


def test_a_clawback_says_how_much_of_the_session_until_when_and_what_closing_changes() -> None:
    assert ask(CLAWBACK, session=a_session()) == (
        "If this fund ran out, Deribit would take back profit already booked (clawback). Up to"
        " 0.042 BTC could be taken: what your account has earned, booked or open, in the session"
        " that ends at 08:00 UTC; whether it reaches money already withdrawn is not said."
        " Closing before 08:00 UTC does not free it."
    )


@pytest.mark.parametrize("step", TAKING)
@pytest.mark.parametrize("pnl", [5.0, -5.0])
@pytest.mark.parametrize("side", Side)
def test_what_the_account_earned_is_at_risk_whatever_this_position_does(
    step: WaterfallStep, pnl: float, side: Side
) -> None:
    position = a_position(side=side, unrealized_pnl=pnl)
    said = ask(step, session=a_session(), position=position)
    assert "Up to 0.042 BTC could be taken: what your account has earned" in said


@pytest.mark.parametrize("step", TAKING)
@pytest.mark.parametrize("at_risk", [0.0, 1e-12])
def test_a_session_that_earned_nothing_has_nothing_to_lose_and_nothing_to_do(
    step: WaterfallStep, at_risk: float
) -> None:
    said = ask(step, session=a_session(at_risk))
    assert said.endswith(
        "Your account has earned nothing in the session that ends at 08:00 UTC, so nothing could"
        " be taken now."
    )


@pytest.mark.parametrize("step", TAKING)
@pytest.mark.parametrize("pnl", [5.0, -5.0, None])
def test_an_amount_nobody_knows_is_not_told_and_the_session_still_is(
    step: WaterfallStep, pnl: float | None
) -> None:
    # A position behind since its entry can have gained since the session began.
    position = a_position(unrealized_pnl=pnl, mark_price=None)
    said = ask(step, session=a_session(None), position=position)
    assert "Profit of the session that ends at 08:00 UTC could be taken back in part" in said
    assert "what you booked in it, and what your long gained in it" in said
    assert said.endswith(WAIT)


def test_a_session_without_times_is_not_given_an_end() -> None:
    said = ask(CLAWBACK, session=a_session(ends_at=None))
    assert "in the running settlement session;" in said


def test_the_end_of_a_session_is_told_in_utc() -> None:
    there = datetime(2026, 11, 23, 0, 0, tzinfo=timezone(timedelta(hours=8)))
    assert "that ends at 16:00 UTC" in ask(CLAWBACK, session=a_session(ends_at=there))


@pytest.mark.parametrize("step", TAKING)
def test_a_rule_without_a_source_gives_neither_an_end_nor_an_instruction(
    step: WaterfallStep,
) -> None:
    said = ask(step, session=a_session(source=None))
    assert "08:00" not in said and WAIT not in said
    assert "Up to 0.042 BTC could be taken" in said


def test_a_rule_on_withdrawals_without_a_source_claims_nothing_of_them() -> None:
    said = ask(SPREAD, session=replace(WITHDRAWALS, source=None))
    assert "withdraw while money" not in said and LATER not in said


@pytest.mark.parametrize("step", TAKING)
def test_a_step_without_a_source_gives_no_instruction(step: WaterfallStep) -> None:
    said = ask(replace(step, source=None), session=a_session())
    assert "which no source confirms" in said
    assert WAIT not in said and "withdrawn" not in said


def test_a_charge_on_withdrawals_is_told_as_one_and_not_as_taken_from_profit() -> None:
    assert ask(SPREAD, session=WITHDRAWALS) == (
        "If this fund ran out, Deribit would spread the loss over other users (socialized loss)."
        " What you withdraw while money is missing could be cut; money already withdrawn is not"
        f" touched. {LATER}"
    )


@pytest.mark.parametrize("session", [a_session(), a_session(None), WITHDRAWALS])
def test_where_deleveraging_comes_first_the_instruction_still_follows(session: SessionRisk) -> None:
    said = ask(deleveraging(), SPREAD, session=session)
    assert "could close your long" in said
    assert said.endswith(f"is not known. {session.instruction}")


@pytest.mark.parametrize("applies", [Touches.UNKNOWN, Touches.NO])
@pytest.mark.parametrize("step", TAKING)
@pytest.mark.parametrize("session", [a_session(), a_session(None), WITHDRAWALS])
@pytest.mark.parametrize("before", [(), (deleveraging(),)])
def test_what_a_venue_does_not_state_to_take_comes_with_no_amount_and_no_instruction(
    applies: Touches,
    step: WaterfallStep,
    session: SessionRisk,
    before: tuple[WaterfallStep, ...],
) -> None:
    quiet = replace(step, applies=applies)
    assert ask(*before, quiet, session=session) == ask(*before, quiet, session=None)


@pytest.mark.parametrize("touches", [Touches.NO, Touches.UNKNOWN])
def test_profit_that_is_out_of_reach_or_not_said_to_be_in_reach_has_no_amount(
    touches: Touches,
) -> None:
    said = ask(replace(CLAWBACK, touches_profit=touches), session=a_session())
    assert "0.042" not in said


@pytest.mark.parametrize("kind", StepKind)
@pytest.mark.parametrize("applies", Touches)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("pnl", [5.0, -5.0, None])
@pytest.mark.parametrize("session", [None, a_session(), a_session(0.0), WITHDRAWALS])
def test_every_step_gives_at_most_three_plain_sentences_and_claims_only_what_is_stated(
    kind: StepKind,
    applies: Touches,
    side: Side,
    pnl: float | None,
    session: SessionRisk | None,
) -> None:
    step = a_step(kind, applies=applies, touches_profit=Touches.YES)
    position = a_position(side=side, unrealized_pnl=pnl, mark_price=None)
    said = ask(step, session=session, position=position)
    third = session is not None and session.instruction in said
    assert said.endswith(".") and "  " not in said and ".." not in said and ";." not in said
    assert said.count(". ") + 1 <= (3 if third else 2)
    if applies is not Touches.YES:
        assert not third
        assert " would " not in said.replace("does not say whether it would ", "")
        assert "could" not in said


def test_a_closed_venue_takes_nothing_any_more() -> None:
    model = replace(a_loss_model(CLAWBACK), closed_on=NOW.date())
    said = ask(model=model, session=a_session())
    assert "0.042" not in said and WAIT not in said
