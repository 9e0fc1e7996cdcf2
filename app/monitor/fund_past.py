"""What the worker remembers of funds and markets between two judgings of a venue.

The past of a pool is read whole once an hour, and again when more of it was brought in; in
between only what is newer is asked for. Beyond the last day it is kept as the highest and the
last balance of every hour, beyond 36 days of every day, which is what highs, windows and steps
ask for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
from sqlalchemy import Connection

from app.domain.fund import FundEvent, MarketStat
from app.domain.fund_series import EPOCH, MICROSECOND, AssetPast, micros
from app.risk.divergence import day_change
from app.store import backfills, fund_arrays, funds

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FULL_RATE = 26 * HOUR
HOURLY = 36 * DAY
"""Windows tolerate a balance older by a fifth: 30 days reach back 36."""
KEPT_FOR = HOUR
OVERLAP = HOUR
"""A venue may correct a balance, or give one late; what is older is found within the hour."""
AHEAD = DAY
"""A venue's clock may be ahead of this one."""
LABELLED_LATE = 2 * DAY
ELSEWHERE_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPast:
    """Of one pool: balances by asset, and every event."""

    assets: tuple[AssetPast, ...] = ()
    events: tuple[FundEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _VenuePast:
    """``whole_at`` is when all was read, ``imported`` how many samples had been brought in."""

    whole_at: datetime
    imported: int
    pools: Mapping[str, PoolPast]


class FundPast:
    """Memory of one worker. Safe to share between threads."""

    def __init__(self) -> None:
        self.marks = RecentMarks()
        self._venues: dict[str, _VenuePast] = {}
        self._elsewhere: tuple[datetime, Mapping[str, float]] | None = None
        self._lock = Lock()

    def of_venue(
        self, connection: Connection, venue: str, pool_ids: Collection[str], *, now: datetime
    ) -> Mapping[str, PoolPast]:
        """What is stored of these pools of a venue, up to now."""
        with self._lock:
            kept = self._venues.get(venue)
        backfill = backfills.of(connection, venue=venue)
        imported = 0 if backfill is None else backfill.samples
        if (
            kept is None
            or kept.imported != imported
            or not timedelta(0) <= now - kept.whole_at < KEPT_FOR
            or not kept.pools.keys() >= set(pool_ids)
        ):
            pools = _whole(connection, pool_ids, now)
            kept = _VenuePast(whole_at=now, imported=imported, pools=pools)
        else:
            pools = _newer(connection, kept.pools, now)
            kept = _VenuePast(whole_at=kept.whole_at, imported=imported, pools=pools)
        with self._lock:
            self._venues[venue] = kept
        return kept.pools

    def changes_elsewhere(
        self, connection: Connection, venue: str, *, now: datetime
    ) -> tuple[float, ...]:
        """How the funds of every other venue moved in 24 hours, as they were judged last."""
        with self._lock:
            kept = self._elsewhere
        if kept is None or not timedelta(0) <= now - kept[0] < ELSEWHERE_FOR:
            kept = (now, _day_changes(connection, now))
            with self._lock:
                self._elsewhere = kept
        return tuple(change for other, change in sorted(kept[1].items()) if other != venue)


HARD_MOVE = 0.05
HARD_SHARE = 0.25
"""A contract moves hard by so much within the hour, the market once contracts with so large a
part of the open interest do: one small coin's jump strains no fund."""
MARKS_EVERY = timedelta(minutes=10)


class RecentMarks:
    """The mark prices of each venue's contracts over the last hour. Safe between threads."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[datetime, Mapping[str, float]]]] = {}
        self._lock = Lock()

    def move_hard(self, venue: str, stats: Collection[MarketStat], *, now: datetime) -> bool:
        """Remember these marks; whether the market moved hard within the hour up to them."""
        marks = {
            stat.native_symbol: stat.mark_price
            for stat in stats
            if stat.mark_price is not None and stat.mark_price > 0
        }
        with self._lock:
            before = [one for one in self._kept.get(venue, []) if now - one[0] <= HOUR]
            spaced = not before or now - before[-1][0] >= MARKS_EVERY
            self._kept[venue] = [*before, (now, marks)] if spaced else before
        interest = {stat.native_symbol: stat.open_interest_usd for stat in stats}
        known = any(interest.get(symbol) for symbol in marks)
        weights = {symbol: (interest[symbol] or 0.0) if known else 1.0 for symbol in marks}
        moved = sum(
            weights[symbol]
            for symbol, mark in marks.items()
            if _range([mark, *(then[symbol] for _, then in before if symbol in then)]) >= HARD_MOVE
        )
        total = sum(weights.values())
        return total > 0 and moved >= HARD_SHARE * total


def _range(prices: Sequence[float]) -> float:
    return max(prices) / min(prices) - 1


def _whole(
    connection: Connection, pool_ids: Collection[str], now: datetime
) -> Mapping[str, PoolPast]:
    if not pool_ids:
        return {}
    stored = fund_arrays.past_of_many(connection, pool_ids=pool_ids, since=EPOCH, until=now + AHEAD)
    return {
        pool_id: PoolPast(
            assets=tuple(thinned(one, now) for one in assets),
            events=funds.events(connection, pool_id=pool_id, since=EPOCH),
        )
        for pool_id, assets in stored.items()
    }


def _newer(
    connection: Connection, kept: Mapping[str, PoolPast], now: datetime
) -> Mapping[str, PoolPast]:
    """``kept`` with what came since; its newest balances are asked for again (``OVERLAP``)."""
    newest = [max(int(one.at[-1]) for one in past.assets) for past in kept.values() if past.assets]
    since = EPOCH + min(newest, default=micros(now)) * MICROSECOND - OVERLAP
    since = max(since, now - FULL_RATE)
    known = {pool_id: past for pool_id, past in kept.items() if past.assets}
    stored = fund_arrays.past_of_many(connection, pool_ids=known, since=since, until=now + AHEAD)
    # The first balances of a pool may bring its past along.
    found = dict(_whole(connection, kept.keys() - known.keys(), now))
    for pool_id, past in known.items():
        labelled = funds.events(connection, pool_id=pool_id, since=now - LABELLED_LATE)
        found[pool_id] = PoolPast(
            assets=_joined(past.assets, stored[pool_id], micros(since)),
            events=tuple(dict.fromkeys((*past.events, *labelled))),
        )
    return found


def _joined(
    kept: Sequence[AssetPast], newer: Sequence[AssetPast], since: int
) -> tuple[AssetPast, ...]:
    """Each asset as kept until ``since``, as read from then on."""
    fresh = {one.asset: one for one in newer}
    joined = [
        _after(one, fresh.pop(one.asset), since) if one.asset in fresh else one for one in kept
    ]
    return (*joined, *fresh.values())


def _after(kept: AssetPast, newer: AssetPast, since: int) -> AssetPast:
    if np.array_equal(kept.at[-len(newer.at) :], newer.at) and np.array_equal(
        kept.amount[-len(newer.at) :], newer.amount
    ):
        return kept
    until = int(np.searchsorted(kept.at, since))
    return AssetPast(
        asset=kept.asset,
        at=np.concatenate([kept.at[:until], newer.at]),
        amount=np.concatenate([kept.amount[:until], newer.amount]),
        usd=np.concatenate([kept.usd[:until], newer.usd]),
    )


def thinned(past: AssetPast, now: datetime) -> AssetPast:
    """The highest and the last balance of every hour, of every day further back."""
    recent, hourly = (
        int(np.searchsorted(past.at, micros(now - reach))) for reach in (FULL_RATE, HOURLY)
    )
    steps = past.at[:recent] // (HOUR // MICROSECOND)
    steps[:hourly] //= DAY // HOUR  # Days have far smaller numbers than hours and none in common.
    last = np.append(steps[1:] != steps[:-1], True)[:recent]
    by_height = np.lexsort((past.at[:recent], past.amount[:recent], steps))
    keep = np.ones(len(past.at), dtype=np.bool_)
    keep[:recent] = last
    keep[by_height[last]] = True
    return AssetPast(
        asset=past.asset, at=past.at[keep], amount=past.amount[keep], usd=past.usd[keep]
    )


def _day_changes(connection: Connection, now: datetime) -> Mapping[str, float]:
    by_venue: dict[str, list[funds.StoredFund]] = {}
    for stored in funds.states(connection):
        by_venue.setdefault(stored.state.venue, []).append(stored)
    changes = {
        venue: day_change((stored.state for stored in states), now=now)
        for venue, states in by_venue.items()
    }
    return {venue: change for venue, change in changes.items() if change is not None}
