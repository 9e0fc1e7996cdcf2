"""WOOFi Pro's client, which knows an account by its wallet's address, and what a key may do.

WOOFi Pro trades on Orderly Network. Sources:
https://orderly.network/docs/build-on-omnichain/user-flows/accounts (the account's id),
https://orderly.network/docs/build-on-omnichain/user-flows/wallet-authentication (scopes).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import ccxt

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.wire import Malformed, Row

BUILDER: Final = "woofi_pro"
KEYS: Final = "client/key_info"
PREFIX: Final = "ed25519:"
READING: Final = "read"
POWERS: Final[Mapping[str, PowerKind]] = {
    "trading": PowerKind.TRADE,
    "asset": PowerKind.WITHDRAW,
}
BOUND: Final[Mapping[str, bool]] = {
    "ALLOW_RESTRICTION_LIST": True,
    "DISALLOW_ALL_IPS": True,
    "ALLOW_ALL_IPS": False,
}
STATUS: Final = "s"
"""How a chart's answer says whether it has data."""
LEVERAGE: Final = (
    "On Orderly even a key with the scope read may change leverage and the maintenance setting "
    "of the account, by Orderly's design. It cannot trade or move funds."
)


class OrderlyByAddress(ccxt.woofipro):  # type: ignore[misc]
    """ccxt's woofipro with the account's id made from the address, and without doubles.

    Nothing is ever signed with a wallet's key: only the account's own access key signs.
    """

    accountId: str | None  # noqa: N815

    def sign(self, path: str, section: Any = "public", *args: Any, **kwargs: Any) -> Any:
        if section[1] == "private" and not self.accountId:
            self.accountId = account_id(self.walletAddress or "")
        return super().sign(path, section, *args, **kwargs)

    def request(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """Of the account's list of keys only this client's own."""
        answer = super().request(path, *args, **kwargs)
        return only_own(answer, self.apiKey) if path == KEYS else answer

    def handle_errors(self, code: int, *rest: Any) -> Any:
        """As ccxt's, but for candles, whose answer is Orderly's only one without ``success``.

        ``rest`` is what ccxt's has: reason, url, method, headers, body, response and two more.
        """
        response = rest[5]
        if code == HTTPStatus.OK and isinstance(response, dict) and STATUS in response:
            return None
        return super().handle_errors(code, *rest)

    def parse_market(self, market: Any) -> Any:
        """A market of a builder has more parts in its name than Orderly's own.

        ccxt would give it the unified symbol of Orderly's market, and it would take its place.
        All of them settle in USDC.
        """
        parsed = super().parse_market(market)
        if parsed is None:
            return None
        names = [part for part in str(market.get("symbol")).split("_")[1:] if part != "USDC"]
        base = "-".join(names)
        money = {"quote": "USDC", "quoteId": "USDC", "settle": "USDC", "settleId": "USDC"}
        return {**parsed, **money, "base": base, "baseId": base, "symbol": f"{base}/USDC:USDC"}


def account_id(address: str) -> str:
    """Orderly's id of the account an address has at WOOFi Pro.

    keccak256(abi.encode(address, keccak256(builder))). Raises ``AuthenticationError`` for what
    is no address.
    """
    try:
        owner = bytes.fromhex(address.removeprefix("0x"))
    except ValueError:
        owner = b""
    if len(owner) != 20:
        raise ccxt.AuthenticationError("woofipro needs an address of 40 digits")
    builder = ccxt.Exchange.hash(BUILDER.encode(), "keccak", "hex")
    encoded = owner.rjust(32, b"\0") + bytes.fromhex(builder)
    return "0x" + str(ccxt.Exchange.hash(encoded, "keccak", "hex"))


def only_own(answer: Any, api_key: str) -> Any:
    """``answer`` with none but the rows of ``api_key``; what is no list of keys as it is."""
    own = api_key.removeprefix(PREFIX)
    try:
        listed = answer["data"]["rows"]
        rows = [row for row in listed if row["orderly_key"].removeprefix(PREFIX) == own]
    except (KeyError, TypeError, AttributeError):
        return answer
    return {**answer, "data": {**answer["data"], "rows": rows}}


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """From the one row of this key in ``/v1/client/key_info``: ``scope`` must be exactly ``read``.

    Anything beside it is a power, of kind ``unknown`` where nobody knows the word. Raises
    ``Malformed`` when the key is not listed exactly once, is not active, or may not even read.
    """
    data = wire.row(wire.row(answer, "the list of keys").get("data"), "the list of keys")
    own = wire.rows(data.get("rows"), "the list of keys")
    if len(own) != 1:
        raise Malformed("the list of keys does not hold this key exactly once")
    key = own[0]
    if wire.text(key, "key_status") != "ACTIVE":
        raise Malformed("key_status is not ACTIVE")
    words = [word.strip() for word in wire.text(key, "scope").split(",")]
    if READING not in words:
        raise Malformed("scope does not name read")
    powers = tuple(
        Power(kind=POWERS.get(word, PowerKind.UNKNOWN), flag=f"scope: {word}")
        for word in words
        if word != READING
    )
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="Orderly, GET /v1/client/key_info: scope of this key",
        checked_at=checked_at,
        ip_bound=BOUND.get(wire.optional_text(key, "ip_restriction_status") or ""),
        expires_at=_expiry(key),
        note=LEVERAGE,
    )


def _expiry(key: Row) -> datetime | None:
    stated = wire.optional_number(key, "expiration")
    return wire.milliseconds(stated, "expiration") if stated else None
