"""A month of samples, thinned to what highs and windows ask for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from app.domain.fund import FundSample
from app.store import fund_history, funds
from app.store.database import Database
from tests.support.nouns import NOON, a_pool_reading, later

POOL = "binance:usdm:btc-eth-bnb"
HOUR = timedelta(hours=1)


def sample(amount: float, at: datetime, asset: str = "USDT") -> FundSample:
    return FundSample(pool_id=POOL, asset=asset, at=at, amount=amount, usd=amount)


@pytest.fixture
def imported(database: Database) -> Database:
    """Three hours: 10, 30, 20 in the first, a fall in the second, silence in the third."""
    samples = [
        sample(10.0, NOON),
        sample(30.0, later(minutes=20)),
        sample(20.0, later(minutes=59)),
        sample(19.0, later(hours=1)),
        sample(15.0, later(hours=1, minutes=30)),
    ]
    with database.write() as conn:
        funds.record_pool_reading(conn, reading=a_pool_reading(balances=()), now=NOON)
        funds.import_samples(conn, pool_id=POOL, samples=samples, now=NOON)
    return database


def thinned(database: Database, **stretch: datetime) -> list[tuple[datetime, str, float]]:
    span = {"since": NOON, "until": later(hours=3), **stretch}
    with database.read() as conn:
        found = fund_history.thinned(conn, pool_id=POOL, step=HOUR, **span)
    return [(one.at, one.asset, one.amount) for one in found]


def test_every_hour_keeps_its_highest_and_its_last_balance(imported: Database) -> None:
    assert thinned(imported) == [
        (later(minutes=20), "USDT", 30.0),
        (later(minutes=59), "USDT", 20.0),
        (later(hours=1), "USDT", 19.0),
        (later(hours=1, minutes=30), "USDT", 15.0),
    ]


def test_each_asset_is_thinned_by_itself(imported: Database) -> None:
    with imported.write() as conn:
        coins = [sample(2.0, NOON, "BTC"), sample(1.0, later(minutes=1), "BTC")]
        funds.import_samples(conn, pool_id=POOL, samples=coins, now=NOON)
    found = thinned(imported, until=later(hours=1))
    assert [(asset, amount) for _, asset, amount in found] == [
        ("BTC", 2.0),
        ("BTC", 1.0),
        ("USDT", 30.0),
        ("USDT", 20.0),
    ]


def test_a_balance_that_stands_is_one_sample_an_hour(imported: Database) -> None:
    with imported.write() as conn:
        flat = [sample(7.0, later(hours=2, minutes=minute)) for minute in range(60)]
        funds.import_samples(conn, pool_id=POOL, samples=flat, now=NOON)
    assert thinned(imported, since=later(hours=2)) == [(later(hours=2, minutes=59), "USDT", 7.0)]


def test_a_balance_the_venue_took_back_was_never_a_high(imported: Database) -> None:
    with imported.write() as conn:
        mended = [sample(12.0, later(minutes=20))]
        funds.import_samples(conn, pool_id=POOL, samples=mended, now=later(hours=3))
    assert max(amount for _, _, amount in thinned(imported)) == 20.0


def test_the_stretch_begins_at_its_first_moment_and_ends_before_its_last(
    imported: Database,
) -> None:
    found = thinned(imported, since=later(minutes=20), until=later(hours=1))
    assert [at for at, _, _ in found] == [later(minutes=20), later(minutes=59)]


def test_another_pools_samples_are_not_in_it(imported: Database) -> None:
    with imported.write() as conn:
        other = a_pool_reading(key="other", balances=())
        funds.record_pool_reading(conn, reading=other, now=NOON)
        theirs = [FundSample(pool_id=other.id, asset="USDT", at=NOON, amount=99.0, usd=99.0)]
        funds.import_samples(conn, pool_id=other.id, samples=theirs, now=NOON)
    assert max(amount for _, _, amount in thinned(imported)) == 30.0
