"""What the extension is tested with has the shapes that the API promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.extension.support.fakes import FIXTURES, fixture

CONTRACT = Path(__file__).resolve().parents[2] / "openapi" / "seawall.json"
SCHEMAS = {"overlay": "Overlay", "positions": "PositionPage"}
DOCUMENTS = sorted(
    path.stem for path in FIXTURES.glob("*.json") if path.stem.split("-")[0] in SCHEMAS
)


@pytest.fixture(scope="module")
def contract() -> Any:
    if not CONTRACT.exists():
        pytest.skip("needs openapi/seawall.json (make openapi writes it)")
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_fixture_is_an_answer_that_the_api_could_give(contract: Any, name: str) -> None:
    schema = SCHEMAS[name.split("-", maxsplit=1)[0]]
    validator = jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}
    )
    found = [(list(e.instance_path), e.message) for e in validator.iter_errors(fixture(name))]
    assert found == []
