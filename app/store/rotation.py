"""Giving every stored credential a new seal, after ``vault.rotate`` made a new key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.errors import VaultError
from app.store import accounts
from app.store.vault import Opener, Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """``done`` counts; ``failed`` are the accounts whose credential does not open any more."""

    done: int
    failed: tuple[str, ...]


def reseal_all(conn: Connection, opener: Opener, sealer: Sealer) -> Resealed:
    """Seal every credential with the newest key; one that does not open stays as it is.

    Once this has committed, ``vault.retire(…, in_use=accounts.key_ids(conn))`` may delete the
    older private keys.
    """
    done = 0
    failed = []
    for account in accounts.list_sealed(conn):
        assert account.sealed is not None
        assert account.key_id is not None
        names = {"account_id": account.id, "user_id": account.user_id, "venue": account.venue}
        try:
            credentials = opener.open(**names, key_id=account.key_id, sealed=account.sealed)
        except VaultError:
            failed.append(account.id)
            continue
        key_id, sealed = sealer.seal(**names, credentials=credentials)
        done += accounts.replace_sealed(
            conn, account_id=account.id, replaces=account.key_id, key_id=key_id, sealed=sealed
        )
    return Resealed(done=done, failed=tuple(failed))
