"""Where the overlay stands: small, out of the way, where one puts it; the page is left alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.extension.support.browser import TAG, Browser, Overlay
from tests.extension.support.fakes import Seawall

Visit = Callable[..., tuple[Page, Overlay]]
Keep = Callable[[Page, str], None]

BTC = "https://www.binance.com/en/futures/BTCUSDT"
BYBIT = "https://www.bybit.com/trade/usdt/BTCUSDT"


def test_it_collapses_to_a_badge_and_that_is_remembered_on_this_venue(
    visit: Visit, screenshot: Keep
) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 % to liquidation")
    overlay.press("[data-key=collapse]")
    assert overlay.shows("▲ 5.0 % fund −15 %") == "▲ 5.0 % fund −15 %"
    screenshot(page, "badge-warning-dark")
    page.reload()
    _, again = page, Overlay(overlay.browser, page)
    assert again.shows("5.0 %") == "▲ 5.0 % fund −15 %"
    _, elsewhere = visit(BYBIT)
    elsewhere.shows("24 % to liquidation")


def test_the_badge_is_calm_while_all_is_well(visit: Visit, screenshot: Keep) -> None:
    page, overlay = visit(BYBIT, scheme="light")
    overlay.shows("24 %")
    overlay.press("[data-key=collapse]")
    assert overlay.shows("fund +0.1 %") == "● 24 % fund +0.1 %"
    screenshot(page, "badge-fine-light")


def test_it_opens_and_closes_by_keyboard_and_the_focus_stays_with_it(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    overlay.call("frame => frame.querySelector('[data-key=collapse]').focus()")
    page.keyboard.press("Enter")
    overlay.waits(lambda: overlay.focused() == "badge", "the badge has not the focus")
    page.keyboard.press("Enter")
    overlay.waits(lambda: overlay.focused() == "collapse", "the button has not the focus")
    overlay.shows("to liquidation")


def test_a_key_pressed_in_it_is_no_shortcut_of_the_exchange(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    page.evaluate("addEventListener('keydown', () => { document.title = 'order sent'; })")
    overlay.call("frame => frame.querySelector('[data-key=move]').focus()")
    page.keyboard.press("Enter")
    overlay.waits(lambda: corner(overlay) == "top-left", corner(overlay))
    assert page.title() != "order sent"


def test_it_goes_round_the_corners_and_stays_where_it_was_put(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    for expected in ("top-left", "top-right", "bottom-right", "bottom-left", "top-left"):
        overlay.press("[data-key=move]")
        overlay.waits(lambda to=expected: corner(overlay) == to, expected)
    page.reload()
    again = Overlay(overlay.browser, page)
    again.shows("5.0 %")
    assert corner(again) == "top-left"


def test_it_is_dragged_to_the_nearest_corner(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    box = overlay.box("h2")
    page.mouse.move(box["x"] + 10, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(1100, 60, steps=6)
    page.mouse.up()
    overlay.waits(lambda: corner(overlay) == "top-right", corner(overlay))
    card = overlay.box(".card")
    assert card["right"] == 1280 - 16


def test_a_badge_that_is_dragged_does_not_open(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    overlay.press("[data-key=collapse]")
    overlay.shows("fund −15 %")
    box = overlay.box(".badge")
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(60, 100, steps=6)
    page.mouse.up()
    overlay.waits(lambda: corner(overlay) == "top-left", corner(overlay))
    assert overlay.text == "▲ 5.0 % fund −15 %"


def test_it_does_not_cover_the_order_form(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    card, form = overlay.box(".card"), page.locator("form").bounding_box()
    assert form
    assert card["right"] < form["x"]
    assert card["top"] >= 0
    assert card["bottom"] <= 800
    assert card["width"] == 340


def test_on_a_low_window_it_scrolls_inside(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    page.set_viewport_size({"width": 1280, "height": 420})
    overlay.waits(lambda: overlay.box(".card")["top"] >= 0, "it is higher than the window")
    assert overlay.call(
        "frame => { const body = frame.querySelector('.body');"
        " return body.scrollHeight > body.clientHeight; }"
    )


def test_on_a_narrow_window_it_is_a_badge_that_leads_to_seawall(
    visit: Visit, browser: Browser, screenshot: Keep
) -> None:
    page, overlay = visit(BTC)
    overlay.shows("to liquidation")
    page.set_viewport_size({"width": 400, "height": 800})
    overlay.waits(lambda: overlay.text == "▲ 5.0 % fund −15 %", overlay.text)
    screenshot(page, "badge-narrow-dark")
    form = page.locator("form").bounding_box()
    assert form
    assert overlay.box(".badge")["bottom"] < form["y"]
    with browser.context.expect_page() as opened:
        overlay.press(".badge")
    assert opened.value.url.startswith("http://127.0.0.1:")
    page.set_viewport_size({"width": 1280, "height": 800})
    overlay.shows("to liquidation")


def test_the_page_sees_one_empty_element_and_nothing_in_it(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    seen = page.evaluate(
        """tag => {
            const host = document.querySelector(tag);
            return {
                parent: host.parentNode.nodeName,
                root: host.shadowRoot,
                attributes: host.attributes.length,
                children: host.childNodes.length,
                text: document.documentElement.innerText.includes('to liquidation'),
                global: typeof seawall,
                sheets: document.adoptedStyleSheets.length,
                inBody: document.body.querySelectorAll(tag).length,
            };
        }""",
        TAG,
    )
    assert seen == {
        "parent": "HTML",
        "root": None,
        "attributes": 1,
        "children": 0,
        "text": False,
        "global": "undefined",
        "sheets": 0,
        "inBody": 0,
    }


def test_the_page_s_styles_do_not_reach_it_nor_its_own_the_page(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    before = page.evaluate("getComputedStyle(document.querySelector('h3')).fontSize")
    page.add_style_tag(content="* { font-size: 40px !important; display: none !important }")
    assert overlay.call("frame => getComputedStyle(frame.querySelector('h3')).fontSize") == "11px"
    assert overlay.call("frame => getComputedStyle(frame).display") == "block"
    assert before == "12px"


def test_a_page_with_a_strict_policy_does_not_take_its_styles_away(visit: Visit) -> None:
    _, overlay = visit(f"{BTC}?csp=1")
    overlay.shows("5.0 %")
    style = "frame => getComputedStyle(frame.querySelector('.card')).backgroundColor"
    assert overlay.call(style) == "rgb(21, 27, 35)"


def test_it_comes_back_when_the_page_replaces_everything(visit: Visit) -> None:
    page, overlay = visit(BTC)
    overlay.shows("5.0 %")
    page.evaluate("tag => document.querySelector(tag).remove()", TAG)
    overlay.shows("5.0 %")


def test_nothing_moves_for_who_asked_for_that(visit: Visit, seawall: Seawall) -> None:
    page, overlay = visit(BTC)
    page.emulate_media(reduced_motion="reduce")
    overlay.shows("5.0 %")
    seawall.show(BTC, "overlay-binance-empty")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    overlay.shows("● Fine")
    style = "frame => getComputedStyle(frame.firstChild).animationName"
    assert overlay.call(style) == "none"


def corner(overlay: Overlay) -> str:
    return str(overlay.call("frame => frame.dataset.corner"))
