"""After a rotation every stored credential is under the new key."""

from __future__ import annotations

from pathlib import Path

from app.domain.account import AccountStatus, Credentials
from app.store import accounts, vault
from app.store.accounts import Account
from app.store.database import Database
from app.store.identifiers import new_id
from app.store.rotation import Resealed, reseal_all
from app.store.vault import Opener, Sealer
from tests.store.helpers import settle
from tests.support.nouns import NOON, later


def link_sealed(database: Database, sealer: Sealer, user_id: str, secret: str) -> Account:
    account_id = new_id()
    key_id, sealed = sealer.seal(
        account_id=account_id,
        user_id=user_id,
        venue="okx",
        credentials=Credentials({"api_key": secret, "secret": secret}),
    )
    with database.write() as conn:
        return accounts.create(
            conn,
            account_id=account_id,
            user_id=user_id,
            venue="okx",
            label=secret,
            kind="key",
            public_part=secret,
            key_id=key_id,
            sealed=sealed,
            now=NOON,
        )


def test_every_account_is_sealed_anew_and_the_old_key_can_go(
    database: Database, owner: str, stranger: str, tmp_path: Path
) -> None:
    private, public = tmp_path / "worker", tmp_path / "vault-public.json"
    vault.ensure_keys(private, public, NOON)
    sealer, opener = Sealer(public), Opener(private)
    linked = [link_sealed(database, sealer, user, f"key of {user}") for user in (owner, stranger)]
    refused = link_sealed(database, sealer, owner, "refused")
    settle(database, refused, AccountStatus.REFUSED)
    damaged = link_sealed(database, sealer, owner, "damaged")
    assert damaged.key_id is not None
    with database.write() as conn:
        accounts.replace_sealed(
            conn,
            account_id=damaged.id,
            replaces=damaged.key_id,
            key_id=damaged.key_id,
            sealed=b"\x01damaged",
        )

    new_key = vault.rotate(private, public, later(days=1))
    with database.write() as conn:
        assert reseal_all(conn, opener, sealer) == Resealed(done=2, failed=(damaged.id,))
    with database.read() as conn:
        in_use = accounts.key_ids(conn)
        resealed = [accounts.get_any(conn, account_id=account.id) for account in linked]
    assert in_use == {new_key, damaged.key_id}

    with database.write() as conn:
        accounts.delete(conn, user_id=owner, account_id=damaged.id)
        in_use = accounts.key_ids(conn)
    assert vault.retire(private, public, in_use=in_use, now=later(days=2)) == (damaged.key_id,)
    for account in resealed:
        assert account.key_id == new_key
        assert account.sealed is not None
        opened = opener.open(
            account_id=account.id,
            user_id=account.user_id,
            venue=account.venue,
            key_id=account.key_id,
            sealed=account.sealed,
        )
        assert opened["secret"] == f"key of {account.user_id}"
