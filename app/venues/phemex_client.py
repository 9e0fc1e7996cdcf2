"""Phemex's client, which knows the size of USDC-margined contracts too."""

from __future__ import annotations

from typing import Any

import ccxt


class Phemex(ccxt.phemex):  # type: ignore[misc]
    """As ccxt's, but for contract sizes."""

    def parse_swap_market(self, market: Any) -> Any:
        """Linear contracts of the new kind state no size: each is one unit of the base."""
        parsed = super().parse_swap_market(market)
        if market.get("type") == "PerpetualV2" and parsed and not parsed["contractSize"]:
            parsed["contractSize"] = 1.0
        return parsed
