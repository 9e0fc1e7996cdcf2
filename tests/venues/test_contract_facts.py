"""What holds of every venue's facts, whichever venues there are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.domain.errors import NotFound
from app.domain.loss_model import Touches
from app.venues.catalogue import FACTS, catalogue
from app.venues.clients import reader_class
from app.venues.facts import LinkKind, VenueFacts, VenueStatus
from app.venues.table import is_web_address
from tests.support.exchange import credentials

IDS = catalogue().ids()
each_venue = pytest.mark.parametrize("venue", IDS)
UNFIT = re.compile(
    r"UNSOURCED|TODO|FIXME|\bccxt\b|mock-verified|stored cop|coincise", re.IGNORECASE
)


def facts(venue: str) -> VenueFacts:
    return catalogue().venue(venue)


def test_there_are_venues() -> None:
    assert {"binance", "bybit", "hyperliquid", "okx"} <= set(IDS)


@each_venue
def test_the_file_is_valid_and_named_after_its_venue(venue: str) -> None:
    assert facts(venue).id == venue


@each_venue
def test_every_claim_has_a_source_or_says_that_it_has_none(venue: str) -> None:
    for what, source, note in _claims(facts(venue)):
        if source is None:
            assert note, f"{venue}: {what}"
        else:
            assert is_web_address(source), f"{venue}: {what}: {source}"


@each_venue
def test_what_no_source_says_is_not_stated_as_known(venue: str) -> None:
    for step in facts(venue).loss_model.steps:
        if step.unsourced:
            assert step.applies is Touches.UNKNOWN, step.title


@each_venue
def test_every_text_is_a_plain_sentence_for_a_trader(venue: str) -> None:
    for text in _texts(facts(venue)):
        assert text == " ".join(text.split()), text
        assert text[-1] in ".!?", text
        assert not UNFIT.search(text), text


@each_venue
def test_a_linkable_venue_says_how_and_never_asks_for_a_wallets_key(venue: str) -> None:
    linking = facts(venue).linking
    if linking is None:
        assert facts(venue).status is not VenueStatus.FULL
        return
    names = [field.name for field in linking.fields]
    assert len(set(names)) == len(names)
    assert all(field.ccxt.lower() != "privatekey" for field in linking.fields)
    assert all(field.hidden for field in linking.fields if field.name in {"secret", "passphrase"})
    if linking.kind is LinkKind.ADDRESS:
        assert names == ["address"]
        assert not any(read.signed for read in facts(venue).reads)


@each_venue
def test_the_adapter_can_be_loaded(venue: str) -> None:
    assert reader_class(facts(venue)).__name__.endswith("Reader")


@each_venue
def test_every_read_is_used_for_something(venue: str) -> None:
    """A read that nothing names and nothing calls only widens what may be asked."""
    known = facts(venue)
    named = {
        known.permission_check.read,
        known.clock.read if known.clock else None,
        *known.fund.reads,
        *known.fund.history_reads,
        *(adl.read for adl in known.adl),
        *(known.candles.reads if known.candles else ()),
        *(read for client in known.clients for read in client.markets),
        *(read for scope in known.scopes for read in scope.reads),
    }
    for read in known.reads:
        assert read.id in named or read.call is not None, read.id


@each_venue
def test_the_facts_name_the_requests_for_a_past_that_the_adapter_gives(venue: str) -> None:
    known = facts(venue)
    assert reader_class(known).gives_fund_history == bool(known.fund.history_reads)
    if known.fund.history_reads:
        assert known.fund.history_note, "says how far back it goes"


@each_venue
def test_a_refresh_of_every_scope_stays_well_within_a_tenth_of_the_limit(venue: str) -> None:
    known = facts(venue)
    if known.limits is None:
        return
    weight = sum(
        read.weight
        for scope in known.scopes
        for read in known.reads_of(scope.id)
        if read.cached_seconds is None
    )
    assert weight * 2 <= known.limits.ours, "two refreshes a minute must fit"


@each_venue
def test_ids_are_unique(venue: str) -> None:
    known = facts(venue)
    for ids in (
        [read.id for read in known.reads],
        [scope.id for scope in known.scopes],
        [client.ccxt for client in known.clients],
    ):
        assert len(set(ids)) == len(ids)


@each_venue
def test_made_up_credentials_fit_its_fields(venue: str) -> None:
    if facts(venue).linking is not None:
        assert all(credentials(facts(venue)).values.values())


def test_no_file_is_left_out_of_the_catalogue() -> None:
    assert sorted(path.stem for path in FACTS.glob("*")) == sorted(IDS)


def test_an_unknown_venue_is_not_found() -> None:
    with pytest.raises(NotFound, match="nowhere"):
        catalogue().venue("nowhere")


def _claims(known: VenueFacts) -> Iterator[tuple[str, str | None, str | None]]:
    check, fund = known.permission_check, known.fund
    yield "permission_check", check.source, check.note
    yield "fund", fund.source, fund.note
    if fund.largest_liquidation is not None:
        record = fund.largest_liquidation
        yield "largest liquidation", record.source, record.note
    for adl in known.adl:
        yield f"adl of a {adl.subject}", adl.source, adl.note
    for step in known.loss_model.steps:
        yield step.title, step.source, step.note
    for incident in known.incidents:
        yield incident.title, incident.source, incident.note
    if known.limits is not None:
        yield "limits", known.limits.source, known.limits.note
    if known.closed is not None:
        yield "closed", known.closed.source, known.closed.note
    if known.clock is not None:
        yield "clock", known.clock.source, known.clock.note
    if known.candles is not None:
        yield "candles", known.candles.source, known.candles.note


def _texts(known: VenueFacts) -> Iterator[str]:
    if known.linking is not None:
        yield known.linking.how_to
    yield from (step.text for step in known.loss_model.steps)
    yield from (incident.text for incident in known.incidents)
    yield from known.fund.uncovered.values()
    for note in (
        known.permission_check.note,
        known.fund.note,
        known.fund.history_note,
        known.limits.note if known.limits else None,
        known.closed.text if known.closed else None,
        known.closed.note if known.closed else None,
        known.candles.note if known.candles else None,
        *(adl.note for adl in known.adl),
        *(step.note for step in known.loss_model.steps),
        *(incident.note for incident in known.incidents),
    ):
        if note is not None:
            yield note
