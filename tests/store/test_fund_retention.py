"""Old samples are thinned in steps; what a drain was, and what changes are taken from, stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.domain.fund import FundSample
from app.store import fund_retention, funds
from app.store.database import Database
from app.store.tables import fund_samples
from tests.support.nouns import NOON, a_pool_reading, later

POOL = "binance:usdm:btc-eth-bnb"
OLD = NOON - timedelta(days=100)
VERY_OLD = NOON - timedelta(days=800)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def watched(database: Database) -> Database:
    with database.write() as conn:
        funds.record_pool_reading(conn, reading=a_pool_reading(balances=()), now=NOON)
    return database


def put(
    database: Database,
    begin: datetime,
    amounts: list[float],
    *,
    step: timedelta = MINUTE,
    asset: str = "USDT",
) -> None:
    samples = [
        FundSample(pool_id=POOL, asset=asset, at=begin + n * step, amount=amount, usd=amount)
        for n, amount in enumerate(amounts)
    ]
    with database.write() as conn:
        funds.import_samples(conn, pool_id=POOL, samples=samples, now=NOON)


def thin(database: Database, now: datetime = NOON) -> int:
    """Until there is nothing more to do; in how many steps."""
    for steps in range(1, 1000):
        with database.write() as conn:
            if not fund_retention.thin(conn, now=now):
                return steps
    raise AssertionError("thinning has no end")


def kept(database: Database, asset: str = "USDT") -> list[tuple[datetime, float]]:
    with database.read() as conn:
        found = funds.samples(conn, pool_id=POOL, since=NOON - timedelta(days=4000))
    return [(one.at, one.amount) for one in found if one.asset == asset]


def test_of_an_old_hour_the_lowest_the_highest_and_the_last_stay(watched: Database) -> None:
    put(watched, OLD, [10.0, 30.0, 20.0, 5.0, 25.0, 24.0])
    thin(watched)
    assert kept(watched) == [
        (OLD + MINUTE, 30.0),
        (OLD + 3 * MINUTE, 5.0),
        (OLD + 5 * MINUTE, 24.0),
    ]


def test_a_drain_of_one_sample_is_never_averaged_away(watched: Database) -> None:
    amounts = [1000.0] * 600
    amounts[333] = 1.0
    put(watched, VERY_OLD, amounts, step=10 * MINUTE)
    thin(watched)
    assert (VERY_OLD + 3330 * MINUTE, 1.0) in kept(watched)
    assert len(kept(watched)) < 10


def test_everything_of_the_last_ninety_days_stays(watched: Database) -> None:
    begin = NOON - timedelta(days=90)
    put(watched, begin, [float(n) for n in range(120)])
    thin(watched)
    assert len(kept(watched)) == 120


def test_samples_of_two_years_are_thinned_to_hours_and_older_ones_to_days(
    watched: Database,
) -> None:
    put(watched, VERY_OLD, [7.0] * 96, step=HOUR / 2)
    put(watched, OLD, [7.0] * 96, step=HOUR / 2)
    thin(watched)
    times = [at for at, _ in kept(watched)]
    assert len([at for at in times if at < NOON - timedelta(days=700)]) == 3, "noon to noon"
    assert len([at for at in times if at > NOON - timedelta(days=700)]) == 48


def test_thinning_again_changes_nothing(watched: Database) -> None:
    put(watched, VERY_OLD, [float(n * 7919 % 101) for n in range(2000)], step=7 * MINUTE)
    put(watched, OLD, [float(n * 7919 % 101) for n in range(2000)])
    thin(watched)
    before = kept(watched)
    assert thin(watched) == 1
    with watched.write() as conn:
        pool = conn.scalar(select(fund_samples.c.pool).limit(1))
        assert pool is not None
        fund_retention.look_again(conn, pool=pool, since=VERY_OLD)
    assert thin(watched) > 1, "it was looked at once more"
    assert kept(watched) == before


def test_an_hour_thinned_before_its_day_leaves_what_the_day_alone_would(
    watched: Database,
) -> None:
    put(watched, OLD, [float(n * 7919 % 101) for n in range(3000)])
    thin(watched)
    thin(watched, now=OLD + timedelta(days=800))
    in_two_turns = kept(watched)
    with watched.write() as conn:
        conn.execute(fund_samples.delete())
    put(watched, OLD, [float(n * 7919 % 101) for n in range(3000)])
    thin(watched, now=OLD + timedelta(days=800))
    assert kept(watched) == in_two_turns


def test_the_balance_of_thirty_days_before_is_known_at_every_old_moment(
    watched: Database,
) -> None:
    begin = NOON - timedelta(days=200)
    put(watched, begin, [float(n) for n in range(90 * 24 * 4)], step=HOUR / 4)
    thin(watched)
    times = [at for at, _ in kept(watched)]
    for day in range(31, 89):
        then = begin + timedelta(days=day) - timedelta(days=30)
        assert any(then - HOUR <= at <= then for at in times)


def test_each_asset_is_thinned_by_itself(watched: Database) -> None:
    put(watched, OLD, [10.0, 30.0, 20.0])
    put(watched, OLD, [3.0, 2.0, 2.0], asset="BTC")
    thin(watched)
    assert kept(watched, "BTC") == [(OLD, 3.0), (OLD + 2 * MINUTE, 2.0)]


def test_a_balance_the_venue_took_back_is_no_extreme_and_goes_with_its_correction(
    watched: Database,
) -> None:
    put(watched, OLD, [10.0, 1.0, 11.0, 12.0])
    put(watched, OLD + MINUTE, [10.5])
    put(watched, OLD + 3 * MINUTE, [12.5])
    thin(watched)
    assert kept(watched) == [(OLD, 10.0), (OLD + 3 * MINUTE, 12.5)]
    with watched.read() as conn:
        assert conn.scalar(select(func.count()).select_from(fund_samples)) == 3, "12 and 12.5"


def test_a_long_past_is_thinned_in_steps_of_a_few_thousand_samples(watched: Database) -> None:
    put(watched, OLD, [float(n) for n in range(12_000)])
    with watched.write() as conn:
        assert fund_retention.thin(conn, now=NOON)
    untouched = [at for at, _ in kept(watched) if at >= OLD + 2000 * MINUTE]
    assert len(untouched) == 10_000
    assert thin(watched) >= 5
    assert len(kept(watched)) == 2 * 200


def test_history_that_is_imported_later_is_thinned_as_well(watched: Database) -> None:
    thin(watched)
    put(watched, OLD, [3.0] * 60)
    thin(watched)
    assert len(kept(watched)) == 1


def test_as_time_goes_on_the_next_hours_are_thinned(watched: Database) -> None:
    put(watched, NOON, [5.0] * 120)
    thin(watched, later(days=90))
    assert len(kept(watched)) == 120
    thin(watched, later(days=90, hours=1))
    assert len(kept(watched)) == 61
