"""What a Bitget key may do, as Bitget says; unified and classic accounts say it differently.

Pure functions. Sources: https://www.bitget.com/api-doc/uta/account/Get-Account-Info and
https://www.bitget.com/api-doc/spot/account/Get-Account-Info
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.bitget_account import data_of
from app.venues.wire import Malformed, Row

READ_ONLY: Final = "read-only"
AREAS: Final[Mapping[str, PowerKind]] = {
    "uta_trade": PowerKind.TRADE,
    "uta_mgt": PowerKind.TRANSFER,
    "withdraw": PowerKind.WITHDRAW,
    "copy_futures_position": PowerKind.TRADE,
    "copy_futures_order": PowerKind.TRADE,
}
"""What each area of a unified account's key allows when the key may write."""

READING: Final = frozenset(
    {"readonly", "coor", "cpor", "stor", "smor", "ttor", "wtor", "taxr", "chor", "p2pr", "pllr"}
)
WRITING: Final[Mapping[str, PowerKind]] = {
    "trade": PowerKind.TRADE,
    "coow": PowerKind.TRADE,
    "cpow": PowerKind.TRADE,
    "stow": PowerKind.TRADE,
    "smow": PowerKind.TRADE,
    "ttow": PowerKind.TRADE,
    "transfer": PowerKind.TRANSFER,
    "wtow": PowerKind.TRANSFER,
    "withdraw": PowerKind.WITHDRAW,
    "wwow": PowerKind.WITHDRAW,
}
"""A classic account's key names each right by a code; older answers have words instead."""


def unified_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/api/v3/account/info`` says: only ``permType`` = ``read-only`` can be read-only.

    The permissions then name areas that may be read; withdrawing is no reading, and an area
    nobody knows is a power of kind ``unknown``. Raises ``Malformed``.
    """
    info = wire.row(data_of(answer, "the key's information"), "the key's information")
    kind, areas = wire.text(info, "permType"), _words(info, "permissions")
    if kind == READ_ONLY:
        powers = _powers((a for a in areas if a == "withdraw" or a not in AREAS), AREAS)
    else:
        powers = _powers(areas, AREAS) or _powers([f"permType: {kind}"], {})
    return _permissions(info, powers, "GET /api/v3/account/info: permType", checked_at)


def classic_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/api/v2/spot/account/info`` says: every one of ``authorities`` must only read.

    One that nobody knows is a power of kind ``unknown``. Raises ``Malformed`` where none is
    listed: that proves nothing.
    """
    info = wire.row(data_of(answer, "the key's information"), "the key's information")
    rights = _words(info, "authorities")
    if not rights:
        raise Malformed("authorities is empty")
    powers = _powers((right for right in rights if right not in READING), WRITING)
    return _permissions(info, powers, "GET /api/v2/spot/account/info: authorities", checked_at)


def _permissions(
    info: Row, powers: tuple[Power, ...], question: str, checked_at: datetime
) -> KeyPermissions:
    ips = info.get("ips")
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked=f"Bitget, {question}",
        checked_at=checked_at,
        ip_bound=bool(ips.strip()) if isinstance(ips, str) else None,
    )


def _powers(words: Iterable[str], kinds: Mapping[str, PowerKind]) -> tuple[Power, ...]:
    return tuple(Power(kind=kinds.get(word, PowerKind.UNKNOWN), flag=word) for word in words)


def _words(info: Row, key: str) -> tuple[str, ...]:
    listed = info.get(key)
    if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
        raise Malformed(f"{key} is not a list of texts")
    return tuple(listed)
