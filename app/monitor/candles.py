"""Reading hourly candles: once for all accounts, of the contracts that somebody holds.

Each contract is read page by page, some contracts a turn, until all reach up to now; from then
on once an hour, a few minutes after the hour is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from app.domain.errors import VenueError, VenueRateLimited, VenueUnreachable, VenueUnsupported
from app.domain.market_risk import MarketRisk
from app.monitor.context import Context
from app.monitor.coordinator import Outcome
from app.monitor.demand import hasten_if_well
from app.monitor.intervals import IDLE, budget_floor, candle_interval, within_budget
from app.monitor.price_pasts import HOUR, Asked
from app.store import candles
from app.store.candles import StoredRisk
from app.store.sources import candles_source
from app.venues.candle_facts import CandleFacts
from app.venues.facts import Read, VenueFacts

FIRST_REACH: Final = timedelta(days=30)
SETTLED: Final = timedelta(seconds=90)
"""An hour is read so long after its end at the earliest: a venue may still add late trades."""
SPREAD: Final = timedelta(minutes=3)
"""Venues are read within so long of one another, not all in the same second."""
A_TURN: Final = 10
RETRY: Final = timedelta(minutes=10)
NOT_GIVEN_FOR: Final = timedelta(days=1)
"""A contract of which the venue gives no candles is asked for again only after that."""
OVERDUE: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A contract whose hours are to be read from ``since`` on."""

    symbol: str
    since: datetime
    asked_at: datetime | None


def refresh_candles(context: Context, venue: str) -> Outcome:
    """Read the next page of some contracts' candles and work out what they say.

    A contract that fails costs only itself. Raises ``VenueError`` when the venue does not
    answer or asks for quiet; what was read until then is stored.
    """
    facts = context.catalogue.venue(venue)
    if facts.candles is None:
        return Outcome(interval=IDLE, done=True)
    now = context.now()
    with context.database.read() as connection:
        wanted = _wanted(connection, venue, facts.candles)
        last = candles.last_hours(connection, venue=venue, symbols=wanted)
    known = context.candle_turns.of(venue)
    # What was asked in the future was asked before the clock was set back: it would wait long.
    asked = {
        symbol: known[symbol] for symbol in wanted if symbol in known and known[symbol].at <= now
    }
    due = _due(wanted, last, asked, reference=facts.candles.reference, now=now)
    page = _heaviest(facts, facts.candles)
    turn = due[: _at_once(facts, page)]
    stopped: VenueError | None = None
    for one in turn:
        try:
            asked[one.symbol] = _ask(context, venue, facts.candles, one, now)
        except (VenueRateLimited, VenueUnreachable) as error:
            asked[one.symbol] = Asked(at=now, again_at=now)
            stopped = error
            break
    context.candle_turns.keep(venue, asked)
    _work_out(context, venue, wanted, facts.candles, asked)
    if stopped is not None:
        raise stopped
    answers = [asked[one.symbol] for one in turn]
    behind = len(due) > len(turn) or any(one.again_at <= now for one in answers)
    floor = budget_floor([page] * len(turn), facts=facts)
    return Outcome(
        interval=_interval(context, facts, asked.values(), floor=floor, behind=behind),
        # Where none had its turn, what failed last fails still.
        partial=_failure(answers or asked.values()),
    )


def want_candles(
    connection: Connection, venue: str, symbols: Collection[str], now: datetime
) -> bool:
    """Have candles read soon where one of these contracts was not worked through of late."""
    since = now - OVERDUE
    if not candles.overdue(connection, venue=venue, symbols=symbols, since=since):
        return False
    return hasten_if_well(connection, candles_source(venue), due_at=now)


def _wanted(connection: Connection, venue: str, facts: CandleFacts) -> tuple[str, ...]:
    """What is held at the venue, and BTC to set it against."""
    held = candles.wanted(connection, venue=venue)
    beside = {facts.reference} if held and facts.reference is not None else set()
    return tuple(sorted(held | beside))


def _due(
    wanted: Iterable[str],
    last: Mapping[str, datetime],
    asked: Mapping[str, Asked],
    *,
    reference: str | None,
    now: datetime,
) -> list[_Due]:
    """The contracts that lack an hour, longest unasked first, and BTC before its peers."""
    found = []
    for symbol in wanted:
        before = asked.get(symbol)
        since = _hour(now - FIRST_REACH)
        if symbol in last:
            since = max(since, last[symbol] + HOUR)
        if before is not None and before.empty_until is not None:
            since = max(since, before.empty_until)
        if since <= _newest(now) and (before is None or before.again_at <= now):
            found.append(_Due(symbol=symbol, since=since, asked_at=before.at if before else None))
    never = now - FIRST_REACH
    return sorted(found, key=lambda one: (one.asked_at or never, one.symbol != reference))


def _ask(context: Context, venue: str, facts: CandleFacts, due: _Due, now: datetime) -> Asked:
    """Read one page and store it; an error of this contract alone is what came of it."""
    try:
        read = context.clients.public(venue).read_candles(due.symbol, due.since)
    except VenueUnsupported as error:
        return Asked(at=now, again_at=now + NOT_GIVEN_FOR, error=error)
    except (VenueRateLimited, VenueUnreachable):
        raise
    except VenueError as error:
        return Asked(at=now, again_at=now + RETRY, error=error)
    newest = _newest(now)
    fresh = [candle for candle in read if due.since <= candle.at <= newest]
    if fresh:
        with context.database.write() as connection:
            candles.save(connection, venue=venue, native_symbol=due.symbol, candles_read=fresh)
        reached = max(candle.at for candle in fresh) >= newest
        return Asked(at=now, again_at=_next_hour(now) if reached else now)
    # No trade, or not listed yet: what follows may hold more.
    until = due.since + facts.limit * HOUR
    if until <= newest:
        return Asked(at=now, again_at=now, empty_until=until)
    return Asked(at=now, again_at=_next_hour(now))


def _work_out(
    context: Context,
    venue: str,
    wanted: Collection[str],
    facts: CandleFacts,
    asked: Mapping[str, Asked],
) -> None:
    """Store what the candles of these contracts say by now, and of which there are none why."""
    now = context.now()
    with context.database.read() as connection:
        known = candles.risks(connection, venue=venue, symbols=wanted)
        last = candles.last_hours(connection, venue=venue, symbols=wanted)
    silent = [
        _silent(venue, symbol, str(one.error))
        for symbol, one in asked.items()
        if isinstance(one.error, VenueUnsupported) and symbol not in last
    ]
    _save(context, silent, known, now)
    with context.database.read() as connection:
        pasts = context.price_pasts.of(connection, venue, wanted, facts.reference, now=now)
    _save(context, [past.risk for past in pasts.values()], known, now)


def _save(
    context: Context, found: Iterable[MarketRisk], known: Mapping[str, StoredRisk], now: datetime
) -> None:
    """Store what differs from what is known, or was not stored for a while."""
    changed = [
        risk
        for risk in found
        if (before := known.get(risk.native_symbol)) is None
        or before.risk != risk
        or now - before.computed_at >= HOUR / 2
    ]
    if changed:
        with context.database.write() as connection:
            candles.save_risks(connection, risks=changed, now=now)


def _silent(venue: str, symbol: str, reason: str) -> MarketRisk:
    notes = {"daily_volatility": reason}
    return MarketRisk(venue=venue, native_symbol=symbol, candles=0, as_of=None, notes=notes)


def _failure(asked: Iterable[Asked]) -> VenueError | None:
    """The error of a contract that should have answered; one that cannot says so in its notes."""
    errors = (one.error for one in asked)
    return next((e for e in errors if e is not None and not isinstance(e, VenueUnsupported)), None)


def _heaviest(facts: VenueFacts, of_candles: CandleFacts) -> Read:
    """What a page costs at most; the facts name one read for each kind of contract."""
    return max((facts.read(name) for name in of_candles.reads), key=lambda read: read.weight)


def _at_once(facts: VenueFacts, page: Read) -> int:
    """How many contracts a turn asks for: no more than our third of a minute's limit bears."""
    if facts.limits is None or not page.weight:
        return A_TURN
    return min(max(int(facts.limits.ours / 3 / page.weight), 1), A_TURN)


def _interval(
    context: Context, facts: VenueFacts, asked: Iterable[Asked], *, floor: float, behind: bool
) -> float:
    now = context.now()
    next_hour = _next_hour(now) + context.random() * SPREAD
    sooner = [one.again_at for one in asked if now < one.again_at < _next_hour(now)]
    wait = (min([next_hour, *sooner]) - now).total_seconds()
    interval = candle_interval(behind=behind, wait=wait, floor=floor)
    return within_budget(interval, context.clients.load(facts.id)) if behind else interval


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _newest(now: datetime) -> datetime:
    """When the newest hour began that is over and settled."""
    return _hour(now - SETTLED) - HOUR


def _next_hour(now: datetime) -> datetime:
    """When the hour after that one is."""
    return _newest(now) + 2 * HOUR + SETTLED
