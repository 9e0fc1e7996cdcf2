"""The contract of every venue in the catalogue, shown by the cases beside its tests.

The names of the cases say what they show; a venue whose facts claim something without a case
that shows it fails here. tests/support/case.py holds the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.permissions import KeyVerdict
from app.domain.position import Source
from app.venues.catalogue import catalogue
from app.venues.facts import AdlSubject, LinkKind, ReadPurpose, VenueFacts, VenueStatus
from tests.support.case import Case, case, differences, names

FULL = [facts for facts in catalogue().venues() if facts.status is VenueStatus.FULL]
CASES = [(venue, name) for venue in catalogue().ids() for name in names(venue)]
each_venue = pytest.mark.parametrize("venue", [facts.id for facts in FULL])
each_case = pytest.mark.parametrize(("venue", "name"), CASES)
each_venue_with_a_past = pytest.mark.parametrize(
    "venue", [facts.id for facts in FULL if facts.fund.history_reads]
)
each_venue_with_candles = pytest.mark.parametrize(
    "venue", [facts.id for facts in FULL if facts.candles is not None]
)
REFUSALS = {"venue_garbled", "venue_rejected"}


def _checks_keys(facts: VenueFacts) -> bool:
    linking = facts.linking
    return (
        facts.permission_check.verifiable and linking is not None and linking.kind is LinkKind.KEY
    )


each_venue_that_checks_keys = pytest.mark.parametrize(
    "venue", [facts.id for facts in FULL if _checks_keys(facts)]
)
each_venue_with_hedge_mode = pytest.mark.parametrize(
    "venue", [facts.id for facts in FULL if facts.positions and facts.positions.hedge_mode]
)


@each_case
def test_a_case_comes_out_as_expected(venue: str, name: str) -> None:
    shown = case(venue, name)

    assert shown.venue == venue
    assert shown.about.endswith(".")
    assert shown.source
    assert shown.expect, "a case that expects nothing shows nothing"
    assert differences(shown.expect, shown.run()) == []


@each_case
def test_the_guard_refuses_nothing_that_a_case_needs(venue: str, name: str) -> None:
    for error in _errors(case(venue, name).run()):
        assert error["code"] != "request_refused", error


@each_case
def test_no_answer_of_a_case_is_for_nothing(venue: str, name: str) -> None:
    """An entry whose request no facts file names could never be asked for."""
    facts = catalogue().venue(venue)
    hosts = {read.host for read in facts.reads}
    for entry in case(venue, name).bundle.entries:
        assert entry.url.split("/")[2] in hosts, entry.url


@each_venue_that_checks_keys
def test_a_read_only_key_is_the_only_one_that_is_taken(venue: str) -> None:
    facts = catalogue().venue(venue)
    for shown in _cases(venue, "key_read_only"):
        assert shown.run()["permissions"]["verdict"] == KeyVerdict.READ_ONLY, shown.name
        assert shown.run()["permissions"]["powers"] == []
    for power in facts.permission_check.powers:
        for shown in _cases(venue, f"key_{power}"):
            answer = shown.run()["permissions"]
            assert answer["verdict"] == KeyVerdict.HAS_POWERS, shown.name
            assert power in {one["kind"] for one in answer["powers"]}, shown.name


@each_venue_that_checks_keys
def test_an_answer_about_a_key_that_is_not_understood_is_never_read_only(venue: str) -> None:
    for shown in _cases(venue, "key_malformed"):
        answer = shown.run()["permissions"]
        refused = answer.get("error", {}).get("code") in REFUSALS
        assert refused or answer.get("verdict") == KeyVerdict.HAS_POWERS, shown.name


@each_venue
def test_a_key_nobody_can_ask_about_is_called_unverifiable(venue: str) -> None:
    facts = catalogue().venue(venue)
    if facts.linking is not None and facts.linking.kind is LinkKind.ADDRESS:
        for shown in _cases(venue, "key_address"):
            assert shown.run()["permissions"]["verdict"] == KeyVerdict.READ_ONLY
    elif not facts.permission_check.verifiable:
        for shown in _cases(venue, "key_unverifiable"):
            assert shown.run()["permissions"]["verdict"] == KeyVerdict.UNVERIFIABLE


@each_venue
def test_there_are_positions_of_every_scope(venue: str) -> None:
    shown = {position["scope"].partition(":")[0] for position in _positions(venue)}
    known = {scope.id for scope in catalogue().venue(venue).scopes}

    assert known <= shown


@each_venue
def test_every_position_is_in_the_one_shape(venue: str) -> None:
    for position in _positions(venue):
        where = f"{position['native_symbol']} {position['side']}"
        assert position["venue"] == venue, where
        assert position["contracts"] > 0, where
        assert position["contract_size"] > 0, where
        assert position["size"] >= 0, where
        assert position["liquidation_price"] is None or position["liquidation_price"] > 0, where
        if position["liquidation_price"] is None:
            assert position["notes"].get("liquidation_price"), f"{where}: says not why"
        if position["adl"] is not None:
            assert 0 <= position["adl"]["standing"] <= 1, where
        for note in position["notes"].values():
            assert note[-1] == ".", f"{where}: {note}"


@each_venue_with_hedge_mode
def test_both_sides_of_a_contract_keep_their_own_figures(venue: str) -> None:
    for shown in _cases(venue, "hedge"):
        sides: dict[tuple[str, str], set[str]] = {}
        for position in _positions_of(shown):
            where = (position["scope"], position["native_symbol"])
            sides.setdefault(where, set()).add(position["side"])
        assert {"long", "short"} in sides.values(), shown.name


@each_venue
def test_what_means_no_liquidation_price_is_none(venue: str) -> None:
    facts = catalogue().venue(venue)
    assert facts.positions is not None
    if facts.positions.liquidation_price is not Source.VENUE:
        assert all(p["liquidation_price"] is None for p in _positions(venue))
        return
    assert any(p["liquidation_price"] for p in _positions(venue))
    for shown in _cases(venue, "no_liquidation_price"):
        positions = list(_positions_of(shown))
        assert positions, shown.name
        assert all(position["liquidation_price"] is None for position in positions), shown.name


@each_venue
def test_an_empty_account_is_empty_and_no_failure(venue: str) -> None:
    for shown in _cases(venue, "empty"):
        scopes = shown.run()["scopes"]
        assert scopes, shown.name
        for scope in scopes:
            assert scope["error"] is None, shown.name
            assert scope["positions"] == [], shown.name


@each_venue
def test_the_fund_is_read_where_it_is_published(venue: str) -> None:
    facts = catalogue().venue(venue)
    if not facts.fund.published:
        assert facts.fund.note
        assert all(not pool["balances"] for pool in _found(venue, "funds"))
        return
    shown = [pool for one in _cases(venue, "funds") for pool in _list(one.run().get("funds"))]
    assert any(pool["balances"] for pool in shown)
    for pool in shown:
        assert pool["id"] == f"{venue}:{pool['key']}"
        assert set(pool["scopes"]) <= {scope.id for scope in facts.scopes}


@each_venue_with_a_past
def test_the_past_of_the_fund_is_read_to_its_end_page_by_page(venue: str) -> None:
    """Where the venue gives it in pages, or pool by pool, a case has two of them at least."""
    found = [shown.run()["history"] for shown in _cases(venue, "history")]
    for pool in (pool for history in found for pool in _list(history.get("pools"))):
        assert pool["id"] == f"{venue}:{pool['key']}"
    given = [history for history in found if history.get("pools")]
    assert given
    assert any(history["pages"] > 1 for history in given) or venue in ONE_PAGE
    assert any(pool["balances"] or pool["events"] for one in given for pool in one["pools"])


ONE_PAGE: frozenset[str] = frozenset({"hyperliquid"})
"""Venues that give the whole past in one answer."""


@each_venue
def test_the_auto_deleveraging_figures_are_read_where_facts_name_them(venue: str) -> None:
    facts = catalogue().venue(venue)
    subjects = {adl.subject for adl in facts.adl}
    if AdlSubject.POSITION in subjects:
        assert any(position["adl"] for position in _positions(venue))
    else:
        assert all(position["adl"] is None for position in _positions(venue))
    if subjects - {AdlSubject.POSITION}:
        assert any(_found(venue, "signals"))
    for signal in _found(venue, "signals"):
        assert bool(signal["native_symbol"]) != bool(signal["pool"]), signal


@each_venue
def test_open_interest_is_read_where_facts_name_a_request_for_it(venue: str) -> None:
    facts = catalogue().venue(venue)
    stats = list(_found(venue, "markets"))
    if any(read.purpose is ReadPurpose.MARKET_STATS for read in facts.reads):
        assert any(stat["mark_price"] for stat in stats)
        assert any(stat["open_interest_usd"] for stat in stats) or facts.id in NO_OPEN_INTEREST


NO_OPEN_INTEREST: frozenset[str] = frozenset()
"""Venues that publish mark prices and, sourced in their facts, no open interest."""


@each_venue_with_candles
def test_candles_are_finished_hours_of_the_venue_from_full_hour_to_full_hour(venue: str) -> None:
    for shown in _cases(venue, "candles"):
        for found in shown.run()["candles"].values():
            for candle in _list(found):
                at = datetime.fromisoformat(candle["at"])
                assert at.timestamp() % 3600 == 0, shown.name
                assert at + timedelta(hours=1) <= shown.at, shown.name
    assert any(_list(c) for one in _cases(venue, "candles") for c in one.run()["candles"].values())


def _cases(venue: str, prefix: str) -> list[Case]:
    """The cases whose names begin so; that there are none is a failure."""
    found = [case(venue, name) for name in names(venue) if name.startswith(prefix)]
    assert found, f"{venue} has no case {prefix}*"
    return found


def _all(venue: str) -> Iterator[Case]:
    return (case(venue, name) for name in names(venue))


def _list(answer: Any) -> list[dict[str, Any]]:
    return answer if isinstance(answer, list) else []


def _found(venue: str, key: str) -> Iterator[dict[str, Any]]:
    return (item for shown in _all(venue) for item in _list(shown.run().get(key)))


def _positions(venue: str) -> list[dict[str, Any]]:
    return [position for shown in _all(venue) for position in _positions_of(shown)]


def _positions_of(shown: Case) -> Iterator[dict[str, Any]]:
    return (
        position for scope in _list(shown.run().get("scopes")) for position in scope["positions"]
    )


def _errors(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    answers: list[Any] = [*result.values(), *_list(result.get("scopes"))]
    for answer in answers:
        error = answer.get("error") if isinstance(answer, dict) else None
        if error is not None:
            yield error
