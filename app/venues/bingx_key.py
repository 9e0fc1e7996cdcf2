"""What a BingX key may do, as BingX says. Pure functions.

BingX documents two shapes of the one answer: a list of numbers
(https://bingx-api.github.io/docs-v3/) and a flag a power
(https://github.com/BingX-API/api-ai-skills). Both are understood, also side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.wire import Malformed, Row

READING: Final = 2
NUMBERS: Final[Mapping[int, PowerKind]] = {
    1: PowerKind.TRADE,
    3: PowerKind.TRADE,
    4: PowerKind.TRANSFER,
    5: PowerKind.WITHDRAW,
    7: PowerKind.TRANSFER,
}
READING_FLAG: Final = "enableReading"
FLAGS: Final[Mapping[str, PowerKind]] = {
    "enableSpotAndMarginTrading": PowerKind.TRADE,
    "enableFutures": PowerKind.TRADE,
    "enableVanillaOptions": PowerKind.TRADE,
    "enableWithdrawals": PowerKind.WITHDRAW,
    "enableInternalTransfer": PowerKind.TRANSFER,
    "permitsUniversalTransfer": PowerKind.TRANSFER,
}
NO_POWERS: Final = frozenset({READING_FLAG, "ipRestrict", "success"})
"""Flags that are true without giving the key a power."""


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/openApi/v1/account/apiPermissions`` says, which may stand under ``data``.

    A key only reads when its numbers are ``[2]``, or when of the flags only ``enableReading``
    is true and every known one is there. A number or a true flag nobody knows is a power of
    kind ``unknown``. Raises ``Malformed`` for anything else, which is never "read only".
    """
    info = wire.row(answer, "the key's permissions")
    if isinstance(info.get("data"), dict):
        info = wire.row(info["data"], "the key's permissions")
    by_number, by_flag = "permissions" in info, READING_FLAG in info
    if not by_number and not by_flag:
        raise Malformed("the key's permissions are not there")
    powers = (*(_numbered(info) if by_number else ()), *(_flagged(info) if by_flag else ()))
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="BingX, GET /openApi/v1/account/apiPermissions",
        checked_at=checked_at,
        ip_bound=_ip_bound(info),
    )


def _numbered(info: Row) -> tuple[Power, ...]:
    numbers = info["permissions"]
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise Malformed("permissions is not a list of numbers")
    powers = tuple(
        Power(kind=NUMBERS.get(number, PowerKind.UNKNOWN), flag=f"permissions: {number}")
        for number in sorted(set(numbers) - {READING})
    )
    if not powers and READING not in numbers:
        raise Malformed("permissions does not name reading")
    return powers


def _flagged(info: Row) -> tuple[Power, ...]:
    for name in (READING_FLAG, *FLAGS):
        wire.boolean(info, name)
    powers = tuple(
        Power(kind=FLAGS.get(name, PowerKind.UNKNOWN), flag=name)
        for name, value in sorted(info.items())
        if value is True and name not in NO_POWERS
    )
    if not powers and not wire.boolean(info, READING_FLAG):
        raise Malformed("the key may not even read")
    return powers


def _ip_bound(info: Row) -> bool | None:
    if isinstance(info.get("ipRestrict"), bool):
        return info["ipRestrict"] is True
    addresses = info.get("ipAddresses")
    return any(addresses) if isinstance(addresses, list) else None
