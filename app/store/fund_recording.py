"""What of a reading is new: the samples and events of many pools, in few statements.

The caller holds the rows of the pools, so that nobody else records the same ones meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, literal_column, or_, select, tuple_

from app.domain.fund import FundEvent, FundSample, PoolReading
from app.store.identifiers import digest
from app.store.tables import fund_events, fund_samples
from app.store.upsert import insert_into

NO_TIME = timedelta(0)
ASKED_TOGETHER = timedelta(hours=1)
"""Pools whose stretches lie within so much time are looked up in one statement."""


class Recorded(NamedTuple):
    """One revision of a sample of one pool's asset."""

    at: datetime
    revision: int
    amount: float
    usd: float | None


def differs(amount: float, usd: float | None, known: Recorded) -> bool:
    """Whether a balance says something that ``known``, of the same time, doesn't.

    Another USD value doesn't: a later reading would value the balance at a later price.
    """
    return amount != known.amount or (known.usd is None and usd is not None)


def samples_of(reading: PoolReading) -> list[FundSample]:
    """The balances of a reading as samples of its pool."""
    return [
        FundSample(pool_id=reading.id, asset=one.asset, at=one.at, amount=one.amount, usd=one.usd)
        for one in reading.balances
    ]


def put_samples(
    conn: Connection,
    read: Mapping[int, Collection[FundSample]],
    *,
    now: datetime,
    spacing: timedelta = NO_TIME,
) -> int:
    """Store what is new of the samples read, by pool number; how many that was.

    A balance that only repeats what the one before it said, less than ``spacing`` ago, is none.
    """
    known = _known(conn, {number: _stretch(some, spacing) for number, some in read.items() if some})
    rows = [
        {
            "pool": number,
            "at": sample.at,
            "asset": asset,
            "revision": revision,
            "amount": sample.amount,
            "usd": sample.usd,
            "recorded_at": now,
        }
        for number, samples in read.items()
        for asset, series in _by_asset(samples).items()
        for sample, revision in _news(series, known.get((number, asset), ()), spacing)
    ]
    if rows:
        conn.execute(insert_into(conn, fund_samples).on_conflict_do_nothing(), rows)
    return len(rows)


def put_events(conn: Connection, published: Mapping[int, Iterable[FundEvent]]) -> None:
    """Store the events not known yet, by pool number."""
    rows = [
        {
            "pool": number,
            "at": event.at,
            "fingerprint": digest(
                event.kind, event.asset or "", repr(event.amount), event.detail or ""
            ),
            "kind": event.kind,
            "asset": event.asset,
            "amount": event.amount,
            "detail": event.detail,
        }
        for number, events in published.items()
        for event in events
    ]
    if rows:
        conn.execute(insert_into(conn, fund_events).on_conflict_do_nothing(), rows)


def recorded(
    conn: Connection, *, pools: Collection[int], since: datetime, until: datetime
) -> Mapping[tuple[int, str], list[Recorded]]:
    """Every revision from ``since`` to ``until`` (both included) by pool and asset, oldest first."""
    rows = conn.execute(
        select(
            fund_samples.c.pool,
            fund_samples.c.asset,
            fund_samples.c.at,
            fund_samples.c.revision,
            fund_samples.c.amount,
            fund_samples.c.usd,
        )
        .where(fund_samples.c.pool.in_(list(pools)), fund_samples.c.at.between(since, until))
        .order_by(fund_samples.c.pool, fund_samples.c.at, fund_samples.c.revision)
    )
    found: dict[tuple[int, str], list[Recorded]] = {}
    for pool, asset, *figures in rows:
        found.setdefault((pool, asset), []).append(Recorded(*figures))
    return found


def is_latest(pool: int, since: datetime, until: datetime) -> ColumnElement[bool]:
    """Of rows of ``fund_samples`` in a stretch of one pool: those no revision came after.

    Revisions of a sample are numbered without a gap, and there is an index of the few there are.
    """
    newer = fund_samples.alias()
    revised = (
        newer.c.pool == pool,
        newer.c.at.between(since, until),
        newer.c.revision > literal_column("0"),  # as the index says it
    )
    superseded = select(newer.c.at, newer.c.asset, newer.c.revision - 1).where(*revised)
    key = tuple_(fund_samples.c.at, fund_samples.c.asset, fund_samples.c.revision)
    # The first of the two says the same of nearly every row, in a fraction of the time.
    times = select(newer.c.at).where(*revised)
    return or_(fund_samples.c.at.not_in(times), key.not_in(superseded))


def _known(
    conn: Connection, stretches: Mapping[int, tuple[datetime, datetime]]
) -> Mapping[tuple[int, str], Sequence[Recorded]]:
    known: dict[tuple[int, str], Sequence[Recorded]] = {}
    for pools, since, until in _together(stretches):
        known |= recorded(conn, pools=pools, since=since, until=until)
    return known


def _together(
    stretches: Mapping[int, tuple[datetime, datetime]],
) -> Sequence[tuple[list[int], datetime, datetime]]:
    """Groups of pools that were read of about the same time, and the time to ask for."""
    groups: list[tuple[list[int], datetime, datetime]] = []
    for number, (first, last) in sorted(stretches.items(), key=lambda item: item[1]):
        if groups:
            pools, since, until = groups[-1]
            until = max(until, last)
            if until - since <= ASKED_TOGETHER:
                groups[-1] = ([*pools, number], since, until)
                continue
        groups.append(([number], first, last))
    return groups


def _stretch(samples: Collection[FundSample], spacing: timedelta) -> tuple[datetime, datetime]:
    times = [sample.at for sample in samples]
    return min(times) - spacing, max(times)


def _by_asset(samples: Iterable[FundSample]) -> Mapping[str, list[FundSample]]:
    """Each asset's samples, oldest first; of several of one time the one read last."""
    found: dict[str, dict[datetime, FundSample]] = {}
    for sample in samples:
        found.setdefault(sample.asset, {})[sample.at] = sample
    return {asset: sorted(series.values(), key=attrgetter("at")) for asset, series in found.items()}


def _news(
    samples: Sequence[FundSample], known: Sequence[Recorded], spacing: timedelta
) -> Iterator[tuple[FundSample, int]]:
    """The samples that say something new, each with its revision; both oldest first."""
    latest = {one.at: one for one in known}
    older = iter(latest.values())
    upcoming, before = next(older, None), None
    for sample in samples:
        while upcoming is not None and upcoming.at < sample.at:
            if before is None or before.at < upcoming.at:
                before = upcoming
            upcoming = next(older, None)
        same = latest.get(sample.at)
        if same is None:
            near = before is not None and sample.at - before.at < spacing
            if near and before is not None and not differs(sample.amount, sample.usd, before):
                continue
        elif not differs(sample.amount, sample.usd, same):
            continue
        revision = 0 if same is None else same.revision + 1
        before = Recorded(sample.at, revision, sample.amount, sample.usd)
        yield sample, revision
