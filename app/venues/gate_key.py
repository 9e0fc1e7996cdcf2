"""What a Gate key may do, as Gate says. Pure functions.

Source: https://www.gate.com/docs/developers/apiv4/en/#query-all-main-account-key-information
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.errors import VenueRejected
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues import wire
from app.venues.gate_account import VENUE
from app.venues.wire import Malformed, Row

AREAS: Final[Mapping[str, PowerKind]] = {
    "spot": PowerKind.TRADE,
    "futures": PowerKind.TRADE,
    "delivery": PowerKind.TRADE,
    "options": PowerKind.TRADE,
    "margin": PowerKind.TRADE,
    "unified": PowerKind.TRADE,
    "copy": PowerKind.TRADE,
    "wallet": PowerKind.TRANSFER,
    "withdraw": PowerKind.WITHDRAW,
}
"""What writing in each area allows; in any other it is a power of kind ``unknown``."""

NOT_LISTED: Final = (
    "Gate does not list exactly one key like this among the keys of the main account, so nothing "
    "proves that it can only read. Use a key of the main account whose first letters no other "
    "key has; the keys of sub-accounts cannot be checked."
)


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/account/main_keys`` says of the one key that is marked as ``own``.

    Every area must be ``read_only``. Raises ``VenueRejected`` where no key or several could be
    meant, ``Malformed`` where an area does not say whether it can be written to or none is
    listed.
    """
    own = [row for row in wire.rows(answer, "the keys") if row.get("own") is True]
    if len(own) != 1:
        raise VenueRejected(NOT_LISTED, venue=VENUE)
    areas = wire.rows(own[0].get("perms"), "perms")
    if not areas:
        raise Malformed("perms is empty")
    powers = tuple(_power(area) for area in areas if not wire.boolean(area, "read_only"))
    addresses = own[0].get("ip_whitelist")
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="Gate, GET /account/main_keys: perms",
        checked_at=checked_at,
        ip_bound=bool(addresses) if isinstance(addresses, list) else None,
    )


def _power(area: Row) -> Power:
    name = wire.text(area, "name")
    return Power(kind=AREAS.get(name, PowerKind.UNKNOWN), flag=f"{name}: read and write")
