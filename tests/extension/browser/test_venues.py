"""The overlay on every venue's pages, also where the address keeps the contract in its fragment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from app.venues.catalogue import catalogue
from tests.extension.support.browser import Overlay
from tests.extension.support.fakes import Seawall

Visit = Callable[..., tuple[Page, Overlay]]

PAGES = {
    rule.host: (venue.id, rule.examples[0].url)
    for venue in catalogue().venues()
    for rule in venue.pages
    if not rule.fragment
}
HTX = "https://www.htx.com/futures/linear_swap/exchange"
BTC, ETH = f"{HTX}#contract_code=BTC-USDT", f"{HTX}#contract_code=ETH-USDT"


@pytest.mark.parametrize("host", PAGES)
def test_a_page_of_every_host_is_drawn_on(visit: Visit, seawall: Seawall, host: str) -> None:
    venue, url = PAGES[host]
    seawall.show_of(venue, url, "overlay-bybit-ok")
    _, overlay = visit(url)
    overlay.shows("24 %", "Short 0.12 BTC")


@pytest.fixture
def htx(seawall: Seawall) -> Seawall:
    seawall.show_of("htx", BTC, "overlay-binance-warning")
    seawall.show_of("htx", ETH, "overlay-binance-eth")
    return seawall


def test_where_the_fragment_names_the_contract_it_is_followed(visit: Visit, htx: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("Long 0.5 BTC")
    page.evaluate("location.hash = 'contract_code=ETH-USDT'")
    overlay.shows("Short 4.2 ETH")
    page.evaluate("history.back()")
    overlay.shows("Long 0.5 BTC")


def test_no_more_of_the_fragment_leaves_the_page_than_names_the_contract(
    visit: Visit, htx: Seawall
) -> None:
    page, overlay = visit(f"{HTX}?invite=me#type=cross&contract_code=BTC-USDT&session=secret")
    overlay.shows("Long 0.5 BTC")
    page.evaluate("location.hash = 'contract_code=BTC-USDT&session=other'")
    page.evaluate("location.hash = 'contract_code=ETH-USDT&session=other'")
    overlay.shows("Short 4.2 ETH")
    assert [one.page for one in htx.of("/api/v1/overlay")] == [BTC, ETH]


def test_without_a_contract_in_the_fragment_nothing_is_drawn(visit: Visit, htx: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("Long 0.5 BTC")
    page.evaluate("location.hash = 'help'")
    overlay.is_gone()
    # What was drawn goes first, then the backend is asked.
    overlay.waits(
        lambda: htx.of("/api/v1/overlay")[-1].page == HTX,
        "the page without a contract was not asked for",
    )
