"""Bodies with gaps for ages."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields

from app.api.answers import Age, Body, FigureOrAge
from app.api.fields import AnswerSchema, Number, rfc3339
from tests.support.nouns import NOON, later


class Thing(AnswerSchema):
    label = fields.String()
    value = FigureOrAge("value")
    age_seconds = Age()


def sent(thing: dict[str, object], at: datetime) -> dict[str, object]:
    told: dict[str, object] = json.loads(Body(Thing().dump(thing)).at(at))
    return told


@given(label=st.text(), age=st.floats(0, 1e9))
def test_whatever_a_label_holds_it_comes_out_as_it_went_in(label: str, age: float) -> None:
    label = label.encode("utf-8", "ignore").decode()
    thing = {"label": label, "value": NOON, "age_seconds": NOON}
    told = sent(thing, NOON + timedelta(seconds=age))
    assert told["label"] == label
    assert told["age_seconds"] == told["value"]
    assert told["age_seconds"] == pytest.approx(age, abs=0.06)


def test_a_time_in_the_future_is_no_negative_age() -> None:
    thing = {"label": "", "value": 1.5, "age_seconds": later(seconds=5)}
    assert sent(thing, NOON) == {"label": "", "value": 1.5, "age_seconds": 0.0}


def test_what_has_no_time_has_no_age() -> None:
    told = sent({"label": "", "value": None, "age_seconds": None}, NOON)
    assert told == {"label": "", "value": None, "age_seconds": None}


def test_the_etag_tells_bodies_apart_but_not_moments() -> None:
    one = Body(Thing().dump({"label": "a", "value": 1.0, "age_seconds": NOON}))
    same = Body(Thing().dump({"label": "a", "value": 1.0, "age_seconds": later(days=1)}))
    other = Body(Thing().dump({"label": "b", "value": 1.0, "age_seconds": NOON}))
    assert one.etag == same.etag != other.etag


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_that_means_nothing_is_null(value: float) -> None:
    assert Number("x").serialize("x", {"x": value}) is None


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOON, "2026-11-22T12:00:00Z"),
        (datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC), "2026-11-22T12:00:00.250Z"),
        (datetime(2026, 11, 22, 12, 0, 0, 999, UTC), "2026-11-22T12:00:00Z"),
        (datetime.fromisoformat("2026-11-22T13:00:00+01:00"), "2026-11-22T12:00:00Z"),
    ],
)
def test_times_are_utc_with_milliseconds_where_there_are_any(at: datetime, text: str) -> None:
    assert rfc3339(at) == text
