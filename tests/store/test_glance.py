"""The quickest question: who asks, and has anything changed?"""

from __future__ import annotations

from sqlalchemy import event

from app.store import glance, revisions, tokens
from app.store.database import Database
from app.store.glance import Glance
from tests.support.nouns import NOON, later


def test_a_glance_says_what_two_questions_say(database: Database, owner: str) -> None:
    with database.write() as conn:
        issued = tokens.issue(conn, user_id=owner, label="x", scopes=["read", "admin"], now=NOON)
        revisions.bump(conn, f"user:{owner}", "venue:okx")
    for moment in (NOON, later(seconds=59), later(seconds=60)):
        with database.write() as conn:
            tokens.touch(conn, token_id=issued.row.id, now=NOON)
            revisions.bump(conn, "funds")
        with database.read() as conn:
            seen = revisions.read(conn, [f"user:{owner}", "venue:okx", "funds"])
            principal = tokens.authenticate(conn, token=issued.token, now=moment)
            assert principal is not None
            assert glance.look(conn, token=issued.token, venue="okx", now=moment) == Glance(
                principal=principal, revisions=(1, 1, seen["funds"])
            )
    with database.read() as conn:
        elsewhere = glance.look(conn, token=issued.token, venue="bybit", now=NOON)
    assert elsewhere is not None
    assert elsewhere.revisions[1] == 0


def test_whoever_is_not_let_in_sees_nothing_at_a_glance(database: Database, owner: str) -> None:
    with database.write() as conn:
        over = tokens.issue(
            conn, user_id=owner, label="x", scopes=["read"], now=NOON, expires_at=later(hours=1)
        )
        revoked = tokens.issue(conn, user_id=owner, label="x", scopes=["read"], now=NOON)
        tokens.revoke(conn, user_id=owner, token_id=revoked.row.id, now=NOON)
    with database.read() as conn:
        assert glance.look(conn, token=over.token, venue="okx", now=NOON) is not None
        for token in (over.token, revoked.token, "sw_" + "x" * 43, "", "é"):
            assert glance.look(conn, token=token, venue="okx", now=later(hours=1)) is None


def test_a_glance_is_one_statement(database: Database, owner: str) -> None:
    statements: list[str] = []
    with database.write() as conn:
        issued = tokens.issue(conn, user_id=owner, label="x", scopes=["read"], now=NOON)
    with database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *said: statements.append(said[2]))
        glance.look(conn, token=issued.token, venue="okx", now=NOON)
    assert len(statements) == 1
