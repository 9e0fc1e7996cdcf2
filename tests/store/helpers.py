"""What several store tests do first."""

from __future__ import annotations

from typing import Any

from app.domain.account import AccountStatus
from app.store import accounts, positions
from app.store.accounts import Account
from app.store.database import Database
from app.store.identifiers import new_id
from tests.support.nouns import NOON, an_assessment

SEALED = b"\x01" + bytes(range(200, 256)) * 4
"""Stands for a sealed credential; nothing else in a database looks like it."""


def link(database: Database, user_id: str, **fields: Any) -> Account:
    """A pending account with ``SEALED`` as its credential."""
    account_id = new_id()
    values: dict[str, Any] = {
        "venue": "binance",
        "label": f"label of {account_id}",
        "kind": "key",
        "public_part": f"api-key-{account_id}",
        "key_id": "key1",
        "sealed": SEALED,
        "now": NOON,
    }
    with database.write() as conn:
        return accounts.create(conn, account_id=account_id, user_id=user_id, **(values | fields))


def settle(database: Database, account: Account, status: AccountStatus, **fields: Any) -> Account:
    """What the worker does after the check."""
    values: dict[str, Any] = {
        "permissions": None,
        "message": None,
        "now": NOON,
        "erase_secret": status is AccountStatus.REFUSED,
    }
    with database.write() as conn:
        return accounts.set_checked(conn, account_id=account.id, status=status, **(values | fields))


def record(database: Database, account: Account, *assessments: Any, **fields: Any) -> int:
    """One refresh of an account in which the scopes of these positions answered."""
    found = assessments or (an_assessment(),)
    values: dict[str, Any] = {
        "scopes": {one.position.scope for one in found},
        "assessments": found,
        "margins": (),
        "taken_at": NOON,
    }
    with database.write() as conn:
        return positions.record_snapshot(
            conn,
            account_id=account.id,
            user_id=account.user_id,
            venue=account.venue,
            **(values | fields),
        )
