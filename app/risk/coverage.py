"""How large a pool is against what it stands behind. docs/figures.md, "Coverage"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.fund import MarketStat


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInterest:
    """One-sided open interest of all contracts of a pool, or ``None`` and the reason."""

    usd: float | None
    note: str | None = None


def pool_open_interest(
    symbols: Sequence[str],
    markets: Mapping[str, MarketStat],
    *,
    now: datetime,
    max_age: timedelta,
) -> OpenInterest:
    """Sum one side of the open interest of every contract in ``symbols`` that has a market.

    ``markets`` holds every contract the venue trades, its open interest ``None`` where not
    read yet. A sum that left some out would make the pool look larger than it is, so it is
    given only when all are known and none is older than ``max_age``.
    """
    traded = [markets[symbol] for symbol in symbols if symbol in markets]
    fresh = [
        stat.open_interest_usd
        for stat in traded
        if stat.open_interest_usd is not None
        and now - (stat.open_interest_at or stat.at) <= max_age
    ]
    if not traded:
        return OpenInterest(usd=None, note="Open interest has not been read yet.")
    if len(fresh) < len(traded):
        return OpenInterest(
            usd=None, note=f"Open interest read for {len(fresh)} of {len(traded)} contracts."
        )
    return OpenInterest(usd=sum(fresh))


def coverage(fund_usd: float | None, open_interest_usd: float | None) -> float | None:
    """Pool USD / one-sided open interest USD; ``None`` without both, or without any interest."""
    if fund_usd is None or open_interest_usd is None or open_interest_usd <= 0:
        return None
    return fund_usd / open_interest_usd


def cascade_coverage(fund_usd: float | None, liquidated_usd: float | None) -> float | None:
    """Pool USD / the largest volume of liquidations the venue is known to have had in 24 hours."""
    if fund_usd is None or liquidated_usd is None or liquidated_usd <= 0:
        return None
    return fund_usd / liquidated_usd
