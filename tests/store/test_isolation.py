"""Whose rows these are: every question asked with another user's id finds nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest
from sqlalchemy import Connection

from app.domain.account import AccountStatus
from app.domain.errors import NotFound
from app.domain.thresholds import Thresholds, overridden
from app.risk.joint import joint_liquidation
from app.store import (
    accounts,
    codes,
    joints,
    legs,
    margins,
    positions,
    snapshots,
    sources,
    thresholds,
    tokens,
    users,
)
from app.store.database import Database
from tests.store.helpers import link, record, settle
from tests.support.nouns import NOON, a_fund_state, a_margin, an_assessment, later

REPOSITORIES: tuple[ModuleType, ...] = (
    accounts,
    codes,
    joints,
    legs,
    margins,
    positions,
    snapshots,
    sources,
    thresholds,
    tokens,
    users,
)
MAKES_ROWS = {"accounts.create", "codes.issue", "thresholds.save", "tokens.issue"}
"""They make something for the user they name; there is nothing of another to find."""
ABOUT_THE_USER = {
    "sources.verdicts_source",
    "thresholds.reset",
    "users.get",
    "users.saw",
    "users.last_seen",
}
"""The user is what they are about."""


@dataclass(frozen=True)
class Owned:
    """What the owner has, by id."""

    account: str
    unverifiable: str
    position: str
    token: str


Question = Callable[[Connection, str, Owned], object]

FINDS_NOTHING: dict[str, Question] = {
    "accounts.list_for": lambda conn, me, _: accounts.list_for(conn, user_id=me),
    "tokens.list_for": lambda conn, me, _: tokens.list_for(conn, user_id=me, now=NOON),
    "positions.list_for": lambda conn, me, its: (
        *positions.list_for(conn, user_id=me),
        *positions.list_for(conn, user_id=me, account_id=its.account),
    ),
    "positions.count_by_account": lambda conn, me, _: positions.count_by_account(conn, user_id=me),
    "margins.list_for": lambda conn, me, its: margins.list_for(
        conn, user_id=me, account_id=its.account
    ),
    "joints.get": lambda conn, me, its: joints.get(conn, user_id=me, account_id=its.account),
    "legs.of_user": lambda conn, me, _: legs.of_user(conn, user_id=me, limit=10),
    "joints.of_user": lambda conn, me, _: joints.of_user(conn, user_id=me),
    "margins.notes_of": lambda conn, me, _: margins.notes_of(conn, user_id=me),
    "positions.pools_behind": lambda conn, me, _: positions.pools_behind(
        conn, user_id=me, venue="binance"
    ),
    "positions.venues_of": lambda conn, me, _: positions.venues_of(conn, user_id=me),
    "thresholds.get": lambda conn, me, _: thresholds.get(conn, user_id=me).changed_at,
    "thresholds.of_user": lambda conn, me, _: overridden(thresholds.of_user(conn, user_id=me)),
    "snapshots.history": lambda conn, me, its: snapshots.history(
        conn, user_id=me, account_id=its.account, since=later(days=-1)
    ),
}
IS_NOT_FOUND: dict[str, Question] = {
    "accounts.get": lambda conn, me, its: accounts.get(conn, user_id=me, account_id=its.account),
    "accounts.relabel": lambda conn, me, its: accounts.relabel(
        conn, user_id=me, account_id=its.account, label="taken over"
    ),
    "accounts.acknowledge": lambda conn, me, its: accounts.acknowledge(
        conn, user_id=me, account_id=its.unverifiable
    ),
    "accounts.delete": lambda conn, me, its: accounts.delete(
        conn, user_id=me, account_id=its.account
    ),
    "positions.get": lambda conn, me, its: positions.get(
        conn, user_id=me, position_id=its.position
    ),
    "positions.payload": lambda conn, me, its: positions.payload(
        conn, user_id=me, position_id=its.position
    ),
    "positions.record_snapshot": lambda conn, me, its: positions.record_snapshot(
        conn,
        account_id=its.account,
        user_id=me,
        venue="binance",
        scopes=["linear"],
        assessments=[],
        margins=[],
        taken_at=NOON,
    ),
    "tokens.revoke": lambda conn, me, its: tokens.revoke(
        conn, user_id=me, token_id=its.token, now=NOON
    ),
}


@pytest.fixture
def owned(database: Database, owner: str) -> Owned:
    account = link(database, owner)
    unverifiable = settle(database, link(database, owner), AccountStatus.UNVERIFIABLE)
    assessment = an_assessment(fund=a_fund_state())
    record(database, account, assessment, margins=[a_margin(note="Beside it, 3 options.")])
    with database.write() as conn:
        joint = joint_liquidation([assessment.position], [], betas={}, as_of=NOON)
        joints.put(conn, account_id=account.id, joint=joint, now=NOON)
        token = tokens.issue(conn, user_id=owner, label="mine", scopes=["read"], now=NOON)
        thresholds.save(
            conn, user_id=owner, thresholds=Thresholds(session_profit_usd=9.0), now=NOON
        )
        (position,) = positions.list_for(conn, user_id=owner)
    return Owned(
        account=account.id,
        unverifiable=unverifiable.id,
        position=position.id,
        token=token.row.id,
    )


def test_every_function_that_takes_a_user_is_asked_here() -> None:
    taking_a_user = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in REPOSITORIES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "user_id" in inspect.signature(function).parameters
    }
    asked = FINDS_NOTHING.keys() | IS_NOT_FOUND.keys()
    assert taking_a_user == asked | MAKES_ROWS | ABOUT_THE_USER


@pytest.mark.parametrize("name", FINDS_NOTHING)
def test_a_stranger_finds_nothing(
    database: Database, owner: str, stranger: str, owned: Owned, name: str
) -> None:
    question = FINDS_NOTHING[name]
    with database.read() as conn:
        assert question(conn, owner, owned), "the owner would find something"
        assert not question(conn, stranger, owned)


@pytest.mark.parametrize("name", IS_NOT_FOUND)
def test_what_is_the_owners_is_not_there_for_a_stranger(
    database: Database, owner: str, stranger: str, owned: Owned, name: str
) -> None:
    question = IS_NOT_FOUND[name]
    with pytest.raises(NotFound), database.write() as conn:
        question(conn, stranger, owned)
    with database.write() as conn:
        question(conn, owner, owned)
