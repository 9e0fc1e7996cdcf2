"""Venues: their funds, and what they do with losses."""

from __future__ import annotations

from dataclasses import replace

import pytest
import time_machine

from app.domain.fund import FundHealth, PoolKind
from app.store import sources
from app.venues.catalogue import catalogue
from app.web import content
from tests.support.api import Caller, Stage
from tests.support.nouns import NOON, a_pool_reading, later
from tests.support.page_stage import alive, calm_fund, draining_fund, judged, store_fund
from tests.support.page_text import words

VENUES = ("binance", "bybit", "hyperliquid", "okx")


def test_venues_that_were_not_read_say_when_they_will_be(browser: Caller) -> None:
    shown = words(browser.get("/venues"))
    assert "Funds are being read; trends need a little time" in shown
    assert "– Not read yet. The first figures come within a minute" in shown
    assert f"{len(catalogue().ids())} more venues without a fund to show here" in shown
    for venue_id in VENUES:
        one = words(browser.get(f"/venues/{venue_id}"))
        assert "– Not read yet. The first figures come within a minute" in one


def test_venues_without_a_fund_are_folded_away_and_say_why(stage: Stage, browser: Caller) -> None:
    store_fund(stage, draining_fund(NOON))
    table, folded = words(browser.get("/venues")).split("more venues without a fund to show here")
    assert "USD-M fund for BTC, ETH and BNB" in table
    assert "OKX" not in table
    assert "Binance" not in folded
    assert "OKX Not read yet. When it is empty, winners are closed (auto-deleveraging)." in folded
    unpublished = [one.name for one in catalogue().venues() if not one.fund.published]
    assert unpublished
    for name in unpublished:
        assert f"{name} Not published. " in folded


def test_the_table_shows_balance_changes_share_health_and_age(
    stage: Stage, browser: Caller
) -> None:
    store_fund(stage, draining_fund(NOON))
    shown = words(browser.get("/venues"))
    assert "One fund is draining" in shown
    assert (
        "USD-M fund for BTC, ETH and BNB $1.04\u2009B −15.4\u2009% / 24\u2009h −14.9\u2009% "
        "2.1\u2009% of open interest ▲ draining 0\u2009s old"
    ) in shown


def test_each_venue_says_in_a_line_what_follows_an_empty_fund(browser: Caller) -> None:
    shown = words(browser.get("/venues"))
    assert (
        "Binance Not read yet. When it is empty, winners are closed (auto-deleveraging)." in shown
    )
    assert (
        "Hyperliquid Not read yet. When it is empty, a backstop takes positions over, then winners are closed"
        in shown
    )


def test_a_venue_that_fails_keeps_its_figures_and_says_so(stage: Stage, browser: Caller) -> None:
    store_fund(stage, draining_fund(NOON))
    stage.failed(
        sources.funds_source("binance"), at=NOON, code="venue_garbled", message="It said nonsense."
    )
    for page in ("/", "/venues"):
        shown = words(browser.get(page))
        assert "It said nonsense. These are the last good figures." in shown
        assert "$1.04\u2009B" in shown
    assert "It said nonsense. The figures below are the last good ones." in words(
        browser.get("/venues/binance")
    )


def test_an_old_balance_is_stale_by_word(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    store_fund(stage, draining_fund(NOON))
    time.move_to(later(hours=5))
    alive(stage)
    shown = words(browser.get("/venues"))
    assert "○ stale 5\u2009h old" in shown
    assert "One fund was draining when last seen" in shown


def test_a_venue_with_hundreds_of_pools_stays_a_few_lines(stage: Stage, browser: Caller) -> None:
    for number in range(100):
        store_fund(
            stage,
            calm_fund("okx", f"swap:coin{number}", f"Fund {number}", 1e6 + number, NOON),
        )
    sick = calm_fund("okx", "swap:sick", "Sick fund", 5.0, NOON)
    store_fund(stage, replace(sick, health=FundHealth.DRAINING))
    held = calm_fund("okx", "swap:mine", "Fund of mine", 4.0, NOON)
    store_fund(stage, held)
    stage.holds(
        stage.account(venue="okx"),
        [judged(NOON, 0.4, fund=held, venue="okx", native_symbol="BTC-USDT-SWAP")],
        venue="okx",
    )
    beside_positions = words(browser.get("/")).split("Funds")[-1]
    assert "Sick fund" in beside_positions
    assert "Fund of mine" in beside_positions
    assert "98 more of OKX" in beside_positions
    assert "90 more of OKX" in words(browser.get("/venues"))
    one = words(browser.get("/venues/okx"))
    assert "96 other funds" in one
    assert "Fund 0 " in one


def test_beside_positions_are_the_venues_of_the_accounts_and_those_in_trouble(
    stage: Stage, browser: Caller
) -> None:
    shown = words(browser.get("/")).split("Funds")[-1]
    assert "At present no fund that is read is. All venues" in shown
    assert "OKX" not in shown
    stage.account(venue="okx")
    store_fund(stage, calm_fund("bybit", "usdt:solusdt", "Calm fund", 1e6, NOON))
    shown = words(browser.get("/")).split("Funds")[-1]
    assert "OKX When it is empty" in shown
    assert "Bybit" not in shown
    store_fund(stage, draining_fund(NOON))
    total = replace(calm_fund("htx", "total", "Total", 9.0, NOON), kind=PoolKind.HEADLINE)
    store_fund(stage, replace(total, health=FundHealth.CRITICAL))
    shown = words(browser.get("/")).split("Funds")[-1]
    assert shown.index("Binance") < shown.index("OKX")
    assert "USD-M fund for BTC, ETH and BNB" in shown
    assert "HTX" not in shown


def test_a_fund_in_trouble_that_was_lost_sight_of_stays_beside_positions(
    stage: Stage, browser: Caller, time: time_machine.Traveller
) -> None:
    store_fund(stage, draining_fund(NOON))
    time.move_to(later(hours=5))
    alive(stage)
    shown = words(browser.get("/")).split("Funds")[-1]
    assert "○ stale 5\u2009h old" in shown


@pytest.mark.parametrize("venue_id", VENUES)
def test_every_step_says_what_it_can_reach_and_where_that_is_from(
    browser: Caller, venue_id: str
) -> None:
    facts = catalogue().venue(venue_id)
    answer = browser.get(f"/venues/{venue_id}")
    shown, html = words(answer), answer.get_data(as_text=True)
    for step in facts.loss_model.steps:
        assert step.title in shown
        if step.source:
            assert f'href="{step.source}"' in html
    ruled_out = [step for step in facts.loss_model.steps if step.applies == "no"]
    assert shown.count("Withdrawn money") == len(facts.loss_model.steps) - len(ruled_out)
    unsourced = [step for step in facts.loss_model.steps if step.unsourced]
    assert shown.count("No source") >= len(unsourced)
    for item in facts.loss_model.not_known:
        assert item.replace("'", "&#39;") in html


def test_reach_is_told_in_words_a_person_grasps(browser: Caller) -> None:
    shown = words(browser.get("/venues/binance"))
    adl = shown.split("2 Auto-deleveraging")[1].split("Clawback of realised profit")[0]
    assert "Open position ▲ can be closed Its profit ▲ can be cut" in adl
    assert "Withdrawn money ● out of reach" in adl
    assert "Clawback of realised profit Not certain" in shown
    assert "Open position ○ not said" in shown


def test_a_step_the_venue_rules_out_is_marked(browser: Caller) -> None:
    shown = words(browser.get("/venues/hyperliquid"))
    assert "– No socialised loss Ruled out by the venue" in shown


def test_a_closed_venue_says_since_when_and_until_when_money_can_be_withdrawn(
    browser: Caller,
) -> None:
    shown = words(browser.get("/venues/coinex"))
    assert "Closed since 22 September 2026; it is kept for what happened there." in shown
    assert "It was announced on 14 September 2026." in shown
    assert "Last moment for withdrawals: 22 December 2026, 02:00 UTC." in shown
    assert "Until CoinEx closed on 22 September 2026, a loss beyond a trader's margin was" in shown
    assert "CoinEx did this, in this order." in shown
    assert "does not publish its fund" not in shown
    other = words(browser.get("/venues/bitmex"))
    assert "Until when money can be withdrawn is not known." in other
    assert "CoinEx closed on 22 September 2026." in words(browser.get("/venues"))


def test_an_open_venue_says_nothing_of_a_closure(browser: Caller) -> None:
    shown = words(browser.get("/venues/okx"))
    assert "Closed since" not in shown
    assert "OKX does this, in this order." in shown


def test_incidents_are_dated_newest_first(browser: Caller) -> None:
    shown = words(browser.get("/venues/binance")).split("What happened before")[1]
    assert shown.index("10 October 2025") < shown.index("10 May 2020")


def test_missing_changes_of_a_fund_are_explained(stage: Stage, browser: Caller) -> None:
    store_fund(stage, calm_fund("okx", "swap:btc-usdt", "BTC-USDT perpetual fund", 2.84e7, NOON))
    shown = words(browser.get("/venues/okx"))
    assert "1\u2009h – 8\u2009h – 24\u2009h +0.1\u2009% 7\u2009d +0.9\u2009% 30\u2009d –" in shown
    assert "1\u2009h, 8\u2009h: The venue refreshes this balance only every 24 h." in shown
    assert "Share of open interest – Open interest of these contracts is not read yet." in shown


def test_an_asset_without_a_price_says_so(stage: Stage, browser: Caller) -> None:
    store_fund(stage, draining_fund(NOON))
    shown = words(browser.get("/venues/binance"))
    assert "BNB 20,000 (–)" in shown
    assert "Its worth in USD is not known." in shown


def test_a_published_total_is_told_from_what_pays(stage: Stage, browser: Caller) -> None:
    total = calm_fund("okx", "headline", "OKX security fund, all families", 7e8, NOON)
    total = replace(total, kind=PoolKind.HEADLINE)
    store_fund(
        stage,
        total,
        a_pool_reading(
            venue="okx",
            key="headline",
            name=total.name,
            kind=total.kind,
            note="Never from this sum.",
        ),
    )
    shown = words(browser.get("/venues/okx"))
    assert "A published total, which is not what pays a loss" in shown
    assert "Never from this sum." in shown
    assert "OKX security fund, all families" not in words(browser.get("/venues"))


def test_a_venue_nobody_knows_is_not_found(browser: Caller) -> None:
    assert "Nothing here" in words(browser.get("/venues/atlantis"), 404)


def test_a_venue_that_does_not_say_for_sure_is_not_made_sure() -> None:
    model = catalogue().venue("binance").loss_model
    unsure = replace(model, steps=tuple(s for s in model.steps if s.kind == "clawback"))
    assert (
        content.summary("Binance", unsure)
        == "When it is empty, it may be that closed profit can be taken back; Binance does not say."
    )
    assert (
        content.summary("Binance", replace(model, steps=()))
        == "What Binance does when it is empty is not known."
    )


def test_an_exchange_without_a_facts_file_says_that_only_positions_are_read(
    browser: Caller,
) -> None:
    shown = words(browser.get("/venues/ccxt-blofin"))
    assert "Only the positions of linked accounts are read here" in shown
    assert "does not publish its fund" not in shown
