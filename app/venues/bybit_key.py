"""What a Bybit key may do, as Bybit says. Pure functions.

Source: https://bybit-exchange.github.io/docs/v5/user/apikey-info
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.bybit_account import result
from app.venues.wire import Malformed, Row

NEVER: Final = datetime.fromisoformat("1971-01-01T00:00:00Z")
"""Bybit writes 1970 where a key does not expire."""

TRADE_AREAS: Final = frozenset(
    {"ContractTrade", "Spot", "Options", "Derivatives", "CopyTrading", "BlockTrade", "Exchange"}
)
WALLET_POWERS: Final[Mapping[str, PowerKind]] = {
    "Withdraw": PowerKind.WITHDRAW,
    "AccountTransfer": PowerKind.TRANSFER,
    "SubMemberTransfer": PowerKind.TRANSFER,
    "SubMemberTransferList": PowerKind.TRANSFER,
}


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/v5/user/query-api`` says: only ``readOnly`` = 1 proves that a key can only read.

    The permission lists name areas, not powers, and are full for read-only keys too. With
    ``readOnly`` = 0 they become powers; one nobody knows is a power of kind ``unknown``.
    Raises ``Malformed`` for anything else, which is never "read only".
    """
    info = result(answer, "the key's information")
    read_only = wire.number(info, "readOnly")
    if read_only not in {0.0, 1.0}:
        raise Malformed("readOnly is neither 0 nor 1")
    powers = () if read_only == 1 else _powers(wire.row(info.get("permissions"), "permissions"))
    ips = info.get("ips")
    expires_at = _expiry(info)
    return KeyPermissions(
        verdict=KeyVerdict.READ_ONLY if read_only == 1 else KeyVerdict.HAS_POWERS,
        powers=powers,
        asked="Bybit, GET /v5/user/query-api: readOnly",
        checked_at=checked_at,
        ip_bound=(bool(ips) and "*" not in ips) if isinstance(ips, list) else None,
        expires_at=expires_at,
        note=None if expires_at is None else "Bybit ends this key then: it is bound to no address.",
    )


def _powers(permissions: Row) -> tuple[Power, ...]:
    powers = []
    for area, names in permissions.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise Malformed(f"the permissions of {area} are not a list of names")
        for name in names:
            if area == "Wallet":
                kind = WALLET_POWERS.get(name, PowerKind.UNKNOWN)
            else:
                kind = PowerKind.TRADE if area in TRADE_AREAS else PowerKind.UNKNOWN
            powers.append(Power(kind=kind, flag=f"{area}: {name}"))
    return tuple(powers) or (Power(kind=PowerKind.UNKNOWN, flag="readOnly = 0"),)


def _expiry(info: Row) -> datetime | None:
    stated = wire.optional_text(info, "expiredAt")
    if stated is None:
        return None
    expires_at = datetime.fromisoformat(stated)
    if expires_at.tzinfo is None:
        raise Malformed("expiredAt has no time zone")
    return None if expires_at < NEVER else expires_at
