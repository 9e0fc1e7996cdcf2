"""ccxt's Bitfinex with a market list of derivatives alone, from a plain address.

ccxt asks for its list at an address whose path holds colons and commas, and for all currencies.
The status of all derivatives names every contract too, and is what Seawall reads anyway.
"""

from __future__ import annotations

from typing import Any

import ccxt


class DerivativesBitfinex(ccxt.bitfinex):  # type: ignore[misc]
    """Lists the contracts of ``status/deriv`` under the symbols ccxt gives them."""

    def fetch_markets(self, params: Any = None) -> list[Any]:
        """ccxt's market structures: a linear contract of one base unit each."""
        rows = self.publicGetStatusDeriv({"keys": "ALL"})
        return [self._market(row[0]) for row in rows if isinstance(row, list) and row]

    def _market(self, native: str) -> Any:
        """``tBTCF0:USTF0`` is the symbol ``BTC/USDT:USDT``."""
        base_id, _, quote_id = native.removeprefix("t").partition(":")
        base, quote = (
            self.safe_currency_code(name).partition("F0")[0] for name in (base_id, quote_id)
        )
        return self.safe_market_structure(
            {
                "id": native,
                "symbol": f"{base}/{quote}:{quote}",
                "base": base,
                "quote": quote,
                "settle": quote,
                "baseId": base_id,
                "quoteId": quote_id,
                "settleId": quote_id,
                "type": "swap",
                "spot": False,
                "margin": False,
                "swap": True,
                "future": False,
                "option": False,
                "active": True,
                "contract": True,
                "linear": True,
                "inverse": False,
                "contractSize": 1.0,
            }
        )
