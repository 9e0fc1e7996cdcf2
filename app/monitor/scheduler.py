"""The ticker: looks twice a second for sources that are due and puts them in the queue.

Any number of workers may run one: a source is marked queued in the same statement that finds
it, so it enters the queue once.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import structlog

from app.monitor.context import Context
from app.monitor.coordinator import Coordinator
from app.monitor.demand import early_for_lookers
from app.monitor.intervals import IDLE
from app.monitor.sources import wanted_sources
from app.store import accounts, candles, fund_retention, heartbeat, snapshots, sources

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
KEEP_SNAPSHOTS = timedelta(days=30)
KEEP_CANDLES = timedelta(days=90)
REFRESH_JOB = "refresh"
AT_ONCE = 64


class Scheduler:
    """Owns the ticker thread. ``start`` and ``stop`` bracket its life; ``tick`` is one look."""

    def __init__(self, context: Context, coordinator: Coordinator) -> None:
        self._context = context
        self._coordinator = coordinator
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        self._next_heartbeat = context.now()
        self._next_cleaning = context.now()
        self._next_thinning = context.now()
        self._stumbling = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=2)

    def tick(self) -> int:
        """Enqueue everything that is due; how many that was."""
        context, now = self._context, self._context.now()
        if now >= self._next_heartbeat:
            self._heartbeat()
            self._next_heartbeat = now + timedelta(seconds=HEARTBEAT_SECONDS)
        if now >= self._next_cleaning:
            with context.database.write() as connection:
                snapshots.prune(connection, before=now - KEEP_SNAPSHOTS)
                candles.prune(connection, before=now - KEEP_CANDLES)
            self._next_cleaning = now + timedelta(hours=1)
        if now >= self._next_thinning:
            with context.database.write() as connection:
                more = fund_retention.thin(connection, now=now)
            self._next_thinning = now if more else now + timedelta(hours=1)
        with context.database.read() as connection:
            waiting = sources.due(connection, now=now, limit=AT_ONCE)
        if not waiting:
            return 0
        with context.database.write() as connection:
            mine = [
                state.source
                for state in waiting
                if sources.mark_queued(connection, source=state.source, now=now)
            ]
        for source in mine:
            context.queue.enqueue(REFRESH_JOB, source)
        return len(mine)

    def _heartbeat(self) -> None:
        """Give a sign of life, watch what is new, forget who is gone."""
        context, now = self._context, self._context.now()
        with context.database.read() as connection:
            wanted = wanted_sources(connection, context.catalogue, context.watch)
            missing = wanted - sources.get_many(connection, names=wanted).keys()
            early = early_for_lookers(connection, context.catalogue, now=now)
            linked = {account.id for account in accounts.list_sealed(connection)}
        with context.database.write() as connection:
            sources.keep_only(
                connection, kinds=("candles", "funds", "history", "markets"), names=wanted
            )
            for source in sorted(missing):
                sources.ensure(connection, source=source, interval=IDLE, due_at=now)
            for source, due_at in early.items():
                sources.hasten(connection, source=source, due_at=due_at)
            heartbeat.beat(connection, now=now)
        self._coordinator.renew_leases()
        context.clients.keep_only(linked)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except Exception:
                if not self._stumbling:
                    log.exception("ticker stumbles; it goes on trying")
                self._stumbling = True
            else:
                if self._stumbling:
                    log.info("ticker recovered")
                self._stumbling = False
            self._stop.wait(TICK_SECONDS)
