"""The queue between the processes: jobs by name, each with the id it is about, and nothing else.

Huey keeps it, in a SQLite file or in Redis. What travels is one JSON object of strings; Huey's
own messages are pickles, and whoever can write those to a queue can run code in the worker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import InvalidInput
from app.store.files import make_private_file

if TYPE_CHECKING:
    from app.store.huey_jobs import JobHuey

logger = logging.getLogger(__name__)

CHECK_JOB = "check_account"
"""Ask what an account's key may do, and read it now; its argument is the account's id."""

Handler = Callable[[str], None]

_MAX_LENGTH = 200


class JobQueue:
    """``where`` is a ``redis://`` URL or the path of a SQLite file.

    The web process only calls ``enqueue``; the worker registers handlers and runs a consumer
    on ``huey``. ``name`` keeps queues apart that share a Redis database. Nothing is opened, and
    Huey not even imported, before it is needed.
    """

    def __init__(self, where: str | Path, *, name: str = "seawall") -> None:
        self._where = where
        self._name = name
        self._handlers: dict[str, Handler] = {}

    def enqueue(self, job: str, argument: str) -> None:
        """Ask the worker for a job. Raises ``InvalidInput`` for what cannot be an id."""
        if not (0 < len(job) <= _MAX_LENGTH and len(argument) <= _MAX_LENGTH):
            raise InvalidInput("A job has a name and an id, and neither is long.")
        self.huey.put_job(job, argument)

    def handler(self, job: str) -> Callable[[Handler], Handler]:
        """Decorator: the function that does ``job`` in this process, given its argument."""

        def register(function: Handler) -> Handler:
            if job in self._handlers:
                raise ValueError(f"{job} has a handler already")
            self._handlers[job] = function
            return function

        return register

    def close(self) -> None:
        """Close the connections, if any were opened."""
        if "huey" in self.__dict__:
            self.huey.close()

    @cached_property
    def huey(self) -> JobHuey:
        """Huey itself, for the worker's consumer."""
        from app.store.huey_jobs import open_huey  # noqa: PLC0415

        where = str(self._where)
        if not where.startswith(("redis://", "rediss://", "unix://")):
            make_private_file(Path(where))
        return open_huey(where, name=self._name, run=self._run)

    def _run(self, job: str, argument: str) -> None:
        handler = self._handlers.get(job)
        if handler is None:
            logger.error("no handler for the job %s; it was dropped", job)
            return
        handler(argument)
