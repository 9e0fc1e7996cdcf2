"""Pictures for people to look at: the overlay on every venue, the popup, the options."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.extension.support.browser import Overlay

Visit = Callable[..., tuple[Page, Overlay]]
Keep = Callable[[Page, str], None]

BINANCE = "https://www.binance.com/en/futures/BTCUSDT"
VENUES = {
    "binance": (BINANCE, "5.0 %"),
    "bybit": ("https://www.bybit.com/trade/usdt/BTCUSDT", "24 %"),
    "okx": ("https://www.okx.com/trade-swap/btc-usdt-swap", "1.8 %"),
    "hyperliquid": ("https://app.hyperliquid.xyz/trade/BTC", "9.7 %"),
    "cryptocom": ("https://crypto.com/exchange/trade/BTCUSD-PERP", "12.0 %"),
}


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("venue", VENUES)
def test_the_overlay_is_drawn_on_each_venue(
    visit: Visit, screenshot: Keep, venue: str, scheme: str
) -> None:
    url, distance = VENUES[venue]
    page, overlay = visit(url, scheme=scheme)
    overlay.shows(distance, "to liquidation", "If it runs out")
    screenshot(page, f"overlay-{venue}-{scheme}")
    overlay.press("button.pill")
    overlay.shows("Daily volatility" if venue != "bybit" else "hours of prices so far")
    screenshot(page, f"overlay-{venue}-details-{scheme}")
