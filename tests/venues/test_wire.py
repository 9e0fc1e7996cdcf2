"""Taking values out of JSON, strictly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.venues import wire
from app.venues.wire import Malformed


@pytest.mark.parametrize(("value", "expected"), [("1.5", 1.5), (2, 2.0), (-0.5, -0.5), ("-3", -3)])
def test_a_number_is_a_number_or_text_that_is_one(value: object, expected: float) -> None:
    assert wire.number({"a": value}, "a") == expected


@pytest.mark.parametrize("value", [None, "", "x", True, [], {}, "NaN", "Infinity", float("nan")])
def test_anything_else_is_no_number(value: object) -> None:
    with pytest.raises(Malformed, match="a is not"):
        wire.number({"a": value}, "a")
    with pytest.raises(Malformed):
        wire.number({}, "a")


@pytest.mark.parametrize("data", [{}, {"a": None}, {"a": ""}])
def test_an_optional_value_may_be_missing_null_or_empty(data: dict[str, object]) -> None:
    assert wire.optional_number(data, "a") is None
    assert wire.optional_text(data, "a") is None


@pytest.mark.parametrize("value", [[], {}, 5])
def test_an_optional_text_of_another_type_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        wire.optional_text({"a": value}, "a")


@pytest.mark.parametrize("value", [1745366402000, "1745366402000"])
def test_a_moment_is_in_milliseconds(value: object) -> None:
    assert wire.moment({"t": value}, "t") == datetime(2025, 4, 23, 0, 0, 2, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", None, 1e30])
def test_no_time_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        wire.moment({"t": value}, "t")


@pytest.mark.parametrize("value", [1, "true", None])
def test_only_true_and_false_are_a_flag(value: object) -> None:
    with pytest.raises(Malformed):
        wire.boolean({"f": value}, "f")


@pytest.mark.parametrize("value", [{}, "x", None, ["x"], [1]])
def test_rows_are_a_list_of_objects(value: object) -> None:
    with pytest.raises(Malformed):
        wire.rows(value, "rows")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_whatever_a_venue_sends_is_a_number_or_malformed(value: object) -> None:
    try:
        found = wire.number({"a": value}, "a")
    except Malformed as error:
        assert str(value) not in str(error) or str(value) in "a is not a finite number"
    else:
        assert found - found == 0
