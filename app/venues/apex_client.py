"""ApeX Omni's client without the Omni key: what would need its signature goes without one."""

from __future__ import annotations

from typing import Any, Final

import ccxt

WRONG_KEY: Final = 20006
"""ApeX's code for a request that the API key or its secret did not sign."""


class ReadOnlyApex(ccxt.apex):  # type: ignore[misc]
    """Asks for no seeds and signs no order; the guard refuses what is left of one."""

    def get_seeds(self) -> str:
        return ""

    def get_zk_contract_signature_obj(self, *_args: Any) -> str:
        return ""

    def get_zk_transfer_signature_obj(self, *_args: Any) -> str:
        return ""

    def handle_errors(self, *args: Any) -> Any:
        """As ccxt's, which reads its own table by HTTP status where ApeX's code belongs.

        ``args`` is what ccxt's has: status, reason, url, method, headers, body, response and two
        more.
        """
        response = args[6]
        if isinstance(response, dict) and response.get("code") == WRONG_KEY:
            raise ccxt.AuthenticationError(f"{self.id} {args[5]}")
        return super().handle_errors(*args)
