"""A data folder of its own for each test, and the command as a person calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.cli.place import Place, prepare
from app.settings import load_settings
from app.store import users
from app.store.database import Database
from tests.support.databases import open_database
from tests.support.nouns import NOON

Seawall = Callable[..., Result]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command finds nothing yet."""
    for name in ("DATABASE_URL", "QUEUE_URL", "UPSTREAM", "PORT", "HOST", "ALLOWED_HOSTS"):
        monkeypatch.delenv(f"SEAWALL_{name}", raising=False)
    monkeypatch.setenv("SEAWALL_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def place(data_dir: Path) -> Place:
    """The same folder after ``seawall migrate``."""
    data_dir.mkdir()
    with open_database("sqlite", data_dir):
        pass
    settings = load_settings()
    prepare(settings)
    database = Database(settings.database_url)
    with database.write() as connection:
        owner = users.ensure_owner(connection, now=NOON)
    return Place(settings=settings, database=database, user_id=owner.id)


@pytest.fixture
def seawall(data_dir: Path) -> Seawall:
    """Runs ``seawall`` with these arguments; ``input`` is what a person types."""

    def run(*arguments: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        return result

    return run


def told(result: Result) -> Any:
    """What ``--json`` printed."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
