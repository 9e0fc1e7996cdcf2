"""The scenario page: chosen, worked out, refused, and what it says of funds and positions."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from app.api import scenarios
from app.web import scenario_views
from tests.support.api import Caller, Stage
from tests.support.nouns import a_fund_state
from tests.support.page_text import Form, forms, words
from tests.support.scenario_market import with_market

FEW = 200


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many draws as are needed to tell apart what is tested."""
    load = scenario_views._QUESTION.load

    def fewer(given: dict[str, Any], **how: Any) -> Any:
        return load(given | {"draws": FEW}, **how)

    monkeypatch.setattr(scenario_views._QUESTION, "load", fewer)


@pytest.fixture
def market(stage: Stage) -> Stage:
    return with_market(stage)


def asked(browser: Caller, status: int = 200, **given: Any) -> str:
    return words(browser.get(f"/scenarios?{urlencode(given, doseq=True)}"), status)


def form_with(page: list[Form], field: str) -> Form:
    return next(one for one in page if field in one.fields)


# What can be asked


def test_the_page_offers_the_named_days_plain_moves_and_ones_own(
    market: Stage, browser: Caller
) -> None:
    shown = words(browser.get("/scenarios"))
    for day in ("10 October 2025", "19 May 2021", "12 March 2020"):
        assert day in shown
    assert "−10\u2009% −20\u2009% −30\u2009% +10\u2009%" in shown
    page = forms(browser.get("/scenarios"))
    assert {one.method for one in page} == {"get"}
    assert {one.action for one in page} == {"/scenarios"}
    assert form_with(page, "percent").fields.keys() == {"direction", "percent"}
    assert form_with(page, "millions").fields.keys() == {"venue", "millions", "direction"}


def test_nothing_is_worked_out_before_something_is_asked(
    market: Stage, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario_views, "worked_out", None)
    assert "What a crash would do" in words(browser.get("/scenarios"))
    assert "What a crash would do" in words(browser.get("/scenarios?venues=binance&name="))


def test_every_page_leads_to_it_and_it_knows_where_it_is(browser: Caller) -> None:
    for page in ("/", "/venues", "/accounts", "/settings"):
        assert 'href="/scenarios"' in browser.get(page).get_data(as_text=True)
    html = browser.get("/scenarios").get_data(as_text=True)
    assert '<a href="/scenarios" aria-current="page">Scenarios</a>' in html


def test_an_empty_installation_says_when_there_will_be_something(browser: Caller) -> None:
    shown = words(browser.get("/scenarios"))
    assert "No fund has been read yet" in shown
    assert "No exchange to choose from yet" in shown


# What comes of it


def test_the_sentence_comes_first_then_funds_positions_and_what_it_rests_on(
    market: Stage, browser: Caller
) -> None:
    shown = asked(browser, percent="20", direction="down")
    order = [
        "BTC falls by 20\u2009%",
        "draws Binance’s fund for BTC, ETH and BNB",
        "of your 2 positions is liquidated in half of the draws or more.",
        "Worked out over 200 draws",
        "When a fund is empty, winning positions are closed.",
        "Forced out",
        "Lost beyond their margin",
        "Left in the fund",
        "Winners closed",
        "Your positions, worst first",
        "BTCUSDT long 100\u2009% of the draws liquidate it",
        "ETHUSDT short 0\u2009% of the draws liquidate it",
        "Given",
        "Move of BTC: −20\u2009%",
        "Data",
        "Open interest of Binance: $12.0\u2009B",
        "Assumed",
        "Depth left in the order books",
    ]
    places = [shown.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_a_fund_is_drawn_and_its_drawing_told(market: Stage, browser: Caller) -> None:
    html = browser.get("/scenarios?name=fall-20").get_data(as_text=True)
    told = re.findall(r'<svg class="left" role="img" aria-label="([^"]+)"', html)
    assert len(told) == 1
    assert told[0].startswith("Of $1.04\u2009B, ")
    assert "style=" not in html


def test_every_assumption_of_the_answer_stands_on_the_page_with_its_source(
    market: Stage, browser: Caller
) -> None:
    answer = market.caller("read").post("/api/v1/scenarios", json={"name": "2025-10-10"}).get_json()
    response = browser.get("/scenarios?name=2025-10-10")
    shown, html = words(response), response.get_data(as_text=True)
    assert len(answer["assumptions"]) > 10
    for one in answer["assumptions"]:
        assert f"{one['name']}: {one['value']}" in shown
        if one["source"]:
            assert f'href="{one["source"]}"' in html
    assert "10 October 2025 again, with today’s funds and positions" in shown


def test_a_cascade_says_what_move_it_takes(market: Stage, browser: Caller) -> None:
    shown = asked(browser, millions="2,000", venue="binance", direction="up")
    assert "$2.00\u2009B forced out at Binance by rising prices" in shown
    assert re.search(r"It takes a move of BTC by \+[0-9.]+\u2009% in the middle draw", shown)


def test_the_same_address_shows_the_same(market: Stage, browser: Caller) -> None:
    assert asked(browser, name="fall-30") == asked(browser, name="fall-30")


def test_a_minus_sign_is_a_fall_whatever_else_is_chosen(market: Stage, browser: Caller) -> None:
    for typed in ("-20", "−20\u2009%", " -20.0 %"):
        assert "BTC falls by 20\u2009%" in asked(browser, percent=typed, direction="up")
    assert "BTC rises by 20\u2009%" in asked(browser, percent="20", direction="up")


def test_exchanges_can_be_chosen_and_are_kept_when_the_scenario_changes(
    market: Stage, browser: Caller
) -> None:
    response = browser.get("/scenarios?name=fall-20&venues=binance")
    html = response.get_data(as_text=True)
    assert html.count('<input type="hidden" name="venues" value="binance">') == 4
    assert '<input type="checkbox" name="venues" value="binance" checked>' in html
    kept = next(one for one in forms(response) if one.fields.get("name") == "fall-20")
    assert kept.fields.keys() == {"name", "venues"}


def test_without_positions_the_funds_asked_for_are_shown_all_the_same(
    market: Stage, browser: Caller
) -> None:
    other = market.browser(user_id=market.another_user())
    shown = asked(other, name="fall-20", venues="binance")
    assert "Binance’s fund for BTC, ETH and BNB" in shown
    assert "You hold nothing that is known here at this exchange" in shown
    assert "BTCUSDT long" not in shown


def test_who_holds_nothing_and_names_nothing_is_told_what_to_do(stage: Stage) -> None:
    stage.fund(a_fund_state())
    shown = asked(stage.browser(), name="fall-20")
    assert "Nothing can be said without a position or an exchange." in shown
    assert "Name venues to see what becomes of their funds." in shown
    assert "choose the exchanges whose funds you want to see" in shown


def test_what_is_not_known_says_why(market: Stage, browser: Caller) -> None:
    market.fund(a_fund_state(balance_usd=None))
    shown = asked(browser, name="fall-20")
    assert "What becomes of the funds cannot be said." in shown
    assert "balance not known" in shown
    assert "Left in the fund – – –" in shown
    assert "The balance of this fund has not been read or cannot be valued in USD." in shown
    asked_elsewhere = asked(browser, name="fall-20", venues="bybit")
    assert "Open interest" in asked_elsewhere


# What is refused


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"percent": ""}, "Say in percent how far BTC moves"),
        ({"percent": "much"}, "Say in percent how far BTC moves"),
        ({"percent": "nan"}, "Say in percent how far BTC moves"),
        ({"percent": "0"}, "Say in percent how far BTC moves"),
        ({"percent": "96"}, "it falls by 95"),
        ({"percent": "501", "direction": "up"}, "rises by 500"),
        ({"millions": "", "venue": "binance"}, "Say how much is forced out"),
        ({"millions": "2,00", "venue": "binance"}, "Say how much is forced out"),
        ({"millions": "-5", "venue": "binance"}, "Say how much is forced out"),
        ({"millions": "0", "venue": "binance"}, "Say how much is forced out"),
        ({"millions": "2000"}, "Say how much is forced out"),
        ({"millions": "2000", "venue": "nowhere"}, "There is no venue of this id."),
        ({"millions": "2000", "venue": "bybit"}, "open interest of Bybit is not known"),
        ({"millions": "2", "venue": "binance", "direction": "sideways"}, "Must be one of"),
        ({"name": "2019-01-01"}, "This cannot be worked out: Must be one of"),
        ({"name": "fall-20", "venues": "nowhere"}, "There is no venue of this id."),
        ({"name": "fall-20", "venues": ["binance"] * 3 + ["a" * 41]}, "This cannot be worked out"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_above_what_was_typed(
    market: Stage, browser: Caller, given: dict[str, Any], told: str
) -> None:
    shown = asked(browser, 422, **given)
    assert told in shown
    assert "What a crash would do" in shown
    if given.get("percent"):
        page = forms(browser.get(f"/scenarios?{urlencode(given)}"))
        assert form_with(page, "percent").fields["percent"] == given["percent"]


def test_while_another_is_worked_out_one_is_told_to_try_again(
    market: Stage, browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenarios, "PATIENCE_SECONDS", 0.01)
    with scenarios.working:
        refused = browser.get("/scenarios?name=fall-20")
    assert "Another scenario is being worked out. Try again in a moment." in words(refused, 503)
    assert refused.headers["Retry-After"] == "5"
    assert asked(browser, name="fall-20")


def test_a_stranger_starts_nothing(market: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenario_views, "worked_out", None)
    answer = market.stranger().get("/scenarios?name=fall-20")
    assert answer.status_code == 401
    assert "Sign in" in words(answer, 401)


def test_nothing_typed_comes_back_as_markup(market: Stage, browser: Caller) -> None:
    nasty = '"><script>alert(1)</script>'
    for given in ({"percent": nasty}, {"name": nasty}, {"millions": nasty, "venue": nasty}):
        html = browser.get(f"/scenarios?{urlencode(given)}").get_data(as_text=True)
        assert "<script>alert" not in html
