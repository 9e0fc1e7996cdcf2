"""From nothing to today's tables, and what must not be migrated."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from app.domain.errors import Conflict
from app.store.database import Database
from app.store.migrations import HEAD, run
from app.store.tables import metadata
from tests.support.databases import database_fixture_params, empty_database_url

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=database_fixture_params)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database_url(request.param, tmp_path) as empty:
        yield empty


def test_a_database_is_current_once_it_is_migrated(url: str) -> None:
    database = Database(url)
    assert not database.is_current()
    database.migrate()
    assert database.is_current()
    database.migrate()
    assert database.is_current()
    database.dispose()


def test_the_migrations_make_exactly_the_tables_the_code_uses(database: Database) -> None:
    with database.write() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_last_migration_is_the_one_the_code_expects() -> None:
    assert ScriptDirectory.from_config(run.config()).get_heads() == [HEAD]


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    database = Database(url)
    database.migrate()
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not database.is_current()
    with pytest.raises(Conflict, match="newer version"):
        database.migrate()
    database.dispose()


def test_processes_that_start_together_migrate_once(url: str) -> None:
    program = "import sys; from app.store.database import Database; Database(sys.argv[1]).migrate()"
    starting = [
        subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[1] for process in starting] == [""] * 4
    database = Database(url)
    assert database.is_current()
    with database.read() as conn:
        assert set(metadata.tables) <= set(inspect(conn).get_table_names())
    database.dispose()


def test_a_server_that_does_not_answer_is_not_current() -> None:
    assert not Database("postgresql://nobody@127.0.0.1:1/none").is_current()


def test_a_sqlite_database_is_in_wal_mode(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'seawall.db'}")
    database.migrate()
    with database.read() as conn:
        assert conn.scalar(text("PRAGMA journal_mode")) == "wal"
    database.dispose()


def test_the_migrations_are_found_wherever_the_package_lies(tmp_path: Path) -> None:
    installed = tmp_path / "100% elsewhere"
    for part in ("__init__.py", "domain", "store"):
        source, target = ROOT / "app" / part, installed / "app" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target)
    program = (
        "import app.store.database as found;"
        "database = found.Database('sqlite:///made.db');"
        "database.migrate(); print(found.__file__, database.is_current())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{installed}/app/store/database.py True\n"
