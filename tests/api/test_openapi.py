"""The API's description is the one in the repository, complete, and served."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.api.openapi import as_text, spec
from tests.support.api import Stage, body

FILE = Path(__file__).parents[2] / "openapi/seawall.json"
OPEN = {"/healthz", "/readyz", "/api/v1/pairing"}
ONLY_ANSWERS = {"/api/v1/scenarios"}
"""Posts that change nothing: the question is too long for an address."""
TAKES_A_BODY = {"post", "patch"}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    ]


def test_the_file_in_the_repository_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == as_text(spec()), "run `make openapi`"


def test_it_is_openapi_3_1() -> None:
    assert spec()["openapi"] == "3.1.0"


def test_it_is_served_to_anybody_as_it_is_in_the_file(stage: Stage) -> None:
    assert body(stage.stranger().get("/api/v1/openapi.json")) == json.loads(FILE.read_text())


def test_every_address_of_the_api_is_described(stage: Stage) -> None:
    described = {
        (path, method.upper()) for path, method, _ in operations(json.loads(FILE.read_text()))
    }
    served = {
        (str(rule).replace("<ident:", "{").replace(">", "}"), method)
        for rule in stage.app.url_map.iter_rules()
        for method in rule.methods or ()
        if str(rule).startswith(("/api/v1", "/healthz", "/readyz"))
    }
    heads = {(path, method) for path, method in served if method == "HEAD"}
    assert served - heads - {("/api/v1/openapi.json", "GET")} == described


def test_every_operation_says_what_it_does_and_who_may() -> None:
    for path, method, operation in operations(json.loads(FILE.read_text())):
        where = f"{method} {path}"
        assert operation["summary"], where
        if path not in OPEN:
            assert operation["security"], where
            assert {"401", "403"} <= set(operation["responses"]), where
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= set(operation["responses"]), where
        if method == "get" and path.startswith("/api/v1"):
            assert "304" in operation["responses"], where
            assert "ETag" in operation["responses"]["200"]["headers"], where
        if "{" in path:
            assert "404" in operation["responses"], where


def test_reading_needs_read_and_changing_needs_admin() -> None:
    for path, method, operation in operations(json.loads(FILE.read_text())):
        if path in OPEN:
            continue
        reads = method == "get" or path in ONLY_ANSWERS
        admin = not reads or path.startswith("/api/v1/tokens")
        assert operation["security"][0] == {"bearer": ["admin" if admin else "read"]}, path


def schemas() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text())["components"]["schemas"]
    return found


@pytest.mark.parametrize("name", [n for n in schemas() if n != "Error"])
def test_what_is_answered_or_taken_holds_no_field_that_is_not_described(name: str) -> None:
    assert schemas()[name]["additionalProperties"] is False


@pytest.mark.parametrize(
    "name", ["Position", "Fund", "Overlay", "Account", "Venue", "LossModel", "Reason", "Token"]
)
def test_every_field_of_an_answer_is_always_there(name: str) -> None:
    schema = schemas()[name]
    assert sorted(schema["required"]) == sorted(schema["properties"])


def test_no_credential_is_ever_described_as_answered() -> None:
    for name in ("Account", "AccountState", "Overlay", "Position"):
        assert not {"credentials", "secret", "api_key", "sealed"} & set(
            schemas()[name]["properties"]
        )
    assert schemas()["Link"]["properties"]["credentials"]["writeOnly"] is True
