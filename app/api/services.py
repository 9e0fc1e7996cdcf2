"""What the handlers need, handed to the application once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from flask import current_app

if TYPE_CHECKING:
    from app.api.demand import Demand
    from app.api.overlay_cache import OverlayCache
    from app.domain.account import Credentials
    from app.settings import Settings
    from app.store.database import Database

EXTENSION = "seawall"


class Queue(Protocol):
    """Where jobs are put; only an id travels with one."""

    def enqueue(self, job: str, argument: str) -> None: ...


class Seals(Protocol):
    """Turns credentials into bytes that the worker alone can open again."""

    def seal(
        self, *, account_id: str, user_id: str, venue: str, credentials: Credentials
    ) -> tuple[str, bytes]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    settings: Settings
    database: Database
    queue: Queue
    sealer: Seals
    demand: Demand
    overlays: OverlayCache


def services() -> Services:
    """The services of the application that answers this request."""
    found: Services = current_app.extensions[EXTENSION]
    return found
