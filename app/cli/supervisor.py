"""Runs a few processes as one: all are there, or none.

Each gets a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone and
every process is told to stop exactly once, in its own time. They write to the same terminal;
their lines say who speaks.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

STOP_SECONDS = 12.0
"""How long processes may take to stop; a refresh under way is finished first."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Why a run is over: a process ended by itself (its name and exit code), or we were asked."""

    name: str | None = None
    code: int = 0


@dataclass(slots=True)
class _Asked:
    """How often somebody asked to stop; the second time is an order."""

    times: int = field(default=0)

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.times += 1


def run(
    processes: Mapping[str, Sequence[str]],
    *,
    environment: Mapping[str, str],
    tick: Callable[[], None],
) -> Ended:
    """Start ``processes`` and wait until one ends or SIGINT, SIGTERM or SIGHUP comes; end all.

    ``tick`` is called about ten times a second meanwhile. None of the processes is left
    when this returns or raises.
    """
    with _asked_to_stop() as asked:
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, command in processes.items():
                children[name] = subprocess.Popen(  # noqa: S603
                    command,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            while not asked.times:
                for name, child in children.items():
                    code = child.poll()
                    if code is not None:
                        return Ended(name=name, code=code)
                tick()
                time.sleep(LOOK_SECONDS)
            return Ended()
        finally:
            _stop(list(children.values()), asked)


@contextmanager
def _asked_to_stop() -> Iterator[_Asked]:
    """Count the signals that ask to stop instead of dying of them."""
    asked = _Asked()
    before = {number: signal.signal(number, asked.ask) for number in STOP_SIGNALS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(children: list[subprocess.Popen[bytes]], asked: _Asked) -> None:
    """Ask each to stop, and end what has not stopped in time or when asked again."""
    already = asked.times
    for child in children:
        child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    while any(child.poll() is None for child in children):
        if time.monotonic() > deadline or asked.times > already:
            break
        time.sleep(LOOK_SECONDS)
    for child in children:
        if child.returncode is None:
            # Its session is its process group: what it has started ends with it.
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
