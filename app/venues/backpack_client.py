"""Backpack's client: the list of perpetuals alone, and a clock that is Backpack's."""

from __future__ import annotations

from typing import Any

import ccxt


class BackpackPerpetuals(ccxt.backpack):  # type: ignore[misc]
    """ccxt's backpack, which would also ask for stocks and take its own clock for Backpack's."""

    def fetch_markets(self, params: Any = None) -> Any:
        return super().fetch_markets({**(params or {}), "marketType": "swap"})

    def fetch_time(self, params: Any = None) -> int:
        """Backpack answers with nothing but a number, in which ccxt looks for a first item."""
        answer = self.publicGetApiV1Time(params or {})
        try:
            return int(answer)
        except (TypeError, ValueError):
            raise ccxt.BadResponse("backpack's time is no number") from None
