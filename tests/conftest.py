"""For every test: only this machine is reached, and what cannot run is said.

``database`` and ``queue`` give a test each engine in turn: what holds on the small one must
hold on the grown one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from tests.support import loopback
from tests.support.report import NotRun

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

    from app.store.database import Database
    from app.store.queue import JobQueue

loopback.install()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(NotRun(), "seawall-not-run")


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A test that configures logging leaves nothing of it to the next one."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, levels = root.handlers[:], _levels()
    yield
    structlog.configure(**config)
    for handler in [one for one in root.handlers if one not in handlers]:
        if not type(handler).__module__.startswith("_pytest"):
            root.removeHandler(handler)
    for name, level in _levels().items():
        if level != levels.get(name, logging.NOTSET):
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


def _levels() -> dict[str, int]:
    named = logging.root.manager.loggerDict
    found = {name: one.level for name, one in named.items() if isinstance(one, logging.Logger)}
    return {"root": logging.root.level, **found}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one driver of browsers there may be in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of the test's own."""
    from tests.support.databases import open_database

    with open_database(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "redis"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[JobQueue]:
    """An empty job queue of the test's own."""
    from tests.support.queues import queue_place

    with queue_place(request.param, tmp_path) as place:
        opened = place.open()
        yield opened
        opened.close()
