"""The API's documentation works in a browser under the policy it is served with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright
from werkzeug.serving import make_server

from tests.support.api import HOST, Stage
from tests.support.databases import open_database
from tests.support.nouns import NOON
from tests.support.services import chromium


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    program = chromium().require()
    browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
    yield browser.new_page()
    browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The application on a port of its own, going by the name of the stage."""
    with open_database("sqlite", tmp_path) as database:
        stage = Stage(database, tmp_path, lambda: NOON)

        def renamed(environ: dict[str, object], start_response: object) -> object:
            return stage.app(environ | {"HTTP_HOST": HOST}, start_response)  # type: ignore[arg-type]

        served = make_server("127.0.0.1", 0, renamed, threaded=True)  # type: ignore[arg-type]
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{served.port}"
        served.shutdown()
        thread.join()


def test_every_operation_is_shown_without_a_complaint_of_the_browser(
    server: str, page: Page
) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/api/docs")
    page.locator(".opblock").first.wait_for()
    page.locator(".opblock-summary-control", has_text="/api/v1/positions").first.click()
    page.get_by_text("Id of a venue").first.wait_for()
    assert page.locator(".opblock").count() >= 20
    assert complaints == []
    assert [url for url in asked if not url.startswith((server, "data:"))] == []
