"""Taking in records from elsewhere beside one's own, without losing or doubling either.

Where both have a sample, its revisions are put in the order in which they were recorded; one
that repeats the one before it is none. A pool known only by such records stands in the lists
with the newest balances of its assets, each of its own time, but with no balance of now: its
health is ``unknown``, and a note says why. It is never judged, nor matched with what a venue
publishes; once the venue is found to publish it, it is a pool like
any other, with a past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, and_, delete, func, select, update

from app.domain.fund import FundBalance, FundHealth, FundState, PoolKind, PoolReading
from app.store import fund_retention, revisions
from app.store.codec import from_json, to_json
from app.store.tables import fund_samples, pools
from app.store.upsert import insert_into

NOT_READ = "Its records were imported from a file; it has not been read from the venue here."


class Line(NamedTuple):
    """One revision of one sample, and what its pool is called."""

    pool_id: str
    venue: str
    key: str
    name: str
    kind: PoolKind
    asset: str
    at: datetime
    amount: float
    usd: float | None
    revision: int
    recorded_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Of the lines taken in: how many are new samples, how many were known, how many revise one.

    ``pools`` are the ids of those that were never read.
    """

    added: int = 0
    known: int = 0
    revised: int = 0
    pools: tuple[str, ...] = ()


class _Figures(Protocol):
    @property
    def amount(self) -> float: ...
    @property
    def usd(self) -> float | None: ...


class _Kept(NamedTuple):
    revision: int
    amount: float
    usd: float | None
    recorded_at: datetime


_Key = tuple[int, str, datetime]


class Taken:
    """Lines on their way into the database, in the transaction of ``conn``."""

    def __init__(self, conn: Connection, now: datetime) -> None:
        self._conn = conn
        self._now = now
        self._numbers: dict[str, int] = {}
        self._made: list[str] = []
        self._oldest: dict[int, datetime] = {}
        self._done = Imported()

    def take(self, lines: Sequence[Line]) -> None:
        """Store what is new of these lines; all revisions of a sample come in one call."""
        self._know_pools(lines)
        given: dict[_Key, list[Line]] = defaultdict(list)
        for line in sorted(lines, key=attrgetter("recorded_at", "revision")):
            given[self._numbers[line.pool_id], line.asset, line.at].append(line)
        stored = self._stored(given)
        added = revised = 0
        rows: list[dict[str, object]] = []
        replaced: list[_Key] = []
        for key, found in given.items():
            before, new = stored.get(key, []), list(_without_repetitions(found))
            if _holds(before, new):
                continue
            kept = list(_without_repetitions(merge(before, new, key=attrgetter("recorded_at"))))
            rows += (_row(key, number, one) for number, one in enumerate(kept))
            self._oldest[key[0]] = min(key[2], self._oldest.get(key[0], key[2]))
            revised += max(len(kept) - max(len(before), 1), 0)
            if before:
                replaced.append(key)
            else:
                added += 1
        self._write(rows, replaced)
        self._done = replace(
            self._done,
            added=self._done.added + added,
            revised=self._done.revised + revised,
            known=self._done.known + len(lines) - added - revised,
        )

    def finish(self) -> Imported:
        """Show what came of it; what was taken in."""
        for number, since in self._oldest.items():
            fund_retention.look_again(self._conn, pool=number, since=since)
            _show_imported(self._conn, number, self._now)
        if self._oldest:
            changed = [pool_id for pool_id, n in self._numbers.items() if n in self._oldest]
            scopes = {revisions.venue_scope(pool_id.partition(":")[0]) for pool_id in changed}
            revisions.bump(self._conn, revisions.FUNDS, *scopes)
        return replace(self._done, pools=tuple(sorted(self._made)))

    def _know_pools(self, lines: Iterable[Line]) -> None:
        """Hold the rows of the pools, made where there are none."""
        new = {line.pool_id: line for line in lines if line.pool_id not in self._numbers}
        if not new:
            return
        statement = insert_into(self._conn, pools).on_conflict_do_nothing()
        rows = [_pool(line, self._now) for _, line in sorted(new.items())]
        self._made += self._conn.scalars(statement.returning(pools.c.id), rows)
        held = select(pools.c.id, pools.c.number).where(pools.c.id.in_(list(new)))
        for row in self._conn.execute(held.order_by(pools.c.id).with_for_update()):
            self._numbers[row.id] = row.number

    def _stored(self, given: Iterable[_Key]) -> dict[_Key, list[_Kept]]:
        """What is stored of the samples given, by revision."""
        times: dict[int, list[datetime]] = defaultdict(list)
        for pool, _, at in given:
            times[pool].append(at)
        found: dict[_Key, list[_Kept]] = defaultdict(list)
        for pool, moments in times.items():
            rows = self._conn.execute(
                select(fund_samples)
                .where(
                    fund_samples.c.pool == pool,
                    fund_samples.c.at.between(min(moments), max(moments)),
                )
                .order_by(fund_samples.c.at, fund_samples.c.revision)
            )
            for row in rows:
                kept = _Kept(row.revision, row.amount, row.usd, row.recorded_at)
                found[pool, row.asset, row.at].append(kept)
        return found

    def _write(self, rows: list[dict[str, object]], replaced: Sequence[_Key]) -> None:
        for pool, asset, at in replaced:
            self._conn.execute(
                delete(fund_samples).where(
                    fund_samples.c.pool == pool,
                    fund_samples.c.asset == asset,
                    fund_samples.c.at == at,
                )
            )
        if rows:
            self._conn.execute(insert_into(self._conn, fund_samples), rows)


def _holds(stored: Sequence[_Kept], given: Sequence[_Kept | Line]) -> bool:
    """Whether every figure given is stored, in this order."""
    known = iter(stored)
    return all(any(not _differs(line, one) for one in known) for line in given)


def _without_repetitions(series: Iterable[_Kept | Line]) -> Iterator[_Kept | Line]:
    before: _Kept | Line | None = None
    for one in series:
        if before is None or _differs(one, before):
            yield one
            before = one


def _differs(one: _Figures, known: _Figures) -> bool:
    return one.amount != known.amount or (known.usd is None and one.usd is not None)


def _row(key: _Key, revision: int, one: _Kept | Line) -> dict[str, object]:
    pool, asset, at = key
    return {
        "pool": pool,
        "at": at,
        "asset": asset,
        "revision": revision,
        "amount": one.amount,
        "usd": one.usd,
        "recorded_at": one.recorded_at,
    }


def _pool(line: Line, now: datetime) -> dict[str, object]:
    reading = PoolReading(
        venue=line.venue, key=line.key, name=line.name, kind=line.kind, balances=(), note=NOT_READ
    )
    return {
        "id": line.pool_id,
        "venue": line.venue,
        "reading": to_json(reading),
        "read_at": now,
        "retired_at": now,
        "imported_from": line.source or "import",
    }


def _show_imported(conn: Connection, number: int, now: datetime) -> None:
    """Give a pool known only by imported records its newest balances and a state."""
    row = conn.execute(
        select(pools.c.reading).where(pools.c.number == number, pools.c.imported_from.is_not(None))
    ).one_or_none()
    if row is None:
        return
    reading = replace(from_json(PoolReading, row.reading), balances=_newest(conn, number))
    state = FundState(
        pool_id=reading.id,
        venue=reading.venue,
        key=reading.key,
        name=reading.name,
        kind=reading.kind,
        health=FundHealth.UNKNOWN,
        balance_usd=None,
        as_of=None,
        cadence_seconds=None,
        assets=reading.balances,
        notes={"health": NOT_READ, "balance_usd": NOT_READ},
    )
    shown = {"reading": to_json(reading), "state": to_json(state), "recent": [], "computed_at": now}
    conn.execute(update(pools).where(pools.c.number == number).values(shown))


def _newest(conn: Connection, number: int) -> tuple[FundBalance, ...]:
    newest = (
        select(fund_samples.c.asset, func.max(fund_samples.c.at).label("at"))
        .where(fund_samples.c.pool == number)
        .group_by(fund_samples.c.asset)
        .subquery()
    )
    here = and_(
        fund_samples.c.pool == number,
        fund_samples.c.at == newest.c.at,
        fund_samples.c.asset == newest.c.asset,
    )
    rows = conn.execute(
        select(fund_samples)
        .join(newest, here)
        .order_by(fund_samples.c.asset, fund_samples.c.revision)
    )
    latest = {row.asset: row for row in rows}
    return tuple(
        FundBalance(asset=asset, amount=row.amount, usd=row.usd, at=row.at)
        for asset, row in latest.items()
    )
