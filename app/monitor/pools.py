"""Judging pools: from stored samples, open interest and signals to a state for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from app.domain.fund import FundSample, FundState, MarketStat, PoolKind, PoolReading
from app.monitor.fund_past import FundPast
from app.risk.adl_signals import concerning
from app.risk.fund_health import fund_state
from app.store import markets
from app.store.funds import FundPoint
from app.venues.facts import VenueFacts

RECENT = timedelta(hours=24)
POINT_WIDTH = RECENT / 48


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPool:
    """A pool's state, and the line drawn beside its balance."""

    state: FundState
    recent: tuple[FundPoint, ...]


def judge_pools(
    connection: Connection,
    facts: VenueFacts,
    pools: Iterable[PoolReading],
    past: FundPast,
    *,
    now: datetime,
) -> tuple[JudgedPool, ...]:
    """What is to be said at ``now`` of each of a venue's ``pools``."""
    stats = {stat.native_symbol: stat for stat in markets.stats(connection, venue=facts.id)}
    signals = markets.signals(connection, venue=facts.id)
    judged = []
    for pool in pools:
        samples = past.samples(connection, pool.id, now=now)
        behind = stands_behind(pool, facts)
        state = fund_state(
            pool,
            samples,
            markets=stats if behind else NO_MARKETS,
            signals=concerning(signals, pool, every_contract=behind and not pool.symbols),
            now=now,
        )
        judged.append(JudgedPool(state=state, recent=recent_points(pool, samples, now)))
    return tuple(judged)


NO_MARKETS: Mapping[str, MarketStat] = {}


def stands_behind(pool: PoolReading, facts: VenueFacts) -> bool:
    """Whether it is known which contracts a pool stands behind.

    A pool that lists none stands behind those of its scopes, and markets do not say their
    scope: so all of the venue's, if the pool is behind every scope, or else nobody knows which.
    """
    if pool.kind is PoolKind.HEADLINE:
        return False
    return bool(pool.symbols) or {scope.id for scope in facts.scopes} <= set(pool.scopes)


def recent_points(
    pool: PoolReading, samples: Sequence[FundSample], now: datetime
) -> tuple[FundPoint, ...]:
    """A pool's USD value over the last day at no more than 48 times, lows kept.

    Each asset is valued at its newest price, as the changes are: a coin's price draws no dip.
    There is no point before all of its assets are known.
    """
    assets = {balance.asset for balance in pool.balances}
    prices = {
        sample.asset: sample.usd / sample.amount
        for sample in samples
        if sample.asset in assets and sample.usd is not None and sample.amount
    }
    held: dict[str, float] = {}
    steps: dict[int, FundPoint] = {}
    for at, group in groupby(samples, key=attrgetter("at")):
        held |= {s.asset: s.amount * prices[s.asset] for s in group if s.asset in prices}
        if now - at >= RECENT or len(held) < len(prices) or not held:
            continue
        step = max((now - at) // POINT_WIDTH, 0)
        point = FundPoint(at=at, usd=sum(held.values()))
        known = steps.get(step)
        if known is None or point.usd < known.usd or step == 0:
            steps[step] = point
    return tuple(steps[step] for step in sorted(steps, reverse=True))
