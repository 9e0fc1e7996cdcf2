"""What a Deribit key may do: asked by signature, so that the secret stays here.

``public/auth`` states the scope of a key, and it states it with an access token. ccxt would log
in with the secret in the address; ``SigningDeribit`` signs instead, and keeps no answer that
holds a token. Sources: https://docs.deribit.com/articles/authentication and
https://docs.deribit.com/articles/access-scope
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import ccxt

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire

NEEDED: Final = ("account", "trade", "wallet")
"""The areas that must be named: one that is missing may have any power."""
KINDS: Final[Mapping[str, tuple[PowerKind, ...]]] = {
    "trade": (PowerKind.TRADE,),
    "block_trade": (PowerKind.TRADE,),
    "block_rfq": (PowerKind.TRADE,),
    "wallet": (PowerKind.WITHDRAW, PowerKind.TRANSFER),
    "account": (PowerKind.UNKNOWN,),
    "custody": (PowerKind.UNKNOWN,),
}
HARMLESS_LEVELS: Final = frozenset({"read", "none"})
NO_POWERS: Final = frozenset({"connection", "mainaccount"})
"""How long a token lives and that it is the main account's: words that allow nothing."""
NAMES: Final = frozenset({"session", "name", "expires", "ip"})
"""Words of the form ``session:…`` that tie a token to something and allow nothing."""


class SigningDeribit(ccxt.deribit):  # type: ignore[misc]
    """ccxt's Deribit, with ``public/auth`` by signature and nothing else."""

    def __init__(self, config: Any = None) -> None:
        super().__init__(config or {})
        self.enableLastHttpResponse = False
        self.enableLastResponseHeaders = False

    def sign(self, path: str, api: Any = "public", method: str = "GET", params: Any = None) -> Any:
        """As ccxt's; ``public/auth`` takes no parameters but the ones made here."""
        if path == "auth":
            self.check_required_credentials()
            params = signature_login(
                self.apiKey,
                self.secret,
                timestamp=str(self.milliseconds()),
                nonce=secrets.token_hex(8),
            )
        return super().sign(path, api, method, params or {})


def signature_login(key: str, secret: str, *, timestamp: str, nonce: str) -> dict[str, str]:
    """The parameters of a login by ``client_signature``: HMAC-SHA256 of time, nonce and data.

    ``timestamp`` is in milliseconds since 1970. The data are left empty.
    """
    text = f"{timestamp}\n{nonce}\n"
    return {
        "grant_type": "client_signature",
        "client_id": key,
        "timestamp": timestamp,
        "nonce": nonce,
        "data": "",
        "signature": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
    }


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What the ``scope`` of ``public/auth`` says.

    Read-only is only a key whose scope names account, trade and wallet, each at ``read`` or
    ``none``, and nothing at ``read_write``. Whatever is missing or unknown counts as a power
    of kind ``unknown``. Raises ``wire.Malformed`` where there is no scope.
    """
    result = wire.row(wire.row(answer, "the login").get("result"), "the result of the login")
    words = wire.text(result, "scope").split()
    named = {word.partition(":")[0] for word in words if ":" in word}
    powers = [power for word in words for power in _powers(word)]
    powers += [
        Power(kind=PowerKind.UNKNOWN, flag=f"scope: says nothing of {area}")
        for area in NEEDED
        if area not in named
    ]
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=tuple(powers),
        asked="Deribit, GET /api/v2/public/auth: scope",
        checked_at=checked_at,
        note="Deribit answers with an access token, which Seawall neither uses nor keeps.",
    )


def _powers(word: str) -> tuple[Power, ...]:
    area, _, level = word.partition(":")
    if word in NO_POWERS or (area in NAMES and level):
        return ()
    if area in KINDS and level in HARMLESS_LEVELS:
        return ()
    kinds = KINDS.get(area, ()) if level == "read_write" else ()
    return tuple(Power(kind=kind, flag=f"scope: {word}") for kind in kinds or (PowerKind.UNKNOWN,))
