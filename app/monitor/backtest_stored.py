"""Histories that were recorded or imported, in the form that can be replayed.

When a balance became known is not stored with it, so each counts as known at the time that the
venue states, as if it had been read at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sqlalchemy import Connection

from app.domain.errors import NotFound
from app.domain.fund import PoolKind, PoolReading
from app.domain.fund_series import EPOCH, AssetPast
from app.risk.fund_histories import MINUTE, SECOND, Feed, FundHistory
from app.store import fund_arrays, fund_csv, funds
from app.store.database import Database


def stored_histories(
    conn: Connection, *, venue: str | None, now: datetime
) -> tuple[FundHistory, ...]:
    """Of every pool that pays for losses and has a past, also those of other venues than
    ``venue``: they are what it is compared with.

    Raises ``NotFound`` where nothing is stored of ``venue``, or of any.
    """
    imported = (fund.pool for fund in funds.states(conn))
    pools = {
        pool.id: pool
        for pool in (*funds.pools(conn), *imported)
        if pool.kind is not PoolKind.HEADLINE
    }
    pasts = fund_arrays.past_of_many(conn, pool_ids=pools, since=EPOCH, until=now)
    found = tuple(_history(conn, pools[one], past) for one, past in pasts.items() if past)
    if not any(venue in (None, one.venue) for one in found):
        raise NotFound(f"No history of a fund{f' of {venue}' if venue else ''} is stored.")
    return found


def imported_histories(lines: Iterable[str], *, now: datetime) -> tuple[FundHistory, ...]:
    """Those of a CSV file as ``seawall funds export`` writes it; nothing of it is kept.

    Raises ``InvalidInput`` for a file with a bad line.
    """
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'imported.db'}")
        try:
            database.migrate()
            with database.write() as conn:
                fund_csv.import_(conn, lines, now=now)
            with database.read() as conn:
                return stored_histories(conn, venue=None, now=now)
        finally:
            database.dispose()


def _history(conn: Connection, pool: PoolReading, past: Sequence[AssetPast]) -> FundHistory:
    return FundHistory(
        name=pool.name,
        venue=pool.venue,
        key=pool.key,
        kind=pool.kind,
        cadence_seconds=pool.cadence_seconds or _usual_gap(past),
        feeds=tuple(
            Feed(asset=one.asset, at=one.at, known_at=one.at, amount=one.amount, usd=one.usd)
            for one in past
        ),
        events=funds.events(conn, pool_id=pool.id, since=EPOCH),
    )


def _usual_gap(past: Sequence[AssetPast]) -> int:
    """Seconds between two balances, where nobody says how often the venue refreshes them."""
    gaps = np.concatenate([np.diff(one.at) for one in past])
    return int(max(np.median(gaps), MINUTE)) // SECOND if len(gaps) else 86400
