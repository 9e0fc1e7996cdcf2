"""A whole Seawall in one process, against a sandbox, whose worker does a step when told to.

Everything is real: the HTTP API, the database, the queue, the vault, ccxt behind the guard, and
the sandbox's wire formats and signatures. Only time is the test's: it stands still until it is
moved, for the program and the exchanges alike, and ccxt does not sleep between its requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ccxt
import pytest
import time_machine

from app import clock
from app.domain.fund import FundHistoryPage, FundSample
from app.monitor.candles import refresh_candles
from app.monitor.context import Context
from app.monitor.coordinator import Coordinator
from app.monitor.scheduler import Scheduler
from app.monitor.worker import build_coordinator, register_jobs
from app.sandbox import ACCOUNTS, Sandbox
from app.sandbox.history import fund_history
from app.settings import Settings
from app.store import backfills, funds, sources, tokens, users
from app.store.database import Database
from app.store.queue import JobQueue
from app.store.sources import SourceState, account_source
from app.store.vault import Opener, Sealer, ensure_keys
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from app.web import create_app
from tests.support.api import HOST, Caller, body

READ_ONLY = {
    "binance": "read_only",
    "bybit": "read_only",
    "okx": "read_only",
    "hyperliquid": "user",
    "paradex": "read_only",
    "gate": "read_only",
    "deribit": "read_only",
    "cryptocom": "read_only",
}
"""Venue → the sandbox's account that only reads."""
LINKED = tuple(venue for venue in READ_ONLY if venue not in {"paradex", "cryptocom"})


class Installation:
    """``web`` and ``worker`` over one database and queue; jitter is always at its longest."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        queue: JobQueue,
        sandbox: Sandbox,
        time: time_machine.Traveller,
    ) -> None:
        self.folder, self.database, self.queue, self.sandbox = folder, database, queue, sandbox
        self.time = time
        self.settings = Settings(
            data_dir=folder,
            database_url="sqlite:///not-used",
            queue_url=None,
            host="127.0.0.1",
            port=8765,
            allowed_hosts=(HOST,),
            upstream=sandbox.url,
            log_level="INFO",
            worker_threads=1,
        )
        public = folder / "vault-public.json"
        ensure_keys(self.settings.private_dir, public, clock.now())
        self.app = create_app(self.settings, database, queue, Sealer(public))
        with database.write() as connection:
            self.user_id = users.ensure_owner(connection, now=clock.now()).id
            token = tokens.issue(
                connection,
                user_id=self.user_id,
                label="test",
                scopes=("read", "admin"),
                now=clock.now(),
            ).token
        self.api = Caller(self.app, token)
        self._start_worker()
        self._put_the_past_behind()

    def close(self) -> None:
        self.app.extensions["seawall"].demand.settle()
        self.context.clients.close()
        self.queue.close()

    def _start_worker(self) -> None:
        self.context = Context(
            database=self.database,
            clients=Clients(self.settings.cache_dir, self.sandbox.url),
            opener=Opener(self.settings.private_dir),
            queue=self.queue,
            catalogue=catalogue(),
            now=clock.now,
            random=lambda: 1.0,
            watch=frozenset(ACCOUNTS),
        )
        self.coordinator: Coordinator = build_coordinator(self.context)
        register_jobs(self.context, self.coordinator)
        self.scheduler = Scheduler(self.context, self.coordinator)

    def restart_worker(self) -> None:
        """End the worker and start another, which knows what is stored and nothing else.

        Only where the queue is the folder's file.
        """
        self.context.clients.close()
        self.queue = JobQueue(self.folder / "queue.db", name=self.queue.huey.name)
        self._start_worker()

    def _put_the_past_behind(self) -> None:
        """These tests are about what follows; tests/integration/test_past.py reads pasts."""
        end = FundHistoryPage(readings=())
        with self.database.write() as connection:
            for venue in self.context.catalogue.venues():
                backfills.record_page(
                    connection, venue=venue.id, asked=None, page=end, now=clock.now()
                )

    # What a person does

    def link(self, venue: str, name: str | None = None, *, label: str | None = None) -> str:
        """Link a sandbox account through the API; its id. The worker has not been at it yet."""
        fields = ACCOUNTS[venue][name or READ_ONLY[venue]].fields
        answer = self.api.post(
            "/api/v1/accounts",
            json={"venue": venue, "label": label or f"my {venue}", "credentials": dict(fields)},
        )
        account = body(answer, 202)
        assert account["status"] == "pending"
        return str(account["id"])

    def acknowledge(self, account_id: str) -> None:
        """Say that a key of which the venue cannot tell was looked at; after the first check."""
        path = f"/api/v1/accounts/{account_id}/acknowledge"
        body(self.api.post(path, json={"unverifiable": True}), 200)

    def link_all(self) -> dict[str, str]:
        """Link the account of each venue that only reads; ids by venue."""
        return {venue: self.link(venue) for venue in LINKED}

    def get(self, path: str, status: int = 200) -> Any:
        """What the API answers to ``GET /api/v1/<path>``."""
        return body(self.api.get(f"/api/v1/{path}"), status)

    def account(self, account_id: str) -> Any:
        return self.get(f"accounts/{account_id}")

    def positions(self, **filters: str) -> dict[tuple[str, str, str], Any]:
        """Positions by venue, native symbol and side."""
        query = "&".join(["limit=200", *(f"{name}={value}" for name, value in filters.items())])
        items = self.get(f"positions?{query}")["items"]
        return {(one["venue"], one["native_symbol"], one["side"]): one for one in items}

    def overlay(self, url: str) -> Any:
        return body(self.api.get("/api/v1/overlay", query_string={"url": url}))

    # What the worker does

    def work(self) -> list[tuple[str, str]]:
        """One look of the ticker, and every job that is in the queue then; which those were."""
        self.scheduler.tick()
        return self.drain()

    def drain(self) -> list[tuple[str, str]]:
        """Every job that is in the queue, and none that the ticker would put there."""
        done = []
        while self.queue.huey.pending_count():
            task = self.queue.huey.dequeue()
            self.queue.huey.execute(task)
            done.append(tuple(task.args))
        return done

    def settle(self) -> None:
        """Work until nothing is due at this moment."""
        while self.work():
            pass

    def wait(self, **delta: float) -> None:
        """Let time pass in one go, and work what has come due by then."""
        self.time.shift(timedelta(**delta))
        self.settle()

    def read_candles(self, *venues: str) -> None:
        """Read the prices of these venues up to the last full hour, as fast as they come."""
        for venue in venues:
            asked = -1
            while asked != (asked := self.sandbox.requests.count(venue)):
                assert refresh_candles(self.context, venue).partial is None, venue

    def source(self, name: str) -> SourceState:
        """What the worker knows of a source; of an account by its id."""
        name = name if ":" in name else account_source(name)
        with self.database.read() as connection:
            return sources.get(connection, source=name)

    def sources(self) -> tuple[SourceState, ...]:
        with self.database.read() as connection:
            return sources.all(connection)

    def remember_funds(self) -> None:
        """Thirty days of every pool, as they led up to what the sandbox shows now."""
        history: dict[str, list[FundSample]] = {}
        for point in fund_history(self.sandbox.market.opened_at):
            pool_id = f"{point.venue}:{point.pool}"
            history.setdefault(pool_id, []).append(
                FundSample(
                    pool_id=pool_id,
                    asset=point.asset,
                    at=point.at,
                    amount=point.amount,
                    usd=point.usd,
                )
            )
        readings = [r for v in READ_ONLY for r in self.context.clients.public(v).read_funds()]
        with self.database.write() as connection:
            for reading in readings:
                funds.record_pool_reading(connection, reading=reading, now=clock.now())
                read_at = min((balance.at for balance in reading.balances), default=clock.now())
                funds.import_samples(
                    connection,
                    pool_id=reading.id,
                    samples=[s for s in history.get(reading.id, []) if s.at < read_at],
                    now=clock.now(),
                )

    # What lies on disk

    def bytes_on_disk(self) -> bytes:
        """The database file with what stands beside it, and the queue's."""
        return b"".join(
            path.read_bytes()
            for path in sorted(self.folder.iterdir())
            if path.is_file() and ".db" in path.name
        )


@contextmanager
def travelling(start: datetime) -> Iterator[time_machine.Traveller]:
    """Time stands still at ``start``; ccxt does not wait for it to go on."""
    patch = pytest.MonkeyPatch()
    patch.setattr(ccxt.Exchange, "throttle", lambda *_args, **_kwargs: None)
    try:
        with time_machine.travel(start, tick=False) as traveller:
            yield traveller
    finally:
        patch.undo()
