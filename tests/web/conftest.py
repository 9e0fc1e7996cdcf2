"""The pages over a database of their own, at noon of one day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from app import clock
from app.store.database import Database
from tests.support.api import Caller, Stage
from tests.support.databases import open_database
from tests.support.nouns import NOON
from tests.support.page_stage import alive


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    """Stands still at noon until it is moved."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database("sqlite", tmp_path) as opened:
        yield opened


@pytest.fixture
def stage(database: Database, tmp_path: Path, time: time_machine.Traveller) -> Iterator[Stage]:
    """Nothing is linked, and a worker runs."""
    made = Stage(database, tmp_path, clock.now)
    alive(made)
    yield made
    made.app.extensions["seawall"].demand.settle()


@pytest.fixture
def browser(stage: Stage) -> Caller:
    """Signed in."""
    return stage.browser()
