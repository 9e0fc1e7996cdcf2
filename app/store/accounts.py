"""Linked accounts: what they are, what their keys may do, and the sealed credential.

The credential comes sealed and goes out sealed; this module cannot open it. Once a key is
refused nothing of it remains but the last four characters of its public part.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, or_, select, update
from sqlalchemy import delete as delete_from
from sqlalchemy.exc import IntegrityError

from app.domain.account import AccountStatus
from app.domain.errors import Conflict, NotFound
from app.domain.permissions import KeyPermissions
from app.store import revisions, sources
from app.store.codec import from_json, to_json
from app.store.database import erased_secret
from app.store.labels import checked_label
from app.store.tables import accounts

AccountKind = Literal["key", "address"]

_HINT_LENGTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One linked account. ``message`` says why it is not being read, where that is so."""

    id: str
    user_id: str
    venue: str
    label: str
    status: AccountStatus
    kind: AccountKind
    credential_hint: str
    sealed: bytes | None = field(repr=False)
    key_id: str | None
    permissions: KeyPermissions | None
    acknowledged_unverifiable: bool
    created_at: datetime
    checked_at: datetime | None
    message: str | None


def create(
    conn: Connection,
    *,
    account_id: str,
    user_id: str,
    venue: str,
    label: str,
    kind: AccountKind,
    public_part: str,
    key_id: str,
    sealed: bytes,
    now: datetime,
) -> Account:
    """Store a new account as ``pending``.

    ``account_id`` is a ``new_id()``, made before the credential was sealed for it.
    ``public_part`` is the API key or address; its last four characters and its hash are kept.
    Raises ``Conflict`` when the user has this label or this credential already.
    """
    values = {
        "id": account_id,
        "user_id": user_id,
        "venue": venue,
        "label": checked_label(label),
        "status": AccountStatus.PENDING.value,
        "kind": kind,
        "credential_hint": public_part[-_HINT_LENGTH:],
        "credential_hash": _credential_hash(kind, public_part),
        "sealed": sealed,
        "key_id": key_id,
        "acknowledged_unverifiable": False,
        "created_at": now,
    }
    try:
        conn.execute(accounts.insert().values(**values))
    except IntegrityError as error:
        raise _conflict(error) from None
    revisions.bump(conn, revisions.user_scope(user_id))
    return get(conn, user_id=user_id, account_id=account_id)


def get(conn: Connection, *, user_id: str, account_id: str) -> Account:
    """Raises ``NotFound``, also for an account of somebody else."""
    return _one(conn, and_(accounts.c.id == account_id, accounts.c.user_id == user_id))


def get_any(conn: Connection, *, account_id: str) -> Account:
    """For the worker, which reads for every user. Raises ``NotFound``."""
    return _one(conn, accounts.c.id == account_id)


def list_for(conn: Connection, *, user_id: str) -> tuple[Account, ...]:
    """The user's accounts, oldest first."""
    return _many(conn, accounts.c.user_id == user_id)


def list_active(conn: Connection) -> tuple[Account, ...]:
    """Every account that may be read: verified, or acknowledged as not verifiable."""
    acknowledged = and_(
        accounts.c.status == AccountStatus.UNVERIFIABLE, accounts.c.acknowledged_unverifiable
    )
    return _many(conn, or_(accounts.c.status == AccountStatus.ACTIVE, acknowledged))


def list_sealed(conn: Connection) -> tuple[Account, ...]:
    """Every account that has a credential, for giving each a new seal."""
    return _many(conn, accounts.c.sealed.is_not(None))


def any_at(conn: Connection, *, venue: str) -> bool:
    """Whether anybody has an account with a credential at this venue."""
    statement = select(accounts.c.id).where(
        accounts.c.venue == venue, accounts.c.sealed.is_not(None)
    )
    return conn.execute(statement.limit(1)).first() is not None


def relabel(conn: Connection, *, user_id: str, account_id: str, label: str) -> Account:
    """Raises ``NotFound``, and ``Conflict`` when another account of the user has the label."""
    try:
        changed = conn.execute(
            update(accounts)
            .where(accounts.c.id == account_id, accounts.c.user_id == user_id)
            .values(label=checked_label(label))
        )
    except IntegrityError as error:
        raise _conflict(error) from None
    if not changed.rowcount:
        raise _not_found()
    revisions.bump(conn, revisions.user_scope(user_id))
    return get(conn, user_id=user_id, account_id=account_id)


def set_checked(
    conn: Connection,
    *,
    account_id: str,
    status: AccountStatus,
    permissions: KeyPermissions | None,
    message: str | None,
    now: datetime,
    erase_secret: bool,
) -> Account:
    """Record what the venue said of the key.

    ``erase_secret`` leaves no copy of the credential in the database file once the transaction
    has committed, and frees it to be linked again. Raises ``NotFound`` when the account was
    unlinked meanwhile.
    """
    values: dict[str, object] = {
        "status": status.value,
        "permissions": to_json(permissions) if permissions else None,
        "message": message,
        "checked_at": now,
    }
    if erase_secret:
        values |= {"sealed": None, "key_id": None, "credential_hash": None}
        erased_secret(conn)
    user_id = conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id)
        .values(**values)
        .returning(accounts.c.user_id)
    ).scalar_one_or_none()
    if user_id is None:
        raise _not_found()
    revisions.bump(conn, revisions.user_scope(user_id))
    return get_any(conn, account_id=account_id)


def forget_check(conn: Connection, *, account_id: str) -> bool:
    """Have the venue asked anew, at the next refresh, what the key may do.

    ``False`` when there is no such account, or no credential of it any more.
    """
    user_id = conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.sealed.is_not(None))
        .values(checked_at=None)
        .returning(accounts.c.user_id)
    ).scalar_one_or_none()
    if user_id is not None:
        revisions.bump(conn, revisions.user_scope(user_id))
    return user_id is not None


def acknowledge(conn: Connection, *, user_id: str, account_id: str) -> Account:
    """The user accepts that nobody can say what the key may do; the account is read from now.

    Raises ``NotFound``, and ``Conflict`` for an account that is not ``unverifiable``.
    """
    changed = conn.execute(
        update(accounts)
        .where(
            accounts.c.id == account_id,
            accounts.c.user_id == user_id,
            accounts.c.status == AccountStatus.UNVERIFIABLE,
        )
        .values(acknowledged_unverifiable=True)
    )
    account = get(conn, user_id=user_id, account_id=account_id)
    if not changed.rowcount:
        raise Conflict(f"There is nothing to acknowledge: the account is {account.status}.")
    revisions.bump(conn, revisions.user_scope(user_id))
    return account


def replace_sealed(
    conn: Connection, *, account_id: str, replaces: str, key_id: str, sealed: bytes
) -> bool:
    """Put a new seal in place of the one of key ``replaces``.

    ``False``, and nothing changed, when that seal is gone: the account was unlinked, or its
    secret erased, and must not come back.
    """
    changed = conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.key_id == replaces)
        .values(sealed=sealed, key_id=key_id)
    )
    erased_secret(conn)
    return bool(changed.rowcount)


def key_ids(conn: Connection) -> frozenset[str]:
    """The vault keys that some account's credential is sealed with."""
    used = select(accounts.c.key_id).where(accounts.c.key_id.is_not(None)).distinct()
    return frozenset(conn.scalars(used))


def delete(conn: Connection, *, user_id: str, account_id: str) -> None:
    """Unlink: the credential, the positions, the history, and its place in the worker's plan.

    Raises ``NotFound``.
    """
    gone = conn.execute(
        delete_from(accounts).where(accounts.c.id == account_id, accounts.c.user_id == user_id)
    )
    if not gone.rowcount:
        raise _not_found()
    erased_secret(conn)
    sources.remove(conn, source=sources.account_source(account_id))
    revisions.bump(conn, revisions.user_scope(user_id))


def _one(conn: Connection, condition: Any) -> Account:
    row = conn.execute(select(accounts).where(condition)).one_or_none()
    if row is None:
        raise _not_found()
    return _account(row)


def _many(conn: Connection, condition: Any) -> tuple[Account, ...]:
    ordered = select(accounts).where(condition).order_by(accounts.c.created_at, accounts.c.id)
    return tuple(_account(row) for row in conn.execute(ordered))


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    values = dict(row._mapping)
    del values["credential_hash"]
    values["status"] = AccountStatus(row.status)
    if row.permissions is not None:
        values["permissions"] = from_json(KeyPermissions, row.permissions)
    return Account(**values)


def _credential_hash(kind: AccountKind, public_part: str) -> bytes:
    # An address is the same in any case; an API key is not.
    named = public_part.lower() if kind == "address" else public_part
    return hashlib.sha256(named.encode()).digest()


def _conflict(error: IntegrityError) -> Conflict:
    if "label" in str(error.orig):
        return Conflict("You have an account with this label already. Choose another.")
    return Conflict("You have linked this key or address already.")


def _not_found() -> NotFound:
    return NotFound("There is no such account.")
