"""The board of all funds, and each fund with its past."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.fund import Confidence, FundEvent, FundHealth, FundState, PoolKind
from app.store import fund_csv
from tests.support.api import Caller, Stage
from tests.support.nouns import NOON, later
from tests.support.page_funds import CALM, DRAINING, REGROUPED, TOPPED_UP, four_pasts, with_past
from tests.support.page_stage import calm_fund, draining_fund, store_fund
from tests.support.page_text import words


def names(browser: Caller, query: str = "") -> list[str]:
    html = browser.get(f"/funds{query}").get_data(as_text=True)
    return re.findall(r'<td role="cell" class="name"><a [^>]*>([^<]*)</a>', html)


@pytest.fixture
def board(stage: Stage) -> Stage:
    """A small fund that drains, a large calm one, a stale one of no known size, a total."""

    def pool(key: str, usd: float, **fields: Any) -> FundState:
        return replace(calm_fund("okx", key, key, usd, NOON), **fields)

    store_fund(stage, pool("calm", 5e8, coverage=0.02, changes={"24h": 0.01, "7d": 0.1}))
    store_fund(
        stage, pool("sick", 1e6, health=FundHealth.DRAINING, changes={"24h": -0.2, "7d": -0.1})
    )
    store_fund(stage, pool("old", 2e7, as_of=later(days=-5), coverage=0.001, changes={}))
    store_fund(stage, pool("total", 9e9, kind=PoolKind.HEADLINE))
    return stage


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["sick", "old", "calm"]),
        ("?sort=health&order=desc", ["calm", "old", "sick"]),
        ("?sort=size", ["calm", "old", "sick"]),
        ("?sort=size&order=asc", ["sick", "old", "calm"]),
        ("?sort=change_24h", ["sick", "calm", "old"]),
        ("?sort=change_7d&order=desc", ["calm", "sick", "old"]),
        ("?sort=coverage", ["old", "calm", "sick"]),
        ("?sort=age", ["old", "calm", "sick"]),
        ("?sort=name", ["calm", "old", "sick"]),
        ("?sort=nonsense&order=sideways", ["sick", "old", "calm"]),
    ],
)
def test_the_board_is_in_the_order_asked_for(
    board: Stage, browser: Caller, query: str, order: list[str]
) -> None:
    assert names(browser, query) == order


def test_the_order_is_told_to_those_who_cannot_see_it_and_turned_by_its_link(
    board: Stage, browser: Caller
) -> None:
    html = browser.get("/funds?sort=size").get_data(as_text=True)
    assert re.findall(r'class="(\w+)" aria-sort="(\w+)"', html) == [("size", "descending")]
    assert 'href="/funds?sort=size&amp;order=asc">Balance' in html
    assert 'href="/funds?sort=coverage&amp;order=asc">Share of open interest' in html
    assert 'href="/funds?sort=age&amp;order=desc">Age' in html
    turned = browser.get("/funds?sort=size&order=asc").get_data(as_text=True)
    assert re.findall(r'aria-sort="(\w+)"', turned) == ["ascending"]
    assert 'href="/funds?sort=size&amp;order=desc">Balance' in turned


def test_a_line_of_the_board_says_all_of_a_fund(stage: Stage, browser: Caller) -> None:
    four_pasts(stage)
    assert (
        "USD-M fund for BTC, ETH and BNB Binance $1.04\u2009B −15.4\u2009% / 24\u2009h "
        "−14.9\u2009% 2.1\u2009% of open interest ▲ draining drains alone 0\u2009s old"
    ) in words(browser.get("/funds"))


def test_before_anything_was_read_the_board_says_when_it_will_be(browser: Caller) -> None:
    shown = words(browser.get("/funds"))
    assert "No fund has been read yet The first figures come within a minute" in shown


def test_the_board_is_reached_from_the_venues_and_a_fund_from_everywhere(
    board: Stage, browser: Caller
) -> None:
    assert 'href="/funds"' in browser.get("/venues").get_data(as_text=True)
    for page in ("/funds", "/venues", "/venues/okx"):
        assert 'href="/funds/okx:calm"' in browser.get(page).get_data(as_text=True), page


# One fund


def test_a_fund_is_drawn_over_thirty_days_and_told_in_a_sentence(
    stage: Stage, browser: Caller
) -> None:
    four_pasts(stage)
    answer = browser.get(f"/funds/{DRAINING}")
    html = answer.get_data(as_text=True)
    assert html.count("<polyline") == 2, "the drawing and the small one of the card"
    assert 'aria-label="Balance over time. Between $1.04' in html
    shown = words(answer)
    assert "$1.04\u2009B at the end: −13.8\u2009% from the beginning." in shown
    assert "23 Oct 7 Nov 22 Nov" in re.sub("\u2009", " ", shown)


def test_what_its_health_rests_on_is_told(stage: Stage, browser: Caller) -> None:
    four_pasts(stage)
    shown = words(browser.get(f"/funds/{DRAINING}")).split("What the word “draining” rests on")[1]
    for line in (
        "Below its peak of 30 days 16.3\u2009%",
        "Trend of 7 days −1.1\u2009% a day",
        "Latest step, in usual ones −21.4\u2009×",
        "Lasts at this pace 47\u2009days",
        "Updates without a change 0",
        "Beside other venues, 24\u2009h drains alone: −15.4\u2009% against +0.1\u2009%",
        "It has been draining since 05:00 UTC. Confidence is high",
    ):
        assert line in shown
    assert "rests on" not in words(browser.get(f"/funds/{REGROUPED}")), "nothing was judged"


def test_a_figure_that_is_not_known_brings_its_reason(stage: Stage, browser: Caller) -> None:
    four_pasts(stage)
    state = draining_fund(NOON)
    notes = {**state.notes, "slope_7d": "Needs a day of balances."}
    store_fund(stage, replace(state, confidence=Confidence.LOW, notes=notes))
    shown = words(browser.get(f"/funds/{DRAINING}"))
    assert "Trend of 7 days – Needs a day of balances." in shown
    assert "Confidence is low" in shown


@pytest.mark.parametrize(
    ("span", "first"), [("1d", "21 Nov"), ("7d", "15 Nov"), ("30d", "23 Oct"), ("all", "23 Oct")]
)
def test_a_stretch_of_time_is_chosen_by_a_link(
    stage: Stage, browser: Caller, span: str, first: str
) -> None:
    four_pasts(stage)
    html = browser.get(f"/funds/{CALM}?range={span}").get_data(as_text=True)
    assert re.findall(r'range=(\w+)" aria-current="true"', html) == [span]
    times = re.search(r'<div class="times[^>]*>(.*?)</div>', html)
    assert times is not None
    assert re.sub("\u2009", " ", re.sub("<[^>]*>", "", times[1])).startswith(first)


def test_a_short_past_is_drawn_as_finely_in_a_long_stretch(stage: Stage, browser: Caller) -> None:
    four_pasts(stage)

    def points(span: str) -> int:
        html = browser.get(f"/funds/{CALM}?range={span}").get_data(as_text=True)
        line = re.search(r'<polyline points="([^"]*)"', html)
        assert line is not None
        return len(line[1].split())

    assert points("30d") == 240
    assert 200 <= points("all") <= 240
    assert 200 <= points("1y") <= 240


def test_a_stretch_nobody_knows_is_the_usual_one(stage: Stage, browser: Caller) -> None:
    four_pasts(stage)
    html = browser.get(f"/funds/{CALM}?range=forever").get_data(as_text=True)
    assert 'range=30d" aria-current="true"' in html


def test_a_regrouping_is_marked_and_told_and_nothing_compared_across_it(
    stage: Stage, browser: Caller
) -> None:
    four_pasts(stage)
    answer = browser.get(f"/funds/{REGROUPED}")
    shown = words(answer)
    assert answer.get_data(as_text=True).count('<line class="event"') == 1
    assert "1 event in this time (dashed line)" in shown
    assert "10 November 2026, 07:00 UTC Contracts were grouped anew. It got ADAUSDT" in shown
    assert "from the beginning" not in shown


def test_a_jump_nobody_labelled_is_told_as_a_top_up_by_its_size(
    stage: Stage, browser: Caller
) -> None:
    four_pasts(stage)
    shown = words(browser.get(f"/funds/{TOPPED_UP}"))
    assert "Money put in from outside: $31.0\u2009M. The venue does not say so" in shown


def test_of_very_many_events_the_newest_are_told(stage: Stage, browser: Caller) -> None:
    events = [
        FundEvent(kind="inflow", at=NOON - timedelta(minutes=n), asset="USDT", amount=float(n))
        for n in range(80)
    ]
    with_past(stage, draining_fund(NOON), lambda days: 1.0 + days / 100, events=events, hours=48)
    answer = browser.get(f"/funds/{DRAINING}")
    shown = words(answer)
    assert "80 events in this time" in shown
    assert "30 older ones are in the API." in shown
    assert '<line class="event"' not in answer.get_data(as_text=True)


def test_without_two_balances_the_page_says_what_to_do(stage: Stage, browser: Caller) -> None:
    store_fund(stage, draining_fund(NOON))
    answer = browser.get(f"/funds/{DRAINING}")
    assert "there are no two balances to draw a line between. Choose a longer" in words(answer)
    assert 'class="drawn"' not in answer.get_data(as_text=True)


def test_what_a_venue_writes_is_shown_as_text(stage: Stage, browser: Caller) -> None:
    evil = '<script>alert(1)</script>"'
    event = FundEvent(kind="adl", at=NOON - timedelta(hours=3), asset=evil, amount=1.0, detail=evil)
    state = replace(draining_fund(NOON), name=evil)
    with_past(stage, state, lambda days: 1.0 + days / 100, events=[event], hours=48)
    for page in ("/funds", f"/funds/{DRAINING}"):
        html = browser.get(page).get_data(as_text=True)
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_records_of_a_venue_nobody_wrote_facts_for_lead_back_to_the_board(
    stage: Stage, browser: Caller
) -> None:
    lines = ["venue,pool,asset,at,amount,usd\n"]
    lines += [
        f"ftx,main,USD,2022-11-0{day}T00:00:00Z,{900 / day},{900 / day}\n" for day in range(1, 9)
    ]
    with stage.database.write() as conn:
        fund_csv.import_(conn, lines, now=NOON)
    assert "main ftx" in words(browser.get("/funds"))
    answer = browser.get("/funds/ftx:main?range=all")
    assert 'href="/funds"><span aria-hidden="true">‹</span> All funds' in answer.get_data(
        as_text=True
    )
    assert "Between $112 and $900" in words(answer)


def test_a_fund_nobody_knows_is_not_found(browser: Caller) -> None:
    assert "Nothing here" in words(browser.get("/funds/atlantis:gold"), 404)


@pytest.mark.parametrize("page", ["/funds", f"/funds/{CALM}"])
def test_what_did_not_change_is_not_sent_again(stage: Stage, browser: Caller, page: str) -> None:
    four_pasts(stage)
    etag = browser.get(page).headers["ETag"]
    assert browser.get(page, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("page", ["/funds", f"/funds/{CALM}"])
def test_a_stranger_is_led_to_signing_in(stage: Stage, page: str) -> None:
    assert stage.stranger().get(page).status_code in (302, 303, 401)
