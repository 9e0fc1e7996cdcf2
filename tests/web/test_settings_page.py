"""Settings: where figures begin to count, set on the page as percentages."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
import time_machine

from app.domain.thresholds import Steps, Thresholds
from app.store import sources, thresholds
from app.web.settings_views import EXPLAINED, TITLES
from tests.support.api import Caller, Stage
from tests.support.nouns import later
from tests.support.page_stage import crash
from tests.support.page_text import forms, words


def form_of(browser: Caller) -> dict[str, str]:
    """The form as a browser would send it back unchanged."""
    (form,) = forms(browser.get("/settings"))
    assert (form.action, form.method) == ("/settings", "post")
    return {name: value or "" for name, value in form.fields.items()}


def send(browser: Caller, **typed: str) -> str:
    """Type into the form and save; the page that follows, as text."""
    changes = {name.replace("__", "."): value for name, value in typed.items()}
    answer = browser.post("/settings", data=form_of(browser) | changes)
    if answer.status_code == 303:
        return words(browser.get(answer.location.split("#")[0]))
    return words(answer, 422)


def stored(stage: Stage, user_id: str | None = None) -> Thresholds:
    with stage.database.read() as conn:
        return thresholds.of_user(conn, user_id=user_id or stage.user_id)


def due(stage: Stage) -> list[str]:
    with stage.database.read() as conn:
        return [one.source for one in sources.due(conn, now=stage.now(), limit=9)]


def test_every_threshold_has_a_place_on_the_page(browser: Caller) -> None:
    known = {field.name for field in fields(Thresholds)}
    assert TITLES.keys() == EXPLAINED.keys() == known
    assert {name.partition(".")[0] for name in form_of(browser)} == known


def test_it_is_in_the_navigation_of_every_page(browser: Caller) -> None:
    for page in ("/", "/venues", "/accounts", "/settings"):
        assert 'href="/settings"' in browser.get(page).get_data(as_text=True)


def test_it_shows_percentages_with_the_defaults_beside_them(browser: Caller) -> None:
    found = form_of(browser)
    assert (found["distance.watch"], found["coverage.warning"]) == ("10", "0.05")
    assert (found["coverage.critical"], found["adl_standing"]) == ("", "80")
    shown = words(browser.get("/settings"))
    assert "default 0.05 %" in shown
    assert "default never" in shown
    assert "Changed" not in shown


def test_saving_what_is_there_changes_nothing(stage: Stage, browser: Caller) -> None:
    assert "Saved." in send(browser)
    assert stored(stage) == Thresholds()
    assert due(stage) == []


@pytest.mark.parametrize("typed", ["12.5", "12,5", " 12.5 % ", "12.50"])
def test_a_percentage_is_taken_as_people_write_it(
    stage: Stage, browser: Caller, typed: str
) -> None:
    shown = send(browser, distance__watch=typed)
    assert "Saved. Your positions are judged by it within seconds." in shown
    assert "Distance to liquidation Changed" in shown
    assert stored(stage).distance == Steps(watch=0.125, warning=0.05, critical=0.02)
    assert form_of(browser)["distance.watch"] == "12.5"
    assert due(stage) == [f"verdicts:{stage.user_id}"]


def test_a_step_left_empty_is_never_reached(stage: Stage, browser: Caller) -> None:
    send(browser, touch_24h__watch="", touch_24h__warning="")
    assert stored(stage).touch_24h == Steps(watch=None, warning=None, critical=0.5)
    assert form_of(browser)["touch_24h.watch"] == ""


def test_session_profit_is_in_dollars(stage: Stage, browser: Caller) -> None:
    send(browser, session_profit_usd="$1500")
    assert stored(stage).session_profit_usd == 1500.0
    assert form_of(browser)["session_profit_usd"] == "1500"


def test_numbers_come_back_as_they_were_typed(stage: Stage, browser: Caller) -> None:
    send(browser, coverage__watch="0.3", coverage__warning="0.07", coverage__critical="0.0001")
    assert stored(stage).coverage == Steps(watch=0.003, warning=0.0007, critical=0.000001)
    assert form_of(browser)["coverage.critical"] == "0.0001"


@pytest.mark.parametrize("fraction", [0.1234567890123456, 5e-324, 0.07, 1 / 3])
def test_whatever_a_program_has_set_can_be_saved_again_on_the_page(
    stage: Stage, browser: Caller, fraction: float
) -> None:
    own = replace(Thresholds(), touch_24h=Steps(watch=fraction))
    with stage.database.write() as conn:
        thresholds.save(conn, user_id=stage.user_id, thresholds=own, now=stage.now())
    assert "Saved." in send(browser)
    assert stored(stage) == own


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"distance__watch": "4"}, "Each step must be below the one before it"),
        ({"touch_24h__watch": "30"}, "Each step must be above the one before it"),
        ({"distance__watch": "150"}, "Each step must be above 0 and at most 1 (100 %)."),
        ({"distance__critical": "0"}, "Each step must be above 0"),
        ({"distance__watch": "-10"}, "Each step must be above 0"),
        ({"distance__watch": "ten"}, "Write plain numbers"),
        ({"distance__watch": "1.000,5"}, "Write plain numbers"),
        ({"distance__watch": "nan"}, "Write plain numbers"),
        ({"distance__watch": "Infinity"}, "Write plain numbers"),
        ({"distance__watch": "1e9"}, "Write plain numbers"),
        ({"distance__watch": "."}, "Write plain numbers"),
        ({"distance__watch": "9" * 5000}, "Write plain numbers"),
        ({"adl_standing": ""}, "This cannot be left empty."),
        ({"adl_standing": "101"}, "Must be from 0 to 1 (100 %)."),
        ({"session_profit_usd": "-1"}, "Must be 0 or more."),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_figure_and_changes_nothing(
    stage: Stage, browser: Caller, typed: dict[str, str], said: str
) -> None:
    shown = send(browser, trigger__watch="40", **typed)
    assert "Nothing was changed: what is wrong stands below." in shown
    assert said in shown
    assert stored(stage) == Thresholds()
    assert due(stage) == []


def test_what_was_typed_is_still_there_and_harmless(browser: Caller) -> None:
    typed = {"distance.watch": '"><script>alert(1)</script>', "trigger.watch": "40"}
    answer = browser.post("/settings", data=form_of(browser) | typed)
    html = answer.get_data(as_text=True)
    assert 'name="trigger.watch" value="40"' in html
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_two_figures_that_are_wrong_are_both_said(browser: Caller) -> None:
    shown = send(browser, distance__watch="4", touch_24h__watch="ten")
    assert "Each step must be below" in shown
    assert "Write plain numbers" in shown


def test_a_form_with_a_part_missing_is_not_taken(stage: Stage, browser: Caller) -> None:
    part = form_of(browser)
    del part["distance.watch"]
    assert browser.post("/settings", data=part).status_code == 400
    assert stored(stage) == Thresholds()


def test_back_to_the_defaults_whatever_stands_in_the_form(stage: Stage, browser: Caller) -> None:
    send(browser, distance__watch="15")
    answer = browser.post("/settings/reset", data=form_of(browser) | {"distance.watch": "ten"})
    assert answer.location == "/settings?done=reset#top"
    assert "Back to the defaults." in words(browser.get("/settings?done=reset"))
    assert stored(stage) == Thresholds()


def test_it_says_since_when_ones_own_numbers_hold(
    browser: Caller, time: time_machine.Traveller
) -> None:
    send(browser, distance__watch="15")
    time.move_to(later(hours=3))
    assert "Last changed 3\u2009h ago." in words(browser.get("/settings"))


def test_nobody_sees_or_changes_anothers(stage: Stage, browser: Caller) -> None:
    other = stage.another_user()
    send(browser, distance__watch="15")
    theirs = stage.browser(other)
    assert form_of(theirs)["distance.watch"] == "10"
    theirs.post("/settings/reset", data={})
    assert stored(stage) == replace(
        Thresholds(), distance=Steps(watch=0.15, warning=0.05, critical=0.02)
    )
    assert stored(stage, other) == Thresholds()


@pytest.mark.parametrize("path", ["/settings", "/settings/reset"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_another_site_sends_is_not_carried_out(
    stage: Stage, browser: Caller, path: str, site: str
) -> None:
    send(browser, distance__watch="15")
    typed = form_of(browser) | {"distance.watch": "20"}
    refused = browser.post(path, data=typed, headers={"Sec-Fetch-Site": site})
    assert "Another site sent this request; it was not carried out." in words(refused, 403)
    assert stored(stage).distance.watch == 0.15


def test_a_token_that_only_reads_cannot_change_it(stage: Stage, browser: Caller) -> None:
    reader = stage.caller("read")
    refused = reader.post("/settings", data=form_of(browser) | {"distance.watch": "20"})
    assert "needs the scope admin" in words(refused, 403)
    assert stored(stage) == Thresholds()


def test_a_stranger_is_shown_how_to_sign_in(stage: Stage) -> None:
    assert stage.stranger().get("/settings").status_code == 401


def test_while_nothing_has_changed_the_page_is_not_sent_again(
    stage: Stage, browser: Caller
) -> None:
    crash(stage)
    browser.get("/settings")  # the session's first use is noted
    tag = browser.get("/settings").headers["ETag"]
    assert browser.get("/settings", headers={"If-None-Match": tag}).status_code == 304
    send(browser, distance__watch="15")
    assert browser.get("/settings", headers={"If-None-Match": tag}).status_code == 200
