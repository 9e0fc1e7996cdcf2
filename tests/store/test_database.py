"""Transactions, readers that cannot write, and where the files are."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app.domain.errors import InvalidInput
from app.store import revisions, users
from app.store.database import Database
from app.store.tables import heartbeats
from app.store.tables import users as user_table
from tests.support.nouns import NOON


def test_a_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError, match="half-way"), database.write() as conn:
        users.ensure_owner(conn, now=NOON)
        revisions.bump(conn, "funds")
        raise RuntimeError("half-way")
    with database.write():
        pass
    with database.read() as conn:
        assert conn.execute(select(user_table)).all() == []
        assert revisions.read(conn, ["funds"]) == {"funds": 0}


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as conn:
        users.ensure_owner(conn, now=NOON)


def test_a_reader_sees_each_commit_at_once(database: Database) -> None:
    with database.read() as conn:
        assert revisions.read(conn, ["funds"]) == {"funds": 0}
        with database.write() as writer:
            revisions.bump(writer, "funds")
        assert revisions.read(conn, ["funds"]) == {"funds": 1}


def test_writers_wait_for_one_another(database: Database) -> None:
    def add_one(_: int) -> None:
        with database.write() as conn:
            at = conn.execute(select(heartbeats.c.at).with_for_update()).scalar_one()
            conn.execute(heartbeats.update().values(at=at + timedelta(seconds=1)))

    with database.write() as conn:
        conn.execute(heartbeats.insert().values(process="one", at=NOON))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(64)))
    with database.read() as conn:
        assert conn.scalar(select(heartbeats.c.at)) == NOON + timedelta(seconds=64)


def test_rows_that_belong_to_nobody_are_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as conn:
        conn.execute(
            text(
                "INSERT INTO codes (hash, user_id, purpose, created_at, expires_at)"
                " VALUES (:hash, 'nobody', 'pairing', 0, 0)"
            ),
            {"hash": b"x"},
        )


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.datetimes(
        min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.timezones()
    )
)
def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database, at: datetime) -> None:
    with database.write() as conn:
        conn.execute(heartbeats.delete())
        conn.execute(heartbeats.insert().values(process="one", at=at))
        stored = conn.scalar(select(heartbeats.c.at))
    assert stored == at.astimezone(UTC)
    assert stored.tzinfo is UTC


def test_a_time_without_a_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.write() as conn:
        conn.execute(heartbeats.insert().values(process="one", at=datetime(2026, 1, 1)))


def test_the_sqlite_files_are_nobody_elses_business(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'seawall.db'}")
    database.migrate()
    with database.write() as conn:
        users.ensure_owner(conn, now=NOON)
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()
        }
    database.dispose()
    assert modes.keys() >= {"seawall.db", "seawall.db-wal"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/seawall"])
def test_an_address_that_web_and_worker_cannot_share_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="SEAWALL_DATABASE_URL"):
        Database(url)


def test_an_address_that_cannot_be_parsed_is_not_repeated() -> None:
    with pytest.raises(InvalidInput, match="SEAWALL_DATABASE_URL") as caught:
        Database("postgresql//user:hunter2@localhost")
    assert "hunter2" not in str(caught.value)


def test_a_password_is_not_shown() -> None:
    shown = repr(Database("postgresql://seawall:hunter2@127.0.0.1/seawall"))
    assert "127.0.0.1" in shown
    assert "hunter2" not in shown


def test_the_web_process_loads_neither_alembic_nor_huey() -> None:
    program = (
        "import sys, app.store.database, app.store.queue, app.store.vault, app.store.positions,"
        " app.store.funds, app.store.tokens, app.store.codes, app.store.markets;"
        "print([name for name in ('alembic', 'huey', 'redis', 'psycopg') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
