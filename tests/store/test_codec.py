"""Domain objects to JSON and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fund import FundState, MarketStat
from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import Position, Side
from app.domain.verdict import Assessment, Severity
from app.store.codec import from_json, plain, to_json
from tests.support.nouns import NOON, a_fund_state, a_position, an_assessment

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))


def through_text(cls: type, value: object) -> object:
    return from_json(cls, json.loads(json.dumps(to_json(value), allow_nan=False)))


@given(state=st.from_type(FundState))
def test_a_fund_state_comes_back_as_it_was(state: FundState) -> None:
    assert through_text(FundState, state) == state


@given(position=st.builds(Position, raw=st.just({})))
def test_a_position_comes_back_as_it_was(position: Position) -> None:
    assert through_text(Position, position) == position


@given(permissions=st.from_type(KeyPermissions))
def test_permissions_come_back_as_they_were(permissions: KeyPermissions) -> None:
    assert through_text(KeyPermissions, permissions) == permissions


def test_an_assessment_comes_back_with_everything_in_it() -> None:
    assessment = an_assessment(Severity.CRITICAL, fund=a_fund_state())
    assert through_text(Assessment, assessment) == assessment


def test_enums_dates_and_times_read_as_people_write_them() -> None:
    step = WaterfallStep(
        kind=StepKind.AUTO_DELEVERAGING,
        applies=Touches.YES,
        title="ADL",
        text="…",
        scope="symbol",
        touches_profit=Touches.YES,
        touches_position=Touches.YES,
        touches_withdrawn=Touches.NO,
        source=None,
        as_of=date(2026, 11, 22),
    )
    document = to_json(LossModel(venue="binance", steps=(step,)))
    assert document["steps"] == [
        {**to_json(step), "kind": "auto_deleveraging", "as_of": "2026-11-22", "source": None}
    ]
    assert to_json(a_position())["as_of"] == "2026-11-22T12:00:00Z"


def test_times_are_written_in_utc_whatever_zone_they_came_in() -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert to_json(a_position(as_of=tokyo))["as_of"] == "2026-11-22T12:00:00Z"


def test_a_figure_given_as_a_whole_number_is_stored_as_the_float_it_means() -> None:
    assert json.dumps(to_json(a_position(size=3))["size"]) == "3.0"


def test_a_field_an_older_document_lacks_takes_its_default() -> None:
    document = to_json(a_position(hedged=True))
    del document["hedged"]
    assert from_json(Position, document) == a_position(hedged=False)


def test_a_key_from_a_newer_version_is_ignored() -> None:
    assert from_json(Position, to_json(a_position()) | {"mood": "calm"}) == a_position()


@pytest.mark.parametrize("figure", [nan, inf, -inf])
def test_a_figure_that_is_no_number_is_refused_by_name(figure: float) -> None:
    wrong = replace(an_assessment(), position=a_position(mark_price=figure))
    with pytest.raises(ValueError, match=r"Assessment\.position: Position\.mark_price"):
        to_json(wrong)


def test_a_time_without_a_zone_is_refused() -> None:
    stat = MarketStat(venue="binance", native_symbol="BTCUSDT", at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match=r"MarketStat\.at"):
        to_json(stat)


@pytest.mark.parametrize(
    "document", [{}, None, [], {**to_json(a_position()), "side": "sideways"}], ids=str
)
def test_what_is_no_position_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r"Position|sideways"):
        from_json(Position, document)  # type: ignore[arg-type]


def test_a_payload_becomes_json_whatever_is_in_it() -> None:
    payload = {"a": nan, 1: (1, 2.5), "b": {"c": Side.LONG, "d": NOON}, "e": None, "f": True}
    assert json.loads(json.dumps(plain(payload), allow_nan=False)) == {
        "a": "nan",
        "1": [1, 2.5],
        "b": {"c": "long", "d": str(NOON)},
        "e": None,
        "f": True,
    }


def test_an_annotation_without_a_form_in_json_is_a_mistake_found_at_once() -> None:
    @dataclass(frozen=True)
    class Odd:
        numbers: set[int]

    with pytest.raises(TypeError, match="no form in JSON"):
        to_json(Odd(numbers={1}))


def test_powers_keep_their_order() -> None:
    powers = tuple(Power(kind=kind, flag=f"can_{kind}") for kind in PowerKind)
    permissions = KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS, powers=powers, asked="GET /x", checked_at=NOON
    )
    assert from_json(KeyPermissions, to_json(permissions)).powers == powers
