"""All of it together: sandbox exchanges, worker, web and the extension, nothing made up between.

Accounts are linked through the API, the worker reads them with ccxt behind the guard, the
extension is paired by a code on its options page and draws on the venues' pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from app import clock
from app.monitor.reassess import judge_venue
from app.sandbox import Sandbox
from app.store import codes
from app.store.vault import Sealer
from app.web import create_app
from tests.extension.support.browser import Browser, Overlay
from tests.support.databases import open_database
from tests.support.installation import Installation
from tests.support.queues import queue_place

CRASHED = 235.0
"""Seconds into the crash: prices have settled near the worst, the fund is draining."""

PAGES = {
    "binance": "https://www.binance.com/en/futures/BTCUSDT",
    "bybit": "https://www.bybit.com/trade/usdt/BTCUSDT",
    "okx": "https://www.okx.com/trade-swap/eth-usdt-swap",
    "hyperliquid": "https://app.hyperliquid.xyz/trade/ETH",
}


@dataclass(frozen=True, slots=True)
class Running:
    """A Seawall that answers at ``url``, and what steps its worker."""

    url: str
    made: Installation

    def pairing_code(self) -> str:
        with self.made.database.write() as connection:
            return codes.issue(
                connection,
                user_id=self.made.user_id,
                purpose="pairing",
                ttl_seconds=600,
                now=clock.now(),
            )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Linked accounts in a crash, the Binance fund drained, thirty days of history."""
    folder = tmp_path_factory.mktemp("seawall")
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox(still=True))
        database = stack.enter_context(open_database("sqlite", folder))
        jobs = stack.enter_context(queue_place("sqlite", folder)).open()
        stack.callback(jobs.close)
        made = Installation(folder, database, jobs, sandbox, None)  # type: ignore[arg-type]
        stack.callback(made.close)
        made.remember_funds()
        sandbox.market.play("crash", elapsed=CRASHED, still=True)
        made.link_all()
        made.settle()
        made.read_candles("binance")
        judge_venue(made.context, "binance")
        server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        host = f"127.0.0.1:{server.server_port}"
        settings = replace(made.settings, allowed_hosts=(host,), port=server.server_port)
        sealer = Sealer(folder / "vault-public.json")
        server.app = create_app(settings, database, jobs, sealer)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        yield Running(f"http://{host}", made)
        assert sandbox.writes == ()


@pytest.fixture
def paired(launched: Browser, running: Running) -> Iterator[Browser]:
    """The extension, paired as a person does it."""
    launched.pair("http://127.0.0.1:8765", None)
    launched.trouble()
    page = launched.page("options.html")
    page.fill("#address", running.url)
    page.fill("#code", running.pairing_code())
    page.click("#pair-button")
    expect(page.locator("[data-check][data-state=good]")).to_have_count(4)
    page.close()
    yield launched
    for opened in launched.context.pages[1:]:
        opened.close()
    complaints = launched.trouble()
    assert not complaints, complaints


def test_a_crash_on_binance_is_a_warning_on_its_own_page(
    paired: Browser, screenshot: Callable[[Page, str], None]
) -> None:
    page = paired.open(PAGES["binance"])
    overlay = Overlay(paired, page)
    # Long 0.5 BTC, isolated: liquidation at 64,297 while the mark is at 65,000.
    overlay.shows("BTCUSDT", "Critical", "1.1 %", "64,297", "draining", "Auto-deleveraging")
    overlay.shows("daily volatilities")
    page.wait_for_timeout(300)
    screenshot(page, "real-overlay-binance-dark")


@pytest.mark.parametrize(
    ("venue", "texts"),
    [
        ("bybit", ("BTCUSDT", "Your position", "Long 0.4 BTC")),
        ("okx", ("ETH-USDT-SWAP", "2.9 %", "Warning", "2,446")),
        ("hyperliquid", ("ETH", "2.1 %", "Warning", "liquidator vault")),
    ],
)
def test_the_other_venues_show_their_own_positions(
    paired: Browser,
    screenshot: Callable[[Page, str], None],
    venue: str,
    texts: tuple[str, ...],
) -> None:
    page = paired.open(PAGES[venue], scheme="light")
    shown = Overlay(paired, page).shows(*texts)
    assert "WIFUSDT" not in shown
    page.wait_for_timeout(300)
    screenshot(page, f"real-overlay-{venue}-light")


def test_a_symbol_without_a_position_shows_the_fund_and_what_follows_it(paired: Browser) -> None:
    page = paired.open("https://www.binance.com/en/futures/BNBUSDT")
    Overlay(paired, page).shows("BNBUSDT", "draining", "Auto-deleveraging")


def test_a_page_that_is_no_trading_page_stays_as_it_is(paired: Browser) -> None:
    page = paired.open("https://www.binance.com/en/futures/funding-history")
    Overlay(paired, page).is_gone()
