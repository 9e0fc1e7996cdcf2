"""Who may read what lies on disk: the person who runs Seawall, whatever the umask says."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.place import prepare
from app.domain.account import Credentials
from app.domain.errors import InvalidInput, VaultError
from app.sandbox import Sandbox
from app.settings import Settings, load_settings
from app.store import vault
from app.store.database import Database
from app.store.files import make_private_file
from app.store.queue import JobQueue
from app.store.vault import Opener, Sealer
from app.venues.clients import Clients
from tests.support.nouns import NOON, later

PUBLIC = {"vault-public.json"}
"""May be read by a web process that runs as somebody else."""
NAMES = {"account_id": "a", "user_id": "u", "venue": "binance"}
SECRET = Credentials({"api_key": "k", "secret": "planted-secret"})


@pytest.fixture
def careless() -> Iterator[None]:
    """Everything is created for everybody, unless it says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("DATABASE_URL", "QUEUE_URL", "UPSTREAM"):
        monkeypatch.delenv(f"SEAWALL_{name}", raising=False)
    monkeypatch.setenv("SEAWALL_DATA_DIR", str(tmp_path / "data"))
    return load_settings()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("careless")
def test_nothing_that_is_made_can_be_read_by_others(settings: Settings) -> None:
    prepare(settings)
    database = Database(settings.database_url)
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE users SET name = name")
    queue = JobQueue(settings.data_dir / "queue.db")
    queue.enqueue("job", "argument")
    with Sandbox(still=True) as sandbox:
        clients = Clients(settings.cache_dir, sandbox.url)
        clients.public("binance").read_funds()
        clients.public("okx").read_markets(())
        clients.close()
    made = [settings.data_dir, *settings.data_dir.rglob("*")]
    names = {path.name for path in made}
    assert {"seawall.db", "seawall.db-wal", "queue.db", "markets", "worker"} <= names
    open_to_others = {p.name for p in made if mode(p) & 0o077} - PUBLIC
    database.dispose()
    queue.close()
    assert open_to_others == set()


def test_a_database_that_was_restored_for_everybody_is_closed_again(settings: Settings) -> None:
    prepare(settings)
    path = settings.data_dir / "seawall.db"
    path.chmod(0o644)

    Database(settings.database_url).dispose()

    assert mode(path) == 0o600


def test_private_keys_that_were_restored_for_everybody_are_closed_again(
    settings: Settings,
) -> None:
    prepare(settings)
    (key,) = settings.private_dir.glob("vault-*.json")
    key.chmod(0o644)
    settings.private_dir.chmod(0o755)

    prepare(settings)

    assert mode(key) == 0o600
    assert mode(settings.private_dir) == 0o700


@pytest.mark.parametrize("loose", [0o777, 0o1777, 0o702])
def test_a_folder_that_others_can_write_to_is_not_used(settings: Settings, loose: int) -> None:
    """Who can put a public key of their own there is sent the next credential."""
    settings.data_dir.mkdir()
    settings.data_dir.chmod(loose)

    with pytest.raises(InvalidInput, match="others"):
        prepare(settings)
    assert not list(settings.data_dir.iterdir())


@pytest.mark.parametrize(("made", "kept"), [(0o755, 0o755), (0o775, 0o755), (0o770, 0o750)])
def test_in_a_folder_that_others_may_look_into_only_we_write(
    settings: Settings, made: int, kept: int
) -> None:
    settings.data_dir.mkdir()
    settings.data_dir.chmod(made)

    prepare(settings)

    assert mode(settings.data_dir) == kept


def test_looking_whether_a_file_is_private_takes_no_lock_from_who_has_it_open(
    tmp_path: Path,
) -> None:
    """Closing any descriptor of a file gives up every lock this process has on it."""
    import fcntl
    import subprocess
    import sys

    path = tmp_path / "seawall.db"
    make_private_file(path)
    with path.open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        make_private_file(path)
        probe = (
            "import fcntl, sys\n"
            "try:\n"
            "    fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
            "except OSError:\n"
            "    print('held')\n"
        )
        said = subprocess.run(
            [sys.executable, "-c", probe, str(path)], capture_output=True, text=True, check=True
        ).stdout
    assert said.strip() == "held"


# The vault's files, attacked


def test_a_key_file_named_by_a_sealed_row_is_looked_for_in_one_folder_only(
    tmp_path: Path,
) -> None:
    for name in ("../vault-x", "x/../../y", "/etc/passwd", "", "a\x00b", ".."):
        with pytest.raises(VaultError):
            Opener(tmp_path).open(**NAMES, key_id=name, sealed=b"\x01")


def test_a_link_put_in_the_place_of_the_public_file_is_replaced_and_not_followed(
    settings: Settings, tmp_path: Path
) -> None:
    prepare(settings)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    public = settings.data_dir / "vault-public.json"
    kept = public.read_bytes()
    public.unlink()
    public.symlink_to(victim)
    victim.write_bytes(kept)

    vault.rotate(settings.private_dir, public, later(minutes=1))

    assert victim.read_bytes() == kept
    assert not public.is_symlink()


@pytest.mark.parametrize("other", ["account_id", "user_id", "venue"])
def test_a_seal_copied_elsewhere_does_not_open(settings: Settings, other: str) -> None:
    prepare(settings)
    sealer = Sealer(settings.data_dir / "vault-public.json")
    key_id, sealed = sealer.seal(**NAMES, credentials=SECRET)

    with pytest.raises(VaultError) as caught:
        Opener(settings.private_dir).open(
            **{**NAMES, other: "another"}, key_id=key_id, sealed=sealed
        )
    assert "planted" not in str(caught.value)


def test_the_parts_of_a_seals_name_do_not_run_into_each_other(settings: Settings) -> None:
    prepare(settings)
    sealer = Sealer(settings.data_dir / "vault-public.json")
    names = {"account_id": 'a", "b', "user_id": "c", "venue": "v"}
    key_id, sealed = sealer.seal(**names, credentials=SECRET)

    shifted = {"account_id": "a", "user_id": 'b", "c', "venue": "v"}
    with pytest.raises(VaultError):
        Opener(settings.private_dir).open(**shifted, key_id=key_id, sealed=sealed)


def test_every_bit_of_a_seal_matters(settings: Settings) -> None:
    prepare(settings)
    sealer = Sealer(settings.data_dir / "vault-public.json")
    key_id, sealed = sealer.seal(**NAMES, credentials=SECRET)
    opener = Opener(settings.private_dir)
    damaged = [
        *(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))),
        b"",
        sealed[:1],
        sealed[:33],
        sealed[:-1],
        sealed + b"\x00",
    ]
    for blob in damaged:
        with pytest.raises(VaultError):
            opener.open(**NAMES, key_id=key_id, sealed=blob)
    assert opener.open(**NAMES, key_id=key_id, sealed=sealed).values == SECRET.values


def test_a_public_file_that_names_somebody_elses_key_opens_nothing_here(
    settings: Settings, tmp_path: Path
) -> None:
    """Swapped together with the account's row: the worker says so instead of reading it."""
    prepare(settings)
    theirs = tmp_path / "theirs"
    vault.ensure_keys(theirs / "worker", theirs / "vault-public.json", NOON)
    key_id, sealed = Sealer(theirs / "vault-public.json").seal(**NAMES, credentials=SECRET)

    with pytest.raises(VaultError, match="not in"):
        Opener(settings.private_dir).open(**NAMES, key_id=key_id, sealed=sealed)
