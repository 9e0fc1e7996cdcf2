"""What makes a source due sooner than planned: danger, and somebody looking."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.domain.errors import NotFound
from app.monitor.intervals import LOOKED_AT, Danger, account_floor, account_interval
from app.store import accounts, positions, sources, users
from app.store.sources import account_source
from app.venues.catalogue import Catalogue


def hasten_if_well(connection: Connection, source: str, *, due_at: datetime) -> bool:
    """Make ``source`` due at ``due_at`` at the latest, unless it is failing: then it backs off."""
    state = sources.get_many(connection, names=[source]).get(source)
    if state is None or state.failing_since is not None:
        return False
    return sources.hasten(connection, source=source, due_at=due_at)


def is_known(catalogue: Catalogue, venue: str) -> bool:
    """Whether there are facts of the venue, its own or those of an exchange without a file."""
    try:
        catalogue.venue(venue)
    except NotFound:
        return False
    return True


def early_for_lookers(
    connection: Connection, catalogue: Catalogue, *, now: datetime
) -> dict[str, datetime]:
    """Sources of accounts that were planned while nobody looked, and when they are due now.

    One that fails keeps its time.
    """
    linked = [one for one in accounts.list_active(connection) if is_known(catalogue, one.venue)]
    sharers = Counter(account.venue for account in linked)
    early = {}
    for user_id in {account.user_id for account in linked}:
        seen = users.last_seen(connection, user_id=user_id)
        if seen is None or (looked := (now - seen).total_seconds()) >= LOOKED_AT:
            continue
        holding = positions.count_by_account(connection, user_id=user_id)
        mine = {account_source(a.id): a for a in linked if a.user_id == user_id}
        for source, state in sources.get_many(connection, names=mine).items():
            account = mine[source]
            if state.failing_since is not None or state.last_success_at is None:
                continue
            wanted = account_interval(
                Danger(),
                seconds_since_looked=looked,
                has_positions=account.id in holding,
                floor=account_floor(catalogue.venue(account.venue), sharers=sharers[account.venue]),
            )
            due_at = state.last_success_at + timedelta(seconds=wanted)
            if due_at < state.next_due_at and state.lease_until is None:
                early[source] = due_at
    return early
