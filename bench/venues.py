"""That more venues cost nothing at rest, and that they are read side by side.

Each figure is one JSON line:

- ``catalogue_load``: seconds to read and check the facts of every venue, beside parsing the same
  files as TOML and no more;
- ``worker_memory``: resident memory of a worker with three linked venues after one round of
  everything, in a catalogue of these three, and in the whole one;
- ``round_of_12``: twelve accounts at twelve venues whose answers take 150 ms each: from the moment
  they come due until the last is stored, against the slowest account's own chain of calls.
"""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

from _recorded import NOW, Recorded, full_accounts, public_cases
from huey.consumer import Consumer

from app import clock
from app.cli.place import prepare, public_keys
from app.domain.account import AccountStatus
from app.monitor.context import Context
from app.monitor.scheduler import Scheduler
from app.monitor.worker import QUEUE_POLL_SECONDS, build_coordinator, register_jobs
from app.settings import Settings, load_settings
from app.store import accounts, sources, users
from app.store.database import Database
from app.store.identifiers import new_id
from app.store.queue import JobQueue
from app.store.sources import account_source
from app.store.vault import Opener, Sealer
from app.venues.catalogue import FACTS, Catalogue, catalogue
from app.venues.clients import Clients
from app.venues.replay import made_up

LATENCY = 0.150
ACCOUNTS = 12
ROUNDS = 5
LOADS = 9
LINKED = ("binance", "bybit", "okx")
LOAD_BUDGET_SECONDS = 0.100
MEMORY_BUDGET = 1.03
ROUND_BUDGET = 1.25


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(memory_of(everything=sys.argv[1] == "everything")))
        return
    load()
    memory()
    round_of_12()


def load() -> None:
    """A catalogue that knows no file yet, each time."""
    loads, parses = [], []
    for _ in range(LOADS):
        loads.append(timed(lambda: Catalogue([FACTS]).venues()))
        parses.append(
            timed(lambda: [tomllib.loads(path.read_text()) for path in FACTS.glob("*.toml")])
        )
    seconds = statistics.median(loads)
    report(
        "catalogue_load",
        venues=len(catalogue().ids()),
        seconds=seconds,
        parsing_toml_alone_seconds=statistics.median(parses),
        budget_seconds=LOAD_BUDGET_SECONDS,
        met=seconds <= LOAD_BUDGET_SECONDS,
    )


def memory() -> None:
    """Each in a process of its own, three times."""
    few = statistics.median(measured("three")["megabytes"] for _ in range(3))
    runs = [measured("everything") for _ in range(3)]
    whole = statistics.median(run["megabytes"] for run in runs)
    report(
        "worker_memory",
        megabytes_with_three_venues=few,
        megabytes_with_all=whole,
        sources_read=runs[0]["sources"],
        ratio=whole / few,
        budget=MEMORY_BUDGET,
        met=whole / few <= MEMORY_BUDGET,
    )


def measured(which: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, which], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def memory_of(*, everything: bool) -> dict[str, float]:
    """One round of every source there is, then what the process keeps."""
    logging.disable(logging.CRITICAL)
    answers = Recorded([*(full_accounts()[venue] for venue in LINKED), *public_cases()])
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as name:
        folder = Path(name)
        known = catalogue() if everything else three(folder)
        worker = Worker(folder, answers, known, LINKED)
        worker.scheduler.tick()
        with worker.context.database.read() as connection:
            wanted = [state.source for state in sources.all(connection)]
        for source in wanted:
            worker.coordinator.run(source)
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        megabytes = resident()
        worker.close()
    return {"megabytes": round(megabytes, 1), "sources": len(wanted)}


def three(folder: Path) -> Catalogue:
    """A catalogue of the linked venues alone."""
    (folder / "facts").mkdir()
    for venue in LINKED:
        shutil.copy(FACTS / f"{venue}.toml", folder / "facts")
    return Catalogue([folder / "facts"])


def resident() -> float:
    """Megabytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def round_of_12() -> None:
    cases = dict(list(full_accounts().items())[:ACCOUNTS])
    answers = Recorded(list(cases.values()))
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as name:
        worker = Worker(Path(name), answers, catalogue(), tuple(cases))
        for venue in cases:
            worker.read(venue)
        answers.seconds = LATENCY
        ratios, rounds = [], []
        chains: dict[str, list[float]] = {venue: [] for venue in cases}
        with worker:
            for _ in range(ROUNDS):
                for venue, times in chains.items():
                    times.append(timed(lambda venue=venue: worker.read(venue)))
                rounds.append(worker.round())
                ratios.append(rounds[-1] / max(times[-1] for times in chains.values()))
        worker.close()
    medians = {venue: statistics.median(times) for venue, times in chains.items()}
    slowest = max(medians, key=lambda venue: medians[venue])
    ratio = statistics.median(ratios)
    report(
        "round_of_12",
        seconds=statistics.median(rounds),
        slowest_account=slowest,
        slowest_chain_seconds=medians[slowest],
        all_chains_seconds=sum(medians.values()),
        ratio=ratio,
        budget=ROUND_BUDGET,
        met=ratio <= ROUND_BUDGET,
    )


class Worker:
    """The real worker's parts over recorded answers, with one account at each of ``venues``."""

    def __init__(
        self, folder: Path, answers: Recorded, known: Catalogue, venues: tuple[str, ...]
    ) -> None:
        os.environ["SEAWALL_DATA_DIR"] = str(folder)
        self.settings: Settings = load_settings()
        prepare(self.settings)
        self.context = Context(
            database=Database(self.settings.database_url),
            clients=Clients(
                self.settings.cache_dir, clock=lambda: NOW, make_adapter=lambda: answers
            ),
            opener=Opener(self.settings.private_dir),
            queue=JobQueue(self.settings.data_dir / "queue.db"),
            catalogue=known,
            now=clock.now,
            random=lambda: 1.0,
        )
        self.coordinator = build_coordinator(self.context)
        register_jobs(self.context, self.coordinator)
        self.scheduler = Scheduler(self.context, self.coordinator)
        self.ids = self._link(venues)
        self._consumer = Consumer(
            self.context.queue.huey,
            workers=self.settings.worker_threads,
            periodic=False,
            initial_delay=0.05,
            max_delay=QUEUE_POLL_SECONDS,
        )

    def __enter__(self) -> None:
        self._consumer.start()

    def __exit__(self, *_error: object) -> None:
        self._consumer.stop(graceful=True)

    def close(self) -> None:
        self.context.clients.close()
        self.context.queue.close()
        self.context.database.dispose()

    def read(self, venue: str) -> None:
        """One account's own chain of calls."""
        credentials = made_up(catalogue().venue(venue))
        assert credentials is not None
        self.context.clients.account(self.ids[venue], venue, credentials).read_account()

    def round(self) -> float:
        """Seconds from all accounts coming due to the last being stored."""
        now, names = clock.now(), [account_source(one) for one in self.ids.values()]
        began = time.perf_counter()
        with self.context.database.write() as connection:
            for source in names:
                sources.ensure(connection, source=source, interval=60.0, due_at=now)
                sources.hasten(connection, source=source, due_at=now)
        with self.context.database.write() as connection:
            for source in names:
                sources.mark_queued(connection, source=source, now=clock.now())
        for source in names:
            self.context.queue.enqueue("refresh", source)
        end = time.monotonic() + 60
        while not self._all_read_since(now):
            assert time.monotonic() < end, "the accounts were not read"
            time.sleep(0.005)
        return time.perf_counter() - began

    def _all_read_since(self, then: object) -> bool:
        with self.context.database.read() as connection:
            states = sources.get_many(
                connection, names=[account_source(one) for one in self.ids.values()]
            )
        return all(
            state.last_success_at is not None and state.last_success_at > then
            for state in states.values()
        )

    def _link(self, venues: tuple[str, ...]) -> dict[str, str]:
        sealer, ids, now = Sealer(public_keys(self.settings)), {}, clock.now()
        with self.context.database.write() as connection:
            owner = users.ensure_owner(connection, now=now)
            for venue in venues:
                credentials = made_up(catalogue().venue(venue))
                assert credentials is not None
                ids[venue] = new_id()
                key_id, sealed = sealer.seal(
                    account_id=ids[venue],
                    user_id=owner.id,
                    venue=venue,
                    credentials=credentials,
                )
                accounts.create(
                    connection,
                    account_id=ids[venue],
                    user_id=owner.id,
                    venue=venue,
                    label=venue,
                    kind="key",
                    public_part=venue,
                    key_id=key_id,
                    sealed=sealed,
                    now=now,
                )
                accounts.set_checked(
                    connection,
                    account_id=ids[venue],
                    status=AccountStatus.ACTIVE,
                    permissions=None,
                    message=None,
                    now=now,
                    erase_secret=False,
                )
        return ids


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def report(figure: str, **values: object) -> None:
    shown = {k: round(v, 4) if isinstance(v, float) else v for k, v in values.items()}
    print(json.dumps({"figure": figure, **shown}), flush=True)


if __name__ == "__main__":
    main()
