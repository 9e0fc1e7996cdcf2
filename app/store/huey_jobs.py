"""Huey with one task, ``run(job, argument)``, and messages that are JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from huey.api import Huey
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import RedisStorage, SqliteStorage

_TASK = f"{__name__}.run"


class JobSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """A message is ``{"id": …, "job": …, "argument": …}``, all strings, and nothing else is."""

    def serialize(self, data: object) -> bytes:
        """Raises ``TypeError`` for anything but a plain call of our one task."""
        if not isinstance(data, Message) or data.name != _TASK or data.kwargs:
            raise TypeError("only jobs travel through this queue")
        job, argument = data.args
        return json.dumps({"id": data.id, "job": str(job), "argument": str(argument)}).encode()

    def deserialize(self, data: bytes) -> Message:
        """Raises ``ValueError`` for what is not a job."""
        found = json.loads(data)
        match found:
            case {"id": str(name), "job": str(job), "argument": str(argument)}:
                return Message(id=name, name=_TASK, args=(job, argument), kwargs={})
        raise ValueError("a message that is no job was dropped")


class JobHuey(Huey):  # type: ignore[misc]  # huey has no types
    """No results are kept: what a job found is in the database."""

    def put_job(self, job: str, argument: str) -> None:
        self._put(job, argument)

    def register(self, run: Callable[[str, str], None]) -> None:
        """``run`` is called, in a consumer, with the name and the argument of each job."""

        def task(job: str, argument: str) -> None:
            run(job, argument)

        self._put = self.task(name="run")(task)

    def close(self) -> None:
        """Close the connections."""
        if isinstance(self.storage, RedisStorage):
            self.storage.pool.disconnect()
        else:
            self.storage.close()


def open_huey(where: str, *, name: str, run: Callable[[str, str], None]) -> JobHuey:
    """Huey on the Redis URL or the SQLite file ``where``."""
    options: dict[str, object] = {"results": False, "serializer": JobSerializer()}
    if "://" in where:
        huey = JobHuey(name, storage_class=RedisStorage, url=where, **options)
    else:
        huey = JobHuey(name, storage_class=SqliteStorage, filename=where, **options)
    huey.register(run)
    return huey
