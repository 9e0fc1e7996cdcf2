"""Judging pools: from stored samples, open interest and signals to a state for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection

from app.domain.fund import FundState, MarketStat, PoolKind, PoolReading
from app.domain.fund_series import micros, when
from app.monitor.fund_past import FundPast, PoolPast
from app.risk.adl_signals import concerning
from app.risk.divergence import day_change, diverges
from app.risk.fund_balances import balance_history
from app.risk.fund_health import fund_state, with_divergence
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
    previous: Mapping[str, FundState],
    now: datetime,
) -> tuple[JudgedPool, ...]:
    """What is to be said at ``now`` of each of a venue's ``pools``.

    ``previous`` are the states of the venue's pools so far, by pool id. What the funds of
    other venues did in the same day is taken from what was said of them last.
    """
    stats = {stat.native_symbol: stat for stat in markets.stats(connection, venue=facts.id)}
    signals = markets.signals(connection, venue=facts.id)
    readings = tuple(pools)
    known = past.of_venue(connection, facts.id, [pool.id for pool in readings], now=now)
    largest = facts.fund.largest_liquidation
    judged = []
    for pool in readings:
        behind = stands_behind(pool, facts)
        state = fund_state(
            pool,
            known[pool.id].assets,
            events=known[pool.id].events,
            markets=stats if behind else NO_MARKETS,
            signals=concerning(signals, pool, every_contract=behind and not pool.symbols),
            now=now,
            previous=previous.get(pool.id),
            largest_liquidation_usd=largest.usd if largest is not None and behind else None,
        )
        judged.append(JudgedPool(state=state, recent=recent_points(pool, known[pool.id], now)))
    divergence = diverges(
        day_change((one.state for one in judged), now=now),
        past.changes_elsewhere(connection, facts.id, now=now),
    )
    return tuple(replace(one, state=with_divergence(one.state, divergence)) for one in judged)


NO_MARKETS: Mapping[str, MarketStat] = {}


def stands_behind(pool: PoolReading, facts: VenueFacts) -> bool:
    """Whether it is known which contracts a pool stands behind.

    A pool that lists none stands behind those of its scopes, and markets do not say their
    scope: so all of the venue's, if the pool is behind every scope, or else nobody knows which.
    """
    if pool.kind is PoolKind.HEADLINE:
        return False
    return bool(pool.symbols) or {scope.id for scope in facts.scopes} <= set(pool.scopes)


def recent_points(pool: PoolReading, past: PoolPast, now: datetime) -> tuple[FundPoint, ...]:
    """A pool's USD value over the last day at no more than 48 times, lows kept.

    Each asset is valued at its newest price, as the changes are: a coin's price draws no dip.
    There is no point before all of its assets are known, nor across a regrouping, and none of
    a pool whose worth is not known.
    """
    history = balance_history(past.assets, pool.balances, past.events)
    if history is None or not history.in_usd:
        return ()
    first = int(np.searchsorted(history.at, micros(now - RECENT), side="right"))
    steps: dict[int, FundPoint] = {}
    for at, usd in zip(history.at[first:].tolist(), history.value[first:].tolist(), strict=True):
        point = FundPoint(at=when(at), usd=usd)
        step = max((now - point.at) // POINT_WIDTH, 0)
        known = steps.get(step)
        if known is None or usd < known.usd or step == 0:
            steps[step] = point
    return tuple(steps[step] for step in sorted(steps, reverse=True))
