"""When a replayed pool is judged, and which judgements could say nothing. docs/fund-health.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.fund_series import AssetPast
from app.risk.fund_histories import DAY, HOUR, MINUTE, Feed, Floats, Micros
from app.risk.fund_thresholds import FundThresholds

Flags = NDArray[np.bool_]

FULL_RATE: Final = 26 * HOUR
HOURLY: Final = 36 * DAY
TICKS: Final = (2.0, 3.2, 5.0, 9.0, 17.0, 33.0, 65.0)
"""While nothing arrives, a pool is judged after so many of its intervals."""
SURE: Final = 0.9
"""A judgement is left out only where every figure is this far within its threshold."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredFeed:
    """A feed as it is stored, by the venue's time, and when each balance became known.

    ``hourly`` and ``daily`` number the highest and the last balance of every hour and day: as
    live, what is older than a day, or than 36 days, is judged by those.
    """

    past: AssetPast
    known_at: Micros
    longest_delay: int
    hourly: Micros
    daily: Micros

    def known(self, now: int) -> AssetPast:
        """What is stored at ``now``, as it is handed to a judgement live."""
        past = self.past
        edges = ((now - HOURLY) // DAY * DAY, (now - FULL_RATE) // HOUR * HOUR, now + 1)
        long_ago, lately, high = (int(one) for one in np.searchsorted(past.at, edges))
        first, last = (int(one) for one in np.searchsorted(self.hourly, (long_ago, lately)))
        days = int(np.searchsorted(self.daily, long_ago))
        parts = (self.daily[:days], self.hourly[first:last], np.arange(lately, high))
        chosen = np.concatenate(parts)
        if high and int(past.at[high - 1]) > now - self.longest_delay:
            chosen = chosen[self.known_at[chosen] <= now]
        return AssetPast(
            asset=past.asset,
            at=past.at[chosen],
            amount=past.amount[chosen],
            usd=past.usd[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """When something became known, or was missed: in order, microseconds since 1970 UTC.

    ``value`` is what the pool holds then at its first prices. There is ``news`` where a balance
    arrived, and ``quiet`` where no figure can be near a threshold.
    """

    at: Micros
    value: Floats
    news: Flags
    quiet: Flags


def stored(feed: Feed) -> StoredFeed:
    """A balance read twice is stored once, when it was first known."""
    at, first = np.unique(feed.at, return_index=True)
    known_at = feed.known_at[first]
    past = AssetPast(asset=feed.asset, at=at, amount=feed.amount[first], usd=feed.usd[first])
    return StoredFeed(
        past=past,
        known_at=known_at,
        longest_delay=int((known_at - at).max()),
        hourly=_highest_and_last(past, HOUR),
        daily=_highest_and_last(past, DAY),
    )


def moments(
    feeds: Sequence[StoredFeed],
    arrivals: Micros,
    events: Sequence[int],
    *,
    cadence: int,
    limits: FundThresholds,
) -> Moments:
    """When a pool of these feeds is judged; ``events`` are the times of what a venue labels."""
    at = distinct([arrivals, _missed(arrivals, cadence)])
    value, quiet = np.zeros(len(at)), np.ones(len(at), dtype=np.bool_)
    for feed in feeds:
        order = np.argsort(feed.known_at, kind="stable")
        position = np.searchsorted(feed.known_at[order], at, side="right") - 1
        newest = np.maximum.accumulate(order)[position]
        past = feed.past
        value += np.where(position >= 0, past.amount[newest] * _first_price(past), 0.0)
        fresh = at - past.at[newest] <= SURE * 3 * cadence
        quiet &= (position >= 0) & fresh & _quiet(past, cadence, limits)[newest]
    for event in events:
        after = int(np.searchsorted(at, event))
        quiet[after : after + 2] = False
    news = np.isin(at, arrivals, assume_unique=True)
    return Moments(at=at, value=value, news=news, quiet=quiet)


def _highest_and_last(past: AssetPast, step: int) -> Micros:
    """Numbers of the highest and of the last balance of every ``step``, ascending."""
    steps = past.at // step
    begins = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
    ends = np.append(begins[1:], len(steps)) - 1
    highest = np.repeat(np.maximum.reduceat(past.amount, begins), ends - begins + 1)
    keep = past.amount == highest
    keep[1:] &= (past.amount[1:] != past.amount[:-1]) | (steps[1:] != steps[:-1])
    keep[ends] = True
    return np.flatnonzero(keep)


def _first_price(past: AssetPast) -> float:
    priced = np.flatnonzero(np.isfinite(past.usd) & (past.amount != 0))
    return float(past.usd[priced[0]] / past.amount[priced[0]]) if len(priced) else 1.0


def distinct(times: Sequence[Micros]) -> Micros:
    """All of ``times``, each once and in order; ``numpy.unique`` is slow on round numbers."""
    every = np.sort(np.concatenate(times))
    return every[np.diff(every, prepend=every[0] - 1) > 0]


def _missed(arrivals: Micros, cadence: int) -> Micros:
    """Times within silences, ever further apart."""
    silences = np.flatnonzero(np.diff(arrivals) > TICKS[0] * cadence)
    ticks = arrivals[silences, None] + (np.array(TICKS) * cadence).astype(np.int64)
    return np.asarray(ticks[ticks < arrivals[silences + 1, None]], dtype=np.int64)


def _quiet(past: AssetPast, cadence: int, limits: FundThresholds) -> Flags:
    """Where the balance is so near its highest of every window that nothing speaks against it.

    Every figure compares with a balance within its window and a fifth, so none can be worse
    than the fall from the highest one there.
    """
    quiet = _moved_lately(past, cadence)
    for window, most in (
        (2 * max(cadence, HOUR), limits.shock_share),
        (DAY, min(-limits.declining_24h, -limits.draining_1h, limits.draining_drawdown_8h)),
        (7 * DAY, -limits.declining_7d),
        (30 * DAY, limits.depleted_drawdown_30d),
    ):
        high = _highest(past, int(window * 1.2) + cadence)
        quiet &= past.amount > high * (1 - SURE * most)
    return quiet


def _moved_lately(past: AssetPast, cadence: int) -> Flags:
    moved = np.concatenate([[True], np.diff(past.amount) != 0])
    last = np.maximum.accumulate(np.where(moved, past.at, 0))
    return np.asarray(past.at - last < SURE * max(24 * HOUR, 24 * cadence), dtype=np.bool_)


def _highest(past: AssetPast, window: int) -> Floats:
    """The highest balance within ``window`` of each, or a little more, by steps of a 24th of it."""
    width = max(window // 24, MINUTE)
    bucket = (past.at - past.at[0]) // width
    begins = np.flatnonzero(np.diff(bucket, prepend=-1))
    span = -(-window // width) + 1
    highs = np.full(int(bucket[-1]) + span, -np.inf)
    highs[bucket[begins] + span - 1] = np.maximum.reduceat(past.amount, begins)
    trailing = np.lib.stride_tricks.sliding_window_view(highs, span).max(axis=1)
    return np.asarray(trailing[bucket], dtype=np.float64)
