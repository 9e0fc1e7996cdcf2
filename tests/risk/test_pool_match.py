"""Which pool stands behind a position, and which pool is which from reading to reading."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.fund import PoolKind, PoolReading
from app.risk.pool_match import PoolIndex, match_pools, pool_for
from tests.risk.builders import a_pool, a_position


def test_a_position_belongs_to_the_pool_that_lists_its_contract() -> None:
    listing, other = a_pool(), a_pool(key="usdm:doge", symbols=("DOGEUSDT",))
    assert pool_for(a_position(), [other, listing]) is listing


def test_a_listing_pool_wins_over_one_that_stands_behind_the_whole_scope() -> None:
    scope_wide = a_pool(key="all", symbols=(), scopes=("linear",))
    listing = a_pool()
    assert pool_for(a_position(), [scope_wide, listing]) is listing
    unlisted = a_position(native_symbol="NEWUSDT")
    assert pool_for(unlisted, [scope_wide, listing]) is scope_wide


def test_a_pool_with_a_list_does_not_stand_behind_what_it_leaves_out() -> None:
    listing = a_pool(scopes=("linear",))
    assert pool_for(a_position(native_symbol="NEWUSDT"), [listing]) is None


def test_a_headline_total_is_never_behind_a_position() -> None:
    headline = a_pool(kind=PoolKind.HEADLINE)
    everywhere = a_pool(key="total", kind=PoolKind.HEADLINE, symbols=(), scopes=("linear",))
    assert pool_for(a_position(), [headline, everywhere]) is None


def test_another_venues_pool_of_the_same_contract_is_not_meant() -> None:
    assert pool_for(a_position(), [a_pool(venue="bybit")]) is None


def test_of_two_that_list_a_contract_the_one_set_apart_for_fewer_is_meant() -> None:
    apart = a_pool(key="apart", kind=PoolKind.ISOLATED, symbols=("BTCUSDT",))
    assert pool_for(a_position(), [a_pool(), apart]) is apart
    assert pool_for(a_position(), [apart, a_pool()]) is apart


def test_two_that_claim_the_same_scope_leave_it_undecided() -> None:
    one, other = (a_pool(key=key, symbols=(), scopes=("linear",)) for key in ("a", "b"))
    assert pool_for(a_position(), [one, other]) is None


def test_a_contract_on_screen_is_found_without_a_position() -> None:
    index = PoolIndex([a_pool()])
    found = index.find("binance", "ETHUSDT")
    assert found is not None and found.key == "usdm:btc-eth-bnb"
    assert index.find("binance", "DOGEUSDT") is None


def keys(pools: tuple[PoolReading, ...]) -> list[str]:
    return [pool.key for pool in pools]


def test_a_pool_keeps_its_key_while_most_of_its_contracts_remain() -> None:
    before = a_pool(symbols=("A", "B", "C"))
    after = a_pool(key="a-b-new", symbols=("A", "B", "D", "E", "F"))
    assert keys(match_pools([before], [after])) == [before.key]


def test_half_is_not_most() -> None:
    before = a_pool(symbols=("A", "B"))
    after = a_pool(key="new", symbols=("A", "C"))
    assert keys(match_pools([before], [after])) == ["new"]


def test_a_regrouped_pool_does_not_take_over_the_history_of_its_namesake() -> None:
    before = a_pool(key="main", symbols=("A", "B", "C"))
    after = a_pool(key="main", symbols=("X", "Y"))
    assert keys(match_pools([before], [after])) == ["main-2"]


def test_when_a_pool_splits_the_larger_part_goes_on_as_it() -> None:
    before = a_pool(key="main", symbols=("A", "B", "C", "D", "E"))
    small = a_pool(key="main", symbols=("A", "B"))
    large = a_pool(key="apart", symbols=("C", "D", "E"))
    assert keys(match_pools([before], [small, large])) == ["main-2", "main"]


def test_pools_that_list_no_contracts_go_by_their_key() -> None:
    before = a_pool(key="hlp", symbols=())
    assert keys(match_pools([before], [a_pool(key="hlp", symbols=())])) == ["hlp"]
    assert keys(match_pools([before], [a_pool(key="other", symbols=())])) == ["other"]


def test_a_headline_is_not_taken_for_the_pool_it_sums_up() -> None:
    before = a_pool(key="total", kind=PoolKind.HEADLINE)
    after = a_pool(key="real")
    assert keys(match_pools([before], [after])) == ["real"]


def test_what_was_read_is_left_as_it_is_but_for_the_key() -> None:
    before, after = a_pool(symbols=("A", "B", "C")), a_pool(key="x", symbols=("A", "B"))
    (found,) = match_pools([before], [after])
    assert found == replace(after, key=before.key)


POOLS = st.lists(st.sets(st.sampled_from("ABCDEFGHIJ")), min_size=0, max_size=5).map(
    lambda groups: [
        a_pool(key=f"k{n}", symbols=tuple(sorted(group))) for n, group in enumerate(groups)
    ]
)


@given(POOLS, POOLS)
def test_no_two_pools_ever_share_a_key(
    previous: list[PoolReading], current: list[PoolReading]
) -> None:
    found = keys(match_pools(previous, current))
    assert len(found) == len(current)
    assert len(set(found)) == len(found)


@given(POOLS)
def test_an_unchanged_reading_keeps_every_key(pools: list[PoolReading]) -> None:
    disjoint: list[PoolReading] = []
    taken: set[str] = set()
    for pool in pools:
        if not taken & set(pool.symbols):
            disjoint.append(pool)
            taken |= set(pool.symbols)
    assert match_pools(disjoint, disjoint) == tuple(disjoint)
