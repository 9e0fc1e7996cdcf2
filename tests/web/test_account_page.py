"""An account's own page: a move of all prices, and its positions; the line on the first page."""

from __future__ import annotations

from dataclasses import replace

import pytest
import time_machine

from app.domain.joint import JointLiquidation
from app.domain.position import AccountMargin, MarginMode
from tests.support.api import Caller, Stage
from tests.support.nouns import NOON, a_margin, later
from tests.support.page_outlook import (
    Outlooks,
    cross_positions,
    joint_of,
    outlooks,
    put_joint,
)
from tests.support.page_stage import alive, judged
from tests.support.page_text import words

MARGIN = a_margin(margin_balance=9000.0, maintenance_margin=251.0, margin_ratio=0.028)


@pytest.fixture
def made(stage: Stage) -> Outlooks:
    return outlooks(stage)


def together(margin: AccountMargin = MARGIN, **betas: float) -> JointLiquidation:
    """Bitcoin and ether on one margin."""
    btc, eth, _ = cross_positions(NOON)
    return joint_of([btc, eth], [margin], NOON, **betas)


def test_the_page_says_what_breaks_first_each_way_and_draws_it(
    made: Outlooks, browser: Caller
) -> None:
    answer = browser.get(f"/accounts/{made.cross}")
    shown = words(answer)
    assert "Binance both ways" in shown
    assert "2.8\u2009% margin ratio (liquidation at 100\u2009%)" in shown
    assert (
        "All prices −14.0\u202f%: the cross margin of linear breaks first: BTCUSDT and ETHUSDT."
    ) in shown
    assert "BTC +21.0\u202f%: SOLUSDT short on isolated margin is liquidated first" in shown
    assert "No beta is known of SOL/USDT:USDT: it is taken to move like BTC." in shown
    assert "3 positions counted; the oldest figure is 0\u2009s old." in shown
    html = answer.get_data(as_text=True)
    assert html.count('<polyline class="same"') == html.count('<polyline class="beta"') == 1
    assert 'aria-label="Profit of the account beside now under moves' in html


def test_who_cannot_see_the_drawing_has_every_point_in_a_table(
    made: Outlooks, browser: Caller
) -> None:
    shown = words(browser.get(f"/accounts/{made.cross}"))
    assert "Move Profit Margin ratio Liquidated" in shown
    assert "now $0 2.8\u2009% 0 of 3" in shown
    assert "−60\u2009%" in shown
    assert "2 of 3" in shown


def test_its_positions_stand_below_and_those_of_others_do_not(
    made: Outlooks, browser: Caller
) -> None:
    shown = words(browser.get(f"/accounts/{made.cross}"))
    assert "Its positions, worst first" in shown
    assert "SOLUSDT short" in shown
    assert "SOLUSD-PERP" not in shown


def test_portfolio_margin_says_why_there_is_no_picture_and_shows_the_venues_ratio(
    made: Outlooks, browser: Caller
) -> None:
    answer = browser.get(f"/accounts/{made.portfolio}")
    shown = words(answer)
    assert "41\u2009% margin ratio, as OKX gives it" in shown
    assert "On portfolio margin the exchange revalues the whole account" in shown
    assert "<polyline" not in answer.get_data(as_text=True)


def test_before_the_first_reading_nothing_is_claimed(made: Outlooks, browser: Caller) -> None:
    shown = words(browser.get(f"/accounts/{made.new}"))
    assert "0 open positions; not read yet" in shown
    assert "Not worked out yet: it is made each time the account is read." in shown
    assert "Its positions" not in shown


def test_a_profit_that_cannot_be_told_in_dollars_says_why(stage: Stage, browser: Caller) -> None:
    account = stage.account()
    btc = replace(cross_positions(NOON)[0], settle_asset="EUR", liquidation_price=50_000.0)
    alone = replace(btc, margin_mode=MarginMode.ISOLATED)
    put_joint(stage, account, joint_of([alone], [], NOON))
    answer = browser.get(f"/accounts/{account}")
    assert "A contract settles in EUR, of which no dollar value is known." in words(answer)
    assert "BTCUSDT" not in words(answer)
    assert "<polyline" not in answer.get_data(as_text=True)


def test_the_account_of_another_user_is_not_there(stage: Stage, browser: Caller) -> None:
    other = stage.another_user()
    account = stage.account(user_id=other)
    put_joint(stage, account, together())
    assert "−14.0" not in words(browser.get(f"/accounts/{account}"), 404)
    assert "is liquidated" not in words(browser.get("/"))


def test_a_stranger_is_asked_to_sign_in(made: Outlooks, stage: Stage) -> None:
    assert "Sign in" in words(stage.stranger().get(f"/accounts/{made.cross}"), 401)


def test_accounts_and_cards_lead_to_the_page(made: Outlooks, browser: Caller) -> None:
    link = f'href="/accounts/{made.cross}"'
    assert link in browser.get("/accounts").get_data(as_text=True)
    assert link in browser.get("/").get_data(as_text=True)
    # There is nothing to see of an account that was never read.
    assert f'href="/accounts/{made.new}"' not in browser.get("/accounts").get_data(as_text=True)


def test_while_nothing_but_time_has_passed_the_page_is_not_sent_again(
    made: Outlooks, stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    tag = browser.get(f"/accounts/{made.cross}").headers["ETag"]
    time.move_to(later(seconds=10))
    again = browser.get(f"/accounts/{made.cross}", headers={"If-None-Match": tag})
    assert again.status_code == 304
    put_joint(stage, made.cross, together())
    changed = browser.get(f"/accounts/{made.cross}", headers={"If-None-Match": tag})
    assert changed.status_code == 200


# The line beside all positions


def test_accounts_that_fall_as_one_are_told_nearest_first(made: Outlooks, browser: Caller) -> None:
    shown = words(browser.get("/"))
    near = shown.index("All prices −10.9\u202f%: cross margin of Bybit, Everything else I hold")
    far = shown.index(
        "BTC −12.0\u202f%, the others by their betas: cross margin of Binance both ways is liquidated"
    )
    assert near < far < shown.index("Positions, worst first")


def test_an_account_that_only_a_large_move_liquidates_is_not_spoken_of(
    stage: Stage, browser: Caller
) -> None:
    account = stage.account()
    put_joint(stage, account, together(replace(MARGIN, margin_balance=20_000.0)))
    assert "is liquidated" not in words(browser.get("/"))
    put_joint(stage, account, together(replace(MARGIN, margin_balance=15_000.0)))
    assert "main is liquidated" in words(browser.get("/"))


def test_a_position_on_isolated_margin_is_left_to_its_card(stage: Stage, browser: Caller) -> None:
    account = stage.account()
    *_, sol = cross_positions(NOON)
    put_joint(stage, account, joint_of([sol], [], NOON))
    assert "is liquidated" not in words(browser.get("/"))


def test_more_than_three_accounts_wait_behind_the_nearest(stage: Stage, browser: Caller) -> None:
    for number in range(5):
        account = stage.account(label=f"number {number}")
        balance = 9000.0 + 500 * number
        put_joint(stage, account, together(replace(MARGIN, margin_balance=balance)))
    shown = words(browser.get("/"))
    assert shown.index("number 2 is liquidated") < shown.index("2 more accounts")
    assert shown.index("2 more accounts") < shown.index("number 3 is liquidated")


def test_an_account_not_read_lately_says_so_beside_its_line(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    put_joint(stage, stage.account(interval=15.0), together())
    assert "is liquidated (not up to date)" not in words(browser.get("/"))
    time.move_to(later(minutes=10))
    alive(stage)
    assert "is liquidated (not up to date)" in words(browser.get("/"))


# What a card says


def test_a_card_says_what_an_ordinary_day_can_do_below_the_distance(
    made: Outlooks, browser: Caller
) -> None:
    shown = words(browser.get(f"/accounts/{made.cross}"))
    assert (
        "$4,225 away 1.7 daily volatilities 24\u202fh: 3.7\u202f% on an ordinary day, not a crash; "
        "in the past 3.6\u202f%"
    ) in shown


def test_a_breached_position_has_no_such_line(stage: Stage, browser: Caller) -> None:
    account = stage.account()
    breached = replace(judged(NOON, -0.01), distance_daily_volatilities=0.3)
    stage.holds(account, [breached])
    assert "daily volatilities" not in words(browser.get("/")).split("What a day can do")[0]


def test_where_prices_are_too_young_the_card_is_silent_and_its_details_say_why(
    made: Outlooks, browser: Caller
) -> None:
    card = words(browser.get(f"/accounts/{made.alone}")).split("SOLUSD-PERP long")[1]
    closed, opened = card.split("What a day can do")
    assert "volatilit" not in closed
    assert "Daily volatility – Hourly prices reach back 20 h; 48 are needed." in opened


def test_the_details_answer_what_can_be_taken_back_and_whom_the_venue_takes(
    made: Outlooks, browser: Caller
) -> None:
    shown = words(browser.get(f"/accounts/{made.alone}"))
    assert "Profit that can be taken back 499.50 USD (of the whole account)" in shown
    assert "Session ends 16:00 UTC" in shown
    assert "Profit that is settled before the session ends is out of reach" in shown
    assert "Score 0.42 by a formula that others tell of Crypto.com Exchange" in shown
    assert "25\u2009% of the way to the venue’s own trigger (BTCUSDT)" in shown
    assert "Your short on Bybit (other) offsets 80\u2009% of this long" in shown
    assert "Crypto.com Exchange picks at random" in shown
    assert "No rate that was taken is known here." in shown
