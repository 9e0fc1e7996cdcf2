"""The options page: pairing, the self-check, access to sites."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.extension.browser.conftest import Backend
from tests.extension.support.browser import Browser, Overlay
from tests.extension.support.fakes import CODE, Seawall

Visit = Callable[..., tuple[Page, Overlay]]
Keep = Callable[[Page, str], None]

BTC = "https://www.binance.com/en/futures/BTCUSDT"


def test_pairing_by_code_and_then_the_overlay_works(
    browser: Browser, backend: Backend, visit: Visit, screenshot: Keep
) -> None:
    browser.pair("http://127.0.0.1:8765", None)
    page = browser.page("options.html", scheme="light")
    expect(page.locator("#address")).to_have_value("http://127.0.0.1:8765")
    screenshot(page, "options-unpaired-light")
    page.fill("#address", backend.url)
    page.fill("#code", CODE.lower())
    page.click("#pair-button")
    expect(page.locator("#paired-text")).to_contain_text(f"Paired with Seawall at {backend.url}")
    expect(page.locator("[data-check][data-state=good]")).to_have_count(4)
    screenshot(page, "options-paired-light")
    _, overlay = visit(BTC)
    overlay.shows("5.0 %")


def test_a_wrong_code_says_what_to_do(browser: Browser, backend: Backend) -> None:
    browser.pair(backend.url, None)
    page = browser.page("options.html")
    page.fill("#code", "ZZZZ-ZZZZ")
    page.click("#pair-button")
    expect(page.get_by_role("alert")).to_contain_text("Make a new one")
    expect(page.locator("#connection-state")).to_have_text("▲ Not paired")


def test_an_address_that_is_not_this_computer_is_refused(
    browser: Browser, seawall: Seawall
) -> None:
    browser.pair("http://127.0.0.1:8765", None)
    page = browser.page("options.html")
    page.fill("#address", "http://seawall.example.com")
    page.fill("#code", CODE)
    page.click("#pair-button")
    expect(page.get_by_role("alert")).to_contain_text("Only this computer is talked to")
    assert seawall.of("/api/v1/pairing") == []


def test_unpairing_asks_for_a_new_code(browser: Browser) -> None:
    page = browser.page("options.html")
    page.click("#unpair")
    expect(page.locator("#pair")).to_be_visible()
    expect(page.locator("[data-check=token]")).to_contain_text("Enter a pairing code above.")


def test_each_failed_check_says_what_to_do(
    browser: Browser, seawall: Seawall, screenshot: Keep
) -> None:
    seawall.token = "sw_another"
    page = browser.page("options.html")
    expect(page.locator("[data-check=token]")).to_contain_text("Make a new pairing code")
    browser.pair("http://127.0.0.1:9", "sw_x")
    page.click("#check-again")
    expect(page.locator("[data-check=backend]")).to_contain_text("Start Seawall with “seawall up”")
    expect(page.locator("[data-check=token]")).to_have_attribute("data-state", "skipped")
    screenshot(page, "options-unreachable-dark")


def test_something_else_that_answers_is_not_taken_for_seawall(
    browser: Browser, seawall: Seawall
) -> None:
    seawall.healthy = False
    page = browser.page("options.html")
    expect(page.locator("[data-check=backend]")).to_contain_text("does not seem to be Seawall")


def test_every_site_is_listed_with_its_access(browser: Browser) -> None:
    page = browser.page("options.html")
    for name in ("Seawall on this computer", "Binance", "Bybit", "Hyperliquid", "OKX"):
        expect(page.locator(f"[data-site='{name}']")).to_have_attribute("data-allowed", "true")


def test_the_overlay_is_put_back_everywhere(browser: Browser, visit: Visit) -> None:
    _, overlay = visit(BTC)
    overlay.shows("5.0 %")
    overlay.press("[data-key=collapse]")
    overlay.shows("fund −15 %")
    page = browser.page("options.html")
    page.click("#reset")
    expect(page.locator("#reset-result")).to_contain_text("Done")
    _, again = visit(BTC)
    again.shows("5.0 % to liquidation")
