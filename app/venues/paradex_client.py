"""Paradex's client with no way to sign in by a wallet's key, and a market list without doubles."""

from __future__ import annotations

import base64
import json
from typing import Any

import ccxt


class ReadOnlyParadex(ccxt.paradex):  # type: ignore[misc]
    """Only the token that was given is ever sent; nothing is signed."""

    def authenticate_rest(self, params: Any = None) -> str:
        """The token. Raises ``AuthenticationError`` where there is none."""
        token = self.options.get("authToken")
        if not isinstance(token, str) or not token:
            raise ccxt.AuthenticationError(f"{self.id} has no token")
        return token

    def sign(
        self, path: str, api: Any = ("public",), method: str = "GET", params: Any = None
    ) -> Any:
        """As ccxt's; a request that is no GET goes without the token, and the guard refuses it."""
        return super().sign(path, api if method == "GET" else ["public"], method, params or {})

    def fetch_markets(self, params: Any = None) -> list[Any]:
        """The perpetuals alone.

        A spot market (``ETH-USD``) would be given the unified symbol of the perpetual
        (``ETH-USD-PERP``) and take its place.
        """
        listed = super().fetch_markets(params or {})
        return [market for market in listed if market["info"].get("asset_kind") == "PERP"]


def expiry(token: str) -> float | None:
    """The ``exp`` of a JSON Web Token; ``None`` for one without, or for what is no such token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    at = claims.get("exp") if isinstance(claims, dict) else None
    return float(at) if isinstance(at, int | float) and not isinstance(at, bool) else None
