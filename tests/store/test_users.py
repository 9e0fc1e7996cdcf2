"""The default user, and when somebody last looked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.errors import NotFound
from app.store import users
from app.store.database import Database
from tests.support.nouns import NOON, later


def test_the_owner_is_made_once_whoever_asks_first(database: Database) -> None:
    def ask(_: int) -> users.User:
        with database.write() as conn:
            return users.ensure_owner(conn, now=NOON)

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(ask, range(8)))
    assert len(made) == 1
    assert made.pop().name == "owner"


def test_the_last_look_is_remembered(database: Database, owner: str) -> None:
    with database.read() as conn:
        assert users.last_seen(conn, user_id=owner) is None
    for moment in (later(minutes=5), later(minutes=3)):
        with database.write() as conn:
            users.saw(conn, user_id=owner, now=moment)
    with database.read() as conn:
        assert users.last_seen(conn, user_id=owner) == later(minutes=5)


def test_nobody_is_not_found(database: Database) -> None:
    with database.read() as conn, pytest.raises(NotFound):
        users.get(conn, user_id="nobody")
