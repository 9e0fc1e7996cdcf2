"""What can happen to a position, in words: nothing is invented, what is missing says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from app.api.shapes.position import PositionSchema, position
from app.domain.adl import AdlChoice, AdlScore
from app.domain.hedge import Hedge
from app.domain.session import SessionRisk, TakenFrom
from app.risk.adl_score import WHY_NO_SCORE
from app.store.positions import StoredPosition
from app.web.figures import Figure
from app.web.outlook import (
    adl_told,
    daily_volatilities,
    day_figures,
    hedge_told,
    ordinary_day,
    session_figures,
    touch_rows,
    trigger_told,
    unbroken,
    way,
)
from tests.support.nouns import NOON, a_position, an_assessment, an_outlook
from tests.support.page_outlook import touches


def shown(*, adl: object = None, notes: dict[str, str] | None = None, **fields: Any) -> Any:
    """A position with this outlook, as the pages have it."""
    made = an_assessment()
    found = replace(made, position=a_position(adl=adl), notes=notes or {}, **fields)
    stored = StoredPosition(
        id="p",
        account_id="a",
        account_label="main",
        user_id="u",
        venue="binance",
        severity=found.verdict.severity,
        assessment=found,
        margin=None,
        as_of=NOON,
        expected_interval_seconds=15.0,
    )
    return dict(PositionSchema().dump(position(stored, now=NOON)), venue_name="Binance")


def by_label(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.label: figure for figure in figures}


# A day


def test_a_day_is_told_with_its_label_and_the_past_beside_it() -> None:
    assert ordinary_day(shown(touches=touches())) == (
        "24\u2009h: 3.7\u2009% on an ordinary day, not a crash; in the past 3.6\u2009%"
    )


def test_a_past_that_never_reached_it_is_told_as_such_and_an_unknown_one_not_at_all() -> None:
    never = ordinary_day(shown(touches=touches(past=0.0)))
    assert never is not None
    assert never.endswith("; in the past never")
    unknown = ordinary_day(shown(touches=touches(past=None)))
    assert unknown == "24\u2009h: 3.7\u2009% on an ordinary day, not a crash"


def test_without_probabilities_there_is_no_line_and_the_reason_is_told_once() -> None:
    young = "Hourly prices reach back 20 h; 48 are needed."
    p = shown(
        notes=dict.fromkeys(("daily_volatility", "distance_daily_volatilities", "touch"), young)
    )
    assert ordinary_day(p) is None
    assert day_figures(p) == [Figure(label="Daily volatility", value="–", note=young)]


def test_different_reasons_are_all_told() -> None:
    p = shown(
        daily_volatility=0.03,
        notes={"distance_daily_volatilities": "There is no mark price.", "touch": "Too few."},
    )
    figures = by_label(day_figures(p))
    assert figures["Daily volatility"].value == "3.0\u2009%"
    assert figures["Way to liquidation"].note == "There is no mark price."
    assert figures["Reaching liquidation"].note == "Too few."


def test_a_figure_without_any_reason_is_said_not_to_be_worked_out() -> None:
    (only,) = day_figures(shown())
    assert (only.value, only.note) == ("–", "Not worked out yet.")


def test_the_table_has_every_reckoning_by_window() -> None:
    rows = dict(touch_rows(shown(touches=touches())["touch"]))
    assert rows["Shown: the largest"] == ["0.08\u2009%", "3.7\u2009%", "31\u2009%"]
    assert rows["Model: normal returns"] == ["<\u20090.01\u2009%", "1.9\u2009%", "31\u2009%"]
    assert rows["One move with fat tails"] == ["0.08\u2009%", "3.7\u2009%", "12.0\u2009%"]
    assert rows["Share of past windows"] == ["never", "3.6\u2009%", "29\u2009%"]
    assert rows["Past windows"] == ["2,159", "2,136", "1,992"]
    few = dict(touch_rows(shown(touches=touches(past=None))["touch"]))
    assert few["Share of past windows"] == ["too few"] * 3


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0.0 daily volatilities"),
        (1.31, "1.3 daily volatilities"),
        (9.96, "10 daily volatilities"),
        (71.2, "71 daily volatilities"),
        (44_150.2, ">\u20091,000 daily volatilities"),
    ],
)
def test_distances_in_volatilities_have_the_digits_that_matter(value: float, words: str) -> None:
    assert daily_volatilities(value) == words


# Sessions


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


SESSION = SessionRisk(
    taken_from=TakenFrom.SESSION_PROFIT,
    asset="USDC",
    realized=-20.5,
    unrealized=520.0,
    at_risk=499.5,
    ends_at=NOON + timedelta(hours=4),
    instruction="Profit that is settled is out of reach.",
    source="https://venue.example/sessions",
    rate=0.01,
    rate_at=NOON - timedelta(days=3),
)


@pytest.mark.usefixtures("noon")
def test_a_session_says_what_can_be_taken_until_when_and_what_was_taken_last() -> None:
    lines = by_label(session_figures(shown(session=SESSION)["session"]))
    assert lines["Profit that can be taken back"].value == "499.50 USDC"
    assert lines["Booked in this session"].value == "−20.50 USDC"
    assert lines["Open in this session"].value == "+520.00 USDC"
    assert lines["Session ends"].value == "16:00 UTC"
    rate = lines["Rate the venue took last"]
    assert (rate.value, rate.aside) == ("1.0\u2009%", "19 November 2026, 12:00 UTC")


@pytest.mark.usefixtures("noon")
def test_of_a_session_of_which_nothing_is_known_nothing_is_claimed() -> None:
    nothing = replace(
        SESSION, asset=None, realized=None, unrealized=None, at_risk=None, ends_at=None, rate=None,
        rate_at=None, note="What the account earned in this session is not known.",
    )  # fmt: skip
    figures = session_figures(shown(session=nothing)["session"])
    assert [figure.value for figure in figures] == ["–", "–"]
    assert all(figure.note for figure in figures)
    assert figures[0].note == nothing.note


@pytest.mark.usefixtures("noon")
def test_where_withdrawals_are_charged_no_session_profit_is_spoken_of() -> None:
    charged = replace(
        SESSION, taken_from=TakenFrom.WITHDRAWALS, asset=None, realized=None, unrealized=None,
        at_risk=None, ends_at=None, note="What is charged depends on what is withdrawn.",
    )  # fmt: skip
    lines = by_label(session_figures(shown(session=charged)["session"]))
    assert set(lines) == {"Charged on withdrawals", "Rate the venue took last"}
    assert lines["Charged on withdrawals"].note == "What is charged depends on what is withdrawn."


# Auto-deleveraging


def test_the_venues_own_standing_is_told_in_place_of_a_score() -> None:
    standing = a_position().adl
    told = adl_told(shown(adl=standing, adl_score=an_outlook()["adl_score"]))
    assert told == ["3 of 4 in the queue, as Binance says."]


@pytest.mark.parametrize(
    ("source", "secondary", "by"),
    [
        ("https://venue.example/adl", False, "the formula of Binance"),
        ("https://venue.example/adl", True, "a formula that others tell of Binance"),
        (None, False, "a formula that no source confirms"),
    ],
)
def test_a_score_is_no_place_in_a_queue_and_says_whose_formula_it_is(
    source: str | None, secondary: bool, by: str
) -> None:
    score = AdlScore(
        score=0.42371, formula="profit × leverage", source=source, secondary=secondary, note="Odd."
    )
    told = adl_told(shown(adl_score=score, adl_choice=AdlChoice.SCORE))
    assert told == [
        f"Score 0.424 by {by}; no place in a queue.",
        "Formula: profit × leverage.",
        "Odd.",
    ]


@pytest.mark.parametrize(
    ("choice", "part"),
    [
        (AdlChoice.RANDOM, "Binance picks at random"),
        (AdlChoice.ACCOUNT_GAIN, "gain of the whole account"),
        (AdlChoice.PROFIT_AND_LEVERAGE, "publishes no complete formula"),
        (AdlChoice.NONE, "describes no auto-deleveraging"),
        (AdlChoice.UNKNOWN, "is not published"),
    ],
)
def test_a_choice_without_a_score_is_said_once(choice: AdlChoice, part: str) -> None:
    (told,) = adl_told(shown(adl_choice=choice, notes={"adl_score": WHY_NO_SCORE[choice]}))
    assert part in told


def test_what_a_venue_adds_to_its_choice_is_told_beside_it() -> None:
    p = shown(adl_choice=AdlChoice.RANDOM, notes={"adl_score": "Since 2025 only."})
    assert adl_told(p)[1:] == ["Since 2025 only."]


def test_where_no_rule_is_gathered_only_that_is_said() -> None:
    assert adl_told(shown(notes={"adl_score": "Not gathered here."})) == ["Not gathered here."]
    assert adl_told(shown()) == []


def test_the_way_to_the_trigger_is_told_and_the_bar_stays_inside_its_frame() -> None:
    trigger = shown(**{"adl_trigger": an_outlook()["adl_trigger"]})["adl_trigger"]
    assert trigger_told(trigger) == ("25\u2009% of the way to the venue’s own trigger (BTCUSDT)")
    there = dict(trigger, progress=1.4, subject="")
    assert trigger_told(there) == "At the venue’s own trigger"
    assert [way(progress) for progress in (-0.2, 0.25, 1.4)] == ["0.0%", "25.0%", "100.0%"]


def test_a_hedge_says_what_offsets_it_and_what_would_be_left() -> None:
    hedge = an_outlook()["hedge"]
    assert hedge_told(shown(hedge=hedge)) == (
        "Your short on Bybit (other) offsets 80\u2009% of this long; auto-deleveraging could close "
        "this leg and leave the other open."
    )
    safe = replace(hedge, legs=("short on Bybit (a)", "short on OKX (b)"), lost_to_adl=False)
    assert hedge_told(shown(hedge=safe)) == (
        "Your short on Bybit (a) and short on OKX (b) offset 80\u2009% of this long."
    )
    assert hedge_told(shown()) is None


def test_many_legs_are_counted_and_not_listed() -> None:
    legs = tuple(f"short on Bybit ({number})" for number in range(4))
    many = Hedge(base="BTC", share=1.0, legs=legs, venues=("bybit",), lost_to_adl=True)
    told = hedge_told(shown(hedge=many))
    assert told is not None
    assert told.startswith("Your 4 other legs in BTC offset 100\u2009% of this long")


def test_a_number_stays_with_its_unit() -> None:
    assert unbroken("+60\u2009%") == "+60\u202f%"
