"""What a venue would do if its fund ran out, said of nobody's position in particular."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.loss_model import StepKind, Touches
from app.domain.verdict import LossAnswer
from app.risk.loss_answer import answer, general_answer
from tests.risk.builders import a_loss_model, a_position, a_step, deleveraging

CLOSED_ON = date(2026, 9, 3)
SPREAD_OVER_PROFIT = a_step(StepKind.SOCIALIZED_LOSS, touches_profit=Touches.YES)


def test_a_venues_general_answer_names_what_it_states_and_not_what_it_leaves_open() -> None:
    model = a_loss_model(
        a_step(StepKind.TREASURY_TOP_UP, applies=Touches.UNKNOWN),
        a_step(StepKind.AUTO_DELEVERAGING, close_price="the bankruptcy price"),
        a_step(StepKind.CLAWBACK, applies=Touches.UNKNOWN),
    )
    assert general_answer(model, venue_name="Binance") == LossAnswer(
        next_step="auto_deleveraging",
        answer="If its fund ran out, Binance would close positions of other traders"
        " (auto-deleveraging), at the bankruptcy price.",
    )


def test_a_backstop_vault_that_is_the_fund_is_not_what_follows_it() -> None:
    model = a_loss_model(
        a_step(StepKind.BACKSTOP_LIQUIDATOR),
        a_step(StepKind.AUTO_DELEVERAGING, close_price=None),
        fund=None,
    )
    said = general_answer(model, venue_name="Hyperliquid")
    assert said.next_step == "auto_deleveraging"
    assert said.answer.startswith("If its backstop could not bear a loss, Hyperliquid would close")


@pytest.mark.parametrize("fund", [Touches.UNKNOWN, Touches.NO, None])
@pytest.mark.parametrize("stated", [True, False])
def test_a_fund_that_is_not_stated_does_not_run_out(fund: Touches | None, stated: bool) -> None:
    applies = Touches.YES if stated else Touches.UNKNOWN
    said = general_answer(a_loss_model(deleveraging(applies=applies), fund=fund), venue_name="Gate")
    assert "a loss went uncovered" in said.answer
    assert "ran out" not in said.answer


def test_whether_an_open_fund_pays_before_is_said_to_be_open() -> None:
    model = a_loss_model(
        a_step(StepKind.BACKSTOP_LIQUIDATOR),
        deleveraging(close_price=None),
        fund=Touches.UNKNOWN,
    )
    assert general_answer(model, venue_name="Backpack").answer == (
        "If a loss went uncovered, Backpack would first hand bankrupt positions to a backstop"
        " liquidator, then close positions of other traders (auto-deleveraging). Whether a fund of"
        " Backpack pays before that is not known."
    )


def test_each_step_has_its_own_price() -> None:
    model = a_loss_model(deleveraging(close_price="the mark price"), SPREAD_OVER_PROFIT)
    assert general_answer(model, venue_name="GRVT").answer.endswith(
        "close positions of other traders (auto-deleveraging), at the mark price, then spread the"
        " loss over other users (socialized loss)."
    )


def test_a_step_before_the_fund_is_not_what_follows_it() -> None:
    first = a_step(StepKind.BACKSTOP_LIQUIDATOR), a_step(StepKind.INSURANCE_FUND)
    said = general_answer(a_loss_model(*first, deleveraging(), fund=None), venue_name="Kraken")
    assert said.next_step == "auto_deleveraging"
    assert said.answer.startswith("If its fund ran out, Kraken would close positions")


def test_a_venue_that_has_closed_is_told_of_as_it_was() -> None:
    model = replace(a_loss_model(deleveraging(close_price="the mark price")), closed_on=CLOSED_ON)
    assert general_answer(model, venue_name="BitMEX") == LossAnswer(
        next_step=None,
        answer="BitMEX closed on 3 September 2026. Until then, if its fund ran out, it would close"
        " positions of other traders (auto-deleveraging), at the mark price.",
    )


def test_of_a_closed_venue_that_stated_nothing_nothing_is_told() -> None:
    model = replace(a_loss_model(), closed_on=CLOSED_ON)
    assert general_answer(model, venue_name="BitMEX").answer == (
        "BitMEX closed on 3 September 2026. What it did until then if its fund ran out was not"
        " published."
    )


def test_a_venue_that_states_nothing_rules_nothing_out() -> None:
    model = a_loss_model(a_step(StepKind.CLAWBACK, applies=Touches.UNKNOWN))
    said = general_answer(model, venue_name="Gate")
    assert said.next_step is None
    assert "nothing is ruled out" in said.answer


def test_of_a_venue_nobody_gathered_it_is_not_claimed_that_it_says_nothing() -> None:
    steps = [
        a_step(kind, applies=Touches.UNKNOWN, source=None)
        for kind in (StepKind.AUTO_DELEVERAGING, StepKind.CLAWBACK)
    ]
    model = replace(a_loss_model(), steps=tuple(steps))
    said = general_answer(model, venue_name="BloFin").answer
    assert said.endswith("is not gathered here: nothing is ruled out.")
    held = answer(a_position(), loss_model=model, venue_name="BloFin", fund=None)
    assert held.answer.endswith("what BloFin does then is not known.")
    assert "does not say" not in said + held.answer
