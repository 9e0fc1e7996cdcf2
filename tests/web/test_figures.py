"""Figures as lines: none ends in a bare dash."""

from __future__ import annotations

from typing import Any

import pytest

from app.api.shapes.position import PositionSchema, position
from app.domain.position import AccountMargin
from app.store.positions import StoredPosition
from app.web.figures import (
    Figure,
    brief_reasons,
    fund_figures,
    fund_gaps,
    position_figures,
    reach,
    step_marks,
)
from tests.support.nouns import NOON, an_assessment


def lines(*, margin: AccountMargin | None = None, **fields: Any) -> dict[str, Figure]:
    assessment = an_assessment(**fields)
    stored = StoredPosition(
        id="p",
        account_id="a",
        account_label="main",
        user_id="u",
        venue="binance",
        severity=assessment.verdict.severity,
        assessment=assessment,
        margin=margin,
        as_of=NOON,
        expected_interval_seconds=15.0,
    )
    shown = dict(PositionSchema().dump(position(stored, now=NOON)))
    return {figure.label: figure for figure in position_figures(shown)}


def test_figures_carry_their_units_and_where_they_come_from() -> None:
    shown = lines()
    assert shown["Size"].value == "0.5 BTC"
    assert shown["Unrealised profit"].value == "+500.00 USDT"
    assert (shown["Liquidation price"].value, shown["Liquidation price"].aside) == (
        "61,750",
        "from the venue",
    )
    assert shown["Bankruptcy price"].aside == "estimated"


def test_every_figure_that_is_missing_says_why() -> None:
    missing: dict[str, Any] = dict.fromkeys(
        (
            "notional_usd",
            "entry_price",
            "mark_price",
            "collateral",
            "maintenance_margin",
            "unrealized_pnl",
        )
    )
    shown = lines(**missing, notes={"collateral": "The whole account's margin backs it."})
    gaps = [figure for figure in shown.values() if figure.value == "–"]
    assert len(gaps) == len(missing)
    assert all(figure.note for figure in gaps)
    assert shown["Margin behind it"].note == "The whole account's margin backs it."


def test_a_note_on_a_figure_that_is_there_stays() -> None:
    assert lines()["Margin ratio"].note == "The venue gives one for the whole account."


FUND: dict[str, Any] = {
    "kind": "shared",
    "coverage": 0.021,
    "open_interest_usd": 49.5e9,
    "drawdown_8h": 0.154,
    "trigger_progress": None,
    "cadence_seconds": 60,
    "changes": {"1h": None, "8h": None, "24h": -0.15, "7d": None, "30d": None},
    "notes": {
        "change_1h": "Refreshed once a day.",
        "change_8h": "Refreshed once a day.",
        "change_7d": "Known in about 7 days.",
    },
}


def test_a_fund_shows_its_share_of_open_interest_and_its_fall() -> None:
    shown = {figure.label: figure for figure in fund_figures(FUND)}
    share = shown["Share of open interest"]
    assert (share.value, share.aside) == ("2.1\u2009%", "of $49.5\u2009B")
    assert shown["Below its peak of 8 hours"].value == "15.4\u2009%"
    assert shown["Refreshed by the venue"].value == "every 1\u2009min"


def test_an_unknown_share_or_cadence_says_why() -> None:
    shown = {f.label: f for f in fund_figures({**FUND, "coverage": None, "cadence_seconds": None})}
    assert shown["Share of open interest"].note == "Open interest is not read yet."
    assert shown["Refreshed by the venue"].note == "How often is not said."


def test_a_published_total_has_no_share_of_open_interest() -> None:
    shown = fund_figures({**FUND, "kind": "headline"})
    assert "Share of open interest" not in {figure.label for figure in shown}


def test_windows_of_one_reason_stand_together_and_none_goes_without() -> None:
    assert [gap.replace("\u2009", " ") for gap in fund_gaps(FUND)] == [
        "1 h, 8 h: Refreshed once a day.",
        "7 d: Known in about 7 days.",
        "30 d: Not known yet.",
    ]


@pytest.mark.parametrize(
    ("touches", "words", "shape"),
    [("yes", "can be closed", "▲"), ("no", "left alone", "●"), ("unknown", "not said", "○")],
)
def test_what_a_step_can_reach_is_a_shape_and_a_word(touches: str, words: str, shape: str) -> None:
    step = {"touches_position": touches, "touches_profit": "no", "touches_withdrawn": "no"}
    position_, _, withdrawn = reach(step)
    assert (position_.what, position_.words, position_.shape) == ("Open position", words, shape)
    assert withdrawn.words == "out of reach"


def test_a_card_tells_the_worst_of_each_subject_and_not_what_it_shows_anyway() -> None:
    codes = ("liquidation_near", "fund_draining", "fund_draining", "adl_high", "fund_declining")
    told = brief_reasons([{"code": code, "text": str(at)} for at, code in enumerate(codes)])
    assert [reason["text"] for reason in told] == ["1", "3"]
    assert brief_reasons([{"code": "data_stale"}]) == []


def test_a_likely_touch_is_told_where_it_is_worse_than_the_distance() -> None:
    touch, near = {"code": "touch_likely", "text": "touch"}, {"code": "liquidation_near"}
    assert brief_reasons([touch, near]) == [touch]
    assert brief_reasons([near, touch]) == []


def test_only_steps_that_happen_are_counted() -> None:
    steps = [{"applies": applies} for applies in ("yes", "unknown", "yes", "no")]
    assert step_marks(steps) == ["1", "?", "2", "–"]
