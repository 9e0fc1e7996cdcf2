"""The overlay follows the page's own navigation, and never shows one page's figures on another."""

from __future__ import annotations

import threading
from collections.abc import Callable

from playwright.sync_api import Page

from tests.extension.support.browser import Browser, Overlay, wait
from tests.extension.support.fakes import Seawall

Visit = Callable[..., tuple[Page, Overlay]]

BTC = "https://www.binance.com/en/futures/BTCUSDT"
ETH = "https://www.binance.com/en/futures/ETHUSDT"


def test_it_follows_the_page_s_own_navigation(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %", "BTCUSDT")
    page.click("#eth")
    assert "41 % to liquidation" in overlay.shows("Short 4.2 ETH")
    page.click("#back")
    overlay.shows("Long 0.5 BTC")


def test_it_goes_where_there_is_nothing_to_say_and_comes_back(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    page.click("#home")
    overlay.is_gone()
    page.click("#eth")
    overlay.shows("Short 4.2 ETH")


def test_it_follows_where_there_is_no_navigation_api(visit: Visit, browser: Browser) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    # A replaced entry of the same document, as old browsers tell nobody of.
    page.evaluate("history.replaceState({}, '', '/en/futures/ETHUSDT')")
    overlay.shows("Short 4.2 ETH")


def test_an_answer_that_was_overtaken_is_dropped(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    held = seawall.slow[ETH] = threading.Event()
    page.click("#eth")
    wait(page, lambda: seawall.asked[-1].page == ETH, lambda: "it was not asked")
    page.click("#back")
    overlay.shows("Long 0.5 BTC")
    held.set()
    wait(page, lambda: len(seawall.answered) == len(seawall.asked), lambda: "not answered")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert "Long 0.5 BTC" in overlay.text


def test_one_page_s_figures_never_stand_on_another(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    seawall.slow[ETH] = threading.Event()
    page.click("#eth")
    assert "5.0 %" not in overlay.shows("Asking Seawall")
    seawall.slow[ETH].set()
    overlay.shows("Short 4.2 ETH")


def test_what_is_kept_is_painted_before_seawall_answers(visit: Visit, seawall: Seawall) -> None:
    _, first = visit(BTC)
    first.shows("5.0 %")
    seawall.slow[BTC] = threading.Event()
    _, second = visit(BTC)
    second.shows("5.0 %")
    assert len(seawall.answered) < len(seawall.asked)


def test_what_the_page_keeps_in_its_query_stays_there(visit: Visit, seawall: Seawall) -> None:
    _, overlay = visit(f"{BTC}?ref=someone#secret")
    overlay.shows("5.0 %")
    assert [one.page for one in seawall.of("/api/v1/overlay")] == [BTC]


def test_it_lives_through_the_worker_being_stopped(visit: Visit, browser: Browser) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    browser.stop_worker()
    page.click("#eth")
    overlay.shows("Short 4.2 ETH")
