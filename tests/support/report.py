"""What did not run is named in the last lines, and fails the run under ``CI=true``.

A test that cannot run here skips with a reason of the form ``needs NAME (why it is missing)``.
A runner that prints lines of its own after pytest's names a file in ``SEAWALL_TEST_NOT_RUN``
and finds the same lines there.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

NEED = re.compile(r"needs (?P<what>.+)", re.DOTALL)


class NotRun:
    """Collects the skips that stand for something missing on this machine."""

    def __init__(self, *, in_ci: bool | None = None) -> None:
        self.in_ci = os.environ.get("CI") == "true" if in_ci is None else in_ci
        self.missing: Counter[str] = Counter()

    def lines(self) -> list[str]:
        """One line for each thing that is missing, most tests first."""
        return [
            f"Not run: {what} — {count} test{'s' if count > 1 else ''}"
            for what, count in self.missing.most_common()
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self._note(report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.longrepr)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.in_ci and self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if path := os.environ.get("SEAWALL_TEST_NOT_RUN"):
            Path(path).write_text("".join(f"{line}\n" for line in self.lines()), encoding="utf-8")

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.lines():
            terminalreporter.write_line(line, yellow=True)
        if self.in_ci and self.missing:
            terminalreporter.write_line("CI=true: what is missing fails the run.", red=True)

    def _note(self, longrepr: object) -> None:
        """A skip's ``longrepr`` is (file, line, reason)."""
        reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
        found = NEED.fullmatch(reason.removeprefix("Skipped: ").strip())
        if found:
            self.missing[found["what"]] += 1
