"""The margin of whole cross accounts, of each scope, as last read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from app.domain.position import AccountMargin
from app.store.codec import from_json, to_json
from app.store.tables import account_margins, accounts


def put(
    conn: Connection, *, account_id: str, scopes: Collection[str], margins: Sequence[AccountMargin]
) -> None:
    """Put ``margins`` in place of what was known of ``scopes``; other scopes keep theirs."""
    replaced = {*scopes, *(margin.scope for margin in margins)}
    conn.execute(
        delete(account_margins).where(
            account_margins.c.account_id == account_id, account_margins.c.scope.in_(list(replaced))
        )
    )
    rows = {
        margin.scope: {"account_id": account_id, "scope": margin.scope, "document": to_json(margin)}
        for margin in margins
    }
    if rows:
        conn.execute(account_margins.insert(), list(rows.values()))


def list_for(conn: Connection, *, user_id: str, account_id: str) -> tuple[AccountMargin, ...]:
    """The margins of one account, by scope."""
    rows = conn.execute(
        select(account_margins.c.document)
        .join(accounts)
        .where(accounts.c.id == account_id, accounts.c.user_id == user_id)
        .order_by(account_margins.c.scope)
    )
    return tuple(from_json(AccountMargin, row.document) for row in rows)


def notes_of(conn: Connection, *, user_id: str) -> Mapping[str, tuple[str, ...]]:
    """What is to be said of the user's accounts beside their figures, by account id, once each."""
    rows = conn.execute(
        select(account_margins.c.account_id, account_margins.c.document)
        .join(accounts)
        .where(accounts.c.user_id == user_id)
        .order_by(account_margins.c.account_id, account_margins.c.scope)
    )
    notes: dict[str, dict[str, None]] = {}
    for row in rows:
        note = from_json(AccountMargin, row.document).note
        if note is not None:
            notes.setdefault(row.account_id, {})[note] = None
    return {account_id: tuple(told) for account_id, told in notes.items()}
