"""Aster's client without a wallet's key: public requests, and questions about any address."""

from __future__ import annotations

from typing import Any, Final

import ccxt

from app.domain.errors import RequestRefused

CHAIN: Final = "chain"
"""The group of Aster Chain's JSON-RPC, which ccxt lacks; its host stands in the facts."""
UNSIGNED: Final = {"fapiPrivate": "fapiPublic", "sapiPrivate": "sapiPublic"}


class ReadOnlyAster(ccxt.aster):  # type: ignore[misc]
    """Nothing is ever signed: what would need it goes without, and the guard refuses it."""

    def sign(
        self, path: str, api: Any = ("fapiPublic",), method: str = "GET", params: Any = None
    ) -> Any:
        """``params`` of a question to the chain are the JSON body."""
        group = api if isinstance(api, str) else api[0]
        if group == CHAIN:
            return {
                "url": f"{self.urls['api'][CHAIN]}/{path}",
                "method": method,
                "body": self.json(params or {}),
                "headers": {"Content-Type": "application/json"},
            }
        return super().sign(path, [UNSIGNED.get(group, group)], method, params or {})

    def sign_in(self, params: Any = None) -> bool:
        """ccxt's would approve a fee for its builder account."""
        return False

    def withdraw(self, *_args: Any, **_kwargs: Any) -> Any:
        """Raises ``RequestRefused``, before anything would be signed."""
        raise RequestRefused("Seawall only reads Aster, and never signs a withdrawal.")

    def fetch_markets(self, params: Any = None) -> list[Any]:
        """The perpetuals alone: ccxt's own also asks the spot exchange, and signs in."""
        listed = self.fapiPublicGetV3ExchangeInfo(params or {})["symbols"]
        perpetuals = [one for one in listed if one.get("contractType") and one.get("baseAsset")]
        return list(self.parse_markets(perpetuals))
