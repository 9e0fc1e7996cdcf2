"""What is sealed opens for its own account, with its own key, and otherwise not."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.domain.account import Credentials
from app.domain.errors import VaultError
from app.store import vault
from app.store.vault import Opener, Sealer
from tests.support.nouns import NOON, later

CREDENTIALS = Credentials({"api_key": "a key", "secret": "hunter2 ünïcode", "passphrase": "p"})
NAMES = {"account_id": "account", "user_id": "user", "venue": "okx"}


class Vault:
    """Both halves of a vault in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.private = folder / "worker"
        self.public = folder / "vault-public.json"
        self.sealer = Sealer(self.public)
        self.opener = Opener(self.private)

    def ensure(self, now: datetime = NOON) -> None:
        vault.ensure_keys(self.private, self.public, now)

    def seal(self, **names: str) -> dict[str, Any]:
        """A seal and what it was made for, as ``open`` takes them."""
        own = NAMES | names
        key_id, sealed = self.sealer.seal(**own, credentials=CREDENTIALS)
        return {**own, "key_id": key_id, "sealed": sealed}

    def private_files(self) -> list[Path]:
        return sorted(self.private.iterdir())


@pytest.fixture
def box(tmp_path: Path) -> Vault:
    made = Vault(tmp_path)
    made.ensure()
    return made


def test_a_sealed_credential_comes_out_as_it_went_in(box: Vault) -> None:
    assert box.opener.open(**box.seal()) == CREDENTIALS


def test_a_seal_shows_nothing_and_is_never_the_same(box: Vault) -> None:
    first, second = box.seal()["sealed"], box.seal()["sealed"]
    assert first != second
    assert b"hunter2" not in first
    assert b"api_key" not in first


@pytest.mark.parametrize("name", ["account_id", "user_id", "venue"])
def test_a_seal_moved_to_another_row_does_not_open(box: Vault, name: str) -> None:
    with pytest.raises(VaultError, match="belongs to another account"):
        box.opener.open(**box.seal() | {name: "another"})


def test_names_that_run_into_one_another_are_kept_apart(box: Vault) -> None:
    sealed = box.seal(account_id="ab", user_id="c")
    with pytest.raises(VaultError):
        box.opener.open(**sealed | {"account_id": "a", "user_id": "bc"})


def test_a_seal_with_one_bit_changed_does_not_open(box: Vault) -> None:
    sealed = box.seal()
    for place in range(len(sealed["sealed"])):
        damaged = bytearray(sealed["sealed"])
        damaged[place] ^= 1
        with pytest.raises(VaultError, match="damaged"):
            box.opener.open(**sealed | {"sealed": bytes(damaged)})


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 31, b"\x02" + b"x" * 100])
def test_what_is_no_seal_does_not_open(box: Vault, sealed: bytes) -> None:
    with pytest.raises(VaultError, match="damaged"):
        box.opener.open(**box.seal() | {"sealed": sealed})


def test_another_vault_does_not_open_it(box: Vault, tmp_path: Path) -> None:
    other = Vault(tmp_path / "other")
    other.ensure()
    with pytest.raises(VaultError, match="is not in"):
        other.opener.open(**box.seal())


def test_a_key_id_from_the_database_cannot_name_a_file_elsewhere(box: Vault) -> None:
    with pytest.raises(VaultError, match="cannot exist"):
        box.opener.open(**box.seal() | {"key_id": "../../elsewhere"})


def test_sealing_needs_no_private_key(box: Vault) -> None:
    for path in box.private_files():
        path.unlink()
    box.private.rmdir()
    assert box.seal()["sealed"]


def test_sealing_before_the_worker_ever_ran_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="Start the worker"):
        Vault(tmp_path).seal()


def test_the_files_are_the_workers_alone(box: Vault) -> None:
    assert stat.S_IMODE(box.private.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in box.private_files()] == [0o600]
    assert "private" not in box.public.read_text()


def test_a_directory_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    box.private.mkdir(mode=0o755)
    box.ensure()
    assert stat.S_IMODE(box.private.stat().st_mode) == 0o700


def test_keys_are_made_once_however_many_start_at_once(tmp_path: Path) -> None:
    box = Vault(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: box.ensure(), range(8)))
    assert len(box.private_files()) == 1


def test_the_keys_may_lie_where_nobody_can_write(box: Vault) -> None:
    sealed = box.seal()
    box.private.chmod(0o500)
    box.ensure()
    box.public.unlink()
    box.ensure()
    assert box.opener.open(**sealed) == CREDENTIALS
    assert box.opener.open(**box.seal()) == CREDENTIALS


def test_a_lost_public_file_is_written_again_with_the_newest_key(box: Vault) -> None:
    newest = vault.rotate(box.private, box.public, later(days=1))
    box.public.unlink()
    box.ensure(later(days=2))
    assert box.seal()["key_id"] == newest


def test_a_lost_private_key_is_never_replaced_in_silence(box: Vault) -> None:
    before = box.public.read_text()
    for path in box.private_files():
        path.unlink()
    with pytest.raises(VaultError, match="Restore it"):
        box.ensure()
    assert box.public.read_text() == before


def test_a_rotation_seals_with_the_new_key_and_still_opens_the_old(box: Vault) -> None:
    old = box.seal()
    new_id = vault.rotate(box.private, box.public, later(days=1))
    new = box.seal()
    assert (old["key_id"] != new_id, new["key_id"]) == (True, new_id)
    assert box.opener.open(**old) == box.opener.open(**new) == CREDENTIALS


def test_a_key_retires_when_nothing_is_sealed_with_it_any_more(box: Vault) -> None:
    old = box.seal()["key_id"]
    new = vault.rotate(box.private, box.public, later(days=1))
    assert vault.retire(box.private, box.public, in_use={old, new}, now=later(days=3)) == ()
    assert vault.retire(box.private, box.public, in_use={new}, now=later(days=3)) == (old,)
    assert [path.name for path in box.private_files()] == [f"vault-{new}.json"]
    assert old not in box.public.read_text()


def test_the_sealing_key_and_one_just_superseded_do_not_retire(box: Vault) -> None:
    vault.rotate(box.private, box.public, later(days=1))
    just_after = later(days=1, minutes=59)
    assert vault.retire(box.private, box.public, in_use=(), now=just_after) == ()
    assert len(box.private_files()) == 2


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"version": 1, "keys": 3}'])
def test_a_damaged_public_file_is_said_to_be_damaged(box: Vault, content: str) -> None:
    box.public.write_text(content)
    with pytest.raises(VaultError, match="restore it"):
        box.seal()


def test_a_file_of_another_version_is_not_guessed_at(box: Vault) -> None:
    content = json.loads(box.public.read_text())
    box.public.write_text(json.dumps(content | {"version": 2}))
    with pytest.raises(VaultError, match="another version"):
        box.seal()


def test_an_interrupted_rotation_leaves_the_old_file(
    box: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = box.public.read_text()

    def interrupted(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(OSError, match="no space"):
        vault.rotate(box.private, box.public, later(days=1))
    monkeypatch.undo()
    assert box.public.read_text() == before
    assert len(box.private_files()) == 1
    assert box.opener.open(**box.seal()) == CREDENTIALS
