"""Funds with a past to draw: one that drains, a calm one, one regrouped, one topped up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.fund import (
    Confidence,
    Divergence,
    DivergenceKind,
    FundBalance,
    FundEvent,
    FundSample,
    FundState,
    TopUp,
)
from app.store import funds
from tests.support.api import Stage
from tests.support.nouns import a_pool_reading
from tests.support.page_stage import calm_fund, draining_fund, store_fund

HOURS = 30 * 24
DRAINING = "binance:usdm:btc-eth-bnb"
CALM = "okx:swap:btc-usdt"
REGROUPED = "bybit:usdt:group-1"
TOPPED_UP = "deribit:btc"


def four_pasts(stage: Stage) -> None:
    """Thirty days of hourly balances of each."""
    now = stage.now()
    alone = Divergence(
        kind=DivergenceKind.ALONE, others=6, own_change=-0.154, others_change=0.001, score=-9.2
    )
    draining = replace(
        draining_fund(now),
        divergence=alone,
        confidence=Confidence.HIGH,
        since=now - timedelta(hours=7),
        drawdown_30d=0.163,
        drawdown_all=0.163,
        slope_7d=-0.011,
        shock=-21.4,
        runway_days=47.2,
        flat_updates=0,
    )
    with_past(stage, draining, _falls)
    calm = calm_fund("okx", "swap:btc-usdt", "BTC-USDT perpetual fund", 2.84e7, now)
    with_past(stage, replace(calm, confidence=Confidence.HIGH, slope_7d=0.0005), _grows)
    regrouped = FundEvent(
        kind="regrouped",
        at=now - timedelta(days=12, hours=5),
        detail="It got ADAUSDT, LINKUSDT and 21 more; it gave SOLUSDT.",
    )
    pool = calm_fund(
        "bybit", "usdt:group-1", "USDT pool of ADAUSDT, LINKUSDT and 28 others", 4e7, now
    )
    with_past(stage, pool, _regroups, events=[regrouped])
    top_up = TopUp(at=now - timedelta(days=4), usd=3.1e7, labelled=False)
    topped_up = replace(
        calm_fund("deribit", "btc", "BTC insurance fund", 9.2e7, now), top_ups=(top_up,)
    )
    with_past(stage, topped_up, _jumps)


def with_past(
    stage: Stage,
    state: FundState,
    share: Callable[[float], float],
    *,
    events: Sequence[FundEvent] = (),
    hours: int = HOURS,
) -> None:
    """Store a pool whose balance was ``share(days ago)`` of what it is now."""
    now, usd = state.as_of or stage.now(), state.balance_usd or 0.0
    reading = a_pool_reading(
        venue=state.venue,
        key=state.key,
        name=state.name,
        kind=state.kind,
        balances=(FundBalance(asset="USDT", amount=usd, usd=usd, at=now),),
        events=tuple(events),
    )
    store_fund(stage, state, reading)
    past = [_sample(state, now, hour, usd * share(hour / 24)) for hour in range(hours, -1, -1)]
    with stage.database.write() as conn:
        funds.import_samples(conn, pool_id=state.pool_id, samples=past, now=stage.now())


def _sample(state: FundState, now: datetime, hours_ago: int, usd: float) -> FundSample:
    at = now - timedelta(hours=hours_ago)
    return FundSample(pool_id=state.pool_id, asset="USDT", at=at, amount=usd, usd=usd)


def _ripple(days: float) -> float:
    return 0.002 * math.sin(days * 5.1) + 0.001 * math.sin(days * 23.7)


def _falls(days: float) -> float:
    """Grows slowly, then loses 15 % within a day, in two steps."""
    if days > 1:
        return 1.18 * (1 - days * 0.0006) + _ripple(days)
    return (
        1 + 0.18 * (min(days / 0.3, 0.45) + max(0.0, days - 0.6) / 0.4 * 0.55) + _ripple(days) / 4
    )


def _grows(days: float) -> float:
    return 1 - days * 0.0005 + _ripple(days) * 0.6


def _regroups(days: float) -> float:
    return (1.0 if days < 12.2 else 2.6) + _ripple(days) * 3


def _jumps(days: float) -> float:
    return (1.0 if days < 4 else 0.66) - days * 0.0004 + _ripple(days)
