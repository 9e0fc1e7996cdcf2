"""The worker process: the only one that opens secrets and talks to exchanges."""

from __future__ import annotations

import random
import signal
import threading
from types import FrameType

import structlog
from huey.consumer import Consumer

from app import clock
from app.logs import configure_logging
from app.monitor.accounts import refresh_account
from app.monitor.candles import refresh_candles
from app.monitor.context import Context
from app.monitor.coordinator import Coordinator
from app.monitor.funds import refresh_funds
from app.monitor.history import refresh_history
from app.monitor.intervals import IDLE
from app.monitor.markets import refresh_markets
from app.monitor.scheduler import REFRESH_JOB, Scheduler
from app.monitor.verdicts import refresh_verdicts
from app.settings import Settings
from app.store import accounts, sources
from app.store.database import Database
from app.store.queue import CHECK_JOB, JobQueue
from app.store.sources import account_source
from app.store.vault import Opener
from app.venues.catalogue import catalogue
from app.venues.clients import Clients

log = structlog.get_logger(__name__)

QUEUE_POLL_SECONDS = 0.25
HEALTH_SECONDS = 10.0
STOP_SECONDS = 8
"""How long refreshes under way may take to end; the supervisor waits a little longer."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def build_context(settings: Settings) -> Context:
    """Open everything the worker needs; the vault's private keys among it."""
    return Context(
        database=Database(settings.database_url),
        clients=Clients(settings.cache_dir, settings.upstream),
        opener=Opener(settings.private_dir),
        queue=JobQueue(settings.queue_url or settings.data_dir / "queue.db"),
        catalogue=catalogue(),
        now=clock.now,
        random=random.random,
        watch=settings.watch,
    )


def build_coordinator(context: Context) -> Coordinator:
    """A coordinator that knows every kind of source."""
    return Coordinator(
        context,
        {
            "account": refresh_account,
            "candles": refresh_candles,
            "funds": refresh_funds,
            "history": refresh_history,
            "markets": refresh_markets,
            "verdicts": refresh_verdicts,
        },
    )


def register_jobs(context: Context, coordinator: Coordinator) -> None:
    """Tie the queue's two jobs to what they do; both carry an id and nothing else."""

    def check_account(account_id: str) -> None:
        """Somebody waits for it: what the key may do is asked, and the account read, now."""
        source, now = account_source(account_id), context.now()
        with context.database.write() as connection:
            if not accounts.forget_check(connection, account_id=account_id):
                return
            if not sources.ensure(connection, source=source, interval=IDLE, due_at=now):
                sources.hasten(connection, source=source, due_at=now)
        coordinator.run(source)

    def refresh(source: str) -> None:
        coordinator.run(source)

    context.queue.handler(CHECK_JOB)(check_account)
    context.queue.handler(REFRESH_JOB)(refresh)


def run(settings: Settings) -> None:
    """Work until SIGINT, SIGTERM or SIGHUP; refreshes under way get some seconds to finish.

    What does not finish in time is given back, and the next worker takes it at once.
    """
    configure_logging(settings)
    context = build_context(settings)
    coordinator = build_coordinator(context)
    register_jobs(context, coordinator)
    scheduler = Scheduler(context, coordinator)
    consumer = Consumer(
        context.queue.huey,
        workers=settings.worker_threads,
        worker_type="thread",
        periodic=False,
        initial_delay=0.05,
        max_delay=QUEUE_POLL_SECONDS,
        shutdown_timeout=STOP_SECONDS,
    )
    told = _start(scheduler, consumer)
    log.info("worker started", threads=settings.worker_threads, sandbox=settings.upstream)
    while not told.wait(HEALTH_SECONDS):
        consumer.check_worker_health()
    scheduler.stop()
    consumer.stop(graceful=True)
    coordinator.give_back()
    context.clients.close()
    context.database.dispose()
    log.info("worker stopped")


def _start(scheduler: Scheduler, consumer: Consumer) -> threading.Event:
    """Start both; the event is set by the first signal to stop, and the second one kills.

    Signals wait until our handlers stand in place of Huey's, which would drop everything on
    SIGTERM and start the process again on SIGHUP.
    """
    told = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        told.set()
        signal.signal(number, signal.SIG_DFL)

    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    scheduler.start()
    consumer.start()
    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    return told
