"""Who can reach Seawall, and who can see the token."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.extension.browser.conftest import Backend
from tests.extension.support.browser import Browser, Overlay
from tests.extension.support.fakes import Seawall

Visit = Callable[..., tuple[Page, Overlay]]

BTC = "https://www.binance.com/en/futures/BTCUSDT"


def test_only_the_worker_talks_to_seawall(visit: Visit, seawall: Seawall, backend: Backend) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    (asked,) = seawall.asked
    assert asked.headers["authorization"] == f"Bearer {backend.token}"
    assert "origin" not in asked.headers
    assert "cookie" not in asked.headers
    assert "referer" not in asked.headers
    got = page.evaluate(
        "url => fetch(url, {mode: 'no-cors'}).then(() => 'reached', error => String(error))",
        f"{backend.url}/api/v1/overlay",
    )
    # Local Network Access stopped it before it was sent.
    assert "Failed to fetch" in got
    assert len(seawall.asked) == 1


def test_the_worker_can_reach_nothing_but_this_computer(browser: Browser) -> None:
    got = browser.worker.evaluate(
        "fetch('https://www.binance.com/').then(() => 'reached', error => String(error))"
    )
    browser.trouble()  # the browser logs that it refused
    assert "Failed to fetch" in got


def test_the_token_is_out_of_reach_of_a_script_in_the_page(visit: Visit, browser: Browser) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    session, contexts = browser.context.new_cdp_session(page), []
    session.on("Runtime.executionContextCreated", lambda event: contexts.append(event["context"]))
    session.send("Runtime.enable")
    ours = next(one for one in contexts if one["origin"].startswith("chrome-extension://"))
    for area in ("local", "session"):
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": f"chrome.storage.{area}.get(null).then(JSON.stringify, String)",
                "contextId": ours["id"],
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        assert "not allowed" in answer["result"]["value"]
    assert page.evaluate("typeof chrome.storage") == "undefined"


def test_the_page_cannot_load_a_file_of_the_extension(visit: Visit, browser: Browser) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    got = page.evaluate(
        "url => fetch(url).then(() => 'loaded', error => String(error))",
        f"{browser.own}/icons/16.png",
    )
    assert "Failed to fetch" in got
