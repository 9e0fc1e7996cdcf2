"""A trading page that turns on the overlay drawn over it: it may not read it, nor write in it.

The exchange's page runs scripts of many people. None of them is told what is held elsewhere or
what an account is called, and none of them may say that all is well.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.extension.browser.conftest import (
    Backend,
    api,
    backend,
    browser,
    chromium,
    launched,
    seawall,
    site_port,
    visit,
)
from tests.extension.support.browser import TAG, Browser, Overlay

__all__ = [
    "Backend", "api", "backend", "browser", "chromium", "launched", "seawall",
    "site_port", "visit",
]  # fmt: skip

BTC = "https://www.binance.com/en/futures/BTCUSDT"
SHOWN = "Liquidation 61,750"
"""Words of the overlay that the page does not have."""

DEFINES_EVERY_NAME = """
(() => {
  window.taken = [];
  const names = ['seawall-overlay', 'seawall-card', 'seawall-frame', 'sea-wall'];
  const made = Document.prototype.createElement;
  for (const name of names) {
    customElements.define(name, class extends HTMLElement {
      constructor() { super(); window.taken.push(this.attachInternals()); }
    });
  }
  // Whatever else has a dash in its name and turns up later.
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      const name = node.localName ?? '';
      if (name.includes('-') && !customElements.get(name)) {
        customElements.define(name, class extends HTMLElement {
          constructor() { super(); window.taken.push(this.attachInternals()); }
        });
      }
    }
  }).observe(document, { childList: true, subtree: true });
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, { ...options, mode: 'open' });
    window.taken.push({ shadowRoot: root });
    return root;
  };
})();
"""
READS = """
(words) => {
  const host = document.querySelector('[data-seawall]') ?? document.documentElement.lastElementChild;
  const box = { x: 120, y: innerHeight - 120 };
  const found = {};
  const has = (text) => String(text ?? '').includes(words);
  found.internals = window.taken.some((one) => has(one.shadowRoot?.textContent));
  found.root = host.shadowRoot !== null;
  // Chromium searches closed roots too. That a guess is right cannot be kept from a page; what
  // stands around it can.
  window.find(words.slice(0, 6));
  getSelection().modify('extend', 'forward', 'documentboundary');
  found.find = /[a-z0-9]/i.test(getSelection().toString());
  getSelection().removeAllRanges();
  document.execCommand('selectAll');
  found.selection = has(getSelection().toString());
  getSelection().setBaseAndExtent(document.body, 0, document.documentElement, document.documentElement.childNodes.length);
  getSelection().modify('extend', 'forward', 'documentboundary');
  found.range = has(getSelection().toString());
  getSelection().removeAllRanges();
  found.text = has(document.documentElement.innerText) || has(document.documentElement.textContent);
  found.html = has(document.documentElement.getHTML?.({ serializableShadowRoots: true }));
  const inside = (node) => node && node.getRootNode() instanceof ShadowRoot;
  found.point = inside(document.elementFromPoint(box.x, box.y));
  found.caret = inside(document.caretRangeFromPoint?.(box.x, box.y)?.startContainer)
    || inside(document.caretPositionFromPoint?.(box.x, box.y)?.offsetNode);
  found.animation = document.getAnimations().some(({ effect }) => inside(effect?.target));
  found.active = inside(document.activeElement);
  found.timing = performance.getEntries().some((one) => inside(one.element ?? one.target));
  found.global = 'seawall' in window;
  return Object.entries(found).filter(([, leaked]) => leaked).map(([name]) => name);
}
"""


@pytest.fixture
def hostile(browser: Browser) -> Iterator[tuple[Page, Overlay]]:
    """A trading page that was ready before the overlay came."""
    page = browser.context.new_page()
    page.add_init_script(DEFINES_EVERY_NAME)
    page.goto(BTC)
    overlay = Overlay(browser, page)
    overlay.shows("5.0 %")
    yield page, overlay
    page.close()


def test_a_page_that_was_ready_for_it_reads_nothing_of_the_overlay(
    hostile: tuple[Page, Overlay],
) -> None:
    page, overlay = hostile
    assert SHOWN in overlay.text
    overlay.press('[data-key="why"]')
    page.keyboard.press("Tab")
    assert page.evaluate(READS, SHOWN.split(",", maxsplit=1)[0]) == []


def test_a_page_writes_and_presses_nothing_in_it(hostile: tuple[Page, Overlay]) -> None:
    page, overlay = hostile
    before = overlay.text
    tabs = len(page.context.pages)
    page.evaluate(
        """(tag) => {
            const host = document.querySelector(tag);
            host.innerHTML = '<b>All is well</b>';
            host.append('All is well');
            for (const type of ['click', 'pointerdown', 'keydown']) {
                host.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
            }
            try { host.attachShadow({ mode: 'open' }); } catch { /* it has a root */ }
            chrome.runtime?.sendMessage?.({ type: 'open', target: 'options' });
            postMessage({ type: 'summary' }, '*');
        }""",
        TAG,
    )
    page.wait_for_timeout(200)
    assert overlay.text == before
    assert len(page.context.pages) == tabs


def test_a_frame_on_the_page_is_told_nothing(browser: Browser) -> None:
    page = browser.open(BTC)
    Overlay(browser, page).shows("5.0 %")
    page.evaluate(
        """() => {
            const frame = document.createElement('iframe');
            frame.src = location.href;
            document.body.append(frame);
        }"""
    )
    page.wait_for_timeout(600)
    assert len(page.frames) == 2
    assert page.frames[1].evaluate("document.querySelectorAll('[data-seawall]').length") == 0
    page.close()
