"""Reading a venue's insurance funds, keeping every sample, and judging each pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from app.domain.fund import FundEvent, PoolReading
from app.monitor.context import Context
from app.monitor.coordinator import Outcome
from app.monitor.demand import hasten_if_well
from app.monitor.intervals import fund_interval, within_budget
from app.monitor.reassess import fund_floor, judge_venue
from app.risk.fund_regrouping import regroupings
from app.risk.pool_match import match_pools
from app.store import accounts, funds
from app.store.sources import markets_source

REPEATED_EVERY = timedelta(minutes=10)
"""A balance that does not move is stored again this often: enough to know that it was seen,
the shortest window (an hour) tolerating a fifth of itself, and a tenth of the rows."""


def refresh_funds(context: Context, venue: str) -> Outcome:
    """Read a venue's pools; what they mean for positions there is judged anew.

    Raises ``VenueError`` when the venue did not give them; the last states stay and age.
    """
    facts = context.catalogue.venue(venue)
    reader = context.clients.public(venue)
    reading = reader.read_funds()
    _record(context, venue, reading, complete=reader.gives_all_funds)
    danger = judge_venue(context, venue)
    with context.database.read() as connection:
        linked = accounts.any_at(connection, venue=venue)
    if not linked:
        context.clients.rest(venue)
    interval = fund_interval(
        _cadence(reading, facts.fund.cadence_seconds),
        danger,
        all_asked=reader.all_funds_asked,
        floor=fund_floor(facts),
    )
    return Outcome(interval=within_budget(interval, context.clients.load(venue)))


def _record(
    context: Context, venue: str, reading: tuple[PoolReading, ...], *, complete: bool
) -> None:
    """Store the reading. Which contracts matter follows from it, so markets are read next."""
    now = context.now()
    with context.database.write() as connection:
        before = funds.pools(connection, venue=venue)
        pools = _with_known_symbols(match_pools(before, reading), before)
        present = {pool.id for pool in pools}
        gone = () if complete else tuple(pool for pool in before if pool.id not in present)
        moved = regroupings(before, (*pools, *gone), now=now)
        pools = tuple(_with_event(pool, moved) for pool in pools)
        funds.record_readings(connection, readings=pools, now=now, spacing=REPEATED_EVERY)
        for pool in before:
            if pool.id in moved and pool.id not in present:
                event = replace(pool, balances=(), events=(moved[pool.id],))
                funds.record_past(connection, reading=event, now=now)
        if complete and pools:
            keep = [pool.id for pool in pools]
            funds.retire_pools(connection, venue=venue, keep=keep, now=now)
        if not _symbols(pools) <= _symbols(before):
            hasten_if_well(connection, markets_source(venue), due_at=now)


def _with_event(pool: PoolReading, moved: Mapping[str, FundEvent]) -> PoolReading:
    event = moved.get(pool.id)
    return pool if event is None else replace(pool, events=(*pool.events, event))


def _with_known_symbols(
    pools: Sequence[PoolReading], before: Sequence[PoolReading]
) -> tuple[PoolReading, ...]:
    """A pool that lists no contracts this time keeps those it was last known to stand behind."""
    known = {pool.id: pool.symbols for pool in before}
    return tuple(
        pool if pool.symbols else replace(pool, symbols=known.get(pool.id, ())) for pool in pools
    )


def _symbols(pools: Sequence[PoolReading]) -> frozenset[str]:
    return frozenset(symbol for pool in pools for symbol in pool.symbols)


def _cadence(reading: tuple[PoolReading, ...], usual: int | None) -> float | None:
    """The fastest cadence among the pools read, else the venue's usual one, seconds."""
    return min((p.cadence_seconds for p in reading if p.cadence_seconds), default=usual)
