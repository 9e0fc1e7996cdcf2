"""A job queue of its own for a test, in a file or on the Redis of ``tests.support.services``."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from app.store.queue import JobQueue
from tests.support.services import redis

queue_fixture_params = ("sqlite", "redis")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """Where a queue is: what ``JobQueue`` takes, in this process and in another."""

    where: str
    name: str

    def open(self) -> JobQueue:
        return JobQueue(self.where, name=self.name)


@contextmanager
def queue_place(kind: str, tmp_path: Path) -> Iterator[QueuePlace]:
    """An empty queue; on Redis under a name of its own, whose keys are deleted at the end."""
    name = f"seawalltest{secrets.token_hex(8)}"
    if kind == "sqlite":
        yield QueuePlace(where=str(tmp_path / "queue.db"), name=name)
        return
    url = redis().require()
    try:
        yield QueuePlace(where=url, name=name)
    finally:
        with Redis.from_url(url) as client:
            left = list(client.scan_iter(match=f"huey.*{name}*"))
            if left:
                client.delete(*left)
