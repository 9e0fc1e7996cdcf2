"""Signing in by a one-time link, and out again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from app.store import codes, tokens
from tests.support.api import Caller, Stage
from tests.support.page_text import words

FROM_THE_PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def stranger(stage: Stage) -> Caller:
    caller = stage.stranger()
    caller.headers |= FROM_THE_PAGE
    return caller


def a_code(stage: Stage) -> str:
    with stage.database.write() as conn:
        return codes.issue(
            conn, user_id=stage.user_id, purpose="sign_in", ttl_seconds=900, now=stage.now()
        )


@pytest.mark.parametrize("path", ["/", "/venues", "/venues/binance", "/scenarios", "/accounts"])
def test_a_stranger_is_shown_how_to_sign_in(stranger: Caller, path: str) -> None:
    shown = words(stranger.get(path), 401)
    assert "Sign in to Seawall" in shown
    assert "For a new one run seawall sign-in where Seawall runs." in shown
    assert "Accounts" not in shown


def test_the_code_opens_a_session_of_this_browser(stage: Stage, stranger: Caller) -> None:
    answer = stranger.post("/sign-in", data={"code": a_code(stage)})
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Link an account to begin" in words(stranger.get("/"))


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    stage: Stage, stranger: Caller
) -> None:
    answer = stranger.post("/sign-in", data={"code": a_code(stage)})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("seawall_session=sw_")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_over_https_the_cookie_is_secure(stage: Stage, stranger: Caller) -> None:
    answer = stranger.post(
        "/sign-in", data={"code": a_code(stage)}, base_url="https://127.0.0.1:8765"
    )
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_the_whole_link_does_for_its_code(stage: Stage, stranger: Caller) -> None:
    pasted = f" http://127.0.0.1:8765/sign-in#{a_code(stage)}\n"
    assert stranger.post("/sign-in", data={"code": pasted}).status_code == 303


def test_a_used_code_says_what_to_do(stage: Stage, stranger: Caller) -> None:
    code = a_code(stage)
    stranger.post("/sign-in", data={"code": code})
    other = stage.stranger()
    answer = other.post("/sign-in", data={"code": code}, headers=FROM_THE_PAGE)
    shown = words(answer, 403)
    assert "was used already" in shown
    assert "Run seawall sign-in for a new one." in shown
    assert code not in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers


def test_an_old_code_is_refused(
    stage: Stage, stranger: Caller, time: time_machine.Traveller
) -> None:
    code = a_code(stage)
    time.shift(timedelta(minutes=16))
    assert stranger.post("/sign-in", data={"code": code}).status_code == 403


def test_a_pairing_code_signs_nobody_in(stage: Stage, stranger: Caller) -> None:
    with stage.database.write() as conn:
        code = codes.issue(
            conn, user_id=stage.user_id, purpose="pairing", ttl_seconds=600, now=stage.now()
        )
    assert stranger.post("/sign-in", data={"code": code}).status_code == 403


@pytest.mark.parametrize("code", ["", "   ", "http://127.0.0.1:8765/sign-in#"])
def test_without_a_code_it_is_asked_for(stranger: Caller, code: str) -> None:
    assert "Paste the code first" in words(stranger.post("/sign-in", data={"code": code}), 422)


def test_too_many_wrong_codes_have_to_wait(
    stranger: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object, **__: object) -> None:
        raise codes.TooManyAttempts(42)

    monkeypatch.setattr(codes, "redeem", throttled)
    answer = stranger.post("/sign-in", data={"code": "wrong"})
    assert "Too many wrong codes. Try again in 42 seconds." in words(answer, 429)
    assert answer.headers["Retry-After"] == "42"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": None}])
def test_another_site_cannot_sign_a_browser_in(
    stage: Stage, stranger: Caller, headers: dict[str, str | None]
) -> None:
    code = a_code(stage)
    answer = stranger.post("/sign-in", data={"code": code}, headers=headers)
    assert "Another site sent this request" in words(answer, 403)
    assert stranger.post("/sign-in", data={"code": code}).status_code == 303


def test_who_is_signed_in_already_is_told_so(browser: Caller) -> None:
    assert "You are signed in already. To your positions" in words(browser.get("/sign-in"))


def test_a_used_link_does_not_end_the_session_that_is_there(stage: Stage, browser: Caller) -> None:
    shown = words(browser.post("/sign-in", data={"code": "used"}), 403)
    assert "You are signed in already." in shown
    assert browser.get("/").status_code == 200


def test_a_second_link_takes_the_place_of_the_first_session(stage: Stage, browser: Caller) -> None:
    assert browser.post("/sign-in", data={"code": a_code(stage)}).status_code == 303
    with stage.database.read() as conn:
        sessions = tokens.list_for(conn, user_id=stage.user_id, now=stage.now())
    assert len(sessions) == 1
    assert browser.get("/").status_code == 200


def test_signing_out_ends_the_session_here_and_in_the_database(
    stage: Stage, browser: Caller
) -> None:
    kept = browser.client.get_cookie("seawall_session", domain="127.0.0.1")
    assert kept
    answer = browser.post("/sign-out")
    assert "Signed out of this browser." in words(browser.get(answer.location))
    assert browser.get("/").status_code == 401
    browser.client.set_cookie("seawall_session", kept.value, domain="127.0.0.1")
    assert browser.get("/").status_code == 401


def test_a_session_ends_by_itself(browser: Caller, time: time_machine.Traveller) -> None:
    time.shift(tokens.SESSION_LIFETIME)
    assert "Sign in to Seawall" in words(browser.get("/"), 401)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge Windows"),
        ("curl/8", "another"),
    ],
)
def test_a_session_is_named_after_its_browser(
    stage: Stage, stranger: Caller, agent: str, label: str
) -> None:
    stranger.headers["User-Agent"] = agent
    stranger.post("/sign-in", data={"code": a_code(stage)})
    assert f"Browser: {label} This browser" in words(stranger.get("/accounts"))
