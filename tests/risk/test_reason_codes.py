"""The registry of reason codes beside the code that gives reasons."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from app.domain.reason import Severity
from app.domain.thresholds import Steps, Thresholds
from app.risk.fund_reasons import SEVERITY_OF
from app.risk.fund_thresholds import FundThresholds
from app.risk.reason_code import Group, ReasonCode
from app.risk.reason_codes import REASON_CODES

APP = Path(__file__).parents[2] / "app"
CODES = pytest.mark.parametrize("one", REASON_CODES.values(), ids=lambda one: one.code)


def given_codes() -> dict[str, str]:
    """Every code that some ``Reason(...)`` of the product is made with, and where."""
    found: dict[str, str] = {}
    for path in sorted(APP.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            if named and call.func.id == "Reason":
                place = f"{path.relative_to(APP)}:{call.lineno}"
                (code,) = [word.value for word in call.keywords if word.arg == "code"]
                found |= dict.fromkeys(codes_of(code, tree, place), place)
    return found


def codes_of(code: ast.expr, tree: ast.Module, place: str) -> Iterator[str]:
    """The values an expression for a code can have: written out, a name, or by health."""
    if isinstance(code, ast.Constant):
        yield str(code.value)
    elif isinstance(code, ast.Name):
        yield from (
            str(line.value.value)
            for line in tree.body
            if isinstance(line, ast.Assign)
            and isinstance(line.value, ast.Constant)
            and any(
                isinstance(target, ast.Name) and target.id == code.id for target in line.targets
            )
        )
    elif ast.unparse(code) == "f'fund_{health}'":
        yield from (f"fund_{health}" for health in SEVERITY_OF)
    else:
        pytest.fail(f"{place}: which codes can {ast.unparse(code)} be?")


def test_every_code_that_is_given_is_in_the_registry() -> None:
    unknown = {code: place for code, place in given_codes().items() if code not in REASON_CODES}
    assert unknown == {}


def test_every_code_of_the_registry_is_given_somewhere() -> None:
    assert REASON_CODES.keys() - given_codes().keys() == set()


def test_codes_come_group_by_group_and_the_worst_first() -> None:
    groups = list(Group)
    order = [(groups.index(one.group), -one.worst.rank) for one in REASON_CODES.values()]
    assert order == sorted(order)
    assert {one.group for one in REASON_CODES.values()} == set(Group)


@CODES
def test_a_code_says_what_it_means_and_what_to_look_at(one: ReasonCode) -> None:
    assert one.code == one.code.lower()
    assert not one.title.endswith(".")
    for sentence in (one.meaning, one.look_at):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert len(sentence) > 20
    assert one.steps
    assert Severity.OK not in one.steps


@CODES
def test_thresholds_are_named_as_the_code_has_them(one: ReasonCode) -> None:
    assert one.setting is None or one.setting in {field.name for field in fields(Thresholds)}
    assert set(one.fixed) <= {field.name for field in fields(FundThresholds)}
    assert not (one.setting and one.fixed)


@CODES
def test_where_it_begins_is_said_for_exactly_the_steps_there_are(one: ReasonCode) -> None:
    steps = getattr(Thresholds(), one.setting) if one.setting else None
    if isinstance(steps, Steps):
        there = {s for s in Severity if s is not Severity.OK and getattr(steps, s) is not None}
        assert set(one.steps) == there


def test_every_threshold_of_a_user_is_used_by_a_reason() -> None:
    used = {one.setting for one in REASON_CODES.values()}
    assert {field.name for field in fields(Thresholds)} <= used


def test_the_words_follow_the_defaults() -> None:
    assert REASON_CODES["liquidation_near"].steps == {
        Severity.CRITICAL: "2 % or less",
        Severity.WARNING: "5 % or less",
        Severity.WATCH: "10 % or less",
    }
    assert REASON_CODES["coverage_thin"].steps[Severity.WARNING] == "below 0.05 %"
