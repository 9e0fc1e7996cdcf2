"""What a coin is worth in dollars, by a venue's own marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.fund import MarketStat
from app.venues.markets import Contract


def dollar_prices(
    stats: Iterable[MarketStat], contracts: Mapping[str, Contract]
) -> dict[str, float]:
    """USD a coin, by the mark of its perpetual against USDT."""
    found = {}
    for stat in stats:
        contract = contracts.get(stat.native_symbol)
        if contract and stat.mark_price and contract.quote == "USDT" and not contract.expires_at:
            found[contract.base] = stat.mark_price
    return found
