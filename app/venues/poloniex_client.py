"""Poloniex's client with the list of its futures alone: spot markets are nothing to Seawall."""

from __future__ import annotations

from typing import Any

import ccxt


class Poloniex(ccxt.poloniex):  # type: ignore[misc]
    """As ccxt's, but for the market list."""

    def fetch_markets(self, params: Any = None) -> list[Any]:
        """The perpetuals, in one request."""
        listed: list[Any] = self.fetch_swap_markets(params or {})
        return listed
