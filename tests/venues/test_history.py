"""Going through the past of many pools: where to go on, whatever changes meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.errors import VenueError, VenueUnreachable
from app.domain.fund import FundBalance, FundHistoryPage
from app.venues import history
from app.venues.wire import Malformed
from tests.support.nouns import later

names = some.frozensets(some.text(min_size=1, max_size=3), max_size=6)
NOW = later(minutes=0)


def gone_through(changing: Collection[Collection[str]]) -> list[str]:
    """The pools whose turn it was, when what is listed may differ from page to page."""
    lists = iter(changing)
    listed = set(next(lists))
    cursor: str | None = None
    seen: list[str] = []
    while True:
        name, _ = history.turn(listed, history.place(cursor))
        if name is None:
            return seen
        seen.append(name)
        cursor = history.page(listed, name, ()).cursor
        if cursor is None:
            return seen
        listed = set(next(lists, listed))


@given(names)
def test_every_pool_has_its_turn_once(pools: frozenset[str]) -> None:
    assert gone_through([pools]) == sorted(pools)


@given(names, some.lists(names, max_size=8))
def test_pools_that_come_and_go_take_nobodys_turn(
    lasting: frozenset[str], passing: list[frozenset[str]]
) -> None:
    seen = gone_through([lasting | others for others in [frozenset[str](), *passing]])
    assert len(set(seen)) == len(seen)
    assert set(lasting) <= set(seen)


def test_a_pool_goes_on_where_it_was_and_another_in_its_place_begins_anew() -> None:
    page = history.page({"a", "b"}, "a", (), before=5)
    assert history.turn({"a", "b"}, history.place(page.cursor)) == ("a", {"pool": "a", "before": 5})
    assert history.turn({"b"}, history.place(page.cursor)) == ("b", {})
    assert history.turn(set(), history.place(page.cursor)) == (None, {})


def test_how_far_it_is_counts_pools() -> None:
    pools = {"a", "b", "c", "d"}
    assert history.page(pools, "a", (), before=5).share == 0
    assert history.page(pools, "b", ()).share == 0.5
    assert history.page(pools, "d", ()) == FundHistoryPage(readings=(), share=1.0)


@pytest.mark.parametrize("cursor", ["", "x", "[]", "5", "null"])
def test_a_cursor_that_is_none_is_malformed(cursor: str) -> None:
    with pytest.raises(Malformed):
        history.place(cursor)


def test_what_a_venue_refuses_is_told_from_what_failed() -> None:
    assert history.is_refused(VenueError("No such family.", venue="okx"))
    assert not history.is_refused(VenueUnreachable("Gone.", venue="okx"))


def test_of_an_old_hour_the_lowest_the_highest_and_the_last_balance_stay() -> None:
    def balances(*amounts: float, ago: timedelta) -> list[FundBalance]:
        return [
            FundBalance(asset="USD", amount=amount, usd=amount, at=NOW - ago + n * MINUTE)
            for n, amount in enumerate(amounts)
        ]

    old = balances(5.0, 9.0, 1.0, 4.0, 3.0, ago=timedelta(days=91))
    new = balances(5.0, 9.0, 1.0, ago=timedelta(days=89))
    kept = history.thinned([*new, *old], now=NOW)
    assert [one.amount for one in kept] == [1.0, 9.0, 5.0, 3.0, 1.0, 9.0]
    assert history.thinned(kept, now=NOW) == kept


MINUTE = timedelta(minutes=1)
