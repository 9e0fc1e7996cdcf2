"""Where to go on in a fund's past: a cursor is JSON that says which pool, and how far in it.

Pools are gone through in the order of their names, so that one which appears or goes meanwhile
moves none of the others. Pure functions.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from app.domain.errors import VenueError
from app.domain.fund import FundBalance, FundHistoryPage, PoolReading
from app.venues import wire
from app.venues.wire import Malformed, Row

POOL: Final = "pool"
FULL_RATE: Final = timedelta(days=90)
END: Final = FundHistoryPage(readings=())


def cursor(**place: object) -> str:
    return json.dumps(place, sort_keys=True)


def place(cursor: str | None) -> Row:
    """What a cursor holds; nothing at the beginning. Raises ``Malformed``."""
    if cursor is None:
        return {}
    try:
        return wire.row(json.loads(cursor), "the place in the fund's past")
    except ValueError:
        raise Malformed("the place in the fund's past is no JSON") from None


def turn(names: Collection[str], at: Row) -> tuple[str | None, Row]:
    """Which pool is next, and how far in it one is; ``None`` when all had their turn."""
    ordered = sorted(names)
    if POOL not in at:
        return (ordered[0], {}) if ordered else (None, {})
    named = wire.text(at, POOL)
    index = bisect_left(ordered, named)
    if index == len(ordered):
        return None, {}
    return ordered[index], at if ordered[index] == named else {}


def page(
    names: Collection[str], name: str, readings: Iterable[PoolReading], **further: object
) -> FundHistoryPage:
    """A page of the pool ``name``, which goes on where ``further`` says, else with the next pool.

    A value of ``None`` in ``further`` is none.
    """
    ordered = sorted(names)
    rest = {key: value for key, value in further.items() if value is not None}
    done = bisect_left(ordered, name) if rest else bisect_right(ordered, name)
    ended = not rest and done == len(ordered)
    return FundHistoryPage(
        readings=tuple(readings),
        cursor=None if ended else cursor(**{POOL: name if rest else ordered[done], **rest}),
        share=done / max(len(ordered), 1),
    )


def is_refused(error: VenueError) -> bool:
    """Whether the venue will not tell of this pool, however often it is asked."""
    return type(error) is VenueError


def thinned(balances: Iterable[FundBalance], *, now: datetime) -> tuple[FundBalance, ...]:
    """What is kept of a long past, the newest first: of every hour older than 90 days only the
    lowest, the highest and the last balance. Of one asset."""
    hours: dict[datetime, list[FundBalance]] = {}
    kept = {}
    for one in sorted(balances, key=lambda balance: balance.at):
        if now - one.at <= FULL_RATE:
            kept[one.at] = one
        else:
            hours.setdefault(one.at.replace(minute=0, second=0, microsecond=0), []).append(one)
    for group in hours.values():
        lowest = min(group, key=lambda balance: balance.amount)
        highest = max(group, key=lambda balance: balance.amount)
        kept |= {one.at: one for one in (lowest, highest, group[-1])}
    return tuple(kept[at] for at in sorted(kept, reverse=True))
