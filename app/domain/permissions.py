"""What a linked key may do, as its venue says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyVerdict(StrEnum):
    READ_ONLY = "read_only"
    HAS_POWERS = "has_powers"
    UNVERIFIABLE = "unverifiable"


class PowerKind(StrEnum):
    TRADE = "trade"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Something a key may do beyond reading; ``flag`` is the venue's own name for it."""

    kind: PowerKind
    flag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPermissions:
    """The answer to "what may this key do?", and who gave it.

    Anything not understood is a power of kind ``unknown``: the check fails closed.
    ``ip_bound`` is ``None`` where the venue does not say.
    """

    verdict: KeyVerdict
    powers: tuple[Power, ...]
    asked: str
    checked_at: datetime
    ip_bound: bool | None = None
    expires_at: datetime | None = None
    note: str | None = None
