"""Many pools read at once: each stored as if it were alone, in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select

from app.domain.errors import NotFound
from app.domain.fund import FundBalance, FundEvent, FundSample, PoolReading
from app.store import funds
from app.store.database import Database
from app.store.tables import fund_events, fund_samples
from tests.support.nouns import NOON, a_pool_reading, later

SPACING = timedelta(minutes=10)


def reading(
    key: str, *amounts: float, at: datetime = NOON, events: tuple[FundEvent, ...] = ()
) -> PoolReading:
    """A pool with its newest balance at ``at``, and the ones of the minutes before."""
    balances = tuple(
        FundBalance(asset="USDT", amount=amount, usd=amount, at=at - timedelta(minutes=age))
        for age, amount in enumerate(reversed(amounts))
    )
    return a_pool_reading(key=key, balances=balances, events=events)


def record(database: Database, *readings: PoolReading, spacing: timedelta = SPACING) -> int:
    with database.write() as conn:
        return funds.record_readings(conn, readings=readings, now=NOON, spacing=spacing)


def stored(database: Database, key: str) -> Sequence[FundSample]:
    with database.read() as conn:
        return funds.samples(conn, pool_id=f"binance:{key}", since=later(days=-999))


def amounts(database: Database, key: str) -> list[float]:
    return [one.amount for one in stored(database, key)]


def test_pools_read_together_are_stored_each_by_itself(database: Database) -> None:
    assert record(database, reading("a", 1.0), reading("b", 2.0, 3.0)) == 3
    assert (amounts(database, "a"), amounts(database, "b")) == ([1.0], [2.0, 3.0])
    with database.read() as conn:
        assert [pool.key for pool in funds.pools(conn)] == ["a", "b"]
        assert [pool.balances[0].amount for pool in funds.pools(conn)] == [1.0, 3.0]


def test_pools_read_again_add_nothing_and_what_changed_is_a_revision(database: Database) -> None:
    record(database, reading("a", 1.0), reading("b", 2.0))
    assert record(database, reading("a", 1.0), reading("b", 2.0)) == 0
    assert record(database, reading("a", 1.0), reading("b", 2.5)) == 1
    assert (amounts(database, "a"), amounts(database, "b")) == ([1.0], [2.5])
    with database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(fund_samples)) == 3


def test_spacing_is_kept_for_each_pool(database: Database) -> None:
    record(database, reading("a", 1.0), reading("b", 2.0))
    soon = later(minutes=5)
    assert record(database, reading("a", 1.0, at=soon), reading("b", 9.0, at=soon)) == 1
    after = later(minutes=10)
    assert record(database, reading("a", 1.0, at=after), reading("b", 9.0, at=after)) == 1
    assert (amounts(database, "a"), amounts(database, "b")) == ([1.0, 1.0], [2.0, 9.0])


def test_balances_of_one_reading_that_repeat_each_other_are_spaced_as_well(
    database: Database,
) -> None:
    flat = reading("a", *[5.0] * 31)
    assert record(database, flat) == 4
    assert record(database, flat) == 0


def test_events_of_many_pools_are_stored_once(database: Database) -> None:
    loss = FundEvent(kind="bankruptcy_loss", at=NOON, amount=-1.0)
    for _ in range(2):
        record(database, reading("a", 1.0, events=(loss,)), reading("b", 1.0, events=(loss, loss)))
    with database.read() as conn:
        assert conn.scalar(select(func.count()).select_from(fund_events)) == 2


def test_pools_whose_times_lie_far_apart_are_compared_with_their_own_past(
    database: Database,
) -> None:
    old, new = reading("a", 1.0, at=later(days=-200)), reading("b", 2.0)
    record(database, old, new)
    assert record(database, old, new, reading("c", 3.0, at=later(minutes=3))) == 1


def test_nothing_read_is_nothing_stored(database: Database) -> None:
    assert record(database) == 0


def test_two_hundred_pools_take_a_handful_of_statements(database: Database) -> None:
    readings = [reading(f"pool-{n}", float(n)) for n in range(200)]
    record(database, *readings)
    later_readings = [reading(f"pool-{n}", n + 0.5, at=later(hours=1)) for n in range(200)]
    sent: list[str] = []
    with database.write() as conn:
        event.listen(conn, "before_cursor_execute", lambda *told: sent.append(told[2]))
        funds.record_readings(conn, readings=later_readings, now=NOON, spacing=SPACING)
    assert len(sent) < 10


def test_the_past_of_a_pool_leaves_what_was_last_read_of_it(database: Database) -> None:
    record(database, reading("a", 5.0))
    loss = FundEvent(kind="adl", at=later(days=-3))
    with database.write() as conn:
        past = reading("a", 1.0, 2.0, at=later(days=-3), events=(loss,))
        assert funds.record_past(conn, reading=past, now=NOON) == 2
        assert funds.record_past(conn, reading=past, now=NOON) == 0
        assert funds.pools(conn)[0].balances[0].amount == 5.0
        assert funds.events(conn, pool_id="binance:a", since=later(days=-9)) == (loss,)
    assert amounts(database, "a") == [1.0, 2.0, 5.0]


def test_a_pool_known_by_its_past_alone_is_in_no_list_until_it_is_read(
    database: Database,
) -> None:
    with database.write() as conn:
        funds.record_past(conn, reading=reading("a", 1.0, at=later(days=-3)), now=NOON)
        assert funds.pools(conn) == ()
    record(database, reading("a", 2.0))
    with database.read() as conn:
        assert len(funds.pools(conn)) == 1
    assert amounts(database, "a") == [1.0, 2.0]


def test_history_has_no_place_without_a_pool(database: Database) -> None:
    with pytest.raises(NotFound), database.write() as conn:
        funds.import_samples(conn, pool_id="okx:none", samples=[], now=NOON)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    turns=st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.integers(min_value=0, max_value=40),
            st.lists(st.sampled_from([1.0, 2.0]), min_size=1, max_size=4),
        ),
        max_size=8,
    )
)
def test_every_change_seen_is_stored_and_every_reading_only_once(
    database: Database, turns: list[tuple[str, int, list[float]]]
) -> None:
    with database.write() as conn:
        conn.execute(fund_samples.delete())
    for key, minute, values in turns:
        read = reading(key, *values, at=later(minutes=minute))
        record(database, read)
        assert record(database, read) == 0
        known = {one.at: one.amount for one in stored(database, key)}
        for balance in read.balances:
            before = max((at for at in known if at <= balance.at), default=None)
            assert before is not None
            assert known[before] == balance.amount, "as it was, or said less than ten minutes ago"
            assert balance.at - before < SPACING
