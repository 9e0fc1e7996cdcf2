"""Reading the past that a venue gives of its fund: page by page, once, behind everything else.

One page is asked for at a time and stored together with where to go on, so that a worker that
dies at any point leaves nothing to be read again but the page it was at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import structlog

from app.domain.fund import FundBalance, FundHistoryPage
from app.monitor.context import Context
from app.monitor.coordinator import Outcome
from app.monitor.demand import hasten_if_well
from app.monitor.funds import REPEATED_EVERY
from app.monitor.intervals import IDLE, budget_floor
from app.risk.pool_match import match_pools
from app.store import backfills, funds
from app.store.backfills import Backfill
from app.store.sources import funds_source
from app.venues.facts import VenueFacts

log = structlog.get_logger(__name__)

FASTEST = 2.0
"""Seconds between two pages where the venue's limit would allow more."""
BUSY = 5.0
"""Seconds until it is tried again while another venue's page is read."""
SPARE = 2 / 3
"""The past is read while the others use no more than this of our share of the limit: its own
third then fits, and whoever else is due finds room."""
TENTHS = 10


def refresh_history(context: Context, venue: str) -> Outcome:
    """Read the next page of a venue's past, if no other is being read; the last ends the source.

    The fund as it is now comes first. Raises ``VenueError`` when the venue did not answer; the
    next attempt goes on from the same place.
    """
    facts = context.catalogue.venue(venue)
    with context.database.read() as connection:
        before = backfills.of(connection, venue=venue)
        known = bool(funds.pools(connection, venue=venue))
    if before is not None and before.finished_at is not None:
        return Outcome(interval=IDLE, done=True)
    if not known or context.clients.load(venue) > SPARE:
        return Outcome(interval=IDLE)
    if not context.backfilling.acquire(blocking=False):
        return Outcome(interval=BUSY)
    try:
        done = _next_page(context, venue, before)
    finally:
        context.backfilling.release()
    if done:
        context.clients.end_past(venue)
    return Outcome(interval=_interval(facts), done=done)


def _next_page(context: Context, venue: str, before: Backfill | None) -> bool:
    """Read a page and store it; whether it was the last."""
    if before is None:
        log.info("reading the past of the fund", venue=venue)
    asked = before.cursor if before is not None else None
    page = context.clients.past(venue).read_fund_history(asked)
    after = _record(context, venue, asked, page)
    if after is not None:
        _tell(before, after)
    return page.cursor is None


def without_repeats(balances: Iterable[FundBalance]) -> tuple[FundBalance, ...]:
    """Without those that only repeat what one said less than ten minutes before, as live ones."""
    kept: list[FundBalance] = []
    newest: dict[str, FundBalance] = {}
    for balance in sorted(balances, key=lambda one: one.at):
        before = newest.get(balance.asset)
        if (
            before is None
            or before.amount != balance.amount
            or balance.at - before.at >= REPEATED_EVERY
        ):
            newest[balance.asset] = balance
            kept.append(balance)
    return tuple(kept)


def _record(
    context: Context, venue: str, asked: str | None, page: FundHistoryPage
) -> Backfill | None:
    """Store a page; at the end the fund is read, and so judged, with all of its past."""
    now = context.now()
    with context.database.write() as connection:
        before = funds.pools(connection, venue=venue)
        readings = tuple(
            replace(reading, balances=without_repeats(reading.balances))
            for reading in match_pools(before, page.readings)
        )
        after = backfills.record_page(
            connection, venue=venue, asked=asked, page=replace(page, readings=readings), now=now
        )
        if page.cursor is None:
            hasten_if_well(connection, funds_source(venue), due_at=now)
    return after


def _tell(before: Backfill | None, after: Backfill) -> None:
    """A line at every tenth of the way, and at the end."""
    if after.finished_at is not None:
        log.info("the past of the fund is read", venue=after.venue, samples=after.samples)
    elif _tenths(after) > _tenths(before):
        log.info(
            "past of the fund read so far",
            venue=after.venue,
            share=round(_tenths(after) / TENTHS, 1),
            samples=after.samples,
        )


def _tenths(backfill: Backfill | None) -> int:
    return int((backfill.share or 0.0) * TENTHS) if backfill is not None else 0


def _interval(facts: VenueFacts) -> float:
    reads = (facts.read(name) for name in facts.fund.history_reads)
    return max(
        FASTEST, budget_floor((replace(one, cached_seconds=None) for one in reads), facts=facts)
    )
