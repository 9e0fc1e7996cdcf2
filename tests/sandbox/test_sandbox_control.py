"""Steering a sandbox from another process, and starting and ending one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
import requests

from app.sandbox import Sandbox
from tests.sandbox.upstream import client


def control(sandbox: Sandbox, method: str, path: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{sandbox.url}/_sandbox/{path}", timeout=5, **options)


def test_the_scenario_can_be_switched_and_moved_on(sandbox: Sandbox) -> None:
    state = control(
        sandbox, "POST", "scenario", json={"name": "crash", "elapsed": 60, "still": True}
    ).json()
    assert (state["scenario"], state["elapsed"]) == ("crash", 60)
    moved = control(sandbox, "POST", "scenario", json={"advance": 120}).json()
    assert moved["elapsed"] == 180
    assert moved["prices"]["BTC"] == pytest.approx(65_000)
    assert control(sandbox, "GET", "state").json()["scenario"] == "crash"


def test_faults_can_be_put_in_force_and_cleared(sandbox: Sandbox) -> None:
    added = control(
        sandbox, "POST", "faults", json={"kind": "server_error", "venue": "okx", "times": 5}
    ).json()
    assert [(f["kind"], f["venue"]) for f in added["faults"]] == [("server_error", "okx")]
    assert control(sandbox, "DELETE", "faults?venue=bybit").json()["faults"] != []
    assert control(sandbox, "DELETE", "faults").json() == {"faults": []}


def test_requests_are_counted_by_venue_and_endpoint(sandbox: Sandbox) -> None:
    made = client(sandbox, "okx")
    made.fetch_time()
    made.fetch_time()
    assert control(sandbox, "GET", "requests").json() == {"okx": {"/api/v5/public/time": 2}}
    assert sandbox.requests.count("okx") == 2
    control(sandbox, "DELETE", "requests")
    assert sandbox.requests.count("okx", "/api/v5/public/time") == 0


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "scenario", {"json": {"name": "rally"}}, 400),
        ("POST", "scenario", {"json": {"elapsed": "soon"}}, 400),
        ("POST", "scenario", {"json": ["crash"]}, 400),
        ("POST", "scenario", {"data": b'{"name": "crash"}'}, 400),
        ("POST", "faults", {"json": {"kind": "earthquake"}}, 400),
        ("POST", "faults", {"json": {"kind": "latency", "unheard": 1}}, 400),
        ("GET", "nothing", {}, 404),
    ],
)
def test_what_cannot_be_understood_is_said_and_changes_nothing(
    sandbox: Sandbox, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    answer = control(sandbox, method, path, **options)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert sandbox.market.scenario == "calm"
    assert sandbox.faults.active() == ()


def test_a_host_that_is_no_venues_is_not_found(sandbox: Sandbox) -> None:
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{sandbox.url}/example.org/", timeout=5).status_code == 404


def test_a_connection_is_kept_alive_between_requests(sandbox: Sandbox) -> None:
    with requests.Session() as session:
        session.trust_env = False
        url = f"{sandbox.url}/www.okx.com/api/v5/public/time"
        first = session.get(url, timeout=5, stream=True)
        port = first.raw._connection.sock.getsockname()[1]
        first.content  # noqa: B018 - reads the answer to its end
        second = session.get(url, timeout=5, stream=True)
        assert second.raw._connection.sock.getsockname()[1] == port
        second.content  # noqa: B018


def test_stopping_ends_connections_that_clients_hold_open() -> None:
    with requests.Session() as session:
        session.trust_env = False
        with Sandbox() as running:
            url = f"{running.url}/www.okx.com/api/v5/public/time"
            assert session.get(url, timeout=5).status_code == 200
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=5)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_program_says_where_it_is_and_ends_cleanly(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "app.sandbox", "--scenario", "fund_drain"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        try:
            assert program.stdout is not None
            line = program.stdout.readline()
            url = line.split(" at ")[1].split(" ")[0]
            with requests.Session() as session:
                session.trust_env = False
                state = session.get(f"{url}/_sandbox/state", timeout=5).json()
            assert state["scenario"] == "fund_drain"
            program.send_signal(ending)
            assert program.wait(timeout=5) == 0
        finally:
            program.kill()
