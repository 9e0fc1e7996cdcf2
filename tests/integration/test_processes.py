"""The true processes, as Procfile names them, against a sandbox in this one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from redis import Redis

from app import clock
from app.sandbox import ACCOUNTS, Sandbox
from app.store import sources, tokens, users
from app.store.database import Database
from tests.support.installation import LINKED, READ_ONLY
from tests.support.services import redis

SECONDS = 45.0


class Running:
    """``worker`` and ``web`` over one data folder, each in a session of its own."""

    def __init__(self, folder: Path, upstream: str, queue_url: str | None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.folder = folder
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("SEAWALL_")},
            "SEAWALL_DATA_DIR": str(folder / "data"),
            "SEAWALL_UPSTREAM": upstream,
            "SEAWALL_PORT": str(self.port),
        }
        if queue_url is not None:
            self.environment["SEAWALL_QUEUE_URL"] = queue_url
        self.database = Database(f"sqlite:///{folder / 'data' / 'seawall.db'}")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "app.cli", name],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.processes[name]

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def token(self) -> str:
        with self.database.write() as connection:
            owner = users.ensure_owner(connection, now=clock.now())
            return tokens.issue(
                connection,
                user_id=owner.id,
                label="test",
                scopes=("read", "admin"),
                now=clock.now(),
            ).token

    def ask(self, method: str, path: str, token: str, **how: Any) -> Any:
        answer = requests.request(
            method,
            f"http://127.0.0.1:{self.port}{path}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
            **how,
        )
        assert answer.ok, answer.text
        return answer.json()

    def is_up(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def end(self, name: str) -> int:
        """Ask a process to stop as a supervisor does; its exit code."""
        process = self.processes[name]
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=15)

    def kill(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
                process.wait()
        self.database.dispose()


def until(condition: Callable[[], Any]) -> None:
    """Look again and again: what is waited for happens in other processes."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def is_empty(process: subprocess.Popen[bytes]) -> bool:
    """Whether nothing is left of the session that ``process`` led."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running
        assert running.writes == ()


@pytest.fixture(params=["sqlite", "redis"])
def running(request: pytest.FixtureRequest, tmp_path: Path, sandbox: Sandbox) -> Iterator[Running]:
    with ExitStack() as stack:
        queue_url = None
        if request.param == "redis":
            queue_url = f"{redis().require()}/13"
            client = stack.enter_context(Redis.from_url(queue_url))
            client.flushdb()
            stack.callback(client.flushdb)
        made = Running(tmp_path, sandbox.url, queue_url)
        stack.callback(made.kill)
        yield made


def test_linked_by_one_process_read_by_the_other_and_both_end_cleanly(running: Running) -> None:
    worker = running.start("worker")
    until(lambda: "worker started" in running.said("worker") or worker.poll() is not None)
    web = running.start("web")
    until(running.is_up)
    token = running.token()
    for venue in LINKED:
        account = {
            "venue": venue,
            "label": venue,
            "credentials": dict(ACCOUNTS[venue][READ_ONLY[venue]].fields),
        }
        linked = running.ask("POST", "/api/v1/accounts", token, json=account)
        assert linked["status"] == "pending"

    def statuses() -> list[str]:
        listed = running.ask("GET", "/api/v1/accounts", token)["items"]
        return [one["status"] for one in listed]

    until(lambda: set(statuses()) == {"active"})
    assert len(running.ask("GET", "/api/v1/positions", token)["items"]) == 32

    assert running.end("worker") == 0
    assert running.end("web") == 0
    assert is_empty(worker)
    assert is_empty(web)
    assert "worker stopped" in running.said("worker")
    for name in ("worker", "web"):
        assert "Traceback" not in running.said(name)
        for venue in LINKED:
            secret = ACCOUNTS[venue][READ_ONLY[venue]].fields.get("secret")
            assert secret is None or secret not in running.said(name)
    with running.database.read() as connection:
        assert not [s.source for s in sources.all(connection) if s.leased_by is not None]


@pytest.mark.parametrize("running", ["sqlite"], indirect=True)
def test_a_worker_told_to_stop_in_the_middle_of_slow_answers_ends_and_gives_back_its_work(
    running: Running, sandbox: Sandbox
) -> None:
    sandbox.faults.add("latency", "bybit", seconds=30)
    worker = running.start("worker")
    until(lambda: sandbox.requests.count("bybit") or worker.poll() is not None)
    began = time.monotonic()
    assert running.end("worker") == 0
    assert time.monotonic() - began < 11
    with running.database.read() as connection:
        states = {state.source: state for state in sources.all(connection)}
    assert all(state.leased_by is None for state in states.values())
    assert any("bybit" in source and state.failures == 0 for source, state in states.items())
    assert "Traceback" not in running.said("worker")
