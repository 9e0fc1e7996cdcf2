"""What holds between the tables of a facts file: names that point at each other do so."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.errors import ClockSkew, VenueRateLimited, VenueRejected, VenueUnreachable
from app.venues.facts import LinkKind, Read, ReadPurpose, VenueFacts, VenueStatus
from app.venues.table import Table


def check(facts: VenueFacts, top: Table) -> None:
    """Raises ``FactsError`` at the first key that points nowhere or is missing."""
    known = {read.id for read in facts.reads}
    for key, name in _named_reads(facts):
        if name not in known:
            raise top.error(key, f"names the read {name!r}, which is not there")
    classes = {client.ccxt for client in facts.clients}
    for scope in facts.scopes:
        if scope.ccxt not in classes:
            raise top.error(f"scopes.{scope.id}.ccxt", f"names no client: {scope.ccxt!r}")
        if not scope.reads:
            raise top.error(f"scopes.{scope.id}.reads", "names no request")
    for read in facts.reads:
        _check_read(read, classes, top)
    _check_codes(facts, top)
    for scope_id in facts.fund.uncovered:
        if scope_id not in {scope.id for scope in facts.scopes}:
            raise top.error(f"fund.uncovered.{scope_id}", "names no scope")
    if facts.fund.history_note is not None and not facts.fund.history_reads:
        raise top.error("fund.history_note", "belongs to a past that can be read")
    if facts.fund.published and not facts.fund.reads:
        raise top.error("fund.reads", "is empty although the fund is published")
    _check_permissions(facts, top)
    if (facts.closed is not None) != (facts.status is VenueStatus.CLOSED):
        raise top.error("closed", "must be there if the status is closed, and only then")
    if facts.status is VenueStatus.FULL:
        _check_full(facts, top)


def _named_reads(facts: VenueFacts) -> Iterator[tuple[str, str]]:
    """Where the file names a read, and which."""
    if facts.permission_check.read is not None:
        yield "permission_check.read", facts.permission_check.read
    if facts.clock is not None:
        yield "clock.read", facts.clock.read
    for name in facts.fund.reads:
        yield "fund.reads", name
    for name in facts.candles.reads if facts.candles is not None else ():
        yield "candles.reads", name
    for name in facts.fund.history_reads:
        yield "fund.history_reads", name
    for number, adl in enumerate(facts.adl):
        yield f"adl[{number}].read", adl.read
    for client in facts.clients:
        for name in client.markets:
            yield f"clients.{client.ccxt}.markets", name
    for scope in facts.scopes:
        for name in scope.reads:
            yield f"scopes.{scope.id}.reads", name


def _check_codes(facts: VenueFacts, top: Table) -> None:
    ours = {VenueRejected.code, VenueRateLimited.code, VenueUnreachable.code, ClockSkew.code}
    for client in facts.clients:
        for code in set(client.codes) - ours:
            raise top.error(f"clients.{client.ccxt}.codes.{code}", "is no error of ours")


def _check_read(read: Read, classes: set[str], top: Table) -> None:
    if read.call is not None and read.call.partition(".")[0] not in classes:
        raise top.error(f"reads.{read.id}.call", f"names no client: {read.call!r}")
    if read.purpose is ReadPurpose.PERMISSIONS and read.method == "GET" and not read.signed:
        raise top.error(f"reads.{read.id}.signed", "must be true for a question about a key")


def _check_permissions(facts: VenueFacts, top: Table) -> None:
    asks_about_a_key = facts.linking is not None and facts.linking.kind is LinkKind.KEY
    permission_check = facts.permission_check
    if permission_check.verifiable and asks_about_a_key and permission_check.read is None:
        raise top.error("permission_check.read", "is missing although the venue can say")
    if permission_check.verifiable and asks_about_a_key and not permission_check.powers:
        raise top.error("permission_check.powers", "names no power that the venue could say")


def _check_full(facts: VenueFacts, top: Table) -> None:
    for key, there in (
        ("linking", facts.linking),
        ("clients", facts.clients),
        ("scopes", facts.scopes),
        ("limits", facts.limits),
        ("positions", facts.positions),
        ("waterfall", facts.loss_model.steps),
    ):
        if not there:
            raise top.error(key, "is missing although the status is full")
