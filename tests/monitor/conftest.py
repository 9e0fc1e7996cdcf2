"""A worker over each database in turn, whose exchanges answer what a test says."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store.database import Database
from tests.support.scripted import Worker, a_worker


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Worker:
    return a_worker(tmp_path, database)
