"""A sandbox whose market stands still at noon, and a Seawall that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.sandbox import Sandbox
from tests.support.databases import open_database
from tests.support.installation import Installation, travelling
from tests.support.nouns import NOON
from tests.support.queues import queue_place


@contextmanager
def installed(
    folder: Path, *, database: str = "sqlite", queue: str = "sqlite"
) -> Iterator[Installation]:
    """At the end no exchange may have seen an attempt to change something."""
    with (
        travelling(NOON) as time,
        Sandbox(still=True) as sandbox,
        open_database(database, folder) as opened,
        queue_place(queue, folder) as place,
    ):
        jobs = place.open()
        made = Installation(folder, opened, jobs, sandbox, time)
        try:
            yield made
        finally:
            made.close()
            jobs.close()
        assert sandbox.writes == ()


@pytest.fixture
def seawall(tmp_path: Path) -> Iterator[Installation]:
    """Nothing is linked and nothing read yet."""
    with installed(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Four accounts on four venues, everything read; for tests that leave it as it was."""
    with installed(tmp_path_factory.mktemp("seawall")) as made:
        made.link_all()
        made.settle()
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def on_either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Nothing is linked; once on the embedded database and queue, once on the grown ones."""
    queue = {"sqlite": "sqlite", "postgresql": "redis"}[request.param]
    with installed(tmp_path, database=request.param, queue=queue) as made:
        yield made
