"""Which sources there should be: every venue that is read, and every linked account."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.account import AccountStatus
from app.monitor.key_check import may_be_read
from app.store import accounts, backfills
from app.store.sources import (
    account_source,
    candles_source,
    funds_source,
    history_source,
    markets_source,
)
from app.venues.catalogue import Catalogue
from app.venues.facts import VenueStatus


def wanted_sources(
    connection: Connection, catalogue: Catalogue, watch: frozenset[str] | None = None
) -> frozenset[str]:
    """Names of everything that is read again and again, and of pasts that are not read yet.

    Venues are those in ``watch`` (``None`` for all) and those of linked accounts. An account
    that waits for its first check is among them: the job that asks for it may have been lost
    with the queue. A fund without a balance is read too, for its events. Candles are read where
    somebody has linked an account: they are of use only beside a position.
    """
    sealed = accounts.list_sealed(connection)
    linked = {account.venue for account in sealed}
    wanted = {
        account_source(account.id)
        for account in sealed
        if account.status is AccountStatus.PENDING or may_be_read(account, account.status)
    }
    read = backfills.finished(connection)
    for venue in catalogue.venues():
        watched = watch is None or venue.id in watch or venue.id in linked
        if watched and venue.status is VenueStatus.FULL:
            wanted.add(markets_source(venue.id))
            if venue.fund.reads:
                wanted.add(funds_source(venue.id))
            if venue.candles is not None and venue.id in linked:
                wanted.add(candles_source(venue.id))
            if venue.fund.history_reads and venue.id not in read:
                wanted.add(history_source(venue.id))
    return frozenset(wanted)
