"""What it takes to refresh four accounts on four venues whose answers take 150 ms each.

The sandbox runs in a process of its own; the worker is the real one: its database, its queue, a
Huey consumer with its threads, ccxt behind the guard. Each figure is one JSON line:

- ``round``: from the moment four accounts come due until the last is stored, against the slowest
  account's own chain of calls (read alone, one request after the other);
- ``sequential_script``: a plain ccxt script making the same requests, one after the other;
- ``requests_per_refresh``: for each scope what one refresh asks, against what its facts list;
- ``listings_after_restart``: requests for market lists in a new process over a fresh cache.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import ccxt
import requests
from _sandbox import Counts, RunningSandbox, sandbox
from huey.consumer import Consumer
from requests.adapters import HTTPAdapter

from app import clock
from app.cli.place import prepare, public_keys
from app.monitor.context import Context
from app.monitor.coordinator import Coordinator
from app.monitor.scheduler import Scheduler
from app.monitor.worker import QUEUE_POLL_SECONDS, build_context, build_coordinator, register_jobs
from app.sandbox import ACCOUNTS
from app.settings import Settings, load_settings
from app.store import accounts, sources, users
from app.store.identifiers import new_id
from app.store.sources import account_source
from app.store.vault import Sealer
from app.venues.base import VenueReader
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from app.venues.facts import Read, ReadPurpose, Scope, VenueFacts

LATENCY = 0.150
ROUNDS = 5
BUDGET = 1.25
LINKED = {
    "binance": "read_only",
    "bybit": "read_only",
    "okx": "read_only",
    "hyperliquid": "user",
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as folder, sandbox() as exchanges:
        os.environ |= {"SEAWALL_DATA_DIR": folder, "SEAWALL_UPSTREAM": exchanges.url}
        for name in ("SEAWALL_DATABASE_URL", "SEAWALL_QUEUE_URL"):
            os.environ.pop(name, None)
        settings = load_settings()
        prepare(settings)
        bench = Bench(settings, exchanges)
        bench.warm_up()
        bench.count_requests()
        bench.time_round()
        bench.restart()
        bench.close()


class Bench:
    """A worker with four linked accounts."""

    def __init__(self, settings: Settings, exchanges: RunningSandbox) -> None:
        self.settings, self.exchanges = settings, exchanges
        self.context: Context = build_context(settings)
        self.coordinator: Coordinator = build_coordinator(self.context)
        register_jobs(self.context, self.coordinator)
        self.scheduler = Scheduler(self.context, self.coordinator)
        self.ids = self._link()

    def close(self) -> None:
        report(
            "writes_attempted",
            seen=self.exchanges.writes(),
            budget=0,
            met=self.exchanges.writes() == 0,
        )
        self.context.clients.close()
        self.context.queue.close()
        self.context.database.dispose()

    def reader(self, venue: str, clients: Clients | None = None) -> VenueReader:
        clients = clients or self.context.clients
        return clients.account(self.ids[venue], venue, ACCOUNTS[venue][LINKED[venue]].credentials)

    def warm_up(self) -> None:
        """Accounts checked, market lists and everything else that is kept is there."""
        with self._consumer():
            for account_id in self.ids.values():
                self.context.queue.enqueue("check_account", account_id)
            self._until(lambda: len(self._read_since(None)) == len(self.ids))
        with self.context.database.write() as connection:
            for state in sources.all(connection):
                if not state.source.startswith("account:"):
                    sources.remove(connection, source=state.source)

    def time_round(self) -> None:
        """The whole round through queue and threads, the slowest chain alone, and the script."""
        self.exchanges.answers_take(LATENCY)
        script = Script(self.exchanges.url)
        script.run()
        ratios, rounds, scripts = [], [], []
        chains: dict[str, list[float]] = {venue: [] for venue in LINKED}
        with self._consumer():
            for _ in range(ROUNDS):
                for venue, times in chains.items():
                    times.append(timed(self.reader(venue).read_account))
                rounds.append(self._round())
                scripts.append(timed(script.run))
                ratios.append(rounds[-1] / max(times[-1] for times in chains.values()))
        slowest = max(chains, key=lambda venue: statistics.median(chains[venue]))
        ratio, whole = statistics.median(ratios), statistics.median(rounds)
        report(
            "round",
            seconds=whole,
            slowest_account=slowest,
            slowest_chain_seconds=statistics.median(chains[slowest]),
            chain_seconds={v: round(statistics.median(times), 3) for v, times in chains.items()},
            latency_alone_seconds=script.requests[slowest] * LATENCY,
            ratio=ratio,
            budget=BUDGET,
            met=ratio <= BUDGET,
        )
        together = statistics.median(scripts)
        report(
            "sequential_script",
            seconds=together,
            requests=sum(script.requests.values()),
            round_is_faster_by=together / whole,
        )
        self.exchanges.answers_take(0)

    def count_requests(self) -> None:
        """What a warm refresh of each scope asks, against the facts."""
        for venue in LINKED:
            reader, facts = self.reader(venue), catalogue().venue(venue)
            asked: Counter[str] = Counter()
            for scope in reader.scopes():
                with self._counted() as counts:
                    reader.read_scope(scope)
                self._compare(facts, scope, counts[venue])
                asked += Counter(counts[venue])
            with self._counted() as counts:
                reader.read_account()
            beside = Counter(counts[venue]) - asked
            listed = {
                read.id
                for scope in facts.scopes
                for read in facts.reads_of(scope.id)
                if read.purpose is ReadPurpose.CORRECTION and read.cached_seconds is None
            }
            allowed = {endpoint(facts.read(name)) for name in listed}
            report(
                "requests_per_account",
                venue=venue,
                requests=sum(counts[venue].values()),
                for_all_scopes_together=dict(beside),
                met=beside.keys() <= allowed,
            )

    def restart(self) -> None:
        """New clients over the same cache folder, as after a restart."""
        clients = Clients(self.settings.cache_dir, self.settings.upstream)
        with self._counted() as counts:
            for venue in LINKED:
                self.reader(venue, clients).read_account()
        clients.close()
        lists = {
            (venue, endpoint(read))
            for venue in LINKED
            for read in catalogue().venue(venue).reads
            if read.purpose is ReadPurpose.MARKETS
        }
        corrections = {
            (venue, endpoint(read))
            for venue in LINKED
            for read in catalogue().venue(venue).reads
            if read.purpose is ReadPurpose.CORRECTION
        }
        asked = {
            f"{venue} {path}": counts.get(venue, {}).get(path, 0)
            for venue, path in sorted(lists - corrections)
        }
        also = {
            f"{venue} {path}": counts.get(venue, {}).get(path, 0)
            for venue, path in sorted(lists & corrections)
        }
        report(
            "listings_after_restart",
            requests=asked,
            that_are_corrections_too=also,
            budget=0,
            met=not any(asked.values()) and not any(also.values()),
        )

    def _compare(self, facts: VenueFacts, scope: Scope, counts: dict[str, int]) -> None:
        """One request for the positions, and only corrections that the facts list."""
        known = next((one for one in facts.scopes if one.id == scope.id), None)
        reads = facts.reads_of(known.id if known else scope.id.partition(":")[0])
        fresh = [read for read in reads if read.cached_seconds is None]
        positions = {endpoint(read) for read in fresh if read.purpose is ReadPurpose.POSITIONS}
        corrections = {endpoint(r): r.id for r in fresh if r.purpose is ReadPurpose.CORRECTION}
        asked = {corrections[path]: n for path, n in counts.items() if path in corrections}
        others = counts.keys() - positions - corrections.keys()
        for_positions = sum(counts.get(path, 0) for path in positions)
        report(
            "requests_per_refresh",
            venue=facts.id,
            scope=scope.id,
            positions=for_positions,
            corrections=asked,
            kept=[read.id for read in reads if read.cached_seconds is not None],
            unlisted=sorted(others),
            budget=1,
            met=for_positions == 1 and not others and all(n == 1 for n in asked.values()),
        )

    def _round(self) -> float:
        """Seconds from four accounts coming due to the last being stored."""
        now = clock.now()
        with self.context.database.write() as connection:
            for account_id in self.ids.values():
                sources.hasten(connection, source=account_source(account_id), due_at=now)
        began = time.perf_counter()
        with self.context.database.read() as connection:
            due = sources.due(connection, now=now, limit=10)
        with self.context.database.write() as connection:
            for state in due:
                sources.mark_queued(connection, source=state.source, now=now)
        for state in due:
            self.context.queue.enqueue("refresh", state.source)
        self._until(lambda: len(self._read_since(now)) == len(self.ids))
        return time.perf_counter() - began

    def _read_since(self, then: Any) -> list[str]:
        with self.context.database.read() as connection:
            return [
                state.source
                for state in sources.all(connection)
                if state.last_success_at is not None
                and (then is None or state.last_success_at > then)
                and state.leased_by is None
            ]

    def _until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end, "the accounts were not read"
            time.sleep(0.005)

    @contextmanager
    def _counted(self) -> Iterator[dict[str, dict[str, int]]]:
        """What the sandbox is asked within the block, known after it."""
        counts: dict[str, dict[str, int]] = {}
        self.exchanges.forget_counts()
        yield counts
        found: Counts = self.exchanges.counts()
        counts.update({venue: dict(found.get(venue, {})) for venue in LINKED})

    @contextmanager
    def _consumer(self) -> Iterator[None]:
        """The worker's threads on its queue."""
        consumer = Consumer(
            self.context.queue.huey,
            workers=self.settings.worker_threads,
            periodic=False,
            initial_delay=0.05,
            max_delay=QUEUE_POLL_SECONDS,
        )
        consumer.start()
        try:
            yield
        finally:
            consumer.stop(graceful=True)

    def _link(self) -> dict[str, str]:
        sealer, ids, now = Sealer(public_keys(self.settings)), {}, clock.now()
        with self.context.database.write() as connection:
            owner = users.ensure_owner(connection, now=now - timedelta(days=1))
            for venue, name in LINKED.items():
                account = ACCOUNTS[venue][name]
                ids[venue] = new_id()
                key_id, sealed = sealer.seal(
                    account_id=ids[venue],
                    user_id=owner.id,
                    venue=venue,
                    credentials=account.credentials,
                )
                accounts.create(
                    connection,
                    account_id=ids[venue],
                    user_id=owner.id,
                    venue=venue,
                    label=venue,
                    kind="key",
                    public_part=account.public,
                    key_id=key_id,
                    sealed=sealed,
                    now=now,
                )
        return ids


FIELDS = {
    "api_key": "apiKey",
    "secret": "secret",
    "passphrase": "password",
    "address": "walletAddress",
}


class Script:
    """What a plain ccxt script would do: the same requests, one after the other."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: Counter[str] = Counter()
        self._clients: dict[str, Any] = {}

    def run(self) -> None:
        """Every scope of every account."""
        self.requests.clear()
        for venue in LINKED:
            for call, params in self._calls(catalogue().venue(venue)):
                exchange, _, method = call.partition(".")
                getattr(self._client(venue, exchange), method)(dict(params))
                self.requests[venue] += 1

    def _calls(self, facts: VenueFacts) -> Iterator[tuple[str, dict[str, object]]]:
        if facts.id == "hyperliquid":
            user = ACCOUNTS[facts.id][LINKED[facts.id]].public
            for dex in ("", "xyz"):
                question = {"type": "clearinghouseState", "user": user}
                yield "hyperliquid.publicPostInfo", question | ({"dex": dex} if dex else {})
            return
        # The accounts are ordinary ones, which Portfolio Margin's addresses refuse.
        for scope in (one for one in facts.scopes if not one.id.startswith("portfolio")):
            for read in facts.reads_of(scope.id):
                if read.cached_seconds is None and read.call is not None:
                    positions = read.purpose is ReadPurpose.POSITIONS
                    yield read.call, {**self._needed(read), **(scope.params if positions else {})}

    def _needed(self, read: Read) -> dict[str, object]:
        return {name: values[0] for name, values in read.query.items()}

    def _client(self, venue: str, exchange: str) -> Any:
        if exchange not in self._clients:
            fields = ACCOUNTS[venue][LINKED[venue]].fields
            made = getattr(ccxt, exchange)({FIELDS[k]: v for k, v in fields.items()})
            made.session.trust_env = False
            made.session.mount("https://", _ToSandbox(self.url))
            self._clients[exchange] = made
        return self._clients[exchange]


class _ToSandbox(HTTPAdapter):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        request.url = f"{self.url}/{str(request.url).removeprefix('https://')}"
        return super().send(request, **options)


def endpoint(read: Read) -> str:
    """As the sandbox counts it: one path that serves all is told apart by the body's type."""
    return f"{read.path}:{read.body['type'][0]}" if "type" in read.body else read.path


def timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def report(figure: str, **values: Any) -> None:
    shown = {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()}
    print(json.dumps({"figure": figure, **shown}), flush=True)


if __name__ == "__main__":
    main()
