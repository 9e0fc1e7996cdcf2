"""Every store test runs on both engines, each time in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import users
from app.store.database import Database
from app.store.tables import users as user_table
from tests.support.databases import database_fixture_params, open_database
from tests.support.nouns import NOON


@pytest.fixture(params=database_fixture_params)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with open_database(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def owner(database: Database) -> str:
    """The user id of the default user."""
    with database.write() as conn:
        return users.ensure_owner(conn, now=NOON).id


@pytest.fixture
def stranger(database: Database) -> str:
    """The user id of somebody else."""
    with database.write() as conn:
        conn.execute(user_table.insert().values(id="stranger", name="stranger", created_at=NOON))
    return "stranger"
