"""Jobs put in the queue by one process are done by another, and nothing but ids travels."""

from __future__ import annotations

import json
import pickle
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from app.domain.errors import InvalidInput
from app.store.queue import JobQueue
from tests.support.queues import QueuePlace, queue_fixture_params, queue_place

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=queue_fixture_params)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[QueuePlace]:
    with queue_place(request.param, tmp_path) as own:
        yield own


@pytest.fixture
def queue(place: QueuePlace) -> Iterator[JobQueue]:
    opened = place.open()
    yield opened
    opened.close()


def consume(place: QueuePlace, how_many: int, *jobs: str) -> list[list[str]]:
    """Let another process do that many jobs; what it did."""
    program = [sys.executable, "-m", "tests.support.job_consumer"]
    done = subprocess.run(
        [*program, place.where, place.name, str(how_many), *jobs],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def waiting(place: QueuePlace) -> list[bytes]:
    """The messages as they lie in the queue."""
    if "://" in place.where:
        with Redis.from_url(place.where) as client:
            return client.lrange(f"huey.redis.{place.name}", 0, -1)
    with sqlite3.connect(place.where) as connection:
        return [bytes(data) for (data,) in connection.execute("SELECT data FROM task ORDER BY id")]


def put(place: QueuePlace, message: bytes) -> None:
    """Write to the queue behind the program's back."""
    if "://" in place.where:
        with Redis.from_url(place.where) as client:
            client.lpush(f"huey.redis.{place.name}", message)
        return
    with sqlite3.connect(place.where) as connection:
        connection.execute(
            "INSERT INTO task (queue, data, priority) VALUES (?, ?, 0)", (place.name, message)
        )


def test_another_process_does_the_jobs_in_order(place: QueuePlace, queue: JobQueue) -> None:
    jobs = [["refresh", "account:1"], ["check_account", "2"], ["refresh", "funds:okx"]]
    for job, argument in jobs:
        queue.enqueue(job, argument)
    assert consume(place, 3, "refresh", "check_account") == jobs
    assert waiting(place) == []


def test_the_queue_holds_names_and_ids_and_nothing_else(place: QueuePlace, queue: JobQueue) -> None:
    queue.enqueue("check_account", "a1b2")
    (message,) = waiting(place)
    found = json.loads(message)
    assert found.keys() == {"id", "job", "argument"}
    assert (found["job"], found["argument"]) == ("check_account", "a1b2")


def test_a_job_that_breaks_does_not_stop_the_next(place: QueuePlace, queue: JobQueue) -> None:
    queue.enqueue("nobody does this", "1")
    queue.enqueue("refresh", "2")
    assert consume(place, 1, "refresh") == [["refresh", "2"]]


class Harmful:
    """Runs code when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._path,)


def test_a_pickle_in_the_queue_is_dropped_and_not_run(
    place: QueuePlace, queue: JobQueue, tmp_path: Path
) -> None:
    queue.enqueue("refresh", "before")
    put(place, pickle.dumps(Harmful(tmp_path / "harmed")))
    put(place, b'{"id": "1", "job": "refresh", "argument": {"not": "a string"}}')
    queue.enqueue("refresh", "after")
    assert consume(place, 2, "refresh") == [["refresh", "before"], ["refresh", "after"]]
    assert not (tmp_path / "harmed").exists()


def test_queues_of_different_names_do_not_mix(place: QueuePlace, queue: JobQueue) -> None:
    other = QueuePlace(where=place.where, name=f"{place.name}other")
    opened = other.open()
    opened.enqueue("refresh", "theirs")
    opened.close()
    queue.enqueue("refresh", "ours")
    assert consume(place, 1, "refresh") == [["refresh", "ours"]]
    assert consume(other, 1, "refresh") == [["refresh", "theirs"]]


@pytest.mark.parametrize(("job", "argument"), [("", "1"), ("x" * 201, "1"), ("refresh", "x" * 201)])
def test_what_is_too_long_for_an_id_does_not_travel(
    place: QueuePlace, queue: JobQueue, job: str, argument: str
) -> None:
    with pytest.raises(InvalidInput):
        queue.enqueue(job, argument)


def test_only_strings_travel(place: QueuePlace, queue: JobQueue) -> None:
    with pytest.raises(TypeError, match="only jobs travel"):
        queue.huey.put("key", {"secret": "hunter2"})


def test_a_job_has_one_handler(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "queue.db")
    queue.handler("refresh")(print)
    with pytest.raises(ValueError, match="refresh"):
        queue.handler("refresh")(print)


def test_the_queue_file_is_nobody_elses_business(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "data" / "queue.db")
    assert not (tmp_path / "data").exists()
    queue.enqueue("refresh", "1")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    queue.close()
    assert modes == {0o600}
