"""A refused key's secret is gone from the files themselves, not only from the answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.domain.account import AccountStatus, Credentials
from app.store import accounts, users
from app.store.accounts import Account
from app.store.database import Database
from app.store.identifiers import new_id
from app.store.vault import Sealer, ensure_keys
from tests.store.helpers import link, settle
from tests.support.databases import open_database
from tests.support.nouns import NOON

API_KEY = "the-public-part-of-the-api-key-WXYZ"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    folder.mkdir()
    with open_database("sqlite", folder) as opened:
        yield opened


@pytest.fixture
def account(database: Database, tmp_path: Path) -> Account:
    """A linked account among others, sealed for real."""
    public = tmp_path / "vault-public.json"
    ensure_keys(tmp_path / "private", public, NOON)
    with database.write() as conn:
        owner = users.ensure_owner(conn, now=NOON).id
    for _ in range(30):
        link(database, owner)
    account_id = new_id()
    key_id, sealed = Sealer(public).seal(
        account_id=account_id,
        user_id=owner,
        venue="binance",
        credentials=Credentials({"api_key": API_KEY, "secret": "hunter2" * 8}),
    )
    with database.write() as conn:
        return accounts.create(
            conn,
            account_id=account_id,
            user_id=owner,
            venue="binance",
            label="mine",
            kind="key",
            public_part=API_KEY,
            key_id=key_id,
            sealed=sealed,
            now=NOON,
        )


def in_files(folder: Path, account: Account) -> bool:
    """Whether any 16 bytes of the sealed credential are in any file."""
    assert account.sealed is not None
    pieces = [account.sealed[at : at + 16] for at in range(0, len(account.sealed) - 16)]
    files = [path.read_bytes() for path in folder.iterdir()]
    return any(piece in content for piece in pieces for content in files)


def test_a_refused_key_leaves_no_trace(database: Database, folder: Path, account: Account) -> None:
    assert in_files(folder, account)
    settle(database, account, AccountStatus.REFUSED)
    assert not in_files(folder, account)
    assert b"WXYZ" in (folder / "seawall.db").read_bytes()
    assert not any(API_KEY.encode() in path.read_bytes() for path in folder.iterdir())


def test_an_unlinked_account_leaves_no_trace(
    database: Database, folder: Path, account: Account
) -> None:
    with database.write() as conn:
        accounts.delete(conn, user_id=account.user_id, account_id=account.id)
    assert not in_files(folder, account)


def test_a_replaced_seal_leaves_no_trace(
    database: Database, folder: Path, account: Account
) -> None:
    assert account.key_id is not None
    with database.write() as conn:
        accounts.replace_sealed(
            conn, account_id=account.id, replaces=account.key_id, key_id="new", sealed=b"new"
        )
    assert not in_files(folder, account)


def test_a_refused_key_whose_page_was_moved_around_leaves_no_trace(
    database: Database, folder: Path, account: Account
) -> None:
    for _ in range(60):
        link(database, account.user_id)
    with database.write() as conn:
        others = set(accounts.list_for(conn, user_id=account.user_id)) - {account}
        for other in list(others)[:60]:
            accounts.delete(conn, user_id=account.user_id, account_id=other.id)
    settle(database, account, AccountStatus.REFUSED)
    assert not in_files(folder, account)


def test_a_reader_in_the_way_only_delays_the_erasure(
    database: Database,
    folder: Path,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("app.store.database._BUSY_TIMEOUT_MS", 1)
    impatient = Database(f"sqlite:///{folder / 'seawall.db'}")
    with database.read() as reader:
        reader.execute(text("BEGIN"))
        reader.execute(text("SELECT count(*) FROM accounts")).all()
        settle(impatient, account, AccountStatus.REFUSED)
        assert "still in the write-ahead log" in caplog.text
        assert in_files(folder, account)
        reader.execute(text("ROLLBACK"))
    with impatient.write():
        pass
    assert not in_files(folder, account)
    impatient.dispose()
