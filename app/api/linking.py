"""Linking an account: checked, sealed, stored, and put in the queue by its id alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from app import clock
from app.domain.account import Credentials
from app.domain.errors import InvalidInput, NotFound
from app.store import accounts
from app.store.identifiers import digest, new_id
from app.store.queue import CHECK_JOB
from app.venues.catalogue import catalogue
from app.venues.credentials import check_credentials
from app.venues.facts import LinkKind, VenueFacts, VenueStatus

if TYPE_CHECKING:
    from app.api.services import Queue, Seals
    from app.store.database import Database

NOT_LINKABLE = {
    VenueStatus.CLOSED: "{name} has closed; there is nothing left to link.",
    VenueStatus.MODEL_ONLY: "Accounts at {name} cannot be linked: only its loss model is known.",
}


def linkable(venue: str) -> VenueFacts:
    """The facts of a venue whose accounts can be linked. Raises ``InvalidInput``."""
    try:
        facts = catalogue().venue(venue)
    except NotFound as error:
        raise InvalidInput(
            "Seawall does not know this venue; GET /api/v1/venues lists those it knows, and "
            "GET /api/v1/other-venues those of which it reads positions only."
        ) from error
    if facts.status in NOT_LINKABLE or facts.linking is None:
        reason = NOT_LINKABLE.get(facts.status, NOT_LINKABLE[VenueStatus.MODEL_ONLY])
        raise InvalidInput(reason.format(name=facts.name))
    if facts.status is VenueStatus.POSITIONS_ONLY and venue not in catalogue().generic_ids():
        raise InvalidInput(f"More than positions is read of {facts.name} by now: link it as such.")
    return facts


def link_account(
    database: Database,
    sealer: Seals,
    *,
    user_id: str,
    venue: str,
    label: str,
    credentials: Mapping[str, str],
) -> str:
    """Seal and store a new account as ``pending``; its id.

    Raises ``InvalidInput`` for a venue or values that cannot be used, ``Conflict`` when the
    label or the credential is there already. Nothing is stored then.
    """
    facts = linkable(venue)
    given = check_credentials(facts, credentials)
    assert facts.linking is not None
    account_id = new_id()
    key_id, sealed = sealer.seal(
        account_id=account_id, user_id=user_id, venue=facts.id, credentials=given
    )
    with database.write() as connection:
        accounts.create(
            connection,
            account_id=account_id,
            user_id=user_id,
            venue=facts.id,
            label=label,
            kind=facts.linking.kind.value,
            public_part=public_part(facts, given),
            key_id=key_id,
            sealed=sealed,
            now=clock.now(),
        )
    return account_id


def public_part(facts: VenueFacts, given: Credentials) -> str:
    """What names a credential and is no secret: API key, address, or a token's fingerprint."""
    assert facts.linking is not None
    if facts.linking.kind is LinkKind.ADDRESS:
        return given["address"]
    token = given.get("token")
    return given["api_key"] if token is None else f"token {digest(token)[:12]}"


def ask_for_check(queue: Queue, account_id: str) -> bool:
    """Put the account's id, and nothing else, in the queue; ``False`` when it is out of reach."""
    try:
        queue.enqueue(CHECK_JOB, account_id)
    except Exception:
        structlog.get_logger(__name__).exception("the queue cannot be reached", account=account_id)
        return False
    return True
