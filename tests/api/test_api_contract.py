"""Requests nobody thought of, made from the API's own description.

Every answer must be one the description allows, in status and in shape, and never our own
failure; what breaks the description must be refused, and so must be what needs a token and
comes without a good one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from app.store import heartbeat
from tests.support.api import HOST, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_margin, an_assessment

EXAMPLES = 15
# Whether a venue, an id or a code that looks right is there is no matter of its looks.
NOT_ASKED = [positive_data_acceptance]
DESCRIPTION = Path(__file__).parents[2] / "openapi/seawall.json"


def cases() -> Iterator[tuple[str, str, GenerationMode]]:
    """Every operation with what it should take, and with what it should not, if it takes any."""
    for path, item in json.loads(DESCRIPTION.read_text(encoding="utf-8"))["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield path, method, GenerationMode.POSITIVE
            if {"parameters", "requestBody"} & (item.keys() | item[method].keys()):
                yield path, method, GenerationMode.NEGATIVE


@pytest.fixture
def full_stage(stage: Stage) -> Stage:
    """An application with something to find in it."""
    account = stage.account()
    stage.holds(account, [an_assessment(fund=a_fund_state())], margins=[a_margin()])
    stage.fund(a_fund_state())
    stage.market(symbol="BTC/USDT:USDT")
    body(stage.browser().post("/api/v1/pairing-codes"), 201)
    with stage.database.write() as conn:
        heartbeat.beat(conn, now=NOON)
    return stage


@pytest.mark.parametrize(("path", "method", "mode"), sorted(cases()))
def test_answers_keep_to_the_description(
    full_stage: Stage, path: str, method: str, mode: GenerationMode
) -> None:
    api = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", full_stage.app, headers={"Host": HOST}
    )
    token = full_stage.token("read", "admin")
    headers = {"Host": HOST, "Authorization": f"Bearer {token}"}

    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=NOT_ASKED)

    ask()
