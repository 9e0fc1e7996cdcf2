"""Reading a venue's marks, open interest and ADL signals; verdicts follow at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from app.domain.errors import VenueError
from app.monitor.context import Context
from app.monitor.coordinator import Outcome
from app.monitor.intervals import budget_floor, market_interval, within_budget
from app.monitor.reassess import judge_venue
from app.risk.pool_match import PoolIndex
from app.store import accounts, funds, markets, positions
from app.venues.facts import ReadPurpose

PURPOSES = (ReadPurpose.MARKET_STATS, ReadPurpose.ADL)
A_TURN = 15
OLD = timedelta(minutes=10)
"""So many contracts that nobody holds are asked for each time, and none more often than this,
so that the coverage of the pools behind them is known too."""

DELISTED_AFTER = timedelta(days=1)
"""A contract that a venue's answers lack for so long is traded no more."""

NEVER = datetime.min.replace(tzinfo=UTC)


def refresh_markets(context: Context, venue: str) -> Outcome:
    """Read what a venue publishes of its contracts; positions and pools are judged anew.

    Raises ``VenueError``; the last figures stay and age. ADL signals that fail cost only
    themselves.
    """
    facts = context.catalogue.venue(venue)
    reader = context.clients.public(venue)
    with context.database.read() as connection:
        wanted = _wanted(connection, venue, now=context.now())
        linked = accounts.any_at(connection, venue=venue)
    stats = reader.read_markets(wanted)
    failure: VenueError | None = None
    signals = None
    try:
        signals = reader.read_adl_signals()
    except VenueError as error:
        failure = error
    with context.database.write() as connection:
        markets.save_stats(connection, stats=stats)
        if stats:
            newest = max(stat.at for stat in stats)
            markets.prune(connection, venue=venue, before=newest - DELISTED_AFTER)
        if signals is not None:
            markets.save_signals(connection, venue=venue, signals=signals)
    danger = judge_venue(context, venue)
    reads = [read for read in facts.reads if read.purpose in PURPOSES and not read.signed]
    interval = market_interval(danger, linked=linked, floor=budget_floor(reads, facts=facts))
    if not linked:
        context.clients.rest(venue)
    return Outcome(interval=within_budget(interval, context.clients.load(venue)), partial=failure)


def _wanted(connection: Connection, venue: str, *, now: datetime) -> tuple[str, ...]:
    """Contracts whose open interest is wanted now.

    Those held, all those of the pools behind them, and a few of the other pools' whose open
    interest is unknown or old.
    """
    pools = funds.pools(connection, venue=venue)
    index = PoolIndex(pools)
    stored = positions.current_for_venue(connection, venue=venue)
    held = [one.assessment.position for one in stored]
    behind = {pool.id: pool for p in held if (pool := index.pool_for(p)) is not None}
    first = {position.native_symbol for position in held}.union(
        *(pool.symbols for pool in behind.values())
    )
    stats = {stat.native_symbol: stat for stat in markets.stats(connection, venue=venue)}
    others = {symbol for pool in pools for symbol in pool.symbols} - first
    read_at = {
        symbol: stats[symbol].open_interest_at or NEVER if symbol in stats else NEVER
        for symbol in (others & stats.keys() if stats else others)
    }
    old = [symbol for symbol, at in read_at.items() if now - at > OLD]
    return (*sorted(first), *sorted(old, key=lambda symbol: (read_at[symbol], symbol))[:A_TURN])
