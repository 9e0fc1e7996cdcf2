"""MEXC's client, which names its own key where MEXC wants it named, and lists contracts alone."""

from __future__ import annotations

from typing import Any, Final

import ccxt

KEY_INFO: Final = "apiKeyInfo"
"""GET asks what a key may do; POST on the same path would change the key, and never passes."""


class MexcClient(ccxt.mexc):  # type: ignore[misc]
    def sign(
        self, path: str, api: Any = ("public",), method: str = "GET", params: Any = None
    ) -> Any:
        """As ccxt's; the question about a key names the key this client has."""
        if path == KEY_INFO and method == "GET":
            params = {**(params or {}), "accessKey": self.apiKey}
        return super().sign(path, api, method, {} if params is None else params)

    def fetch_spot_markets(self, params: Any = None) -> list[Any]:
        """None: only contracts are read."""
        return []
