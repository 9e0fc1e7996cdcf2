"""The pages as they look: nothing too wide, too small to tap, or hard to read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.page_browser import Site, Visitor
from tests.support.page_funds import CALM, DRAINING, REGROUPED, TOPPED_UP, four_pasts
from tests.support.page_outlook import outlooks
from tests.support.page_stage import crash

PAGES = {
    "positions": "/",
    "venues": "/venues",
    "venue": "/venues/binance",
    "funds": "/funds",
    "fund-draining": f"/funds/{DRAINING}",
    "fund-calm": f"/funds/{CALM}?range=7d",
    "fund-regrouped": f"/funds/{REGROUPED}",
    "fund-topped-up": f"/funds/{TOPPED_UP}",
    "fund-without-past": "/funds/binance:usdm:wifusdt?range=1d",
    "scenarios": "/scenarios",
    "accounts": "/accounts",
    "link": "/accounts?venue=okx",
    "settings": "/settings",
    "sign-in": "/sign-in",
    "nowhere": "/nowhere",
}
SIZES = {360: 780, 1280: 860}
NOT_FOUND = "404 (NOT FOUND)"


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", SIZES)
def test_pages_fit_and_are_kept_as_pictures(
    site: Site,
    visitor: Visitor,
    keep_picture: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    pages = everything(site)
    page = visitor.open("/", viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme)
    for name, path in pages.items():
        page.goto(site.address + path)
        assert overflow(page) == [], name
        keep_picture(page, f"{name}-{width}-{scheme}")
    visitor.expected(NOT_FOUND)


def test_nothing_is_wider_than_the_smallest_phone_and_everything_can_be_tapped(
    site: Site, visitor: Visitor
) -> None:
    pages = everything(site)
    page = visitor.open("/", viewport={"width": 320, "height": 640}, has_touch=True)
    for name, path in pages.items():
        page.goto(site.address + path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        assert overflow(page) == [], name
        assert small_targets(page) == [], name
    visitor.expected(NOT_FOUND)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_to_complain_of(site: Site, visitor: Visitor, scheme: str) -> None:
    pages = everything(site)
    page = visitor.open("/", color_scheme=scheme)
    # What is not a colour is the same in both.
    options = {"runOnly": ["color-contrast"]} if scheme == "light" else None
    axe = Axe()
    for name, path in pages.items():
        page.goto(site.address + path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        found = axe.run(page, options=options)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    visitor.expected(NOT_FOUND)


def everything(site: Site) -> dict[str, str]:
    """Something of each sort to see, and the pages that show it."""
    crash(site.stage)
    four_pasts(site.stage)
    made = outlooks(site.stage)
    accounts = {
        "account": made.cross,
        "account-session": made.alone,
        "account-portfolio": made.portfolio,
        "account-large": made.large,
        "account-new": made.new,
    }
    return PAGES | {name: f"/accounts/{account_id}" for name, account_id in accounts.items()}


def overflow(page: Page) -> list[str]:
    """What reaches beyond the right edge of the screen."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('main *')]
          .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
          .map((node) => node.outerHTML.slice(0, 120))"""
    )


def small_targets(page: Page) -> list[str]:
    """What is to be tapped and lower than 44 px; links inside a sentence may be."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
            'button, .button, summary, input:not([type=hidden]), select, nav a, .venue a, .back a, .tap')]
          .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 43.5)
          .map((node) => `${node.getBoundingClientRect().height} ${node.outerHTML.slice(0, 90)}`)"""
    )
