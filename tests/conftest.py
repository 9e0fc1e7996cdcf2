"""For every test: only this machine is reached, and what cannot run is said.

``database`` and ``queue`` give a test each engine in turn: what holds on the small one must
hold on the grown one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import loopback
from tests.support.report import NotRun

if TYPE_CHECKING:
    from app.store.database import Database
    from app.store.queue import JobQueue

loopback.install()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(NotRun(), "seawall-not-run")


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
