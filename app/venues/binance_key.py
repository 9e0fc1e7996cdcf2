"""What a Binance key may do, from ``apiRestrictions``. Fails closed.

https://developers.binance.com/docs/wallet/account/api-key-permission
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.venues.wire import Malformed, Row, boolean, row

POWERS: Final[Mapping[str, PowerKind]] = {
    "enableWithdrawals": PowerKind.WITHDRAW,
    "enableInternalTransfer": PowerKind.TRANSFER,
    "permitsUniversalTransfer": PowerKind.TRANSFER,
    "enableFutures": PowerKind.TRADE,
    "enableSpotAndMarginTrading": PowerKind.TRADE,
    "enableMargin": PowerKind.TRADE,
    "enableVanillaOptions": PowerKind.TRADE,
    "enablePortfolioMarginTrading": PowerKind.TRADE,
    "enableFixApiTrade": PowerKind.TRADE,
}
"""The flags that must be there and off. ``enableFutures`` is the power to trade futures, not
to read them."""

HARMLESS: Final = frozenset({"enableReading", "enableFixReadOnly", "ipRestrict"})


def permissions(answer: object, *, asked: str, checked_at: datetime) -> KeyPermissions:
    """Read-only means: reading is on, every known power is off, and nothing unknown is on.

    Raises ``Malformed`` when a flag is missing or is not true or false.
    """
    data = row(answer, "apiRestrictions")
    if not boolean(data, "enableReading"):
        raise Malformed("enableReading is off, so the key cannot read")
    powers = tuple(
        Power(kind=kind, flag=flag) for flag, kind in POWERS.items() if boolean(data, flag)
    )
    powers += tuple(Power(kind=PowerKind.UNKNOWN, flag=flag) for flag in _unknown(data))
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked=asked,
        checked_at=checked_at,
        ip_bound=boolean(data, "ipRestrict"),
    )


def _unknown(data: Row) -> list[str]:
    """Flags nobody here has heard of that are on, or that look like a power and are not off."""
    return [
        flag
        for flag, value in data.items()
        if flag not in POWERS
        and flag not in HARMLESS
        and (value is True or (flag.startswith(("enable", "permits")) and value is not False))
    ]
