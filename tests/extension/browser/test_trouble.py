"""When Seawall cannot be asked, the overlay says so, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.extension.browser.test_overlay import look_again
from tests.extension.support.browser import Browser, Overlay
from tests.extension.support.fakes import Seawall

Visit = Callable[..., tuple[Page, Overlay]]
Keep = Callable[[Page, str], None]

BTC = "https://www.binance.com/en/futures/BTCUSDT"
NOBODY = "http://127.0.0.1:9"


def test_it_is_not_paired(visit: Visit, browser: Browser, seawall: Seawall) -> None:
    browser.pair(NOBODY, None)
    _, overlay = visit(BTC)
    overlay.shows("Not paired with Seawall yet", "Show a pairing code", "○ No data")
    assert seawall.asked == []
    overlay.press("[data-key=settings]")
    settings = f"{browser.own}/options.html"
    overlay.waits(lambda: settings in [one.url for one in browser.context.pages], "not opened")


def test_nothing_is_said_on_pages_that_are_no_trading_pages(visit: Visit, browser: Browser) -> None:
    browser.pair(NOBODY, None)
    page, overlay = visit("https://www.binance.com/en")
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    assert overlay.call("frame => true") is None


def test_the_token_was_revoked(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    seawall.token = "sw_another"
    look_again(page)
    text = overlay.shows("Seawall no longer lets this extension in", "Make a new pairing code")
    assert "5.0 %" not in text


def test_seawall_does_not_answer(visit: Visit, browser: Browser) -> None:
    browser.pair(NOBODY, "sw_x")
    _, overlay = visit(BTC)
    overlay.shows("Seawall does not answer", "seawall up", "Try again")


def test_the_last_figures_stay_marked_as_old_until_it_answers_again(
    visit: Visit, seawall: Seawall, screenshot: Keep
) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    seawall.status = 503
    look_again(page)
    overlay.shows(
        "Seawall answered with an error",
        "The figures below are the last it gave.",
        "5.0 %",
        "fund 22 min old, not current",
    )
    screenshot(page, "overlay-old-dark")
    seawall.status = 200
    overlay.press("[data-key=retry]")
    overlay.waits(lambda: "not current" not in overlay.text, "it is still old")
    overlay.shows("5.0 %")


def test_old_figures_never_read_as_fine(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit("https://www.bybit.com/trade/usdt/BTCUSDT")
    overlay.shows("● Fine")
    seawall.status = 503
    look_again(page)
    overlay.shows("◐ Watch")
