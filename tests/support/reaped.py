"""A worker that reads a venue's fund and its past, killed at every point in turn.

Run as a program: a process is forked for every point, and ends itself by SIGKILL there. The
next one goes on over the same database, minutes later, and what is stored in the end is compared
with what one that was never killed has stored. Points are the beginnings of every request,
statement and commit; the same are met each time. Prints what was found as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Connection, Engine, event, select

from app.monitor.coordinator import Coordinator
from app.monitor.funds import refresh_funds
from app.monitor.history import refresh_history
from app.monitor.scheduler import Scheduler
from app.store import backfills
from app.store.database import Database
from app.store.tables import fund_events, fund_samples, metadata, pools
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from app.venues.replay import BundleAdapter
from tests.support.case import case
from tests.support.scripted import Time, a_worker

VENUE = "okx"
NEVER = -1
ROUNDS = 8
LATER = timedelta(minutes=10)
"""By then every lease of a process that died is over, and every source due."""


class Reaper:
    """Kills this process at the given point; counts the points until then."""

    def __init__(self, fatal: int) -> None:
        self.met = 0
        self._fatal = fatal

    def __call__(self, *_: object) -> None:
        if self.met == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.met += 1


class Answers(BundleAdapter):
    """The recorded answers of two cases; every request is a point."""

    def __init__(self, reaper: Reaper) -> None:
        live, past = (case(VENUE, name).bundle.entries for name in ("funds", "history"))
        super().__init__([*live, *past])
        self._reaper = reaper

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        self._reaper()
        return super().send(request, *args, **options)


class Jobs:
    """Stands for the queue: what the ticker put there is done next, or dies with the process."""

    def __init__(self) -> None:
        self.waiting: list[str] = []

    def enqueue(self, _job: str, source: str) -> None:
        if not source.startswith("markets:"):
            self.waiting.append(source)


def work(url: str, folder: Path, reaper: Reaper, *, lives: int) -> None:
    """Read the fund, and its past to the end: in the ``lives``-th process that tries."""
    database = Database(url)
    jobs = Jobs()
    worker = a_worker(folder, database, jobs)
    time: Time = worker.time
    time.now += lives * ROUNDS * LATER
    clients = Clients(
        folder / "cache", clock=time, make_adapter=lambda: Answers(reaper), paced=False
    )
    context = replace(
        worker.context,
        clients=clients,
        watch=frozenset({VENUE}),
    )
    for kind in ("before_cursor_execute", "commit"):
        event.listen(Engine, kind, reaper)
    coordinator = Coordinator(context, {"funds": refresh_funds, "history": refresh_history})
    scheduler = Scheduler(context, coordinator)
    done = False
    for _ in range(ROUNDS):
        scheduler.tick()
        while jobs.waiting:
            coordinator.run(jobs.waiting.pop(0))
        time.now += LATER
        if done:
            break
        with database.read() as connection:
            done = VENUE in backfills.finished(connection)
    database.dispose()


def remember() -> None:
    """Read in once what every process needs."""
    catalogue()
    for name in ("funds", "history"):
        case(VENUE, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the processes work."""

    url: str
    folder: Path

    def empty(self) -> None:
        self._with(
            lambda conn: [conn.execute(t.delete()) for t in reversed(metadata.sorted_tables)]
        )

    def stored(self) -> dict[str, Any]:
        """Everything that matters of what is stored."""
        found: dict[str, Any] = self._with(_stored)
        return found

    def live(self, fatal: int, *, lives: int) -> int | None:
        """Work in a process of its own; the points it met, ``None`` when it was killed."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            reaper = Reaper(fatal)
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                work(self.url, Path(folder), reaper, lives=lives)
            os.write(writing, str(reaper.met).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            met = told.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            return None
        assert status == 0, "it ended in a way of its own"
        return int(met)

    def _with(self, what: Callable[[Connection], Any]) -> Any:
        database = Database(self.url)
        try:
            with database.write() as conn:
                return what(conn)
        finally:
            database.dispose()


def _stored(conn: Connection) -> dict[str, Any]:
    def rows(table: Any, *names: str) -> list[Any]:
        columns = [table.c[name] for name in names]
        found = conn.execute(select(pools.c.id, *columns).join(pools))
        return sorted([str(value) for value in row] for row in found)

    (backfill,) = backfills.progress(conn)
    return {
        "samples": rows(fund_samples, "at", "asset", "revision", "amount", "usd"),
        "events": rows(fund_events, "at", "kind", "asset", "amount", "detail"),
        "backfill": [backfill.cursor, backfill.finished_at is not None, backfill.samples],
    }


def main(url: str, folder: str, step: int) -> None:
    """Every ``step``-th point from the first on."""
    stage = Stage(url=url, folder=Path(folder))
    remember()
    stage.empty()
    points = stage.live(NEVER, lives=0)
    assert points is not None
    whole = stage.stored()
    killed, wrong = 0, []
    for fatal in range(0, points, step):
        stage.empty()
        killed += stage.live(fatal, lives=0) is None
        stage.live(NEVER, lives=1)
        if stage.stored() != whole:
            wrong.append(fatal)
    print(json.dumps({"points": points, "killed": killed, "wrong": wrong, "whole": whole}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
