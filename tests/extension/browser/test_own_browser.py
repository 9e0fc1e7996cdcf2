"""What changes the extension as a whole, in a browser of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, expect

from tests.extension.browser.conftest import Backend
from tests.extension.support import browser as browsers
from tests.extension.support.browser import TAG, Browser, Overlay

BTC = "https://www.binance.com/en/futures/BTCUSDT"


@pytest.fixture
def alone(
    playwright: Playwright, site_port: int, chromium: str, backend: Backend
) -> Iterator[Browser]:
    with browsers.launch(playwright, site_port, chromium) as browser:
        browser.pair(backend.url, backend.token)
        yield browser


def test_an_orphan_of_an_older_version_leaves(alone: Browser) -> None:
    page = alone.open(BTC)
    Overlay(alone, page).shows("5.0 %")
    alone.worker.evaluate("setTimeout(() => chrome.runtime.reload(), 20)")
    page.wait_for_selector(TAG, state="detached", timeout=5_000)


def test_access_that_was_taken_away_is_said_and_can_be_given_back(alone: Browser) -> None:
    own = alone.own.removeprefix("chrome-extension://")
    settings = alone.open("chrome://extensions")
    settings.evaluate(
        """async (id) => {
            await chrome.developerPrivate.updateExtensionConfiguration(
                { extensionId: id, hostAccess: 'ON_SPECIFIC_SITES' });
            await chrome.developerPrivate.addHostPermission(id, 'https://www.binance.com/*');
        }""",
        own,
    )
    page = alone.open(BTC)
    Overlay(alone, page).shows("The browser keeps this extension from Seawall", "Site access")
    options = alone.page("options.html")
    expect(options.locator("[data-check=access]")).to_have_attribute("data-state", "bad")
    here = options.locator("[data-site='Seawall on this computer']")
    expect(here).to_have_attribute("data-allowed", "false")
    expect(here.get_by_role("button", name="Allow")).to_be_visible()
    settings.evaluate(
        "id => chrome.developerPrivate.addHostPermission(id, 'http://127.0.0.1/*')", own
    )
    expect(options.locator("[data-check][data-state=good]")).to_have_count(4)
    expect(here).to_have_attribute("data-allowed", "true")
