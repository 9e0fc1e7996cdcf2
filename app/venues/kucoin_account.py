"""KuCoin's answers about an account: what its key may do, its mode, its margin. Pure functions.

An account is either classic, with a futures wallet a currency, or unified; each has endpoints of
its own, and those of the other one would answer with nothing. Source:
https://www.kucoin.com/docs-new, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import AccountMargin, MarginMode, Position
from app.venues import wire
from app.venues.holding import no_margin
from app.venues.wire import Malformed

VENUE: Final = "kucoin"
SHARED: Final = "account"
READING: Final = "General"
SEVERAL: Final = "Each settle currency is margined by itself; its positions have its ratio."
POWERS: Final[Mapping[str, PowerKind]] = {
    "Spot": PowerKind.TRADE,
    "Margin": PowerKind.TRADE,
    "Futures": PowerKind.TRADE,
    "Unified": PowerKind.TRADE,
    "Transfer": PowerKind.WITHDRAW,
    "InnerTransfer": PowerKind.TRANSFER,
    "Earn": PowerKind.TRANSFER,
}


class AccountMode(StrEnum):
    CLASSIC = "CLASSIC"
    UNIFIED = "UNIFIED"


def data_of(answer: object, what: str) -> object:
    """What stands under ``data``."""
    return wire.row(answer, what).get("data")


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/api/v1/user/api-key`` says of the key that asks: ``permission`` must be ``General``.

    Anything beside it is a power, of kind ``unknown`` where nobody knows the word. Raises
    ``Malformed`` when it does not even allow reading.
    """
    info = wire.row(data_of(answer, "the key"), "the data of the key")
    words = {word.strip() for word in wire.text(info, "permission").split(",")} - {""}
    powers = tuple(
        Power(kind=POWERS.get(word, PowerKind.UNKNOWN), flag=f"permission: {word}")
        for word in sorted(words - {READING})
    )
    if not powers and words != {READING}:
        raise Malformed(f"permission does not name {READING}")
    addresses = info.get("ipWhitelist")
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="KuCoin, GET /api/v1/user/api-key: permission",
        checked_at=checked_at,
        ip_bound=bool(addresses.strip()) if isinstance(addresses, str) else None,
    )


def account_mode(answer: object) -> AccountMode:
    """Whether the account is classic or unified, from ``/api/ua/v1/account/mode``."""
    word = wire.text(wire.row(data_of(answer, "the mode"), "the mode"), "selfAccountMode")
    if word not in set(AccountMode):
        raise Malformed("selfAccountMode is neither CLASSIC nor UNIFIED")
    return AccountMode(word)


def wallet_margin(answer: object, asset: str, as_of: datetime) -> AccountMargin:
    """The cross margin of one currency of a classic account, from ``/api/v1/account-overview``.

    ``riskRatio`` rises to 1 at liquidation. The amounts behind it are not given.
    """
    wallet = wire.row(data_of(answer, "the wallet"), "the wallet")
    ratio = wire.optional_number(wallet, "riskRatio")
    return AccountMargin(
        scope=SHARED,
        asset=asset,
        margin_balance=None,
        maintenance_margin=None,
        margin_ratio=ratio,
        as_of=as_of,
        note=f"Backs the cross positions settled in {asset} only."
        if ratio is not None
        else "KuCoin gives no risk ratio for this account.",
    )


def wallets_margin(margins: Sequence[AccountMargin]) -> AccountMargin | None:
    """The margin of a classic account: of several wallets no figure holds for all positions."""
    if len(margins) <= 1:
        return margins[0] if margins else None
    unread = [margin.note for margin in margins if margin.margin_ratio is None and margin.note]
    note = " ".join((SEVERAL, *unread))
    return no_margin(scope=SHARED, asset="USD", as_of=margins[0].as_of, note=note)


def with_wallet(position: Position, margin: AccountMargin | None) -> Position:
    """A cross position with the ratio of the wallet that backs it, where that is known."""
    crossed = position.margin_mode is MarginMode.CROSS
    if not crossed or margin is None or margin.margin_ratio is None:
        return position
    notes = {field: note for field, note in position.notes.items() if field != "margin_ratio"}
    return replace(position, margin_ratio=margin.margin_ratio, notes=notes)


def unified_margin(answer: object, as_of: datetime) -> AccountMargin:
    """The margin of a unified account in USD, from ``/api/ua/v1/unified/account/overview``.

    ``riskRatio`` rises to 1 at liquidation; it is a little more than ``mm`` / ``adjustedEquity``.
    """
    overview = wire.row(data_of(answer, "the account"), "the account")
    return AccountMargin(
        scope=SHARED,
        asset="USD",
        margin_balance=wire.optional_number(overview, "adjustedEquity"),
        maintenance_margin=wire.optional_number(overview, "mm"),
        margin_ratio=wire.optional_number(overview, "riskRatio"),
        as_of=as_of,
        note="The unified account: it backs all cross positions together.",
    )
