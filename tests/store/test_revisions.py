"""Counters that change when, and only when, something shown has changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app.store import revisions
from app.store.database import Database


def read(database: Database, *scopes: str) -> dict[str, int]:
    with database.read() as conn:
        return dict(revisions.read(conn, scopes))


def test_a_scope_counts_up_once_a_transaction(database: Database) -> None:
    assert read(database, "funds", "user:1") == {"funds": 0, "user:1": 0}
    with database.write() as conn:
        revisions.bump(conn, "funds")
        revisions.bump(conn, "funds", "venue:okx")
    assert read(database, "funds", "user:1", "venue:okx") == {
        "funds": 1,
        "user:1": 0,
        "venue:okx": 1,
    }
    with database.write() as conn:
        revisions.bump(conn, "funds")
    assert read(database, "funds") == {"funds": 2}


def test_nothing_asked_is_nothing_answered(database: Database) -> None:
    assert read(database) == {}


def test_writers_in_different_orders_do_not_stop_one_another(database: Database) -> None:
    def write(number: int) -> None:
        scopes = ["funds", "user:1", "venue:okx"]
        with database.write() as conn:
            for scope in scopes if number % 2 else reversed(scopes):
                revisions.bump(conn, scope)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(80)))
    assert set(read(database, "funds", "user:1", "venue:okx").values()) == {80}
