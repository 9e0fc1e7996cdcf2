"""Processes that run as one: all are there, or none."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.cli import supervisor
from app.cli.supervisor import Ended

WRITES_ITS_PID = "import os, pathlib; pathlib.Path({path!r}).write_text(str(os.getpid()))\n"
SLEEPS = "import time; time.sleep(60)\n"
IGNORES_POLITENESS = """
import os, signal, subprocess, sys, pathlib
asked = lambda *_: os.kill(os.getppid(), signal.SIGINT)
signal.signal(signal.SIGTERM, asked)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path({grandchild!r}).write_text(str(child.pid))
pathlib.Path({path!r}).write_text(str(os.getpid()))
while True:
    signal.pause()
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def run(processes: dict[str, list[str]], tick: Callable[[], None] = lambda: None) -> Ended:
    return supervisor.run(processes, environment=os.environ, tick=tick)


def is_running(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def interrupt_once(ready: Callable[[], bool]) -> Callable[[], None]:
    """Presses Ctrl-C once ``ready``."""
    sent = []

    def tick() -> None:
        if not sent and ready():
            sent.append(True)
            os.kill(os.getpid(), signal.SIGINT)

    return tick


def test_when_one_process_ends_the_others_are_ended_and_it_is_named(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    waits_for_the_other = (
        f"import os, pathlib, sys, time\np = pathlib.Path({str(pid)!r})\n"
        "while not (p.exists() and p.read_text()): time.sleep(0.01)\nsys.exit(3)"
    )
    ended = run(
        {
            "long": python(WRITES_ITS_PID.format(path=str(pid)) + SLEEPS),
            "short": python(waits_for_the_other),
        }
    )
    assert ended == Ended(name="short", code=3)
    assert not is_running(pid)


def test_ctrl_c_stops_every_process_and_is_no_failure(tmp_path: Path) -> None:
    pids = [tmp_path / "one", tmp_path / "two"]
    ended = run(
        {path.name: python(WRITES_ITS_PID.format(path=str(path)) + SLEEPS) for path in pids},
        interrupt_once(lambda: all(path.exists() and path.read_text() for path in pids)),
    )
    assert ended == Ended()
    assert not any(map(is_running, pids))


def test_a_second_ctrl_c_ends_what_does_not_stop_and_what_that_started(tmp_path: Path) -> None:
    """The process answers the polite request by pressing Ctrl-C again itself."""
    pid, grandchild = tmp_path / "pid", tmp_path / "grandchild"
    code = IGNORES_POLITENESS.format(path=str(pid), grandchild=str(grandchild))
    ended = run(
        {"stubborn": python(code)}, interrupt_once(lambda: pid.exists() and bool(pid.read_text()))
    )
    assert ended == Ended()
    assert not is_running(pid)
    end = time.monotonic() + 10  # a killed process takes a moment to be gone
    while not has_ended(grandchild) and time.monotonic() < end:
        time.sleep(0.01)
    assert has_ended(grandchild)


def test_the_handling_of_signals_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    run({"short": python("pass")})
    assert signal.getsignal(signal.SIGINT) is before


def test_no_process_is_left_when_something_goes_wrong_in_between(tmp_path: Path) -> None:
    pid = tmp_path / "pid"

    def fail_once_it_runs() -> None:
        if pid.exists() and pid.read_text():
            raise RuntimeError("the sign-in link could not be made")

    try:
        run({"long": python(WRITES_ITS_PID.format(path=str(pid)) + SLEEPS)}, fail_once_it_runs)
    except RuntimeError as error:
        assert "sign-in" in str(error)
    assert not is_running(pid)


def has_ended(pid_file: Path) -> bool:
    """Gone, or waiting to be reaped by whoever inherited it."""
    try:
        status = Path("/proc", pid_file.read_text(), "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return not is_running(pid_file)
    return status.rpartition(")")[2].split()[0] in {"Z", "X"}
