"""The ticker: what is due enters the queue once, and what should be watched is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.domain.account import AccountStatus
from app.domain.fund import FundHistoryPage
from app.monitor.coordinator import Coordinator
from app.monitor.scheduler import Scheduler
from app.monitor.worker import build_coordinator, register_jobs
from app.store import (
    accounts,
    backfills,
    fund_retention,
    heartbeat,
    positions,
    snapshots,
    sources,
    users,
)
from app.store.database import Database
from app.store.queue import JobQueue
from app.store.sources import account_source
from tests.support.nouns import NOON, an_assessment, later
from tests.support.scripted import Worker, a_worker

VENUES = ("binance", "bybit", "hyperliquid", "okx")
PASTS = {"history:hyperliquid", "history:okx"}
PUBLIC = {f"{kind}:{venue}" for kind in ("funds", "markets") for venue in VENUES} | PASTS


class Queued:
    """A queue that keeps what was put in it, or is out of reach."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, str]] = []
        self.broken = False

    def enqueue(self, job: str, argument: str) -> None:
        if self.broken:
            raise ConnectionError("nobody there")
        self.jobs.append((job, argument))


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Worker:
    return a_worker(tmp_path, database, Queued())


@pytest.fixture
def scheduler(worker: Worker) -> Scheduler:
    return Scheduler(worker.context, Coordinator(worker.context, {}))


def queued(worker: Worker) -> list[str]:
    """What was put in the queue since last asked."""
    jobs: Any = worker.context.queue
    found = [argument for _, argument in jobs.jobs]
    jobs.jobs.clear()
    return found


def settle(worker: Worker, account_id: str, status: AccountStatus, **fields: Any) -> None:
    with worker.database.write() as connection:
        accounts.set_checked(
            connection,
            account_id=account_id,
            status=status,
            permissions=None,
            message=None,
            now=worker.time.now,
            erase_secret=status is AccountStatus.REFUSED,
        )


def planned(worker: Worker) -> set[str]:
    with worker.database.read() as connection:
        return {state.source for state in sources.all(connection)}


def succeed(worker: Worker, source: str, interval: float) -> None:
    """As though a worker had read it just now."""
    now = worker.time.now
    with worker.database.write() as connection:
        sources.hasten(connection, source=source, due_at=now)
        sources.claim(connection, source=source, owner="w", now=now, lease_seconds=60)
        sources.finish_success(connection, source=source, owner="w", now=now, interval=interval)


def due_at(worker: Worker, source: str) -> datetime:
    with worker.database.read() as connection:
        return sources.get(connection, source=source).next_due_at


def test_every_venue_is_watched_from_the_first_look(worker: Worker, scheduler: Scheduler) -> None:
    assert scheduler.tick() == len(PUBLIC)
    assert set(queued(worker)) == PUBLIC


def test_accounts_are_watched_unless_refused_or_not_acknowledged(
    worker: Worker, scheduler: Scheduler
) -> None:
    made = {name: worker.link(label=name) for name in ("new", "active", "bad", "unsure", "known")}
    settle(worker, made["active"], AccountStatus.ACTIVE)
    settle(worker, made["bad"], AccountStatus.REFUSED)
    settle(worker, made["unsure"], AccountStatus.UNVERIFIABLE)
    settle(worker, made["known"], AccountStatus.UNVERIFIABLE)
    with worker.database.write() as connection:
        accounts.acknowledge(connection, user_id=worker.user_id, account_id=made["known"])
    scheduler.tick()
    watched = {account_source(made[name]) for name in ("new", "active", "known")}
    assert planned(worker) == PUBLIC | watched | {"candles:binance"}


def test_what_is_due_is_queued_once_whoever_looks(worker: Worker, scheduler: Scheduler) -> None:
    another = Scheduler(worker.context, Coordinator(worker.context, {}))
    assert scheduler.tick() + another.tick() == len(PUBLIC)
    worker.time.passes(seconds=59)
    assert scheduler.tick() + another.tick() == 0


def test_a_job_that_was_lost_is_queued_again_after_a_minute(
    worker: Worker, scheduler: Scheduler
) -> None:
    scheduler.tick()
    queued(worker)
    worker.time.passes(seconds=60)
    assert scheduler.tick() == len(PUBLIC)


def test_a_source_comes_back_when_its_interval_is_over(
    worker: Worker, scheduler: Scheduler
) -> None:
    scheduler.tick()
    for source in PUBLIC:
        succeed(worker, source, 90 if source == "funds:okx" else 3600)
    queued(worker)
    worker.time.passes(seconds=89)
    assert scheduler.tick() == 0
    worker.time.passes(seconds=1)
    scheduler.tick()
    assert queued(worker) == ["funds:okx"]


def test_venues_that_are_watched_no_longer_are_asked_no_longer(worker: Worker) -> None:
    Scheduler(worker.context, Coordinator(worker.context, {})).tick()
    fewer = replace(worker.context, watch=frozenset({"okx"}))
    Scheduler(fewer, Coordinator(fewer, {})).tick()
    assert planned(worker) == {"funds:okx", "history:okx", "markets:okx"}


def test_a_past_that_was_read_is_not_asked_for_again(worker: Worker, scheduler: Scheduler) -> None:
    scheduler.tick()
    with worker.database.write() as connection:
        end = FundHistoryPage(readings=())
        backfills.record_page(connection, venue="okx", asked=None, page=end, now=worker.time.now)
    worker.time.passes(seconds=5)
    scheduler.tick()
    assert planned(worker) == PUBLIC - {"history:okx"}


def test_a_fund_without_a_balance_is_read_for_its_events(worker: Worker) -> None:
    events_only = replace(worker.context, watch=frozenset({"deribit"}))
    Scheduler(events_only, Coordinator(events_only, {})).tick()
    assert planned(worker) == {"funds:deribit", "history:deribit", "markets:deribit"}


def test_the_venue_of_a_linked_account_is_watched_whatever_the_setting(worker: Worker) -> None:
    worker.link()
    none = replace(worker.context, watch=frozenset())
    Scheduler(none, Coordinator(none, {})).tick()
    assert {"funds:binance", "markets:binance"} <= planned(worker)
    assert "markets:okx" not in planned(worker)


def test_the_worker_gives_a_sign_of_life_every_few_seconds(
    worker: Worker, scheduler: Scheduler
) -> None:
    for seconds in (0, 3, 3):
        worker.time.passes(seconds=seconds)
        scheduler.tick()
    with worker.database.read() as connection:
        assert heartbeat.last(connection) == later(seconds=6)


def test_clients_of_accounts_that_are_gone_are_forgotten(
    worker: Worker, scheduler: Scheduler
) -> None:
    kept, gone = worker.link(label="kept"), worker.link(label="gone")
    worker.clients.opened = dict.fromkeys((kept, gone))  # type: ignore[assignment]
    with worker.database.write() as connection:
        accounts.delete(connection, user_id=worker.user_id, account_id=gone)
    scheduler.tick()
    assert worker.clients.opened.keys() == {kept}


def hold(worker: Worker, account_id: str) -> None:
    with worker.database.write() as connection:
        positions.record_snapshot(
            connection,
            account_id=account_id,
            user_id=worker.user_id,
            venue="binance",
            scopes={"linear"},
            assessments=(an_assessment(),),
            margins=(),
            taken_at=worker.time.now,
        )


def look(worker: Worker) -> None:
    with worker.database.write() as connection:
        users.saw(connection, user_id=worker.user_id, now=worker.time.now)


@pytest.fixture
def watched(worker: Worker, scheduler: Scheduler) -> str:
    """An active account with a position, read a moment ago and planned in a minute."""
    account_id = worker.link()
    settle(worker, account_id, AccountStatus.ACTIVE)
    scheduler.tick()
    hold(worker, account_id)
    succeed(worker, account_source(account_id), 60)
    worker.time.passes(seconds=10)
    return account_source(account_id)


def test_somebody_who_begins_to_look_need_not_wait_for_the_idle_interval(
    worker: Worker, scheduler: Scheduler, watched: str
) -> None:
    scheduler.tick()
    assert due_at(worker, watched) == later(seconds=60)
    look(worker)
    worker.time.passes(seconds=5)
    scheduler.tick()
    # 36 weights a refresh of Binance's 80 a minute for accounts: the floor of 27 s holds.
    assert due_at(worker, watched) == later(seconds=27)


def test_an_account_of_a_venue_that_is_not_known_any_more_holds_nothing_up(
    worker: Worker, scheduler: Scheduler
) -> None:
    gone = worker.link(venue="a plug-in's")
    settle(worker, gone, AccountStatus.ACTIVE)
    scheduler.tick()
    succeed(worker, account_source(gone), 60)
    look(worker)
    queued(worker)
    worker.time.passes(seconds=61)
    scheduler.tick()
    assert len(queued(worker)) == len(PUBLIC) + 1


def test_looking_does_not_hasten_what_fails(
    worker: Worker, scheduler: Scheduler, watched: str
) -> None:
    now = worker.time.now
    with worker.database.write() as connection:
        sources.hasten(connection, source=watched, due_at=now)
        sources.claim(connection, source=watched, owner="w", now=now, lease_seconds=60)
        sources.finish_failure(
            connection, source=watched, owner="w", now=now, delay=300, code="x", message="x"
        )
    look(worker)
    worker.time.passes(seconds=5)
    scheduler.tick()
    assert due_at(worker, watched) == later(seconds=310)


def test_old_snapshots_are_cleared_away(worker: Worker, scheduler: Scheduler) -> None:
    account_id = worker.link()
    hold(worker, account_id)
    worker.time.passes(days=31)
    hold(worker, account_id)
    scheduler.tick()
    with worker.database.read() as connection:
        kept = snapshots.history(
            connection, user_id=worker.user_id, account_id=account_id, since=NOON
        )
    assert [one.taken_at for one in kept] == [later(days=31)]


class Looks:
    """In place of the event the ticker waits on: so many looks, the queue out of reach at some."""

    def __init__(self, worker: Worker, *broken: bool) -> None:
        self.worker, self.broken = worker, list(broken)

    def is_set(self) -> bool:
        if not self.broken:
            return True
        jobs: Any = self.worker.context.queue
        jobs.broken = self.broken.pop(0)
        return False

    def wait(self, _seconds: float) -> None:
        self.worker.time.passes(seconds=61)


def test_a_ticker_that_stumbles_says_so_once_and_when_it_is_over(
    worker: Worker, scheduler: Scheduler
) -> None:
    scheduler._stop = Looks(worker, False, True, True, True, False, False)  # type: ignore[assignment]
    with capture_logs() as log:
        scheduler._run()
    assert [entry["event"] for entry in log] == [
        "ticker stumbles; it goes on trying",
        "ticker recovered",
    ]
    assert len(queued(worker)) == 3 * len(PUBLIC)


# The jobs, with the queue that carries them


@pytest.fixture
def real(database: Database, queue: JobQueue, tmp_path: Path) -> Worker:
    """The worker's own jobs on a queue that is none of a test's making."""
    made = a_worker(tmp_path, database, queue)
    register_jobs(made.context, build_coordinator(made.context))
    return made


def drain(queue: JobQueue) -> int:
    done = 0
    while queue.huey.pending_count():
        queue.huey.execute(queue.huey.dequeue())
        done += 1
    return done


def test_what_the_ticker_queues_is_read_by_whoever_takes_it(real: Worker, queue: JobQueue) -> None:
    account_id = real.link()
    scheduler = Scheduler(real.context, build_coordinator(real.context))
    assert scheduler.tick() == len(PUBLIC) + 2, "the account, and the candles of its contracts"
    assert drain(queue) == len(PUBLIC) + 2
    assert real.account(account_id).status is AccountStatus.ACTIVE
    assert {"markets", "signals", "funds"} <= set(real.clients.script("okx").asked)


def test_a_check_that_was_asked_for_is_made_at_once_and_reads_the_account(
    real: Worker, queue: JobQueue
) -> None:
    account_id = real.link()
    for turn in (1, 2):
        queue.enqueue("check_account", account_id)
        drain(queue)
        assert real.clients.script(account_id).asked == ["clock", "permissions", "account"] * turn
    assert real.account(account_id).checked_at == NOON


@pytest.mark.parametrize("gone", ["never-was", "unlinked", "refused"])
def test_a_check_of_what_is_gone_does_nothing(real: Worker, queue: JobQueue, gone: str) -> None:
    account_id = real.link() if gone != "never-was" else gone
    if gone == "unlinked":
        with real.database.write() as connection:
            accounts.delete(connection, user_id=real.user_id, account_id=account_id)
    if gone == "refused":
        settle(real, account_id, AccountStatus.REFUSED)
    queue.enqueue("check_account", account_id)
    drain(queue)
    assert real.clients.script(account_id).asked == []
    assert planned(real) == set()


def test_old_fund_samples_are_thinned_a_step_at_a_tick_and_then_rested_for_an_hour(
    worker: Worker, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []

    def thin(connection: object, *, now: datetime) -> bool:
        asked.append(now)
        return len(asked) < 3

    monkeypatch.setattr(fund_retention, "thin", thin)
    for _ in range(6):
        scheduler.tick()
    assert len(asked) == 3
    worker.time.passes(hours=1)
    scheduler.tick()
    assert len(asked) == 4
