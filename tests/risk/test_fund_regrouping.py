"""When the contracts behind pools moved, and when they did not."""

from __future__ import annotations

from datetime import timedelta

from app.domain.fund import PoolKind, PoolReading
from app.risk.fund_regrouping import regroupings
from tests.risk.builders import NOW, a_balance, a_pool

LATER = NOW + timedelta(hours=1)


def pool(key: str, *symbols: str, later: bool = False, **fields: object) -> PoolReading:
    balances = (a_balance(100.0, at=LATER if later else NOW),)
    return a_pool(key=key, name=key, symbols=symbols, balances=balances, **fields)


def moved(before: list[PoolReading], after: list[PoolReading]) -> dict[str, str]:
    found = regroupings(before, after, now=LATER)
    return {pool_id.removeprefix("binance:"): event.kind for pool_id, event in found.items()}


def test_both_pools_of_a_contract_that_moved_are_regrouped_and_the_rest_is_not() -> None:
    before = [pool("a", "X", "Y"), pool("b", "Z"), pool("c", "V")]
    after = [pool("a", "X"), pool("b", "Z", "Y"), pool("c", "V")]
    assert moved(before, after) == {"a": "regrouped", "b": "regrouped"}


def test_a_pool_split_off_and_one_merged_away_are_regrouped() -> None:
    assert moved([pool("a", "X", "Y")], [pool("a", "X"), pool("b", "Y")]) == {
        "a": "regrouped",
        "b": "regrouped",
    }
    assert moved([pool("a", "X"), pool("b", "Y")], [pool("a", "X", "Y")]) == {
        "a": "regrouped",
        "b": "regrouped",
    }


def test_listing_delisting_and_a_first_reading_move_nothing() -> None:
    assert moved([], [pool("a", "X"), pool("b", "Y")]) == {}
    assert moved([pool("a", "X", "OLD")], [pool("a", "X", "NEW")]) == {}
    assert moved([pool("a", "X")], [pool("a", "X"), pool("b", "NEW")]) == {}
    assert moved([pool("a", "X"), pool("b", "Y")], []) == {}


def test_a_published_total_gives_and_gets_nothing() -> None:
    total = pool("total", "X", "Y", kind=PoolKind.HEADLINE)
    assert moved([total, pool("a", "X")], [total, pool("a", "X", "Y")]) == {}


def test_the_new_history_begins_with_the_first_balance_under_the_new_grouping() -> None:
    before = [pool("a", "X", "Y"), pool("b", "Z")]
    after = [pool("a", "X", later=True), pool("b", "Z", "Y")]
    found = regroupings(before, after, now=LATER + timedelta(minutes=1))
    assert found["binance:a"].at == LATER, "the balance is newer than the last one"
    assert found["binance:b"].at == LATER + timedelta(minutes=1), "it is still the old one"


def test_it_says_which_contracts_moved() -> None:
    before = [pool("a", "V", "W", "X", "Y"), pool("b", "Z")]
    after = [pool("a"), pool("b", "V", "W", "X", "Y", "Z")]
    found = regroupings(before, after, now=LATER)
    assert found["binance:a"].detail == (
        "4 contracts, among them V, W and X, went to another fund."
    )
    (one,) = (
        event
        for event in regroupings([pool("a", "X", "Y")], [pool("b", "Y")], now=LATER).values()
        if event.detail == "Y came from another fund."
    )
    assert one.kind == "regrouped"


def test_a_new_name_alone_is_recorded_as_such() -> None:
    found = regroupings(
        [pool("a", "X")], [a_pool(key="a", name="Majors", symbols=("X",))], now=LATER
    )
    (event,) = found.values()
    assert (event.kind, event.detail) == ("renamed", "It was called a before.")
