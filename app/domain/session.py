"""Profit that a venue could still take back: sessions, settlements, withdrawals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum


class TakenFrom(StrEnum):
    """What a venue takes a part of when it spreads a loss."""

    SESSION_PROFIT = "session_profit"
    """Profit of the running session, realised and not: settled earlier, it is out of reach."""
    WITHDRAWALS = "withdrawals"
    """Whatever is withdrawn while the shortfall lasts; who waits is not charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRule:
    """How a venue that takes from winners draws the line, as its documents say.

    ``settles_at`` are the times of day (UTC) at which a session ends, empty where there are
    none. ``instruction`` says plainly what closing or withdrawing changes, and what it does
    not. ``rate`` says where the published rate is found, ``None`` where there is none.
    """

    taken_from: TakenFrom
    settles_at: tuple[time, ...]
    instruction: str
    source: str | None
    note: str | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionProfit:
    """What the venue's own ledger says of the running session of one account and asset.

    ``realized`` and ``unrealized`` are in ``asset``, losses negative. ``notes`` says for what
    is ``None`` why.
    """

    asset: str
    realized: float | None
    unrealized: float | None
    since: datetime | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRisk:
    """What of a position's account can be taken back now. Amounts in ``asset``.

    ``at_risk`` is the session's profit, realised and not, never below 0; ``None`` where it is
    not known, with the reason in ``note``. ``ends_at`` is when the session settles. ``rate`` is
    the share of profits (or withdrawals) the venue took most recently, as published.
    """

    taken_from: TakenFrom
    asset: str | None
    realized: float | None
    unrealized: float | None
    at_risk: float | None
    ends_at: datetime | None
    instruction: str
    source: str | None
    rate: float | None = None
    rate_at: datetime | None = None
    note: str | None = None
