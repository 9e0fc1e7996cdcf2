"""A pool's past for a chart: few points, and every low and high in them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.domain.errors import NotFound
from app.domain.fund import FundBalance, FundSample
from app.store import fund_points, funds
from app.store.database import Database
from app.store.fund_points import FundBucket
from tests.support.nouns import NOON, a_pool_reading, later

POOL = "binance:usdm:btc-eth-bnb"


def pool_with(database: Database, **newest: tuple[float, float | None]) -> None:
    """The pool, with its newest balances (amount and USD value) of NOON by asset."""
    balances = tuple(
        FundBalance(asset=asset, amount=amount, usd=usd, at=NOON)
        for asset, (amount, usd) in newest.items()
    )
    with database.write() as conn:
        funds.record_pool_reading(conn, reading=a_pool_reading(balances=balances), now=NOON)


def put(database: Database, *samples: tuple[str, float, float], usd: float | None = None) -> None:
    """Samples of an asset, so many minutes after NOON."""
    with database.write() as conn:
        funds.import_samples(
            conn,
            pool_id=POOL,
            samples=[
                FundSample(
                    pool_id=POOL, asset=asset, at=later(minutes=minute), amount=amount, usd=usd
                )
                for asset, minute, amount in samples
            ],
            now=NOON,
        )


def points(
    database: Database,
    *,
    since: datetime = NOON,
    until: datetime = NOON + timedelta(hours=1),
    count: int = 4,
) -> tuple[FundBucket, ...]:
    with database.read() as conn:
        return fund_points.points(conn, pool_id=POOL, since=since, until=until, count=count)


def bucket(minute: float, last: float, low: float, high: float) -> FundBucket:
    return FundBucket(at=later(minutes=minute), last_usd=last, low_usd=low, high_usd=high)


def test_a_bucket_has_the_last_the_lowest_and_the_highest_value(database: Database) -> None:
    pool_with(database, USDT=(100.0, 100.0))
    put(database, ("USDT", 3, 150.0), ("USDT", 5, 1.0), ("USDT", 9, 90.0), ("USDT", 40, 80.0))
    assert points(database) == (
        bucket(9, 90.0, 1.0, 150.0),
        bucket(40, 80.0, 80.0, 80.0),
    )


def test_a_dip_of_one_sample_is_seen_in_a_year(database: Database) -> None:
    pool_with(database, USDT=(100.0, 100.0))
    put(database, *(("USDT", minute, 7.0 if minute == 777 else 100.0) for minute in range(1, 2000)))
    found = points(database, until=later(days=365), count=500)
    assert min(one.low_usd for one in found) == 7.0


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_there_are_never_more_points_than_asked_for(database: Database, count: int) -> None:
    pool_with(database, USDT=(100.0, 100.0))
    put(database, *(("USDT", minute, float(minute)) for minute in range(1, 61)))
    found = points(database, count=count)
    assert len(found) == count
    assert (found[-1].at, found[-1].last_usd) == (later(minutes=60), 60.0), "both ends are in"
    assert min(one.low_usd for one in found) == 1.0


def test_balances_are_valued_at_the_newest_price_so_that_a_price_draws_no_dip(
    database: Database,
) -> None:
    pool_with(database, BTC=(2.0, 200.0))
    put(database, ("BTC", 10, 2.0), usd=50.0)
    assert {one.last_usd for one in points(database)} == {200.0}


def test_an_emptied_pool_keeps_its_last_price(database: Database) -> None:
    pool_with(database, BTC=(0.0, 0.0))
    put(database, ("BTC", -60, 2.0), usd=160.0)
    put(database, ("BTC", -30, 2.0), usd=200.0)
    assert points(database, since=later(hours=-1), until=NOON, count=2) == (
        bucket(-30, 200.0, 200.0, 200.0),
        bucket(0, 0.0, 0.0, 0.0),
    )


def test_a_balance_the_venue_took_back_was_never_a_low(database: Database) -> None:
    pool_with(database, USDT=(100.0, 100.0))
    put(database, ("USDT", 1, 1.0), ("USDT", 2, 2.0))
    put(database, ("USDT", 1, 90.0), ("USDT", 2, 95.0))
    put(database, ("USDT", 2, 96.0))
    assert points(database) == (bucket(2, 96.0, 90.0, 100.0),)


def test_of_several_assets_the_low_is_that_of_their_sum(database: Database) -> None:
    pool_with(database, USDT=(100.0, 100.0), BTC=(1.0, 50.0))
    put(database, ("USDT", 1, 60.0), ("BTC", 1, 2.0), ("USDT", 2, 110.0), ("BTC", 3, 0.5))
    assert points(database) == (bucket(3, 135.0, 135.0, 210.0),)


def test_there_is_no_value_before_all_assets_of_the_pool_are_known(database: Database) -> None:
    pool_with(database, USDT=(100.0, 100.0), BTC=(1.0, 50.0))
    put(database, ("USDT", -50, 60.0), ("BTC", -20, 1.0))
    assert points(database, since=later(hours=-1), until=later(minutes=-1)) == (
        bucket(-20, 110.0, 110.0, 110.0),
    )


def test_an_asset_that_left_and_one_without_a_price_are_not_counted(database: Database) -> None:
    pool_with(database, USDT=(100.0, 100.0), XYZ=(5.0, None))
    put(database, ("OLD", 1, 1000.0))
    assert points(database) == (bucket(0, 100.0, 100.0, 100.0),)


def test_without_any_price_there_is_nothing_to_draw(database: Database) -> None:
    pool_with(database, XYZ=(5.0, None))
    assert points(database) == ()


def test_a_pool_nobody_read_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        points(database)
