"""``seawall up`` and ``demo`` as a person starts them: real processes, real ports, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from app.cli.demonstration import LINKED
from app.sandbox import Sandbox

SECONDS = 60


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


class Started:
    """A running ``seawall``; what it prints, and a way to press Ctrl-C."""

    def __init__(self, *arguments: str, folder: Path, **environment: str) -> None:
        self.log = folder / "log"
        self.log.touch()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *arguments],
                env={**os.environ, "TMPDIR": str(folder), **environment},
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def says(self, text: str) -> None:
        until(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said, self.said

    def ctrl_c(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=SECONDS)

    def kill(self) -> None:
        """For a test that failed half-way; politely, so that it ends what it started."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=SECONDS)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    running: list[Started] = []

    def begin(*arguments: str, **environment: str) -> Started:
        running.append(Started(*arguments, folder=tmp_path, **environment))
        return running[-1]

    yield begin
    for one in running:
        one.kill()


def until(condition: Callable[[], Any]) -> None:
    """Looks again and again; what it waits for happens in other processes."""
    end = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)


def status(port: int, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def test_up_sets_everything_up_prints_a_link_and_leaves_nothing_running(
    start: Callable[..., Started], tmp_path: Path, port: int
) -> None:
    with Sandbox() as sandbox:
        running = start(
            "up",
            "--port",
            str(port),
            SEAWALL_DATA_DIR=str(tmp_path / "data"),
            SEAWALL_UPSTREAM=sandbox.url,
        )
        running.says(f"Sign in: http://127.0.0.1:{port}/sign-in#")
        until(lambda: status(port, "/readyz") == 200)
        assert status(port, "/healthz") == 200
        assert status(port, "/readyz") == 200
        assert running.ctrl_c() == 0
    assert running.said.endswith("Stopped.\n")
    assert "Traceback" not in running.said
    assert status(port, "/healthz") is None
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_taken_port_is_a_sentence_and_nothing_is_started(seawall, data_dir: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        result = seawall("up", "--port", str(holder.getsockname()[1]))
    assert result.exit_code == 1
    assert "cannot be used" in result.stderr
    assert "`--port` takes another" in result.stderr
    assert not data_dir.exists()


def test_an_unknown_scenario_is_a_sentence_that_names_those_there_are(seawall) -> None:
    result = seawall("demo", "--scenario", "moon")
    assert result.exit_code == 1
    assert "crash" in result.stderr


def test_the_demo_links_its_accounts_lets_the_market_fall_and_leaves_no_trace(
    start: Callable[..., Started], tmp_path: Path, port: int
) -> None:
    running = start("demo", "--port", str(port), "--calm", "0")
    running.says("Sign in: ")
    (folder,) = tmp_path.glob("seawall-demo-*")

    def told(command: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", command, "--json"],
            env={**os.environ, "SEAWALL_DATA_DIR": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["items"]
        return found

    until(lambda: all(one["status"] == "active" for one in told("accounts")))
    venues = set(LINKED)
    assert sorted((one["venue"], one["status"]) for one in told("accounts")) == [
        (venue, "active") for venue in sorted(venues)
    ]
    until(lambda: {one["venue"] for one in told("positions")} == venues)
    assert {one["venue"] for one in told("positions")} == venues
    until(lambda: {one["venue"] for one in told("funds")} == venues)
    binance = [one for one in told("funds") if one["id"] == "binance:usdm:btc-eth-bnb"]
    assert [point for point in binance[0]["recent"] if point["at"]]
    assert binance[0]["changes"]["7d"] is not None
    running.says("The market begins to move: crash.")
    assert running.ctrl_c() == 0
    assert "Traceback" not in running.said
    assert not folder.exists()
