"""Phemex's client, which knows USDC-margined sizes, and asks for coin-margined candles by time."""

from __future__ import annotations

from typing import Any

import ccxt


class Phemex(ccxt.phemex):  # type: ignore[misc]
    """As ccxt's, but for contract sizes and the candles of coin-margined contracts."""

    def parse_swap_market(self, market: Any) -> Any:
        """Linear contracts of the new kind state no size: each is one unit of the base."""
        parsed = super().parse_swap_market(market)
        if market.get("type") == "PerpetualV2" and parsed and not parsed["contractSize"]:
            parsed["contractSize"] = 1.0
        return parsed

    def fetch_ohlcv(
        self,
        symbol: str,
        timeframe: str = "1m",
        since: int | None = None,
        limit: int | None = None,
        params: Any = None,
    ) -> Any:
        """For coin-margined contracts ccxt takes an endpoint that does not look at ``since``."""
        market = self.market(symbol)
        if not market["inverse"] or since is None or limit is None:
            return super().fetch_ohlcv(symbol, timeframe, since, limit, params or {})
        start = since // 1000
        asked = {
            "symbol": market["id"],
            "resolution": self.timeframes[timeframe],
            "from": start,
            "to": min(start + limit * self.parse_timeframe(timeframe), self.seconds()),
        }
        answer = self.publicGetMdV2KlineList({**asked, **(params or {})})
        rows = self.safe_list(self.safe_dict(answer, "data", {}), "rows", [])
        return self.parse_ohlcvs(rows, market, timeframe, since, limit)
