"""Severity, and one thing that raises it. docs/figures.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    OK = "ok"
    WATCH = "watch"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for ``ok`` to 3 for ``critical``."""
        return ("ok", "watch", "warning", "critical").index(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that raises severity: a stable ``code``, standing on one number."""

    code: str
    severity: Severity
    text: str
    value: float | None = None
    threshold: float | None = None
    window: str | None = None
