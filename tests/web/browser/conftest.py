"""The real pages, served on a free port of this machine, in a real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from app import clock
from tests.support.api import Stage
from tests.support.databases import open_database
from tests.support.page_browser import Site, Visitor
from tests.support.page_stage import alive


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    found = os.environ.get("SEAWALL_TEST_CHROMIUM") or shutil.which("chromium")
    if found is None:
        pytest.skip("needs Chromium (no `chromium` found; SEAWALL_TEST_CHROMIUM can name one)")
    launched = playwright.chromium.launch(executable_path=found, headless=True)
    yield launched
    launched.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Nothing is linked, and a worker runs."""
    with open_database("sqlite", tmp_path) as database:
        made = Site(Stage(database, tmp_path, clock.now))
        alive(made.stage)
        made.start()
        yield made
        made.stop()


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Fails the test at its end when the browser complained of anything: a policy of ours that
    a page breaks is such a complaint."""
    made = Visitor(chromium, site)
    yield made
    made.leave()
    assert made.complaints == []


@pytest.fixture(scope="session")
def keep_picture() -> Callable[[Page, str], None]:
    """Keeps a screenshot as output of the test run."""
    folder = Path(os.environ.get("SEAWALL_TEST_OUTPUT", "test-output")) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"page-{name}.png")

    return keep
