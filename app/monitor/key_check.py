"""What a linked key may do: asked before any other private call, and again every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from app.domain.account import AccountStatus
from app.domain.errors import VenueRejected
from app.domain.permissions import KeyPermissions, KeyVerdict, Power
from app.monitor.context import Context
from app.store import accounts
from app.store.accounts import Account
from app.venues.base import VenueReader
from app.venues.facts import VenueFacts, VenueStatus

log = structlog.get_logger(__name__)

RECHECK_AFTER = timedelta(hours=24)
"""A key can gain powers after it was linked: the venue is asked again this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of asking; ``message`` is for the person who linked the key."""

    status: AccountStatus
    permissions: KeyPermissions | None = None
    message: str | None = None


def check_is_due(account: Account, *, now: datetime) -> bool:
    """Whether the venue is to be asked (again) what the account's key may do."""
    return account.checked_at is None or now - account.checked_at >= RECHECK_AFTER


def may_be_read(account: Account, status: AccountStatus) -> bool:
    """Whether an account of this status may be asked for more than what its key may do."""
    unverifiable = status is AccountStatus.UNVERIFIABLE
    return status is AccountStatus.ACTIVE or (unverifiable and account.acknowledged_unverifiable)


def check_key(context: Context, account: Account, reader: VenueReader) -> Checked:
    """Ask the venue; nothing is stored.

    Raises ``VenueError`` when it did not say. A key that is not accepted is refused when it is
    linked; later that is an error like others, since venues recover from saying so.
    """
    reader.check_clock()
    try:
        permissions = reader.check_permissions()
    except VenueRejected as error:
        if account.status is not AccountStatus.PENDING:
            raise
        return refusal(f"{error} It was not kept: check it, and link it again.")
    return _judged(account, permissions, context.catalogue.venue(account.venue))


def refusal(message: str, permissions: KeyPermissions | None = None) -> Checked:
    """The key is not to be kept."""
    return Checked(status=AccountStatus.REFUSED, permissions=permissions, message=message)


def store(connection: Connection, account: Account, checked: Checked, *, now: datetime) -> Account:
    """Store what came of a check. A refused key is erased."""
    return accounts.set_checked(
        connection,
        account_id=account.id,
        status=checked.status,
        permissions=checked.permissions,
        message=checked.message,
        now=now,
        erase_secret=checked.status is AccountStatus.REFUSED,
    )


def settle(context: Context, account: Account, checked: Checked) -> Account:
    """The same in a transaction of its own. A refused key is forgotten in memory too."""
    with context.database.write() as connection:
        settled = store(connection, account, checked, now=context.now())
    if checked.status is AccountStatus.REFUSED:
        context.clients.forget(account.id)
        log.warning(
            "account refused", account=account.id, venue=account.venue, message=checked.message
        )
    return settled


def _judged(account: Account, permissions: KeyPermissions, venue: VenueFacts) -> Checked:
    match permissions.verdict:
        case KeyVerdict.READ_ONLY:
            return Checked(status=AccountStatus.ACTIVE, permissions=permissions)
        case KeyVerdict.HAS_POWERS:
            return refusal(
                f"{venue.name} says this key can do more than read: {_named(permissions.powers)}. "
                "It was not kept. Make a read-only key and link that one.",
                permissions,
            )
        case KeyVerdict.UNVERIFIABLE:
            message = (
                f"{_why_unverifiable(venue)} Check on the venue's own page "
                "that it can only read, then acknowledge it here."
            )
            return Checked(
                status=AccountStatus.UNVERIFIABLE,
                permissions=permissions,
                message=None if account.acknowledged_unverifiable else message,
            )


def _why_unverifiable(venue: VenueFacts) -> str:
    """Of a venue that nobody wrote facts for, nobody knows whether there is a way to ask."""
    if venue.status is VenueStatus.POSITIONS_ONLY:
        return f"Seawall does not know how to ask {venue.name} what this key may do."
    return f"{venue.name} has no way to say what this key may do."


def _named(powers: tuple[Power, ...]) -> str:
    return ", ".join(f"{power.kind} ({power.flag})" for power in powers)
