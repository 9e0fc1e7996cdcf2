"""One Chromium for all tests of the browser; each starts paired, with no memory of the others.

``backend`` is where Seawall is and its token. Here it is the made-up one, which ``seawall``
commands; another conftest can give another ``backend`` to the same tests that ask for no more.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

from tests.extension.support import browser as browsers
from tests.extension.support.browser import Browser, Overlay
from tests.extension.support.fakes import TOKEN, Seawall, seawall_api, venue_pages


@dataclass(frozen=True, slots=True)
class Backend:
    """Where Seawall is, and a token it accepts."""

    url: str
    token: str


@pytest.fixture(scope="session")
def chromium() -> str:
    found = browsers.chromium()
    if found is None:
        pytest.skip("needs Chromium (no `chromium` found; SEAWALL_TEST_CHROMIUM can name one)")
    return found


@pytest.fixture(scope="session")
def site_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The venues' pages."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl (for the certificate of the venues' pages)")
    with venue_pages(tmp_path_factory.mktemp("certificate")) as port:
        yield port


@pytest.fixture(scope="session")
def launched(playwright: Playwright, site_port: int, chromium: str) -> Iterator[Browser]:
    with browsers.launch(playwright, site_port, chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def api() -> Iterator[tuple[str, Seawall]]:
    with seawall_api() as (url, made_up):
        yield url, made_up


@pytest.fixture
def seawall(api: tuple[str, Seawall]) -> Iterator[Seawall]:
    """The made-up Seawall, as it is at the start of every test."""
    _, made_up = api
    made_up.reset()
    yield made_up
    made_up.reset()


@pytest.fixture
def backend(api: tuple[str, Seawall], seawall: Seawall) -> Backend:
    return Backend(url=api[0], token=TOKEN)


@pytest.fixture
def browser(launched: Browser, backend: Backend) -> Iterator[Browser]:
    """The browser, paired; a test fails when the extension complained of something."""
    launched.pair(backend.url, backend.token)
    launched.trouble()
    yield launched
    for page in launched.context.pages[1:]:
        page.close()
    complaints = launched.trouble()
    assert not complaints, complaints


@pytest.fixture
def visit(browser: Browser) -> Callable[..., tuple[Page, Overlay]]:
    """Open a page of a venue; gives the page and the overlay on it."""

    def opened(url: str, *, scheme: str = "dark") -> tuple[Page, Overlay]:
        page = browser.open(url, scheme=scheme)
        return page, Overlay(browser, page)

    return opened


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Keep a picture among the test's output."""

    def keep(page: Page, name: str) -> None:
        browsers.OUTPUT.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(browsers.OUTPUT, f"{name}.png"))

    return keep
