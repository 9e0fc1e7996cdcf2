"""What every coordinator needs, handed in once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from app.monitor.fund_past import FundPast
from app.monitor.price_pasts import CandleTurns, PricePasts
from app.store.database import Database
from app.store.queue import JobQueue
from app.store.vault import Opener
from app.venues.catalogue import Catalogue
from app.venues.clients import Clients


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The worker's tools. ``now`` is the only clock, ``random`` gives 0..1 for jitter.

    ``watch`` are the venues read although nobody has linked one there (``Settings.watch``).

    ``judging`` is held while figures are judged and the verdicts stored. That is work for the
    processor, which does one thing at a time anyway, and of two verdicts on the same figures
    the one stored last has then seen the newer ones. ``backfilling`` is held while a page of
    some fund's past is read: one at a time, so that the other threads stay free for what is now.
    """

    database: Database
    clients: Clients
    opener: Opener
    queue: JobQueue
    catalogue: Catalogue
    now: Callable[[], datetime]
    random: Callable[[], float]
    watch: frozenset[str] | None = None
    fund_past: FundPast = field(default_factory=FundPast)
    price_pasts: PricePasts = field(default_factory=PricePasts)
    candle_turns: CandleTurns = field(default_factory=CandleTurns)
    judging: Lock = field(default_factory=Lock)
    backfilling: Lock = field(default_factory=Lock)
