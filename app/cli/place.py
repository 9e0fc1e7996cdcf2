"""The database, queue and keys that the settings name, as one command uses them."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from pathlib import Path

    from app.settings import Settings
    from app.store.database import Database
    from app.store.queue import JobQueue
    from app.store.vault import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where this installation's data is, and whose rows a command at this machine shows."""

    settings: Settings
    database: Database
    user_id: str

    @property
    def public_keys(self) -> Path:
        """The file of the vault's public keys."""
        return public_keys(self.settings)

    def queue(self) -> JobQueue:
        """Where the worker takes its jobs from."""
        from app.store.queue import JobQueue

        return JobQueue(self.settings.queue_url or self.settings.data_dir / "queue.db")

    def sealer(self) -> Sealer:
        """Seals credentials for the worker; opens none."""
        from app.store.vault import Sealer

        return Sealer(self.public_keys)


@contextmanager
def opened() -> Iterator[Place]:
    """The place the settings name. Raises ``Conflict`` when it is not set up (yet)."""
    from app import clock
    from app.settings import load_settings
    from app.store import users
    from app.store.database import Database

    settings = load_settings()
    database = Database(settings.database_url)
    try:
        if not database.is_current():
            raise Conflict(
                "There is no database of this version yet: start Seawall with `seawall up`, "
                "or make it with `seawall migrate`."
            )
        with database.write() as connection:
            owner = users.ensure_owner(connection, now=clock.now())
        yield Place(settings=settings, database=database, user_id=owner.id)
    finally:
        database.dispose()


def prepare(settings: Settings) -> None:
    """Make the data folder, the database of this version and the vault's keys; safe to repeat.

    Raises ``InvalidInput`` for a folder that anybody may write to.
    """
    from app import clock
    from app.store import accounts
    from app.store.database import Database
    from app.store.vault import ensure_keys, retire

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_folder(settings.data_dir)
    database = Database(settings.database_url)
    if not database.is_current():
        database.migrate()
    ensure_keys(settings.private_dir, public_keys(settings), clock.now())
    with database.read() as connection:
        in_use = accounts.key_ids(connection)
    # An empty database may be the wrong one: nothing is deleted on its word.
    if in_use:
        retire(settings.private_dir, public_keys(settings), in_use=in_use, now=clock.now())
    database.dispose()


def _check_folder(folder: Path) -> None:
    """Who can write there can put a public key of their own in the place of the vault's."""
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH:
        raise InvalidInput(
            f"{folder} can be written to by others, and exchange keys are to be kept there. "
            "Choose another folder (SEAWALL_DATA_DIR), or close this one: chmod 700."
        )
    if mode & stat.S_IWGRP:
        with suppress(PermissionError):
            folder.chmod(stat.S_IMODE(mode) & ~stat.S_IWGRP)


def public_keys(settings: Settings) -> Path:
    """The file of the vault's public keys; the web process reads it, the worker makes it."""
    return settings.data_dir / "vault-public.json"
