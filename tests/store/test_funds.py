"""Pools, their samples (never altered, never lost) and their state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import NotFound
from app.domain.fund import FundBalance, FundEvent, FundHealth, FundSample
from app.store import funds, revisions
from app.store.database import Database
from app.store.funds import FundPoint, StoredFund
from app.store.tables import fund_samples
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later

POOL = "binance:usdm:btc-eth-bnb"


def balance(
    amount: float, *, asset: str = "USDT", usd: float | None = 999.0, at: datetime = NOON
) -> FundBalance:
    return FundBalance(asset=asset, amount=amount, usd=usd, at=at)


def sample(
    amount: float, *, asset: str = "USDT", usd: float | None = 999.0, at: datetime = NOON
) -> FundSample:
    return FundSample(pool_id=POOL, asset=asset, at=at, amount=amount, usd=usd)


def read(database: Database, *balances: FundBalance, now: datetime = NOON) -> int:
    with database.write() as conn:
        return funds.record_pool_reading(conn, reading=a_pool_reading(balances=balances), now=now)


def stored(database: Database, **stretch: datetime) -> tuple[FundSample, ...]:
    with database.read() as conn:
        return funds.samples(conn, pool_id=POOL, **{"since": later(days=-365), **stretch})


def revision(database: Database) -> dict[str, int]:
    with database.read() as conn:
        return dict(revisions.read(conn, ["funds", "venue:binance", "venue:okx"]))


def test_a_reading_becomes_the_pool_and_a_sample_of_each_asset(database: Database) -> None:
    balances = (balance(1000.5), balance(2.25, asset="BTC", usd=None))
    assert read(database, *balances) == 2
    assert stored(database) == (sample(2.25, asset="BTC", usd=None), sample(1000.5))
    with database.read() as conn:
        assert funds.pools(conn, venue="binance") == (a_pool_reading(balances=balances),)
        assert funds.pools(conn, venue="okx") == ()


def test_a_sample_read_again_is_stored_once(database: Database) -> None:
    assert read(database, balance(1000.0)) == 1
    assert read(database, balance(1000.0, usd=888.0), now=later(minutes=1)) == 0
    assert stored(database) == (sample(1000.0, usd=999.0),)


def test_the_same_balance_at_a_later_time_is_another_sample(database: Database) -> None:
    read(database, balance(1000.0))
    assert read(database, balance(1000.0, at=later(minutes=1))) == 1
    assert stored(database) == (sample(1000.0), sample(1000.0, at=later(minutes=1)))


def test_a_balance_the_venue_changed_afterwards_is_a_revision(database: Database) -> None:
    for amount in (1000.0, 1001.0, 1000.0, 1000.0):
        read(database, balance(amount, usd=amount))
    assert stored(database) == (sample(1000.0, usd=1000.0),)
    with database.read() as conn:
        kept = conn.execute(
            select(fund_samples.c.revision, fund_samples.c.amount).order_by(fund_samples.c.revision)
        ).all()
    assert [tuple(row) for row in kept] == [(0, 1000.0), (1, 1001.0), (2, 1000.0)]


def test_a_value_that_was_unknown_at_first_is_added(database: Database) -> None:
    read(database, balance(1000.0, usd=None))
    read(database, balance(1000.0, usd=998.0))
    read(database, balance(1000.0, usd=None))
    assert stored(database) == (sample(1000.0, usd=998.0),)


def test_figures_come_back_to_the_last_bit(database: Database) -> None:
    amount, usd = 1041234567.1234567, 0.1 + 0.2
    read(database, balance(amount, usd=usd))
    (found,) = stored(database)
    assert (found.amount, found.usd) == (amount, usd)


def test_samples_of_a_stretch_include_both_ends_oldest_first(database: Database) -> None:
    read(database, *(balance(float(minute), at=later(minutes=minute)) for minute in (3, 0, 2, 1)))
    found = stored(database, since=later(minutes=1), until=later(minutes=2))
    assert [one.amount for one in found] == [1.0, 2.0]


def test_history_is_imported_beside_what_is_known(database: Database) -> None:
    read(database, balance(1000.0))
    before = revision(database)
    history = [sample(float(day), at=later(days=-day)) for day in range(400)]
    with database.write() as conn:
        added = funds.import_samples(conn, pool_id=POOL, samples=history, now=NOON)
        again = funds.import_samples(conn, pool_id=POOL, samples=history, now=NOON)
    assert (added, again) == (400, 0)
    assert len(stored(database)) == 366
    assert stored(database)[-1] == sample(0.0)
    assert revision(database)["funds"] == before["funds"] + 1


def test_history_of_a_pool_nobody_read_has_no_place(database: Database) -> None:
    with pytest.raises(NotFound), database.write() as conn:
        funds.import_samples(conn, pool_id=POOL, samples=[sample(1.0)], now=NOON)


def test_events_are_kept_once(database: Database) -> None:
    loss = FundEvent(kind="bankruptcy_loss", at=NOON, asset="USDT", amount=-12.5)
    two = (loss, FundEvent(kind="adl", at=later(minutes=1), detail="BTCUSDT"))
    for events in ((loss,), two, two):
        with database.write() as conn:
            funds.record_pool_reading(conn, reading=a_pool_reading(events=events), now=NOON)
    with database.read() as conn:
        assert funds.events(conn, pool_id=POOL, since=NOON) == two
        assert funds.events(conn, pool_id=POOL, since=later(minutes=1)) == two[1:]
        assert funds.pools(conn)[0].events == ()


def test_a_state_is_shown_with_its_pool_and_its_line(database: Database) -> None:
    read(database, balance(1000.0))
    recent = (FundPoint(at=NOON, usd=999.0), FundPoint(at=later(minutes=1), usd=998.0))
    with database.read() as conn:
        assert funds.states(conn) == ()
        with pytest.raises(NotFound):
            funds.state(conn, pool_id=POOL)
    with database.write() as conn:
        funds.save_state(conn, state=a_fund_state(), recent=recent, now=later(minutes=2))
    expected = StoredFund(
        pool=a_pool_reading(balances=(balance(1000.0),)),
        state=a_fund_state(),
        recent=recent,
        computed_at=later(minutes=2),
    )
    with database.read() as conn:
        assert funds.state(conn, pool_id=POOL) == expected
        assert funds.states(conn, venue="binance") == (expected,)
        assert funds.states(conn, venue="okx") == ()


def test_a_new_reading_keeps_the_state_until_the_next(database: Database) -> None:
    read(database, balance(1000.0))
    with database.write() as conn:
        funds.save_state(conn, state=a_fund_state(), recent=(), now=NOON)
    read(database, balance(1.0, at=later(minutes=1)))
    with database.read() as conn:
        assert funds.state(conn, pool_id=POOL).state.health is FundHealth.DRAINING


def test_a_state_without_a_pool_has_no_place(database: Database) -> None:
    with pytest.raises(NotFound), database.write() as conn:
        funds.save_state(conn, state=a_fund_state(), recent=(), now=NOON)


def test_pools_a_venue_no_longer_publishes_leave_the_lists_but_keep_their_history(
    database: Database,
) -> None:
    other = replace(a_pool_reading(), venue="okx", key="btc")
    old = replace(a_pool_reading(), key="old")
    with database.write() as conn:
        for reading in (a_pool_reading(), old, other):
            funds.record_pool_reading(conn, reading=reading, now=NOON)
        gone = funds.retire_pools(conn, venue="binance", keep=[POOL], now=NOON)
    assert gone == ("binance:old",)
    with database.read() as conn:
        assert [pool.id for pool in funds.pools(conn)] == [POOL, "okx:btc"]
        assert len(funds.samples(conn, pool_id="binance:old", since=NOON)) == 1
    with database.write() as conn:
        assert funds.retire_pools(conn, venue="binance", keep=[POOL], now=NOON) == ()
        funds.record_pool_reading(conn, reading=old, now=later(minutes=1))
        assert len(funds.pools(conn, venue="binance")) == 2


def test_a_reading_changes_the_revision_of_its_venue_and_of_all_funds(database: Database) -> None:
    read(database, balance(1000.0))
    assert revision(database) == {"funds": 1, "venue:binance": 1, "venue:okx": 0}
    with database.write() as conn:
        funds.save_state(conn, state=a_fund_state(), recent=(), now=NOON)
    assert revision(database) == {"funds": 2, "venue:binance": 2, "venue:okx": 0}


def test_a_balance_that_only_repeats_itself_is_stored_again_after_a_while(
    database: Database,
) -> None:
    amounts = [1000.0] * 12 + [999.0, 999.0]
    for minute, amount in enumerate(amounts):
        reading = a_pool_reading(balances=(balance(amount, at=later(minutes=minute)),))
        with database.write() as conn:
            funds.record_pool_reading(conn, reading=reading, now=NOON, spacing=timedelta(minutes=5))
    assert [(one.at, one.amount) for one in stored(database)] == [
        (NOON, 1000.0),
        (later(minutes=5), 1000.0),
        (later(minutes=10), 1000.0),
        (later(minutes=12), 999.0),
    ]
    with database.read() as conn:
        (pool,) = funds.pools(conn)
    assert pool.balances == (balance(999.0, at=later(minutes=13)),), "its age is the reading's"


def test_a_balance_that_went_and_came_back_is_not_taken_for_a_repetition(
    database: Database,
) -> None:
    for minute, amount in enumerate((1000.0, 900.0, 1000.0)):
        reading = a_pool_reading(balances=(balance(amount, at=later(minutes=minute)),))
        with database.write() as conn:
            funds.record_pool_reading(conn, reading=reading, now=NOON, spacing=timedelta(hours=1))
    assert [one.amount for one in stored(database)] == [1000.0, 900.0, 1000.0]


def test_a_pool_is_listed_with_its_newest_balances_and_the_older_are_its_samples(
    database: Database,
) -> None:
    older = balance(900.0, at=later(days=-1))
    assert read(database, older, balance(1000.0), balance(2.0, asset="BTC")) == 3
    with database.read() as conn:
        (pool,) = funds.pools(conn)
    assert pool.balances == (balance(1000.0), balance(2.0, asset="BTC"))
