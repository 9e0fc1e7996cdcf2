"""A migrated database of its own for a test, on either engine.

``open_database("sqlite", tmp_path)`` copies a file that is migrated once per run.
``open_database("postgresql", tmp_path)`` gives a schema on the server of
``tests.support.services``: nobody else has it meanwhile, it is emptied afterwards for the next
test, and dropped when the run ends. ``database_fixture_params`` names both engines.
"""

from __future__ import annotations

import atexit
import functools
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from app.store.database import Database
from app.store.tables import metadata
from tests.support.services import postgresql

database_fixture_params = ("sqlite", "postgresql")

_idle_schemas: list[str] = []


@contextmanager
def open_database(kind: str, tmp_path: Path) -> Iterator[Database]:
    """A database with every table and no row, closed at the end."""
    if kind == "sqlite":
        shutil.copyfile(_migrated_file(), tmp_path / "seawall.db")
        url = f"sqlite:///{tmp_path / 'seawall.db'}"
    else:
        schema = _idle_schemas.pop() if _idle_schemas else _migrated_schema()
        url = _schema_url(schema)
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()
        if kind != "sqlite":
            _empty(schema)
            _idle_schemas.append(schema)


@contextmanager
def empty_database_url(kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'seawall.db'}"
        return
    schema = _new_schema()
    try:
        yield _schema_url(schema)
    finally:
        _drop(schema)


@functools.cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="seawall-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(f"sqlite:///{folder / 'seawall.db'}")
    database.migrate()
    database.dispose()
    return folder / "seawall.db"


def _migrated_schema() -> str:
    schema = _new_schema()
    atexit.register(_drop, schema)
    database = Database(_schema_url(schema))
    database.migrate()
    database.dispose()
    return schema


def _schema_url(schema: str) -> str:
    server = make_url(postgresql().require())
    own = server.update_query_dict({"options": f"-csearch_path={schema}"})
    return own.render_as_string(hide_password=False)


def _new_schema() -> str:
    schema = f"seawall_{secrets.token_hex(8)}"
    with _server().connect() as conn:
        conn.execute(text(f"CREATE SCHEMA {schema}"))
    return schema


def _empty(schema: str) -> None:
    with _server().connect() as conn:
        # Deleting a handful of rows is far quicker than truncating every table.
        tables = [table.name for table in reversed(metadata.sorted_tables)]
        deletions = (f"DELETE FROM {schema}.{name}" for name in tables)
        conn.execute(text(f"SET lock_timeout = '10s'; {'; '.join(deletions)}"))


def _drop(schema: str) -> None:
    with _server().connect() as conn:
        conn.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@functools.cache
def _server() -> Engine:
    return create_engine(postgresql().require(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
