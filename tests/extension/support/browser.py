"""A headless Chromium with the extension in it, and a look into the overlay's closed root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Page, Playwright, Worker

from tests.extension.support.fakes import HOSTS

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = ROOT / "extension"
OUTPUT = Path(os.environ.get("SEAWALL_TEST_OUTPUT", ROOT / "test-output")) / "screenshots"
TAG = "[data-seawall]"
SOURCES = ("help.crypto.com",)
"""Hosts of documents that the overlay leads to."""
MARKER = "SEAWALL"
PATIENCE = 5_000


def chromium() -> str | None:
    """The browser to test in: the one named, else Debian's."""
    named = os.environ.get("SEAWALL_TEST_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(eq=False)
class Browser:
    """One Chromium; ``open`` a page in it, and talk to the extension's worker."""

    context: BrowserContext
    log: Path
    errors: list[str] = field(default_factory=list)
    _read: int = 0

    @property
    def worker(self) -> Worker:
        workers = self.context.service_workers
        return workers[0] if workers else self.context.wait_for_event("serviceworker")

    @property
    def own(self) -> str:
        """Where the extension's own pages are."""
        return self.worker.url.removesuffix("/sw.js")

    def pair(self, address: str, token: str | None) -> None:
        """As if it had been paired; every memory of earlier tests goes."""
        self.worker.evaluate(
            """async (connection) => {
                await chrome.storage.session.clear();
                await chrome.storage.local.clear();
                await chrome.storage.local.set({ connection });
            }""",
            {"address": address, "token": token, "paired_at": 1_795_000_000_000},
        )

    def open(self, url: str, *, scheme: str = "dark") -> Page:
        page = self.context.new_page()
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        page.goto(url)
        return page

    def page(self, name: str, *, scheme: str = "dark") -> Page:
        """One of the extension's own pages, ready."""
        page = self.open(f"{self.own}/{name}", scheme=scheme)
        page.wait_for_selector("body[data-ready]", timeout=PATIENCE)
        return page

    def stop_worker(self) -> None:
        """What the browser does to an idle worker, at once."""
        page = self.context.new_page()
        page.goto(f"{self.own}/manifest.json")
        session, states = self.context.new_cdp_session(page), []
        session.on(
            "ServiceWorker.workerVersionUpdated",
            lambda event: states.extend(one["runningStatus"] for one in event["versions"]),
        )
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        wait(page, lambda: bool(states) and states[-1] == "stopped", lambda: f"worker: {states}")
        page.close()

    def trouble(self) -> list[str]:
        """What the extension complained of since last asked: logged errors, and uncaught ones."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        fresh, self._read = lines[self._read :], len(lines)
        uncaught = [
            line
            for line in fresh
            if "source: chrome-extension://" in line and ("Uncaught" in line or MARKER in line)
        ]
        found, self.errors = [*self.errors, *uncaught], []
        return found


class Overlay:
    """What a person sees of the overlay on ``page``; tests alone can look into a closed root."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self.browser = browser
        self._page = page
        self._session: CDPSession = browser.context.new_cdp_session(page)
        self._root: str | None = None

    def call(self, function: str, *arguments: object) -> Any:
        """``function`` of the frame in the closed root; ``None`` where there is no overlay."""
        for find in (lambda: self._root, self._find):
            root = find()
            if root is None:
                continue
            self._root = root
            answer = self._session.send(
                "Runtime.callFunctionOn",
                {
                    "objectId": root,
                    "functionDeclaration": "function (...given) { return this.host.isConnected && "
                    f"{{ is: ({function})(this.querySelector('.frame'), ...given) }}; }}",
                    "arguments": [{"value": one} for one in arguments],
                    "returnByValue": True,
                },
            )
            assert "exceptionDetails" not in answer, answer["exceptionDetails"]
            if found := answer["result"].get("value"):
                return found.get("is")
        return None

    def _find(self) -> str | None:
        """The closed root, as a handle to call functions on."""
        tree = self._session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        host = next((n for n in _walk(tree) if "data-seawall" in n.get("attributes", ())), None)
        if host is None:
            return None
        shadow = {"backendNodeId": host["shadowRoots"][0]["backendNodeId"]}
        return str(self._session.send("DOM.resolveNode", shadow)["object"]["objectId"])

    @property
    def text(self) -> str:
        """The words in it, spaces of every width made plain; empty where there is none."""
        found = self.call("frame => frame.classList.contains('busy') ? '' : frame.innerText")
        return " ".join((found or "").replace("\u2060", "").split())

    def shows(self, *texts: str) -> str:
        """Wait until all of ``texts`` are in it; returns all that is in it."""
        wait(
            self._page,
            lambda: all(text in self.text for text in texts),
            lambda: f"{texts} not all in the overlay: {self.text!r}",
        )
        return self.text

    def waits(self, true: Callable[[], bool], why: str) -> None:
        """Wait until something about it is ``true``."""
        wait(self._page, true, lambda: why)

    def is_gone(self) -> None:
        """Wait until there is none."""
        wait(self._page, lambda: not self.text, lambda: f"still there: {self.text!r}")

    def box(self, selector: str) -> dict[str, float]:
        found = self.call(
            "(frame, selector) => frame.querySelector(selector).getBoundingClientRect().toJSON()",
            selector,
        )
        assert found, f"no {selector}"
        return dict(found)

    def press(self, selector: str) -> None:
        """A press of the mouse in the middle of what ``selector`` names."""
        box = self.box(selector)
        self._page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def focused(self) -> str | None:
        return self.call("frame => frame.getRootNode().activeElement?.getAttribute('data-key')")


def wait(page: Page, true: Callable[[], bool], why: Callable[[], str]) -> None:
    """Until ``true``; the browser's events go on meanwhile."""
    for _ in range(PATIENCE // 25):
        if true():
            return
        page.wait_for_timeout(25)
    raise AssertionError(why())


@contextmanager
def launch(playwright: Playwright, site_port: int, executable: str) -> Iterator[Browser]:
    """A Chromium that finds the venues at ``site_port`` and nothing else on the network.

    The venues count as public, as they do for everybody, and Seawall as loopback: without
    that, what Local Network Access forbids could not be seen.
    """
    hosts = (*HOSTS, *SOURCES)
    venues = ", ".join(f"MAP {host} 127.0.0.1:{site_port}" for host in hosts)
    arguments = [
        f"--disable-extensions-except={EXTENSION}",
        f"--load-extension={EXTENSION}",
        f"--host-resolver-rules={venues}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--ip-address-space-overrides=127.0.0.1:{site_port}=public",
        "--ignore-certificate-errors",
        "--enable-logging",
        "--v=0",
    ]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            headless=True,
            args=arguments,
            viewport={"width": 1280, "height": 800},
        )
        browser = Browser(context=context, log=Path(profile, "chrome_debug.log"))

        def heard(message: ConsoleMessage) -> None:
            ours = "chrome-extension://" in message.location.get("url", "")
            # A request that finds nobody is Seawall being down, which is said elsewhere.
            if message.type == "error" and ours and "Failed to load resource" not in message.text:
                browser.errors.append(message.text)

        context.on("console", heard)
        assert browser.worker
        try:
            yield browser
        finally:
            context.close()


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in (*node.get("children", ()), *node.get("shadowRoots", ())):
        yield from _walk(child)
