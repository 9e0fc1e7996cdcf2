"""Who gets in: tokens, sessions, scopes, and where a browser's request must come from."""

from __future__ import annotations

from http import HTTPStatus

import pytest
import time_machine

from app.store import tokens
from tests.support.api import HOST, Caller, Stage, body
from tests.support.nouns import NOON, later

CODES = "/api/v1/pairing-codes"


def test_nobody_is_asked_who_they_are(stage: Stage) -> None:
    answer = stage.stranger().get("/api/v1/accounts")
    assert body(answer, 401)["status"] == "Unauthorized"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="seawall"'


@pytest.mark.parametrize(
    "header",
    [
        "Bearer sw_" + "A" * 43,
        "Bearer sw_short",
        "Bearer ",
        "Bearer",
        "Basic c3c6c3c=",
        "sw_" + "A" * 43,
        "Bearer not-ours-\xe9",
        "",
    ],
)
def test_a_wrong_token_is_told_so_whatever_it_looks_like(stage: Stage, header: str) -> None:
    answer = stage.stranger().get("/api/v1/accounts", headers={"Authorization": header})
    body(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "sw_" not in body(answer, 401)["message"].replace("sw_…", "")


def test_a_token_without_the_scope_is_known_but_not_let_through(stage: Stage) -> None:
    answer = stage.caller("read").get("/api/v1/tokens")
    refused = body(answer, 403)
    assert refused["errors"] == {"scope": "admin"}
    assert 'error="insufficient_scope", scope="admin"' in answer.headers["WWW-Authenticate"]


def test_admin_may_read_as_well(stage: Stage) -> None:
    body(stage.caller("admin").get("/api/v1/accounts"))


def test_the_scheme_may_be_written_in_any_case(stage: Stage) -> None:
    token = stage.token("read")
    caller = stage.stranger()
    body(caller.get("/api/v1/accounts", headers={"Authorization": f"bearer {token}"}))


def test_a_session_may_do_everything(stage: Stage) -> None:
    browser = stage.browser()
    body(browser.get("/api/v1/accounts"))
    body(browser.get("/api/v1/tokens"))
    body(browser.post(CODES), 201)


def test_a_wrong_token_is_not_made_good_by_a_session(stage: Stage) -> None:
    browser = stage.browser()
    body(browser.get("/api/v1/accounts", headers={"Authorization": "Bearer sw_" + "A" * 43}), 401)


def test_a_token_that_only_reads_is_not_raised_by_a_session(stage: Stage) -> None:
    browser, token = stage.browser(), stage.token("read")
    body(browser.get("/api/v1/tokens", headers={"Authorization": f"Bearer {token}"}), 403)


def test_an_api_token_is_no_session(stage: Stage) -> None:
    body(Caller(stage.app, cookie=stage.token("admin")).get("/api/v1/accounts"), 401)


def test_a_session_is_no_api_token(stage: Stage) -> None:
    session = stage.token("read", "admin", kind="session")
    body(Caller(stage.app, session).get("/api/v1/accounts"), 401)


def test_a_revoked_token_lets_nobody_in(stage: Stage) -> None:
    with stage.database.write() as conn:
        issued = tokens.issue(conn, user_id=stage.user_id, label="x", scopes=["read"], now=NOON)
    caller = Caller(stage.app, issued.token)
    body(caller.get("/api/v1/accounts"))
    ended = stage.caller("admin").delete(f"/api/v1/tokens/{issued.row.id}")
    assert ended.status_code == HTTPStatus.NO_CONTENT
    body(caller.get("/api/v1/accounts"), 401)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201),
        ({"Sec-Fetch-Site": "none", "Origin": "chrome-extension://abcdefgh"}, 403),
        ({"Sec-Fetch-Site": "none", "Origin": "moz-extension://abcdefgh"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"}, 403),
        ({"Sec-Fetch-Site": None}, 403),
        ({"Sec-Fetch-Site": None, "Origin": f"http://{HOST}"}, 201),
        ({"Sec-Fetch-Site": None, "Origin": "http://127.0.0.1:3000"}, 403),
        ({"Sec-Fetch-Site": None, "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": None, "Referer": f"http://{HOST}/"}, 403),
    ],
)
def test_a_session_is_used_for_changes_by_our_own_pages_alone(
    stage: Stage, headers: dict[str, str | None], status: int
) -> None:
    body(stage.browser().post(CODES, headers=headers), status)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_every_unsafe_method_is_guarded(stage: Stage, method: str) -> None:
    account = stage.account()
    path = f"/api/v1/accounts/{account}" + ("/check" if method == "POST" else "")
    how = {"json": {"label": "theirs"}} if method == "PATCH" else {}
    answer = stage.browser().ask(method, path, headers={"Sec-Fetch-Site": "cross-site"}, **how)
    body(answer, 403)
    assert body(stage.browser().get(f"/api/v1/accounts/{account}"))["label"] == "main"
    assert stage.queue.jobs == []


def test_reading_with_a_session_needs_no_proof_of_origin(stage: Stage) -> None:
    body(stage.browser().get("/api/v1/accounts", headers={"Sec-Fetch-Site": "cross-site"}))


def test_a_token_is_proof_enough_wherever_the_request_comes_from(stage: Stage) -> None:
    caller = stage.caller("admin")
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "chrome-extension://abcdef"}
    body(caller.post(CODES, headers=headers), 201)


def test_a_session_in_use_stays_alive_and_an_unused_one_ends(
    stage: Stage, time: time_machine.Traveller
) -> None:
    used, unused = stage.browser(), stage.browser()
    own = stage.app.extensions["seawall"]
    for day in (5, 10):
        time.move_to(later(days=day))
        body(used.get("/api/v1/accounts"))
        own.demand.settle()
    body(unused.get("/api/v1/accounts"), 401)
    time.move_to(later(days=31))
    body(used.get("/api/v1/accounts"), 401)


def test_a_refused_request_is_answered_in_the_usual_shape(stage: Stage) -> None:
    refused = stage.stranger().get("/api/v1/accounts")
    assert set(body(refused, 401)) == {"code", "status", "message", "errors"}
    assert refused.status_code == HTTPStatus.UNAUTHORIZED
