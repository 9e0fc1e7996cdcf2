"""The sandbox in a process of its own, so that its work is not counted as the worker's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parent.parent

Counts = Mapping[str, Mapping[str, int]]
"""Venue → endpoint → how often it was asked."""


class RunningSandbox:
    """Steers a running sandbox over its control address."""

    def __init__(self, url: str) -> None:
        self.url = url

    def answers_take(self, seconds: float) -> None:
        """Every answer of every venue from now on."""
        self._clear()
        if seconds:
            fault = {"kind": "latency", "seconds": seconds}
            requests.post(f"{self.url}/_sandbox/faults", json=fault, timeout=5).raise_for_status()

    def counts(self) -> Counts:
        found: Counts = requests.get(f"{self.url}/_sandbox/requests", timeout=5).json()
        return found

    def forget_counts(self) -> None:
        requests.delete(f"{self.url}/_sandbox/requests", timeout=5).raise_for_status()

    def writes(self) -> int:
        """How many attempts to change something it saw."""
        return len(requests.get(f"{self.url}/_sandbox/state", timeout=5).json()["writes"])

    def _clear(self) -> None:
        requests.delete(f"{self.url}/_sandbox/faults", timeout=5).raise_for_status()


@contextmanager
def sandbox() -> Iterator[RunningSandbox]:
    """A calm market on a free port, ended when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.sandbox"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        yield RunningSandbox(next(word for word in first.split() if word.startswith("http")))
    finally:
        process.terminate()
        process.wait(timeout=10)
