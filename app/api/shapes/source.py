"""How reading a source is going: when it last answered, and what is the matter if it does not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.api.shapes.staleness import goes_stale
from app.risk.staleness import is_stale

if TYPE_CHECKING:
    from app.store.sources import SourceState


def source_error(state: SourceState | None) -> dict[str, Any] | None:
    """Why the last try failed, as ``SourceErrorSchema`` shows it; ``None`` when it did not."""
    if state is None or state.last_error_code is None:
        return None
    return {
        "code": state.last_error_code,
        "message": state.last_error_message or "",
        "since": state.failing_since,
    }


def source_is_stale(state: SourceState | None, now: datetime) -> bool:
    """Whether what this source last gave is old; what never answered is not old but missing."""
    if state is None or state.last_success_at is None:
        return False
    return is_stale(state.last_success_at, now, state.interval_seconds)


def source_goes_stale(state: SourceState | None) -> datetime | None:
    """When ``source_is_stale`` turns true, unless the source answers before."""
    if state is None:
        return None
    return goes_stale(state.last_success_at, state.interval_seconds)
