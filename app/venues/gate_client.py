"""Gate's client, which tells its own key from the others of an account.

Gate answers with all keys of the main account, each shortened to its first letters and
asterisks. Which one is meant only the client can see: it alone holds the key.
"""

from __future__ import annotations

from typing import Any, Final

import ccxt

SHORTEST: Final = 8
"""Fewer letters than these tell no key from another."""


class GateClient(ccxt.gate):  # type: ignore[misc]
    def private_account_get_main_keys(self, params: Any = None) -> Any:
        """As ccxt's, with ``own`` in each row: whether it is the key this client has."""
        answer = super().private_account_get_main_keys(params or {})
        if not isinstance(answer, list):
            return answer
        return [
            {**row, "own": is_own(self.apiKey, row.get("key"))} if isinstance(row, dict) else row
            for row in answer
        ]


def is_own(key: str, shown: object) -> bool:
    """Whether ``shown``, a key's first letters and asterisks, can be ``key``."""
    if not isinstance(shown, str):
        return False
    start, stars, _ = shown.partition("*")
    return key == shown if not stars else len(start) >= SHORTEST and key.startswith(start)
