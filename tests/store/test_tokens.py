"""Tokens let in exactly who holds them, for as long as they should."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from app.domain.errors import InvalidInput, NotFound
from app.store import tokens
from app.store.database import Database
from app.store.tables import tokens as token_table
from app.store.tokens import SESSION_IDLE, SESSION_LIFETIME, IssuedToken, Principal
from tests.support.nouns import NOON, later


def issue(database: Database, user_id: str, **fields: Any) -> IssuedToken:
    values: dict[str, Any] = {"label": "extension", "scopes": ["read"], "now": NOON}
    with database.write() as conn:
        return tokens.issue(conn, user_id=user_id, **(values | fields))


def authenticate(database: Database, token: str, **when: float) -> Principal | None:
    with database.read() as conn:
        return tokens.authenticate(conn, token=token, now=later(**when))


def use(database: Database, issued: IssuedToken, **when: float) -> None:
    """A request with this token, as the API handles it."""
    principal = authenticate(database, issued.token, **when)
    assert principal is not None
    if principal.touch_due:
        with database.write() as conn:
            tokens.touch(conn, token_id=principal.token_id, now=later(**when))


def test_a_token_says_who_asks_and_what_they_may_do(database: Database, owner: str) -> None:
    issued = issue(database, owner, scopes=["admin", "read"])
    assert re.fullmatch(r"sw_[A-Za-z0-9_-]{43}", issued.token)
    assert authenticate(database, issued.token, days=3000) == Principal(
        user_id=owner,
        token_id=issued.row.id,
        scopes=frozenset({"admin", "read"}),
        kind="api",
        touch_due=True,
    )


@pytest.mark.parametrize("wrong", ["", "sw_", "sw_" + "x" * 43, "Bearer", "x" * 46, "sw_é" * 10])
def test_a_wrong_token_is_nobody(database: Database, owner: str, wrong: str) -> None:
    issue(database, owner)
    assert authenticate(database, wrong) is None


def test_neither_the_token_nor_the_hash_alone_lets_in(database: Database, owner: str) -> None:
    issued = issue(database, owner)
    with database.read() as conn:
        stored = conn.execute(select(token_table)).one()
    assert issued.token not in str(stored)
    assert issued.token[3:] not in str(stored)
    assert authenticate(database, "sw_" + stored.hash.hex()[:43]) is None


def test_a_new_token_does_not_print_itself(database: Database, owner: str) -> None:
    issued = issue(database, owner)
    assert issued.token not in repr(issued)
    assert issued.row.id in repr(issued)


def test_a_token_ends_when_it_was_said_to(database: Database, owner: str) -> None:
    issued = issue(database, owner, expires_at=later(hours=1))
    assert authenticate(database, issued.token, minutes=59) is not None
    assert authenticate(database, issued.token, hours=1) is None


def test_a_revoked_token_is_nobody_at_once(database: Database, owner: str) -> None:
    issued = issue(database, owner)
    with database.write() as conn:
        tokens.revoke(conn, user_id=owner, token_id=issued.row.id, now=NOON)
    assert authenticate(database, issued.token) is None
    with pytest.raises(NotFound), database.write() as conn:
        tokens.revoke(conn, user_id=owner, token_id=issued.row.id, now=NOON)


def test_a_session_in_use_lasts_until_its_lifetime_is_over(database: Database, owner: str) -> None:
    issued = issue(database, owner, kind="session")
    step = SESSION_IDLE - timedelta(hours=1)
    moment = step
    while moment < SESSION_LIFETIME:
        use(database, issued, seconds=moment.total_seconds())
        moment += step
    assert authenticate(database, issued.token, seconds=SESSION_LIFETIME.total_seconds()) is None


def test_a_session_nobody_uses_is_over(database: Database, owner: str) -> None:
    issued = issue(database, owner, kind="session")
    use(database, issued, hours=1)
    idle = SESSION_IDLE + timedelta(hours=1)
    assert authenticate(database, issued.token, seconds=idle.total_seconds() - 1) is not None
    assert authenticate(database, issued.token, seconds=idle.total_seconds()) is None


def test_use_is_noted_at_most_once_a_minute(database: Database, owner: str) -> None:
    issued = issue(database, owner)

    def last_used() -> object:
        with database.read() as conn:
            return tokens.list_for(conn, user_id=owner, now=NOON)[0].last_used_at

    use(database, issued, seconds=1)
    use(database, issued, seconds=60)
    assert last_used() == later(seconds=1)
    with database.write() as conn:
        tokens.touch(conn, token_id=issued.row.id, now=later(seconds=30))
    assert last_used() == later(seconds=1)
    use(database, issued, seconds=61)
    assert last_used() == later(seconds=61)


def test_touching_an_api_token_gives_it_no_idle_limit(database: Database, owner: str) -> None:
    issued = issue(database, owner)
    use(database, issued, minutes=1)
    assert authenticate(database, issued.token, days=3000) is not None


def test_authenticating_is_one_statement(database: Database, owner: str) -> None:
    issued = issue(database, owner)
    statements: list[str] = []
    with database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *said: statements.append(said[2]))
        tokens.authenticate(conn, token=issued.token, now=NOON)
    assert len(statements) == 1


def test_the_list_shows_what_still_lets_in_newest_first(database: Database, owner: str) -> None:
    first = issue(database, owner, label="first")
    revoked = issue(database, owner, label="revoked")
    issue(database, owner, label="over", expires_at=later(minutes=1))
    second = issue(database, owner, label="second", now=later(seconds=1))
    with database.write() as conn:
        tokens.revoke(conn, user_id=owner, token_id=revoked.row.id, now=NOON)
        listed = tokens.list_for(conn, user_id=owner, now=later(minutes=1))
    assert listed == (second.row, first.row)


def test_tokens_long_over_are_forgotten(database: Database, owner: str) -> None:
    issue(database, owner, expires_at=later(days=1))
    kept = issue(database, owner)
    issue(database, owner, now=later(days=40))
    with database.read() as conn:
        remembered = set(conn.scalars(select(token_table.c.id)))
    assert len(remembered) == 2
    assert kept.row.id in remembered


@pytest.mark.parametrize(
    "fields", [{"scopes": []}, {"scopes": ["write"]}, {"label": " "}, {"label": "x" * 81}], ids=str
)
def test_a_token_needs_a_name_and_known_scopes(
    database: Database, owner: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        issue(database, owner, **fields)
