"""The popup: the worst positions of all accounts, or why there are none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.extension.support.browser import Browser
from tests.extension.support.fakes import Seawall, fixture

Keep = Callable[[Page, str], None]
NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_worst_positions_stand_first(browser: Browser, screenshot: Keep, scheme: str) -> None:
    page = browser.page("popup.html", scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 560})
    expect(page.locator("#state")).to_have_text("● Connected")
    rows = page.locator(".positions li")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("BTC-USDT-SWAP")
    expect(rows.first).to_contain_text("short 25×, OKX")
    expect(page.locator("#age")).to_have_text(
        "Oldest 10\u2009min old, not current; more in Seawall"
    )
    screenshot(page, f"popup-{scheme}")


def test_no_open_position(browser: Browser, seawall: Seawall) -> None:
    seawall.positions = fixture("positions-empty")
    page = browser.page("popup.html")
    expect(page.locator("main")).to_contain_text("No open position")
    expect(page.locator("#state")).to_have_text("● Connected")


def test_not_paired(browser: Browser, screenshot: Keep) -> None:
    browser.pair(NOBODY, None)
    page = browser.page("popup.html")
    page.set_viewport_size({"width": 360, "height": 300})
    expect(page.locator("main")).to_contain_text("Not paired with Seawall yet")
    expect(page.locator("#state")).to_have_text("▲ Not connected")
    screenshot(page, "popup-unpaired-dark")


def test_unreachable_and_back_again(browser: Browser, backend) -> None:
    browser.pair(NOBODY, "sw_x")
    page = browser.page("popup.html")
    expect(page.locator("main")).to_contain_text("Seawall does not answer")
    expect(page.locator("main")).to_contain_text(NOBODY)
    browser.pair(backend.url, backend.token)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".positions li")).to_have_count(6)


def test_it_leads_to_seawall(browser: Browser, backend) -> None:
    page = browser.page("popup.html")
    with browser.context.expect_page() as opened:
        page.click("#open")
    assert opened.value.url == f"{backend.url}/"
