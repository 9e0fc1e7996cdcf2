"""dYdX's client, which tells an address nobody uses from an indexer that does not answer."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import ccxt

UNKNOWN = json.dumps({"msg": "no account of this address is known; check that it is complete"})


class Dydx(ccxt.dydx):  # type: ignore[misc]
    """As ccxt's, but for the answer to an unknown address."""

    def handle_errors(self, code: int, *rest: Any) -> Any:
        """Raises ``AuthenticationError`` where the indexer finds no subaccounts.

        ``rest`` is what ccxt's has: reason, url, method, headers, body and four more.
        """
        body = rest[4] if len(rest) > 4 else None
        if code == HTTPStatus.NOT_FOUND and "No subaccounts found" in str(body):
            raise ccxt.AuthenticationError(f"{self.id} {UNKNOWN}")
        return super().handle_errors(code, *rest)
