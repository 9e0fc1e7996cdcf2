"""``docs/scenarios.md`` is what the model says today, and names where everything is from."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from app.domain.scenario import AssumptionKind
from app.risk.scenario_named import NAMED
from app.risk.wording import percent

ROOT = Path(__file__).resolve().parents[2]
HINT = "run `python scripts/scenarios_doc.py`"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "scenarios_doc.py"))


@pytest.fixture(scope="module")
def found(script: dict[str, Any]) -> Any:
    return script["worked"]()


def test_the_page_is_what_the_model_says(script: dict[str, Any], found: Any) -> None:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert page == script["text"](found), HINT


def test_the_picture_is_what_the_model_says(script: dict[str, Any], found: Any) -> None:
    drawn = (ROOT / "docs" / "images" / "scenario.svg").read_text(encoding="utf-8")
    assert drawn == script["drawing"](found), HINT


def test_what_is_called_data_has_a_source(found: Any) -> None:
    told = [one for case, _ in found for one in case.inputs]
    told += [figure for one in NAMED for figure in one.figures]
    for one in told:
        assert (one.kind is AssumptionKind.DATA) == (one.source is not None), one.name
        assert one.why


def test_every_move_of_a_named_scenario_is_told_as_it_is() -> None:
    for one in NAMED:
        moves = list(one.event.moves.values()) or [one.event.move]
        assert [figure.value for figure in one.figures] == [
            percent(move, signed=True) for move in moves if move is not None
        ]
