"""No barrier that axe knows of, in any state, dark and light."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.extension.support.browser import EXTENSION, Browser, Overlay
from tests.extension.support.fakes import FIXTURES, Seawall, fixture

Visit = Callable[..., tuple[Page, Overlay]]
SCHEMES = ("dark", "light")
TROUBLE = ("not_paired", "revoked", "no_access", "unreachable", "failed", "waiting")
NEEDS_THE_EXTENSION = {"overlay/content.js"}

# axe sees into open roots alone, so the drawing is put into one, in a plain page.
DRAW = """scenes => {
    for (const scene of scenes) {
        const place = document.createElement('div');
        document.body.append(place);
        const root = place.attachShadow({ mode: 'open' });
        const still = '.frame { position: static; } .card { max-height: none; }';
        root.adoptedStyleSheets = [seawall.dom.sheet(seawall.tokens, seawall.styles + still)];
        const frame = seawall.dom.h('div', { class: 'frame' });
        root.append(frame);
        const actions = new Proxy({}, { get: () => () => {} });
        const view = { scene, why: true, now: 1000, actions };
        const { card, badge } = seawall.card;
        frame.append((scene.placement.collapsed ? badge(view, false) : card(view)).element);
        if (!scene.placement.collapsed) {
            frame.firstChild.setAttribute('aria-label', `Seawall ${place.parentNode.children.length}`);
        }
    }
}"""


def scenes() -> list[dict[str, Any]]:
    names = sorted(path.stem for path in FIXTURES.glob("overlay-*.json"))
    drawn = [scene("ready", name) for name in names]
    drawn += [scene("unreachable", names[0])]
    drawn += [scene(trouble) for trouble in TROUBLE]
    drawn += [scene("ready", name, collapsed=True) for name in names]
    return drawn


def scene(status: str, name: str | None = None, *, collapsed: bool = False) -> dict[str, Any]:
    return {
        "placement": {"corner": "bottom-left", "collapsed": collapsed},
        "status": status,
        "overlay": fixture(name) if name else None,
        "received_at": 1000,
        "message": None,
    }


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_overlay_in_every_state(browser: Browser, scheme: str) -> None:
    page = browser.context.new_page()
    page.emulate_media(color_scheme=scheme)
    page.set_content("<html lang=en><title>Overlays</title><body><main><h1>Overlays</h1>")
    manifest = json.loads((EXTENSION / "manifest.json").read_text(encoding="utf-8"))
    for script in manifest["content_scripts"][0]["js"]:
        if script not in NEEDS_THE_EXTENSION:
            page.add_script_tag(path=EXTENSION / script)
    page.evaluate(DRAW, scenes())
    assert page.evaluate("document.querySelectorAll('body > div').length") == len(scenes())
    assert violations(page, ignored=("region", "landmark-unique")) == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["popup.html", "options.html"])
def test_the_extension_s_own_pages(browser: Browser, name: str, scheme: str) -> None:
    assert violations(browser.page(name, scheme=scheme)) == []
    browser.pair("http://127.0.0.1:9", None)
    assert violations(browser.page(name, scheme=scheme)) == []


def test_what_is_read_out_of_the_overlay(visit: Visit, browser: Browser, seawall: Seawall) -> None:
    page, overlay = visit("https://www.binance.com/en/futures/BTCUSDT")
    overlay.shows("5.0 %")
    tree = browser.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    told = {
        (node["role"]["value"], node.get("name", {}).get("value", "").replace("\u2009", " "))
        for node in tree
        if not node["ignored"]
    }
    assert {
        ("complementary", "Seawall"),
        ("heading", "BTCUSDT"),
        ("button", "Warning: show the reasons"),
        ("button", "Move to the top left corner"),
        ("button", "Collapse to a badge"),
        ("image", "5.0 % from liquidation, on a scale of 0 to 20 percent"),
    } <= told


def violations(page: Page, ignored: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], node["html"])
        for one in found
        for node in one["nodes"]
        if one["id"] not in ignored
    ]
