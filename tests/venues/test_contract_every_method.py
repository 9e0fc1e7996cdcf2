"""Every method of every ccxt class used, with credentials set: only named reads get out.

The walk goes through the client the product makes, by the guard the product mounts.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import ccxt
import pytest
import requests

from app.domain.errors import RequestRefused
from app.venues.bundle import parameters
from app.venues.catalogue import catalogue
from app.venues.facts import Read, ReadPurpose
from tests.support.every_method import CHANGES, Call, Walk
from tests.support.exchange import without_waiting

CLASSES = [(facts.id, client.ccxt) for facts in catalogue().venues() for client in facts.clients]
CHANGING = re.compile(
    r"order(?!book)|withdraw|transfer|leverage$|margintype|positionside|listenkey|borrow|repay"
    r"|redeem|subscribe|/batch|cancel|close|exchange$|trading-stop|set-|create",
    re.IGNORECASE,
)
"""Paths that smell of a change; ``Reads`` that a facts file names must not."""
NEVER_GETS_SO_FAR = {
    # It wants one of its own listed shares, which the made-up markets do not have.
    "backpack": {"create_convert_trade"},
}
"""By class the changes that ccxt gives up before there is any request to refuse; their
endpoints are refused all the same."""
NOT_SIGNED_BY_CCXT = {
    # Its table of addresses lacks two groups, and it cannot sign JSON bodies without fields.
    "bingx": 60,
}
"""By class how many endpoints ccxt itself cannot sign with made-up parameters: nothing is sent."""


@pytest.fixture(scope="module")
def walks() -> Callable[[str, str], list[Call]]:
    """The calls of a class's whole walk, made once."""

    @cache
    def walked(venue: str, ccxt_id: str) -> list[Call]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            without_waiting(monkeypatch)
            monkeypatch.setattr(ccxt.Exchange, "sleep", lambda *_args: None)
            monkeypatch.setattr("time.sleep", lambda *_args: None)
            walk = Walk(catalogue().venue(venue), ccxt_id)
            return [*walk.implicit(), *walk.unified()]

    return walked


Walks = Callable[[str, str], list[Call]]
each_class = pytest.mark.parametrize(("venue", "ccxt_id"), CLASSES)


@each_class
def test_nothing_but_named_reads_reaches_the_network(
    walks: Walks, venue: str, ccxt_id: str
) -> None:
    reads = catalogue().venue(venue).reads
    strangers = [
        f"{call.name}: {request.method} {request.url}"
        for call in walks(venue, ccxt_id)
        for request in call.reached
        if _read(reads, request) is None
    ]

    assert strangers == []


@each_class
def test_no_named_read_is_a_change(venue: str, ccxt_id: str) -> None:
    for read in catalogue().venue(venue).reads:
        path = read.path.replace("withdrawals_and_transfers_blocked_info", "blocked")
        assert not CHANGING.search(path), f"{read.id}: {read.path}"


@each_class
def test_every_endpoint_that_is_no_named_read_is_refused(
    walks: Walks, venue: str, ccxt_id: str
) -> None:
    endpoints = [call for call in walks(venue, ccxt_id) if call.is_implicit]
    unsigned = [call for call in endpoints if not call.reached and not call.refused]

    assert len(endpoints) >= 2
    assert all(isinstance(call.error, RequestRefused) for call in endpoints if call.refused)
    # A few cannot even be signed without parameters of their own; none of those sends anything.
    most = NOT_SIGNED_BY_CCXT.get(ccxt_id, len(endpoints) * 0.02)
    assert len(unsigned) <= most, [(c.name, repr(c.error)) for c in unsigned]


@each_class
def test_every_change_ccxt_can_ask_for_is_refused(walks: Walks, venue: str, ccxt_id: str) -> None:
    has = getattr(ccxt, ccxt_id)().has
    refused = {
        call.name for call in walks(venue, ccxt_id) if isinstance(call.error, RequestRefused)
    }

    left = {name for name, word in CHANGES.items() if has.get(word)} - refused
    assert left == NEVER_GETS_SO_FAR.get(ccxt_id, set())


@each_class
def test_nothing_signed_gets_out_on_behalf_of_a_change(
    walks: Walks, venue: str, ccxt_id: str
) -> None:
    facts = catalogue().venue(venue)
    harmless = {ReadPurpose.CORRECTION, ReadPurpose.POSITIONS, ReadPurpose.PERMISSIONS}
    for call in walks(venue, ccxt_id):
        for request in call.reached if call.writes else ():
            read = _read(facts.reads, request)
            assert read is not None
            assert not read.signed or read.purpose in harmless, f"{call.name} sent {request.url}"


@each_class
def test_the_reads_that_facts_call_by_name_pass(walks: Walks, venue: str, ccxt_id: str) -> None:
    facts = catalogue().venue(venue)
    reached = {
        read.id
        for call in walks(venue, ccxt_id)
        for request in call.reached
        if (read := _read(facts.reads, request)) is not None
    }
    plain = {
        read.id
        for read in facts.reads
        if read.call is not None
        and read.call.startswith(f"{ccxt_id}.")
        and not read.body
        and not read.query
        and read.ccxt_path is None
    }

    assert plain <= reached


@each_class
def test_loading_markets_asks_only_what_its_facts_list_and_signs_nothing(
    walks: Walks, venue: str, ccxt_id: str
) -> None:
    facts = catalogue().venue(venue)
    calls = [call for call in walks(venue, ccxt_id) if call.name == "fetch_markets"]
    asked = {
        read.id
        for call in calls
        for request in call.reached
        if (read := _read(facts.reads, request)) is not None
    }

    assert not any(call.refused for call in calls)
    assert asked
    assert asked <= set(facts.client(ccxt_id).markets)
    assert not any(facts.read(read_id).signed for read_id in asked)


@each_class
def test_every_call_that_facts_name_exists(venue: str, ccxt_id: str) -> None:
    exchange = getattr(ccxt, ccxt_id)
    for read in catalogue().venue(venue).reads:
        owner, _, method = (read.call or "").partition(".")
        if owner == ccxt_id:
            assert hasattr(exchange, method), read.call


def test_neither_websockets_nor_async_clients_are_loaded() -> None:
    """They would have ways out of their own, past the guard."""
    code = (
        "import sys, app.venues.clients; from app.venues.catalogue import catalogue; "
        "from app.venues.clients import reader_class; "
        "[reader_class(facts) for facts in catalogue().venues()]; "
        "sys.exit(any(name.split('.')[0] in {'aiohttp', 'websockets', 'httpx'} "
        "or name.startswith(('ccxt.pro', 'ccxt.async')) for name in sys.modules))"
    )
    root = Path(__file__).parents[2]

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0


def _read(reads: tuple[Read, ...], request: requests.PreparedRequest) -> Read | None:
    """The read a request is, told without the guard's own help."""
    place, _, query = str(request.url).partition("?")
    fields = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    body = parameters("", request.body) if request.method == "POST" else {}
    for read in reads:
        path = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(read.path))
        if (
            read.method == request.method
            and re.fullmatch(f"https://{re.escape(read.host)}{path}", place)
            and all(fields.get(name) in allowed for name, allowed in read.query.items())
            and all(body.get(name) in allowed for name, allowed in read.body.items())
        ):
            return read
    return None
