"""The first page: positions worst first, what is not read, and the funds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import time_machine

from app.domain.account import AccountStatus
from app.domain.position import Source
from app.domain.reason import Severity
from app.store import sources
from tests.support.api import Caller, Stage
from tests.support.nouns import NOON, later
from tests.support.page_stage import alive, crash, draining_fund, judged, store_fund
from tests.support.page_text import words


def test_a_newcomer_is_told_to_link_an_account(browser: Caller) -> None:
    shown = words(browser.get("/"))
    assert "Link an account to begin" in shown
    assert "Link a read-only key or a public address" in shown


def test_positions_stand_worst_first_with_distance_fund_and_answer(
    stage: Stage, browser: Caller
) -> None:
    crash(stage)
    shown = words(browser.get("/"))
    order = ["SOLUSDT short", "BTCUSDT long", "WIFUSDT long", "BTCUSD_PERP short", "ETHUSDT long"]
    places = [shown.index(name) for name in order]
    assert places == sorted(places)
    assert "1.1\u2009% to liquidation" in shown
    assert "Fund $1.04\u2009B, −15.4\u2009% / 24\u2009h ▲ draining" in shown
    assert "If this fund ran out, Binance could close your long without your order" in shown


def test_the_sentence_of_the_page_is_its_title_too(stage: Stage, browser: Caller) -> None:
    crash(stage)
    html = browser.get("/").get_data(as_text=True)
    told = "One position is due for liquidation, two are close to it"
    assert f"<h1>{told}" in html
    assert f"<title>{told}" in html


def test_a_position_past_its_liquidation_price_is_said_to_be(stage: Stage, browser: Caller) -> None:
    crash(stage)
    assert "−1.2\u2009% past liquidation $219 beyond" in words(browser.get("/"))


def test_no_liquidation_price_is_a_dash_and_a_reason(stage: Stage, browser: Caller) -> None:
    crash(stage)
    shown = words(browser.get("/"))
    assert "– no liquidation price" in shown
    assert "Fully collateralised: no price liquidates this position as things stand." in shown


def test_a_liquidation_price_without_a_mark_price_is_not_called_none(
    stage: Stage, browser: Caller
) -> None:
    held = stage.account()
    one = replace(
        judged(NOON, None, mark_price=None),
        liquidation_price=61750.0,
        liquidation_price_source=Source.VENUE,
        notes={"distance": "There is no mark price."},
    )
    stage.holds(held, [one])
    shown = words(browser.get("/"))
    assert "– distance unknown" in shown
    assert "There is no mark price." in shown


def test_a_fund_nobody_knows_says_why(stage: Stage, browser: Caller) -> None:
    crash(stage)
    shown = words(browser.get("/"))
    assert "No fund known" in shown
    assert "Binance publishes no balance of the COIN-M insurance funds" in shown


def test_old_positions_are_worded_as_old(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    stage.holds(stage.account(interval=15.0), [judged(NOON, 0.4)])
    assert "Not up to date" not in words(browser.get("/"))
    time.move_to(later(minutes=5))
    alive(stage)
    shown = words(browser.get("/"))
    assert "Not up to date: read 5\u2009min ago." in shown
    assert "One position is not up to date" in shown


def test_what_is_not_read_is_told_with_what_to_do(stage: Stage, browser: Caller) -> None:
    crash(stage)
    shown = words(browser.get("/"))
    assert "3 accounts are not read:" in shown
    assert "Bybit did not answer. Nothing to do: it is asked again by itself." in shown
    assert "What is shown of it is the last it gave." in shown
    assert "Make a read-only key and link that one." in shown
    assert "OKX is being checked with the venue" in shown


def test_one_failing_account_is_told_in_full(stage: Stage, browser: Caller) -> None:
    account = stage.account(label="hedge", read_at=None)
    stage.failed(
        sources.account_source(account),
        at=NOON,
        code="venue_rejected",
        message="Binance does not accept this key. Make a new one.",
    )
    shown = words(browser.get("/"))
    assert "Binance, hedge: Binance does not accept this key. Make a new one." in shown
    assert "One account is not read" in shown
    assert "Nothing read yet" in shown
    assert "No open position" not in shown


def test_an_acknowledged_account_is_not_complained_of(stage: Stage, browser: Caller) -> None:
    account = stage.account(status=AccountStatus.UNVERIFIABLE)
    assert "not read" in words(browser.get("/"))
    browser.post(f"/accounts/{account}/acknowledge")
    assert "not read" not in words(browser.get("/")).split("Funds")[0]


def test_no_position_is_said_once_everything_was_read(stage: Stage, browser: Caller) -> None:
    stage.account()
    shown = words(browser.get("/"))
    assert "No open position" in shown
    assert "1 account, 0 positions; 0\u2009s ago" in shown


def test_a_worker_that_is_gone_is_told(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    assert "Nothing is being read" not in words(browser.get("/"))
    time.shift(timedelta(minutes=1))
    assert "Nothing is being read. The worker" in words(browser.get("/"))
    assert "Start it with seawall up" in words(browser.get("/venues"))


def test_more_than_sixty_positions_come_in_pages(stage: Stage, browser: Caller) -> None:
    held = stage.account()
    many = [
        judged(NOON, 0.2 + number / 100, native_symbol=f"COIN{number:02}USDT")
        for number in range(75)
    ]
    stage.holds(held, many)
    first = browser.get("/")
    assert words(first).count("to liquidation") == 60
    assert "75 positions" in words(first)
    html = first.get_data(as_text=True)
    next_page = html.split('href="/?after=')[1].split('"')[0]
    second = browser.get(f"/?after={next_page}")
    shown = words(second)
    assert shown.count("to liquidation") == 15
    assert "COIN60USDT" in shown
    assert "COIN59USDT" not in shown
    # The script asks for this page again, not for the first.
    assert f'hx-get="/?after={next_page}"' in second.get_data(as_text=True)


def test_a_place_in_the_list_that_is_none_is_an_error_page(browser: Caller) -> None:
    shown = words(browser.get("/?after=nonsense"), 422)
    assert "Start from the top." in shown


def test_names_of_a_person_and_of_a_venue_are_text_and_nothing_else(
    stage: Stage, browser: Caller
) -> None:
    held = stage.account(label="<script>alert(1)</script>")
    stage.holds(held, [judged(NOON, 0.4, native_symbol="<img src=x>")])
    html = browser.get("/").get_data(as_text=True)
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
    assert "&lt;img src=x&gt;" in html


def test_another_users_positions_are_not_shown(stage: Stage, browser: Caller) -> None:
    other = stage.another_user()
    held = stage.account(user_id=other)
    stage.holds(held, [judged(NOON, 0.4)], user_id=other)
    assert "BTCUSDT" not in words(browser.get("/"))


def test_the_reasons_on_a_card_do_not_repeat_one_another(stage: Stage, browser: Caller) -> None:
    held = stage.account()
    fund = draining_fund(NOON)
    store_fund(stage, fund)
    told = [replace(fund.reasons[0], text=f"The fund lost, {number}.") for number in range(3)]
    stage.holds(held, [judged(NOON, 0.4, Severity.WARNING, reasons=tuple(told), fund=fund)])
    closed, opened = words(browser.get("/")).split("Reasons, worst first")
    assert "The fund lost, 0." in closed
    assert "The fund lost, 1." not in closed
    assert "The fund lost, 2." in opened


def test_while_nothing_but_time_has_passed_the_page_is_not_sent_again(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    account = stage.account(interval=60.0)
    stage.holds(account, [judged(NOON, 0.4)])
    tag = browser.get("/").headers["ETag"]
    time.shift(timedelta(seconds=20))
    unchanged = browser.get("/", headers={"If-None-Match": tag})
    assert unchanged.status_code == 304
    assert not unchanged.data
    stage.holds(account, [judged(later(seconds=20), 0.04, Severity.WARNING)])
    assert browser.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_a_page_is_never_kept_and_never_framed(browser: Caller) -> None:
    answer = browser.get("/")
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
