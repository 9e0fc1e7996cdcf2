"""Every test of the API runs on SQLite and on PostgreSQL, at noon of one day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from app import clock
from app.store.database import Database
from tests.support.api import Stage
from tests.support.databases import database_fixture_params, open_database
from tests.support.nouns import NOON


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    """Stands still at noon until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=database_fixture_params)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with open_database(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def stage(database: Database, tmp_path: Path, time: time_machine.Traveller) -> Iterator[Stage]:
    made = Stage(database, tmp_path, clock.now)
    yield made
    made.app.extensions["seawall"].demand.settle()
