"""The past of pools as arrays: the same as the samples, whatever order they came in."""

from __future__ import annotations

from datetime import datetime
from math import isnan

import pytest

from app.domain.fund import FundSample
from app.domain.fund_series import AssetPast, when
from app.store import fund_arrays, funds
from app.store.database import Database
from tests.support.nouns import NOON, a_pool_reading, later

POOL = "binance:usdm:btc-eth-bnb"
OTHER = "binance:other"


@pytest.fixture
def stored(database: Database) -> Database:
    """Two pools; one holds two assets, one of them corrected by the venue."""
    with database.write() as conn:
        for key in ("usdm:btc-eth-bnb", "other"):
            funds.record_pool_reading(conn, reading=a_pool_reading(key=key, balances=()), now=NOON)
    put(database, POOL, ("USDT", 2, 12.0), ("USDT", 0, 10.0), ("BTC", 1, 2.0), ("USDT", 1, 11.0))
    put(database, POOL, ("USDT", 1, 11.5))
    put(database, OTHER, ("USDT", 1, 99.0))
    return database


def put(database: Database, pool_id: str, *samples: tuple[str, int, float]) -> None:
    with database.write() as conn:
        funds.import_samples(
            conn,
            pool_id=pool_id,
            samples=[
                FundSample(pool_id=pool_id, asset=a, at=later(hours=hour), amount=amount, usd=None)
                for a, hour, amount in samples
            ],
            now=NOON,
        )


def told(pasts: tuple[AssetPast, ...]) -> dict[str, list[tuple[datetime, float]]]:
    return {
        one.asset: [(when(int(at)), float(x)) for at, x in zip(one.at, one.amount, strict=True)]
        for one in pasts
    }


def past(database: Database, pool_id: str = POOL, hours: float = 9) -> tuple[AssetPast, ...]:
    with database.read() as conn:
        return fund_arrays.past(conn, pool_id=pool_id, since=NOON, until=later(hours=hours))


def test_each_asset_has_its_balances_oldest_first_in_their_latest_revision(
    stored: Database,
) -> None:
    assert told(past(stored)) == {
        "BTC": [(later(hours=1), 2.0)],
        "USDT": [(NOON, 10.0), (later(hours=1), 11.5), (later(hours=2), 12.0)],
    }


def test_both_ends_of_the_stretch_are_in_it(stored: Database) -> None:
    assert told(past(stored, hours=1))["USDT"] == [(NOON, 10.0), (later(hours=1), 11.5)]


def test_a_value_nobody_knows_is_not_a_number(stored: Database) -> None:
    with stored.write() as conn:
        valued = FundSample(pool_id=OTHER, asset="USDT", at=NOON, amount=1.0, usd=0.999)
        funds.import_samples(conn, pool_id=OTHER, samples=[valued], now=NOON)
    (one,) = past(stored, OTHER)
    assert one.usd[0] == 0.999
    assert isnan(one.usd[1])


def test_many_pools_are_read_at_once_and_one_without_a_past_is_empty(stored: Database) -> None:
    with stored.read() as conn:
        found = fund_arrays.past_of_many(
            conn, pool_ids=[OTHER, POOL, "okx:none"], since=NOON, until=later(hours=9)
        )
    assert told(found[POOL]) == told(past(stored))
    assert told(found[OTHER]) == {"USDT": [(later(hours=1), 99.0)]}
    assert found["okx:none"] == ()


def test_a_stretch_nobody_recorded_is_empty(stored: Database) -> None:
    assert past(stored, "okx:none") == ()
    with stored.read() as conn:
        early = fund_arrays.past(conn, pool_id=POOL, since=later(days=-9), until=later(days=-8))
    assert early == ()
