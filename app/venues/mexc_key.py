"""What a MEXC key may do, as MEXC says. Pure functions.

Source: https://www.mexc.com/api-docs/spot-v3/spot-account-trade/query-api-key-info
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.domain.errors import VenueRejected
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.mexc_account import VENUE
from app.venues.wire import Malformed, Row

READ: Final = "_READ"
WRITE: Final = "_WRITE"
VALID: Final = "VALID"
AREAS: Final[Mapping[str, PowerKind]] = {
    "SPOT_DEAL": PowerKind.TRADE,
    "CONTRACT_DEAL": PowerKind.TRADE,
    "SPOT_WITHDRAW": PowerKind.WITHDRAW,
    "SPOT_TRANSFER": PowerKind.TRANSFER,
}
MARGIN: Final = "ISOLATED_MARGIN"


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/api/v3/apiKeyInfo`` says: every permission must end in ``_READ``.

    One that ends in anything else is a power. Raises ``Malformed`` where none is listed and
    ``VenueRejected`` where the key is not valid.
    """
    info = wire.row(answer, "the key's information")
    status = wire.text(info, "status")
    if status != VALID:
        raise VenueRejected(f"MEXC says that this key is {status}.", venue=VENUE)
    names = [name.strip() for name in wire.text(info, "permissions").split(",")]
    if not all(names):
        raise Malformed("permissions has an empty name")
    powers = tuple(Power(kind=_kind(name), flag=name) for name in names if not name.endswith(READ))
    addresses = info.get("ipWhiteList")
    expires_at = _expiry(info, checked_at)
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="MEXC, GET /api/v3/apiKeyInfo: permissions",
        checked_at=checked_at,
        ip_bound=bool(addresses.strip()) if isinstance(addresses, str) else None,
        expires_at=expires_at,
        note="MEXC ends a key after 90 days unless it is bound to an address."
        if expires_at
        else None,
    )


def _kind(name: str) -> PowerKind:
    area = name.removesuffix(WRITE)
    if not name.endswith(WRITE):
        return PowerKind.UNKNOWN
    return PowerKind.TRADE if area.startswith(MARGIN) else AREAS.get(area, PowerKind.UNKNOWN)


def _expiry(info: Row, checked_at: datetime) -> datetime | None:
    """By the whole days that are left, so it is right to the day only."""
    days = wire.optional_number(info, "remainingValidity")
    return checked_at + timedelta(days=days) if days is not None and days > 0 else None
