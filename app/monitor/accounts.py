"""Refreshing an account: what its key may do comes first, then every scope, then the verdicts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from app.domain.account import AccountStatus
from app.domain.errors import (
    NotFound,
    SeawallError,
    VenueError,
    VenueGarbled,
    VenueRejected,
    VenueUnreachable,
)
from app.domain.position import AccountMargin, AccountReading, ScopeReading
from app.monitor.assessing import (
    Judged,
    Part,
    assess_account,
    danger_of,
    parts_of,
    reference_of,
    venue_picture,
)
from app.monitor.candles import want_candles
from app.monitor.context import Context
from app.monitor.coordinator import Outcome
from app.monitor.demand import hasten_if_well
from app.monitor.hedging import hedges_with
from app.monitor.intervals import MARKET_NEAR, Danger, account_floor, account_interval
from app.monitor.key_check import (
    Checked,
    check_is_due,
    check_key,
    may_be_read,
    refusal,
    settle,
    store,
)
from app.store import accounts, joints, positions, thresholds, users
from app.store.accounts import Account
from app.store.positions import StoredPosition
from app.store.sources import markets_source
from app.venues.base import VenueReader
from app.venues.facts import VenueFacts

DONE = Outcome(interval=0, done=True)
MOST = 10_000
"""Positions of one account that are looked at; more than any venue allows."""


def refresh_account(context: Context, account_id: str) -> Outcome:
    """Read one account, asking first what its key may do when that is due.

    Raises ``VenueError`` when nothing at all could be read; the last good positions stay.
    """
    account = _load(context, account_id)
    if account is None or account.sealed is None:
        context.clients.forget(account_id)
        return DONE
    reader = _reader(context, account)
    if account.status is AccountStatus.PENDING:
        return _link(context, account, reader)
    unanswered: VenueError | None = None
    if check_is_due(account, now=context.now()):
        try:
            account = settle(context, account, check_key(context, account, reader))
        except (VenueUnreachable, VenueGarbled) as error:
            # It was verified before, and can be read while that one question stays open.
            message = f"The venue did not say again what this key may do: {error}"
            unanswered = type(error)(message, venue=error.venue, retry_after=error.retry_after)
    if not may_be_read(account, account.status):
        return DONE
    return _record(context, account, reader.read_account(), unanswered=unanswered)


def _link(context: Context, account: Account, reader: VenueReader) -> Outcome:
    """The first time: only a key that can read, and can do nothing else, becomes active."""
    checked = check_key(context, account, reader)
    if not may_be_read(account, checked.status):
        settle(context, account, checked)
        return DONE
    try:
        reading = reader.read_account()
    except VenueRejected as error:
        message = f"The key can only read, but it cannot read positions. {error}"
        settle(context, account, refusal(message, checked.permissions))
        return DONE
    return _record(context, account, reading, checked=checked)


def _load(context: Context, account_id: str) -> Account | None:
    try:
        with context.database.read() as connection:
            return accounts.get_any(connection, account_id=account_id)
    except NotFound:
        return None


def _reader(context: Context, account: Account) -> VenueReader:
    assert account.sealed is not None and account.key_id is not None
    credentials = context.opener.open(
        key_id=account.key_id,
        sealed=account.sealed,
        account_id=account.id,
        user_id=account.user_id,
        venue=account.venue,
    )
    return context.clients.account(account.id, account.venue, credentials)


def _record(
    context: Context,
    account: Account,
    reading: AccountReading,
    *,
    checked: Checked | None = None,
    unanswered: VenueError | None = None,
) -> Outcome:
    """Store what was read and what it means, and say when to ask again.

    With ``checked`` the account becomes active in the same moment.
    """
    facts = context.catalogue.venue(account.venue)
    answered = [scope for scope in reading.scopes if scope.error is None]
    failed = [scope for scope in reading.scopes if scope.error is not None]
    with context.judging:
        with context.database.read() as connection:
            known = positions.list_for(
                connection, user_id=account.user_id, account_id=account.id, limit=MOST
            )
            replaced = {scope.scope for scope in answered}
            if not failed:
                # A scope that is no more (a sub-dex that closed) has nothing open either.
                replaced |= {one.assessment.position.scope for one in known}
            unread = [one for one in known if one.assessment.position.scope not in replaced]
            judged = _judge(
                connection,
                context,
                account,
                answered=answered,
                unread=unread,
                replaced=replaced,
            )
            fresh = {position.key for scope in answered for position in scope.positions}
            assessments = [one for one in judged.assessments if one.position.key in fresh]
            danger = danger_of(judged.assessments)
            interval = _interval(
                connection, context, account, danger, holds=bool(judged.assessments)
            )
        with context.database.write() as connection:
            if checked is not None:
                store(connection, account, checked, now=context.now())
            positions.record_snapshot(
                connection,
                account_id=account.id,
                user_id=account.user_id,
                venue=account.venue,
                scopes=replaced,
                assessments=assessments,
                margins=[margin for scope in answered if (margin := _own_name(scope))],
                taken_at=reading.read_at,
            )
            joints.put(connection, account_id=account.id, joint=judged.joint, now=context.now())
            want_candles(
                connection,
                account.venue,
                {one.position.native_symbol for one in assessments},
                context.now(),
            )
            if danger.urgent or danger.near:
                soon = context.now() + timedelta(seconds=MARKET_NEAR)
                hasten_if_well(connection, markets_source(account.venue), due_at=soon)
    return Outcome(interval=interval, partial=_first_error(facts, failed) or unanswered)


def _judge(
    connection: Connection,
    context: Context,
    account: Account,
    *,
    answered: Sequence[ScopeReading],
    unread: Sequence[StoredPosition],
    replaced: Collection[str],
) -> Judged:
    """Verdicts on what was read just now, beside what is still known of the other scopes."""
    facts = context.catalogue.venue(account.venue)
    scopes = [Part(positions=scope.positions, margin=_own_name(scope)) for scope in answered]
    parts = [*scopes, *parts_of(unread)]
    symbols = {position.native_symbol for part in parts for position in part.positions}
    prices = context.price_pasts.of(
        connection, facts.id, symbols, reference_of(facts), now=context.now()
    )
    hedges = hedges_with(
        connection,
        context.catalogue,
        user_id=account.user_id,
        account_id=account.id,
        account_label=account.label,
        read=[position for scope in scopes for position in scope.positions],
        scopes=replaced,
    )
    return assess_account(
        venue_picture(connection, facts, prices=prices),
        parts,
        thresholds=thresholds.of_user(connection, user_id=account.user_id),
        hedges=hedges,
        now=context.now(),
    )


def _own_name(scope: ScopeReading) -> AccountMargin | None:
    """One margin may back several scopes; each keeps it under its own name."""
    return scope.margin and replace(scope.margin, scope=scope.scope)


def _interval(
    connection: Connection, context: Context, account: Account, danger: Danger, *, holds: bool
) -> float:
    facts = context.catalogue.venue(account.venue)
    sharers = sum(1 for other in accounts.list_active(connection) if other.venue == account.venue)
    seen = users.last_seen(connection, user_id=account.user_id)
    return account_interval(
        danger,
        seconds_since_looked=(context.now() - seen).total_seconds() if seen else None,
        has_positions=holds,
        floor=account_floor(facts, sharers=sharers),
    )


def _first_error(facts: VenueFacts, failed: Sequence[ScopeReading]) -> SeawallError | None:
    """The first failed scope's error, saying which parts of the account were not read."""
    if not failed:
        return None
    error = failed[0].error
    if isinstance(error, VenueError):
        labels = {scope.id: scope.label for scope in facts.scopes}
        unread = ", ".join(labels.get(reading.scope, reading.scope) for reading in failed)
        message = f"Not read: {unread}. {error}"
        return type(error)(message, venue=error.venue, retry_after=error.retry_after)
    assert isinstance(error, SeawallError)
    return error
