"""Thirty days of every fund up to the market's start: what a venue would have shown before.

Venues publish no history, so the demo seeds its database with this one. It is a pure function of
the start, and its last points are the balances the market opens with.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from app.sandbox.contracts import OPENING_PRICES, STABLE
from app.sandbox.funds import POOLS, Pool

DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FundPoint:
    """A balance at a time the venue states. ``symbols`` are the pool's, for matching it."""

    venue: str
    pool: str
    symbols: tuple[str, ...]
    asset: str
    at: datetime
    amount: float
    usd: float


def fund_history(until: datetime) -> Iterator[FundPoint]:
    """Every fund's points, oldest first per pool: hourly, or daily where the venue refreshes daily.

    The last point of a pool carries its opening balance and the stamp the venue gives at ``until``.
    """
    for pool in POOLS:
        for at in _stamps(pool, until):
            for asset in pool.assets:
                amount = past_amount(pool, asset, at, until=until)
                yield FundPoint(
                    venue=pool.venue,
                    pool=pool.key,
                    symbols=pool.symbols,
                    asset=asset,
                    at=at,
                    amount=amount,
                    usd=amount * past_price(asset, at, until=until),
                )


def past_amount(pool: Pool, asset: str, at: datetime, *, until: datetime) -> float:
    """The balance at ``at``: slow growth and small steps, exactly the opening one at ``until``."""
    days = max((pool.stamp(until) - at) / timedelta(days=1), 0.0)
    phase = crc32(f"{pool.venue}{pool.key}{asset}".encode()) % 628 / 100
    swing = math.sin(phase + days * 1.3) - math.sin(phase)
    return pool.assets[asset] * (1 - 0.0007 * days + 0.0022 * swing)


def past_price(asset: str, at: datetime, *, until: datetime) -> float:
    """USD per unit at ``at``: within a few per cent of the opening price, and that at ``until``."""
    if asset in STABLE:
        return 1.0
    days = max((until - at) / timedelta(days=1), 0.0)
    return OPENING_PRICES[asset] * (1 + 0.03 * math.sin(days * 0.9))


def _stamps(pool: Pool, until: datetime) -> Iterator[datetime]:
    last = pool.stamp(until)
    if pool.daily_at is not None:
        return (last - timedelta(days=back) for back in range(DAYS, -1, -1))
    return (last - timedelta(hours=back) for back in range(DAYS * 24, -1, -1))
