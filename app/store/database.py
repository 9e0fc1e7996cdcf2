"""One database for web and worker: SQLite in WAL mode, or PostgreSQL.

Readers run statement by statement, without a transaction, on connections that cannot write.
Writers run one short transaction each; on SQLite it takes the write lock when it begins
(``BEGIN IMMEDIATE``), so that it waits for its turn instead of failing half-way.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, OperationalError

from app.domain.errors import InvalidInput
from app.store import revisions
from app.store.files import make_private_file
from app.store.migrations import HEAD

logger = logging.getLogger(__name__)

_BUSY_TIMEOUT_MS = 10_000
_ERASED = "seawall.erased"
_write_json = partial(json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def erased_secret(conn: Connection) -> None:
    """Say that this transaction erased a secret: after its commit no copy may remain.

    SQLite overwrites what is deleted (``secure_delete``), but the write-ahead log still holds
    the old page; it is written back and emptied after the commit. On PostgreSQL the row's old
    version stays in the table's file until vacuumed, sealed, and opened by nothing the
    database holds.
    """
    conn.info[_ERASED] = True


class Database:
    """The connections of one process. Safe to share between threads, not over a fork."""

    def __init__(self, url: str) -> None:
        """``url`` is an SQLAlchemy URL: ``sqlite:///FILE`` or ``postgresql://…``."""
        self._url = _checked(url)
        self._sqlite = self._url.get_backend_name() == "sqlite"
        if self._sqlite:
            make_private_file(self._path)
        self._reader = self._engine(read_only=True)
        self._writer = self._engine()
        self._log_holds_secret = threading.Event()

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._url.get_backend_name()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees what is committed when it starts."""
        with self._reader.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Do not open another inside the block, and wait for nothing but the database in it.
        """
        with self._writer.connect() as conn:
            try:
                with conn.begin():
                    yield conn
                    revisions.write_bumps(conn)
                if conn.info.get(_ERASED):
                    self._log_holds_secret.set()
            finally:
                revisions.forget_bumps(conn)
                conn.info.pop(_ERASED, None)
            if self._sqlite and self._log_holds_secret.is_set():
                self._empty_log(conn)

    def migrate(self) -> None:
        """Bring the tables to this version's; safe when several processes start at once.

        Raises ``Conflict`` when the database was made by a newer version.
        """
        # Alembic doubles the start of a process that only has to look whether it is needed.
        from app.store.migrations import run  # noqa: PLC0415

        if self._sqlite:
            _switch_to_wal(self._path)
        with self._engine(migrating=True).begin() as conn:
            run.upgrade(conn)

    def is_current(self) -> bool:
        """Whether the database can be reached and has exactly this version's tables."""
        try:
            with self.read() as conn:
                if not inspect(conn).has_table("alembic_version"):
                    return False
                return conn.scalars(text("SELECT version_num FROM alembic_version")).all() == [HEAD]
        except OperationalError:
            return False

    def dispose(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

    @property
    def _path(self) -> Path:
        return Path(self._url.database or "")

    def _engine(self, *, read_only: bool = False, migrating: bool = False) -> Engine:
        # An error that reaches a log names the statement, never what was in it.
        options: dict[str, Any] = {"json_serializer": _write_json, "hide_parameters": True}
        if migrating:
            options["poolclass"] = NullPool
        else:
            options |= {"pool_size": 8, "max_overflow": 24}
        if read_only:
            options |= {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
        if not self._sqlite:
            options["pool_pre_ping"] = not migrating
        engine = create_engine(self._url, **options)
        prepare = _prepare_sqlite if self._sqlite else _prepare_postgresql
        event.listen(engine, "connect", partial(prepare, read_only, migrating))
        if self._sqlite and not read_only:
            event.listen(engine, "begin", _begin_immediate)
        return engine

    def _empty_log(self, conn: Connection) -> None:
        """Write the log back and truncate it; if a reader is in the way, after the next write."""
        connection = conn.connection.dbapi_connection
        assert isinstance(connection, sqlite3.Connection)
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            logger.warning("an erased credential is still in the write-ahead log; will try again")
        else:
            self._log_holds_secret.clear()


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError:
        backend = ""
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    raise InvalidInput(
        "SEAWALL_DATABASE_URL must be sqlite:///FILE or postgresql://USER@HOST/DATABASE."
    )


def _switch_to_wal(path: Path) -> None:
    """WAL mode is a property of the file; switching needs it alone, which a start-up race denies."""
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    try:
        for attempts_left in reversed(range(50)):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                if not attempts_left:
                    raise
                # Whoever holds the file is switching too; waiting for the lock is waiting for that.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
    finally:
        connection.close()


def _prepare_sqlite(
    read_only: bool, migrating: bool, connection: DBAPIConnection, record: object
) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin where _begin_immediate says
    for pragma in (
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "synchronous=NORMAL",
        "secure_delete=ON",
        "temp_store=MEMORY",
        # A migration may rebuild a table; with this on, dropping the old one would cascade.
        f"foreign_keys={'OFF' if migrating else 'ON'}",
        f"query_only={'ON' if read_only else 'OFF'}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(
    read_only: bool, migrating: bool, connection: DBAPIConnection, record: object
) -> None:
    if read_only:
        cursor = connection.cursor()
        cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        cursor.close()


def _begin_immediate(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")
