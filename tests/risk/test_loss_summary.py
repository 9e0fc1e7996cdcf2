"""Five sentences about a venue's loss model, none of which claims more than its steps."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from typing import Any

import pytest

from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.risk.loss_summary import first_sentence, summarize


def a_step(kind: StepKind, **fields: Any) -> WaterfallStep:
    case: dict[str, Any] = {
        "applies": Touches.YES,
        "title": "Title",
        "text": "It does this. It says more.",
        "scope": "venue",
        "touches_profit": Touches.NO,
        "touches_position": Touches.NO,
        "touches_withdrawn": Touches.NO,
        "source": "https://venue.example/page",
        "as_of": date(2026, 1, 1),
    }
    return WaterfallStep(kind=kind, **(case | fields))


def told(*steps: WaterfallStep, not_known: tuple[str, ...] = ()) -> Any:
    model = LossModel(venue="venue", steps=steps, not_known=not_known)
    return summarize(model, venue_name="Venue")


FUND = a_step(StepKind.INSURANCE_FUND)
ADL = a_step(StepKind.AUTO_DELEVERAGING, touches_position=Touches.YES)
CLAWBACK = a_step(StepKind.CLAWBACK, touches_profit=Touches.YES)
UNSOURCED = {"applies": Touches.UNKNOWN, "source": None, "as_of": None, "note": "Not found."}


def test_what_absorbs_a_loss_is_told_in_order() -> None:
    assert told(a_step(StepKind.PARTIAL_LIQUIDATION), FUND, ADL).absorbs_first == (
        "A loss beyond a trader's margin is absorbed first by the insurance fund, then the other "
        "traders' positions (auto-deleveraging)."
    )


def test_a_step_without_source_absorbs_nothing() -> None:
    fund = a_step(StepKind.INSURANCE_FUND, **UNSOURCED)
    assert told(fund).absorbs_first == "What would absorb a loss first at Venue is not published."


def test_every_way_to_a_winner_is_named() -> None:
    assert told(FUND, ADL, CLAWBACK).winners == (
        "What can happen to a winner: its position can be closed against its will; profit already "
        "booked can be taken back."
    )


@pytest.mark.parametrize(
    ("fields", "payer", "fate"),
    [
        (
            {"touches_profit": Touches.YES},
            "other users together (socialized loss).",
            "a part of its profit can be charged to cover the loss.",
        ),
        (
            {"touches_position": Touches.YES},
            "everybody with an open position (socialized loss).",
            "its open position can be charged a part of the loss.",
        ),
        (
            {"touches_position": Touches.YES, "touches_profit": Touches.YES},
            "other users together (socialized loss).",
            "its open position can be charged a part of the loss.",
        ),
    ],
)
def test_who_shares_a_loss_is_what_the_step_says(
    fields: dict[str, Any], payer: str, fate: str
) -> None:
    summary = told(FUND, a_step(StepKind.SOCIALIZED_LOSS, **fields))
    assert summary.absorbs_first.endswith(f"the insurance fund, then {payer}")
    assert summary.winners == f"What can happen to a winner: {fate}"


def test_a_fund_that_is_left_open_makes_nothing_the_first_to_pay() -> None:
    fund = a_step(StepKind.INSURANCE_FUND, **UNSOURCED)
    assert told(fund, a_step(StepKind.BACKSTOP_LIQUIDATOR), ADL).absorbs_first == (
        "A loss beyond a trader's margin is absorbed by a backstop liquidator that takes the "
        "position over, then the other traders' positions (auto-deleveraging); whether an "
        "insurance fund pays before that is not known."
    )


def test_a_venue_that_has_closed_is_told_of_in_the_past() -> None:
    steps = (FUND, ADL, CLAWBACK)
    model = LossModel(venue="venue", steps=steps, closed_on=date(2026, 9, 3))
    assert astuple(summarize(model, venue_name="Venue"))[:4] == (
        "Until Venue closed on 3 September 2026, a loss beyond a trader's margin was absorbed first "
        "by the insurance fund, then the other traders' positions (auto-deleveraging) and profit "
        "already booked (clawback).",
        "What could happen to a winner: its position could be closed against its will; profit "
        "already booked could be taken back.",
        "Profit that was booked but not withdrawn could be touched; money that was withdrawn could "
        "not.",
        "Nothing was published about Venue topping up its fund with its own money.",
    )


def test_what_the_venue_leaves_open_is_not_told_as_happening() -> None:
    adl = a_step(StepKind.AUTO_DELEVERAGING, touches_position=Touches.YES, **UNSOURCED)
    assert told(FUND, adl).winners.startswith("Venue does not say whether")


@pytest.mark.parametrize(
    ("step", "begins"),
    [
        (CLAWBACK, "Profit that is booked but not withdrawn can be touched; money that was"),
        (ADL, "No rule is published by which Venue would take booked or withdrawn profit."),
        (
            a_step(StepKind.CLAWBACK, applies=Touches.NO),
            "Profit that is booked cannot be touched; money that was withdrawn cannot.",
        ),
        (
            a_step(StepKind.SOCIALIZED_LOSS, touches_profit=Touches.UNKNOWN),
            "Venue does not say whether booked profit can be touched",
        ),
    ],
)
def test_whether_profit_can_be_touched(step: WaterfallStep, begins: str) -> None:
    assert told(FUND, step).profit.startswith(begins)


def test_without_any_step_that_reaches_others_nothing_is_said_about_profit() -> None:
    assert told(FUND).profit.startswith("No rule is published")


@pytest.mark.parametrize(
    ("fields", "begins"),
    [
        ({}, "Top-up by the venue: It does this."),
        ({"applies": Touches.NO}, "Venue says that it does not"),
        (UNSOURCED, "Top-up by the venue is nothing to count on: It does this."),
    ],
)
def test_how_likely_the_venue_tops_up(fields: dict[str, Any], begins: str) -> None:
    assert told(FUND, a_step(StepKind.TREASURY_TOP_UP, **fields)).top_up.startswith(begins)


def test_what_is_not_known_names_the_gaps_and_the_missing_sources() -> None:
    adl = a_step(StepKind.AUTO_DELEVERAGING, **UNSOURCED)
    sentence = told(FUND, adl, not_known=("The rate is secret.", "So is the rest.")).not_known
    assert sentence == (
        "Not known: The rate is secret; no page of the venue was found for the other traders' "
        "positions (auto-deleveraging) (1 more below)."
    )


def test_every_sentence_is_one_even_where_nothing_is_known() -> None:
    for sentence in astuple(told()):
        assert sentence.endswith(".")
        assert sentence == sentence.strip()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One. Two.", "One."),
        ("At 0.5 % of it. Then.", "At 0.5 % of it."),
        ("Only one", "Only one"),
        ("Really? Yes.", "Really?"),
    ],
)
def test_the_first_sentence_ends_where_a_sentence_does(text: str, first: str) -> None:
    assert first_sentence(text) == first
