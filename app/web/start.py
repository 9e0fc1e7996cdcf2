"""Opens what the web process works with.

What requests rarely need is loaded when the first one needs it: cryptography to seal a
credential (here), Huey to put a job in the queue (in ``JobQueue``).
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from app.logs import configure_logging
from app.settings import Settings, load_settings
from app.store.database import Database
from app.store.queue import JobQueue
from app.web.factory import create_app

if TYPE_CHECKING:
    from app.domain.account import Credentials
    from app.store.vault import Sealer


class LateSealer:
    """The vault's sealing half, loaded when the first credential is to be sealed."""

    def __init__(self, public_path: Path) -> None:
        self._public_path = public_path

    def seal(
        self, *, account_id: str, user_id: str, venue: str, credentials: Credentials
    ) -> tuple[str, bytes]:
        """See ``app.store.vault.Sealer.seal``."""
        return self._sealer.seal(
            account_id=account_id, user_id=user_id, venue=venue, credentials=credentials
        )

    @cached_property
    def _sealer(self) -> Sealer:
        from app.store.vault import Sealer  # noqa: PLC0415

        return Sealer(self._public_path)


def start(settings: Settings | None = None) -> Flask:
    """The application of ``settings``, or of those the environment gives."""
    settings = settings or load_settings()
    configure_logging(settings)
    return create_app(
        settings,
        Database(settings.database_url),
        JobQueue(settings.queue_url or settings.data_dir / "queue.db"),
        LateSealer(settings.data_dir / "vault-public.json"),
    )
