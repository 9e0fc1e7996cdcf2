"""The extension trades a short code for a token that only reads."""

from __future__ import annotations

import re

import pytest
import time_machine

from tests.support.api import Caller, Stage, body
from tests.support.nouns import later

PAIR = "/api/v1/pairing"
CODES = "/api/v1/pairing-codes"


def code_of(stage: Stage) -> str:
    made: str = body(stage.browser().post(CODES), 201)["code"]
    return made


def test_a_code_is_short_and_soon_worth_nothing(stage: Stage) -> None:
    made = body(stage.browser().post(CODES), 201)
    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", made["code"])
    assert made["expires_at"] == "2026-11-22T12:10:00Z"


def test_a_code_becomes_a_token_that_reads_and_changes_nothing(stage: Stage) -> None:
    paired = body(
        stage.stranger().post(PAIR, json={"code": code_of(stage), "label": "Chrome"}), 201
    )
    assert paired["scopes"] == ["read"]
    assert paired["base_url"] == "http://127.0.0.1:8765"
    extension = Caller(stage.app, paired["token"])
    body(extension.get("/api/v1/positions"))
    body(extension.post(CODES), 403)
    items = body(stage.caller("admin").get("/api/v1/tokens"))["items"]
    assert "Chrome" in [one["label"] for one in items]


def test_a_code_may_be_typed_in_any_case_and_without_the_dash(stage: Stage) -> None:
    typed = code_of(stage).lower().replace("-", " ")
    body(stage.stranger().post(PAIR, json={"code": typed, "label": "x"}), 201)


def test_a_code_works_once(stage: Stage) -> None:
    given = {"code": code_of(stage), "label": "x"}
    body(stage.stranger().post(PAIR, json=given), 201)
    body(stage.stranger().post(PAIR, json=given), 403)


def test_a_code_ends_after_ten_minutes(stage: Stage, time: time_machine.Traveller) -> None:
    given = {"code": code_of(stage), "label": "x"}
    time.move_to(later(minutes=10))
    body(stage.stranger().post(PAIR, json=given), 403)


def test_a_refused_label_does_not_use_the_code_up(stage: Stage) -> None:
    code = code_of(stage)
    body(stage.stranger().post(PAIR, json={"code": code, "label": ""}), 422)
    body(stage.stranger().post(PAIR, json={"code": code, "label": "x"}), 201)


def test_guessing_is_stopped_for_everybody_and_goes_on_later(
    stage: Stage, time: time_machine.Traveller
) -> None:
    code = code_of(stage)
    for number in range(5):
        wrong = {"code": f"ZZZZ-ZZZ{number + 2}", "label": "x"}
        body(stage.stranger().post(PAIR, json=wrong), 403)
    answer = stage.stranger().post(PAIR, json={"code": code, "label": "x"})
    assert body(answer, 429)["errors"]["retry_after"] > 0
    assert int(answer.headers["Retry-After"]) <= 60
    time.move_to(later(seconds=61))
    body(stage.stranger().post(PAIR, json={"code": code, "label": "x"}), 201)


def test_a_wrong_code_is_not_repeated(stage: Stage) -> None:
    answer = stage.stranger().post(PAIR, json={"code": "ABCD-WXYZ", "label": "x"})
    assert "ABCD" not in answer.get_data(as_text=True)
    body(answer, 403)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"code": "ABCD-EFGH"},
        {"label": "x"},
        {"code": "", "label": "x"},
        {"code": 5, "label": 5},
    ],
)
def test_a_code_and_a_label_are_needed(stage: Stage, given: dict[str, object]) -> None:
    body(stage.stranger().post(PAIR, json=given), 422)


def test_only_who_may_change_things_makes_codes(stage: Stage) -> None:
    body(stage.stranger().post(CODES), 401)
    body(stage.caller("read").post(CODES), 403)
    body(stage.caller("admin").post(CODES), 201)
