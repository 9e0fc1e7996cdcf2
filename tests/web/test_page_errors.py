"""What a person is shown when something is not there or goes wrong: a page, never a stack."""

from __future__ import annotations

import pytest

from app.web import content
from tests.support.api import Caller, Stage
from tests.support.page_text import words

PERSON = {"Accept": "text/html,application/xhtml+xml"}
PROGRAM = {"Accept": "application/json"}


def test_an_address_that_leads_nowhere_is_a_page_for_a_person(browser: Caller) -> None:
    shown = words(browser.get("/nowhere", headers=PERSON), 404)
    assert "There is nothing at this address." in shown
    assert "To the positions" in shown


def test_and_the_usual_error_for_a_program(browser: Caller) -> None:
    for path in ("/nowhere", "/api/v1/nowhere"):
        answer = browser.get(path, headers=PROGRAM)
        assert answer.status_code == 404
        assert answer.get_json()["message"] == "There is nothing at this address."
    assert browser.get("/api/v1/nowhere", headers=PERSON).is_json


def test_an_address_that_only_takes_forms_says_so(browser: Caller) -> None:
    answer = browser.get("/sign-out", headers=PERSON)
    assert "only takes what a form of the page sends" in words(answer, 405)
    assert "POST" in answer.headers["Allow"]


def test_a_fault_of_ours_tells_nothing_of_itself(
    browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("sw_a-secret-nobody-may-see")

    monkeypatch.setattr(content, "shown_funds", broken)
    answer = browser.get("/venues")
    assert "Something went wrong here; the log says what." in words(answer, 500)
    assert "nobody-may-see" not in answer.get_data(as_text=True)


def test_a_form_that_is_too_large_is_refused(browser: Caller) -> None:
    answer = browser.post("/accounts", data={"venue": "binance", "api_key": "x" * 70_000})
    assert "larger than this server accepts" in words(answer, 413)


@pytest.mark.parametrize(
    "path", ["/", "/venues", "/venues/okx", "/scenarios", "/accounts", "/sign-in", "/nowhere"]
)
def test_no_page_holds_a_style_or_a_script_of_its_own(browser: Caller, path: str) -> None:
    html = browser.get(path, headers=PERSON).get_data(as_text=True)
    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert html.count("<script") == html.count("<script src=") + html.count(
        '<script type="module" src='
    )


def test_static_files_are_named_by_what_is_in_them(stage: Stage, browser: Caller) -> None:
    html = browser.get("/").get_data(as_text=True)
    for name in ("page.css", "tokens.css", "live.js", "vendor/htmx/htmx.min.js", "icon.svg"):
        address = html.split(f"/static/{name}?v=")[1].split('"')[0]
        answer = browser.get(f"/static/{name}?v={address}")
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
