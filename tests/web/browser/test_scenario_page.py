"""Scenarios in a real browser: asked with and without scripts, and how the answer looks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app import clock
from tests.support.page_browser import Site, Visitor
from tests.support.page_stage import crash
from tests.web.browser.test_page_looks import overflow, small_targets

PAGES = {
    "scenario-crash": "/scenarios?name=2025-10-10",
    "scenario-cascade": "/scenarios?millions=2000&venue=binance&direction=down",
    "scenario-unknown": "/scenarios?name=fall-20&venues=okx",
}


def stand(site: Site) -> None:
    """Positions and funds in a crash, with the open interest of two contracts."""
    crash(site.stage)
    for symbol, base, interest in (("BTCUSDT", "BTC", 8e9), ("WIFUSDT", "WIF", 9e7)):
        site.stage.market(
            native_symbol=symbol,
            symbol=f"{base}/USDT:USDT",
            mark_price=65000.0,
            open_interest_usd=interest,
            at=clock.now(),
            open_interest_at=clock.now(),
        )


@pytest.mark.parametrize("scripts", [True, False])
def test_a_move_is_asked_in_a_form_and_its_address_can_be_kept(
    site: Site, visitor: Visitor, scripts: bool
) -> None:
    stand(site)
    page = visitor.open("/", java_script_enabled=scripts)
    page.get_by_role("link", name="Scenarios", exact=True).click()
    page.get_by_label("Percent").fill("25")
    page.get_by_label("Percent").press("Enter")
    expect(page.get_by_text("BTC falls by 25")).to_be_visible()
    expect(page).to_have_url(f"{site.address}/scenarios?direction=down&percent=25")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Binance’s")
    page.get_by_text("Another scenario, or other exchanges").click()
    page.get_by_role("checkbox", name="OKX").check()
    page.get_by_role("button", name="Work it out there").click()
    expect(page).to_have_url(re.compile(r"percent=25&direction=down&venues=okx$"))
    page.get_by_text("Another scenario, or other exchanges").click()
    page.get_by_role("button", name="10 October 2025").click()
    expect(page).to_have_url(
        re.compile(r"\?(name=2025-10-10&venues=okx|venues=okx&name=2025-10-10)$")
    )


def test_while_it_is_worked_out_that_is_told_beside_what_was_pressed(
    site: Site, visitor: Visitor
) -> None:
    stand(site)
    page = visitor.open("/scenarios")
    told = page.get_by_text("Working it out: a second or two.")
    assert [one.is_visible() for one in told.all()] == [False] * 5
    # The page stays, as it does until the answer is there.
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    button = page.get_by_role("button", name="BTC falls by 20%")
    button.click()
    assert [one.is_visible() for one in told.all()] == [False, True, False, False, False]
    expect(button).to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_answers_fit_can_be_tapped_and_read(
    site: Site,
    visitor: Visitor,
    keep_picture: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    stand(site)
    page = visitor.open("/", viewport={"width": width, "height": 780}, color_scheme=scheme)
    for name, path in PAGES.items():
        page.goto(site.address + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert overflow(page) == [], name
        if width != 320:
            keep_picture(page, f"{name}-{width}-{scheme}")
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert overflow(page) == [], name
        assert small_targets(page) == [], name
        if width == 360:
            found = Axe().run(page)
            assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_all_five_tabs_fit_on_the_smallest_phone(site: Site, visitor: Visitor) -> None:
    page = visitor.open("/scenarios", viewport={"width": 320, "height": 640})
    tabs = page.locator(".tabs a")
    assert tabs.count() == 5
    edges = tabs.evaluate_all(
        "all => all.map((tab) => [tab.getBoundingClientRect(), tab.scrollWidth]).map("
        "([box, wide]) => [box.left, box.right, wide <= Math.ceil(box.width)])"
    )
    assert edges[0][0] >= 0
    assert edges[-1][1] <= 320
    assert all(fits for _, _, fits in edges)
