"""The overlay on a venue's page: what it shows, in every state there is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.extension.support.browser import Browser, Overlay, wait
from tests.extension.support.fakes import Seawall

Visit = Callable[..., tuple[Page, Overlay]]

BTC = "https://www.binance.com/en/futures/BTCUSDT"
COIN_M = "https://www.binance.com/en/delivery/btcusd_perpetual"
BYBIT = "https://www.bybit.com/trade/usdt/BTCUSDT"
OKX = "https://www.okx.com/trade-swap/btc-usdt-swap"
HYPERLIQUID = "https://app.hyperliquid.xyz/trade/BTC"
CRYPTOCOM = "https://crypto.com/exchange/trade/BTCUSD-PERP"


def test_distance_then_fund_then_what_follows(visit: Visit) -> None:
    _, overlay = visit(BTC)
    text = overlay.shows("BTCUSDT", "Binance USD-M futures", "▲ Warning")
    in_order = [
        "5.0 % to liquidation 1.7 daily volatilities",
        "Long 0.5 BTC, 20×, cross $32,500",
        "Liquidation 61,750 mark 65,000",
        "24 h touch 9.0 %, past 7.2 % ordinary day, not a crash",
        "$1.04 B ▼ 15.4 % / 24 h",
        "2.1 % of open interest ▲ draining",
        "If it runs out 1 Insurance fund now",
        "2 Auto-deleveraging you: 3 of 4",
        "Binance could close your long without your order",
        "closing it would leave your short elsewhere open",
        "4 s old, fund 22 min old",
    ]
    places = [text.find(words) for words in in_order]
    assert places == sorted(places), text
    assert -1 not in places, text


def test_other_positions_of_the_venue_stand_below_the_one_on_screen(visit: Visit) -> None:
    _, overlay = visit(BTC)
    text = overlay.shows("Also on Binance ▲ ETHUSDT short 3× 41 %", "◐ SOLUSDT short 8× 8.4 %")
    assert text.index("5.0 %") < text.index("Also on Binance")


def test_the_reasons_open_from_the_severity(visit: Visit) -> None:
    _, overlay = visit(BTC)
    assert "leg of a hedge" not in overlay.shows("▲ Warning")
    overlay.press("button.pill")
    overlay.shows(
        "◐ The price touches liquidation within 24 hours with a probability of 9.0 %",
        "◐ Auto-deleveraging would close this leg of a hedge and leave you short elsewhere.",
    )
    overlay.press("button.pill")
    wait_text_gone(overlay, "leg of a hedge")


def test_an_estimated_price_is_called_so_and_an_old_position_is_greyed(visit: Visit) -> None:
    _, overlay = visit(OKX)
    overlay.shows(
        "■ Critical",
        "Liquidation 66,170, estimated",
        "Estimated from the account",
        "hedge: OKX asked for fewer requests",
        "10 min old, not current",
    )
    assert overlay.call("frame => frame.querySelectorAll('.position.old').length") == 1


STATES = {
    "overlay-binance-unlinked": (
        BTC,
        ["No Binance account is linked", "Link an account", "$1.04 B", "▲ Fund draining"],
    ),
    "overlay-binance-no-position": (
        BTC,
        ["No open position in XRPUSDT.", "Your positions on Binance ◐ SOLUSDT", "$1.04 B"],
    ),
    "overlay-binance-empty": (
        BTC,
        ["No open position in BTCUSDT, nor in any other contract of Binance.", "● Fine"],
    ),
    "overlay-binance-no-fund": (
        COIN_M,
        [
            "– no liquidation price",
            "The position is fully collateralised",
            "– no fund to show Binance publishes no fund for COIN-M contracts",
            "No fund is known behind BTCUSD_PERP",
        ],
    ),
    "overlay-bybit-refused": (BYBIT, ["old key: Its key can trade", "● Fund growing", "$401 M"]),
    "overlay-hyperliquid-watch": (
        HYPERLIQUID,
        ["– / 24 h", "○ unknown", "It is watched for 3 h only", "score 2.03, no rank"],
    ),
    "overlay-hyperliquid-breached": (HYPERLIQUID, ["−0.4 % past liquidation", "■ Critical"]),
}


@pytest.mark.parametrize("name", STATES)
def test_every_state_says_what_is_so(visit: Visit, seawall: Seawall, name: str) -> None:
    url, texts = STATES[name]
    seawall.show(url, name)
    _, overlay = visit(url)
    overlay.shows(*texts)


def test_what_can_happen_stands_with_the_reasons(visit: Visit) -> None:
    _, overlay = visit(BTC)
    assert "Past rate" not in overlay.shows("24 h touch")
    overlay.press("button.pill")
    overlay.shows(
        "Touching liquidation (ordinary day, not a crash) 1 h 24 h 7 d",
        "Probability 0.04 % 9.0 % 53 % Past rate 0 % 7.2 % 43 %",
        "Daily volatility 3.0 %. Reaching liquidation is a loss of $1,625.",
        "Place in the queue: 3 of 4.",
        "Your short elsewhere offsets 24 % of this position.",
        "Auto-deleveraging would close this leg and leave the other open.",
    )


def test_of_two_positions_each_has_its_own_answer(visit: Visit) -> None:
    _, overlay = visit(OKX)
    overlay.shows("■ Critical")
    overlay.press("button.pill")
    text = overlay.shows(
        "Your long on OKX (hedge) offsets 25 % of this position.",
        "Your short on OKX (main) offsets all of this position.",
    )
    assert text.count("closing it would leave your long on OKX (hedge) open") == 1
    assert text.count("closing it would leave your short on OKX (main) open") == 1


def test_while_nothing_is_known_of_its_moves_that_is_said(visit: Visit) -> None:
    _, overlay = visit(BYBIT)
    assert "hours of prices" not in overlay.shows("a loss of $1,841", "24 h touch – not known")
    overlay.press("button.pill")
    overlay.shows(
        "31 of 48 hours of prices so far.",
        "BTCUSDT is 12.0 % of the way to Bybit’s own trigger.",
    )


def test_a_score_is_said_to_be_no_place_in_the_queue(visit: Visit) -> None:
    _, overlay = visit(HYPERLIQUID)
    overlay.shows("Auto-deleveraging score 2.03, no rank")
    overlay.press("button.pill")
    overlay.shows(
        "It scores 2.03 by the formula Hyperliquid publishes. That is no place in the queue: "
        "what others score is not known. Source",
        "(mark / entry) × (notional / account value), highest first",
    )


def test_what_a_session_can_lose_stands_with_its_end_and_its_source(
    visit: Visit, browser: Browser, seawall: Seawall
) -> None:
    (held,) = seawall.overlays[CRYPTOCOM]["positions"]
    held["session"]["ends_at"] = "2099-01-01T09:00:00Z"
    _, overlay = visit(CRYPTOCOM)
    overlay.shows("Socialised loss of the session up to 1,240.50 USD", "Closing before the hour")
    overlay.press("button.pill")
    overlay.shows(
        "▲ This session's profit of 1,240.50 USD could be taken back, and the fund drains.",
        "◐ If all prices fell by 8.1 % together, the margin this position shares would be",
        "What can be taken back Up to 1,240.50 USD until 09:00 UTC",
        "900.00 USD booked, 340.50 USD open.",
        "when a shared loss has been deducted. Source",
    )
    overlay.call("frame => frame.querySelector('a').scrollIntoView()")
    with browser.context.expect_page() as opened:
        overlay.press("a")
    assert opened.value.url == held["session"]["source"]
    assert opened.value.evaluate("[opener, document.referrer]") == [None, ""]
    opened.value.close()


def test_at_a_closed_venue_no_step_is_the_next(visit: Visit, seawall: Seawall) -> None:
    model = seawall.overlays[BTC]["loss_model"]
    model |= {"closed_on": "2026-09-23", "next_step": None, "answer": "It closed in September."}
    seawall.overlays[BTC]["positions"] = []
    _, overlay = visit(BTC)
    text = overlay.shows("Until it closed", "It closed in September.")
    assert "If it runs out" not in text
    assert "Insurance fund now" not in text
    assert "Auto-deleveraging next" not in text


def test_ages_go_on_by_themselves(visit: Visit) -> None:
    _, overlay = visit(BYBIT)
    overlay.shows("24 %")
    at_first = ages(overlay)
    overlay.waits(lambda: ages(overlay) > at_first, "they stand still")


def test_a_page_that_is_no_trading_page_has_no_overlay(
    visit: Visit, browser: Browser, seawall: Seawall
) -> None:
    page, overlay = visit("https://www.binance.com/en")
    wait(page, lambda: 404 in seawall.answered, lambda: "it was not asked")
    assert overlay.call("frame => true") is None


def test_a_change_of_severity_is_shown_once_and_said(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("▲ Warning")
    assert not overlay.call("frame => frame.firstChild.classList.contains('changed')")
    seawall.show(BTC, "overlay-binance-empty")
    look_again(page)
    overlay.shows("● Fine")
    assert overlay.call("frame => frame.firstChild.classList.contains('changed')")
    said = overlay.call("frame => frame.getRootNode().querySelector('[role=status]').innerText")
    assert said.startswith("Seawall, fine: No open position")


def test_an_unchanged_answer_is_not_sent_again(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    look_again(page)
    wait(page, lambda: 304 in seawall.answered, lambda: str(seawall.answered))
    assert "5.0 %" in overlay.text


def test_its_links_open_seawall_in_a_tab_of_its_own(
    visit: Visit, browser: Browser, seawall: Seawall
) -> None:
    seawall.show(BTC, "overlay-binance-unlinked")
    _, overlay = visit(BTC)
    overlay.shows("Link an account")
    for key, path in {
        "open": "/",
        "link": "/accounts#link",
        "sources": "/venues/binance#waterfall",
    }.items():
        with browser.context.expect_page() as opened:
            overlay.press(f"[data-key={key}]")
        assert opened.value.url.startswith("http://127.0.0.1:")
        assert opened.value.url.endswith(path)
        opened.value.close()


def ages(overlay: Overlay) -> tuple[int, int]:
    found = re.search(r"(\d+) s old, fund (\d+) s old", overlay.text)
    assert found, overlay.text
    return int(found[1]), int(found[2])


def look_again(page: Page) -> None:
    """As when somebody comes back to the tab."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def wait_text_gone(overlay: Overlay, text: str) -> None:
    overlay.waits(lambda: text not in overlay.text, f"{text!r} is still there")
