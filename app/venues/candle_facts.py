"""Where a venue's hourly candles come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleFacts:
    """Hourly candles: the reads that give them, and how many one answer holds at most.

    ``reference`` is the native symbol of the contract that stands for BTC when betas are
    taken, ``None`` where the venue lists none.
    """

    reads: tuple[str, ...]
    limit: int
    reference: str | None
    source: str | None
    note: str | None
