"""What a WOO X key may do. Asked by its own key, WOO X lists every key of the account.

Source: https://developer.woox.io/api-reference/endpoint/account/credentials
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import ccxt

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.wire import Malformed

CREDENTIALS: Final = "account/credentials"
READING: Final = "READ"
POWERS: Final[Mapping[str, PowerKind]] = {
    "TRADE": PowerKind.TRADE,
    "WITHDRAWAL": PowerKind.WITHDRAW,
}


class WooOwnKey(ccxt.woo):  # type: ignore[misc]
    """ccxt's woo, which lets of the account's list of keys only its own through."""

    def request(self, path: str, *args: Any, **kwargs: Any) -> Any:
        answer = super().request(path, *args, **kwargs)
        return only_own(answer, self.apiKey) if path == CREDENTIALS else answer


def only_own(answer: Any, api_key: str) -> Any:
    """``answer`` with none but the rows of ``api_key``; what is no list of keys as it is."""
    try:
        listed = answer["data"]["rows"]
        own = [row for row in listed if row["apiKey"] == api_key]
    except (KeyError, TypeError):
        return answer
    return {**answer, "data": {**answer["data"], "rows": own}}


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """From the one row of this key: its ``permissions`` must be exactly ``READ``.

    Anything beside it is a power, of kind ``unknown`` where nobody knows the word. Raises
    ``Malformed`` when the key is not listed exactly once, or may not even read.
    """
    data = wire.row(wire.row(answer, "the list of keys").get("data"), "the list of keys")
    own = wire.rows(data.get("rows"), "the list of keys")
    if len(own) != 1:
        raise Malformed("the list of keys does not hold this key exactly once")
    named = own[0].get("permissions")
    if not isinstance(named, list) or not all(isinstance(word, str) for word in named):
        raise Malformed("permissions is not a list of words")
    if READING not in named:
        raise Malformed("permissions does not name READ")
    powers = tuple(
        Power(kind=POWERS.get(word, PowerKind.UNKNOWN), flag=f"permissions: {word}")
        for word in named
        if word != READING
    )
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="WOO X, GET /v3/account/credentials: permissions of this key",
        checked_at=checked_at,
        ip_bound=bool(own[0].get("allowedIPs")),
    )
