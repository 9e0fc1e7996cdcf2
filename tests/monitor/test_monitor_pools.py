"""Judging pools by what is stored: far back, thinned, and still seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.fund import (
    FundBalance,
    FundHealth,
    FundSample,
    FundState,
    MarketStat,
    PoolKind,
    PoolReading,
)
from app.monitor.fund_past import FundPast
from app.monitor.pools import judge_pools, recent_points, stands_behind
from app.store import funds, markets
from app.store.database import Database
from app.venues.catalogue import catalogue
from tests.support.nouns import NOON, a_pool_reading, later

BINANCE, HYPERLIQUID = catalogue().venue("binance"), catalogue().venue("hyperliquid")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
POOL = a_pool_reading(
    balances=(FundBalance(asset="USDT", amount=100.0, usd=100.0, at=NOON),), cadence_seconds=None
)


def sample(amount: float, at: datetime, asset: str = "USDT", price: float = 1.0) -> FundSample:
    return FundSample(pool_id=POOL.id, asset=asset, at=at, amount=amount, usd=amount * price)


def remember(database: Database, *samples: FundSample, pool: PoolReading = POOL) -> None:
    with database.write() as connection:
        funds.record_pool_reading(connection, reading=pool, now=NOON)
        funds.import_samples(connection, pool_id=pool.id, samples=samples, now=NOON)


def judge(
    database: Database,
    past: FundPast | None = None,
    *,
    pool: PoolReading = POOL,
    now: datetime = NOON,
) -> FundState:
    with database.read() as connection:
        (judged,) = judge_pools(connection, BINANCE, [pool], past or FundPast(), now=now)
    return judged.state


@pytest.mark.parametrize("days", [2, 6.9, 12, 20, 28, 29.9])
def test_a_high_of_any_day_of_the_month_is_seen(database: Database, days: float) -> None:
    high = sample(600.0, NOON - days * DAY)
    around = [sample(100.0, high.at + offset * MINUTE) for offset in (-20, -10, 10, 20)]
    remember(database, high, *around, sample(100.0, NOON - 8 * HOUR))
    assert judge(database).health is FundHealth.CRITICAL, "83 % below the highest of 30 days"


def test_a_high_of_more_than_a_month_ago_is_not(database: Database) -> None:
    fallen = [sample(100.0, NOON - days * DAY) for days in (30.5, 29)]
    remember(database, sample(600.0, NOON - 35 * DAY), *fallen)
    assert judge(database).health is not FundHealth.CRITICAL


def test_changes_are_taken_to_the_hour_from_minutes_that_were_thinned(database: Database) -> None:
    minutes = (
        sample(100 + ago / MINUTE / 1000, NOON - ago)
        for window in (7 * DAY, 30 * DAY)
        for ago in (window + n * MINUTE for n in range(-180, 180, 5))
    )
    remember(database, *minutes, *(sample(100.0, NOON - n * HOUR) for n in range(26)))
    changes = judge(database).changes
    for window, minutes_ago in (("7d", 7 * 1440), ("30d", 30 * 1440)):
        then = 100 + minutes_ago / 1000
        assert changes[window] == pytest.approx(100 / then - 1, abs=60 / 1000 / then)
    assert changes["24h"] == 0


def test_what_lies_further_back_than_a_day_is_read_once_an_hour(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.store import fund_history

    reads: list[datetime] = []
    thinned = fund_history.thinned

    def counted(*how: object, **what: object) -> object:
        reads.append(NOON)
        return thinned(*how, **what)  # type: ignore[arg-type]

    monkeypatch.setattr(fund_history, "thinned", counted)
    remember(database, sample(50.0, NOON - 3 * DAY))
    past = FundPast()
    for minutes in (0, 20, 40, 59):
        judge(database, past, now=later(minutes=minutes))
    assert len(reads) == 4, "four stretches, once"
    judge(database, past, now=later(minutes=60))
    assert len(reads) == 8


def test_the_last_day_is_whole_however_long_the_rest_is_kept(database: Database) -> None:
    past = FundPast()
    remember(database, *(sample(float(n), NOON - n * HOUR) for n in range(60)))
    with database.read() as connection:
        for minutes in (0, 30, 59, 61, 119, 121):
            now = later(minutes=minutes)
            found = past.samples(connection, POOL.id, now=now)
            times = [one.at for one in found]
            assert times == sorted(set(times)), "none twice, none out of order"
            assert {NOON - n * HOUR for n in range(60)} == set(times)


def test_a_pool_that_says_nothing_of_its_contracts_is_covered_by_none(database: Database) -> None:
    stat = MarketStat(
        venue="hyperliquid",
        native_symbol="BTC",
        at=NOON,
        open_interest_usd=1e9,
        open_interest_at=NOON,
    )
    everywhere = tuple(scope.id for scope in HYPERLIQUID.scopes)
    vault = replace(
        POOL, venue="hyperliquid", key="vault", kind=PoolKind.VAULT, symbols=(), scopes=("main",)
    )
    cases = {
        vault: False,
        replace(vault, scopes=everywhere): True,
        replace(vault, symbols=("BTC",)): True,
        replace(vault, kind=PoolKind.HEADLINE, symbols=("BTC",)): False,
    }
    with database.write() as connection:
        markets.save_stats(connection, stats=[stat])
    for pool, known in cases.items():
        assert stands_behind(pool, HYPERLIQUID) is known
        with database.read() as connection:
            (judged,) = judge_pools(connection, HYPERLIQUID, [pool], FundPast(), now=NOON)
        assert (judged.state.coverage is not None) is known


def line(*samples: FundSample, pool: PoolReading = POOL) -> list[tuple[datetime, float]]:
    return [(point.at, point.usd) for point in recent_points(pool, samples, NOON)]


def test_the_line_beside_a_balance_is_a_day_long_and_keeps_its_lows() -> None:
    minutes = [sample(1000.0 - (n == 700), NOON - n * MINUTE) for n in range(2000, 0, -1)]
    drawn = line(*minutes)
    assert len(drawn) <= 48
    assert min(drawn, key=lambda point: point[1])[0] == NOON - 700 * MINUTE
    assert drawn[0][0] > NOON - DAY
    assert [at for at, _ in drawn] == sorted(at for at, _ in drawn)


def test_a_coins_price_draws_no_dip() -> None:
    pool = replace(POOL, balances=(FundBalance(asset="BTC", amount=2.0, usd=100.0, at=NOON),))
    fallen = [
        sample(2.0, NOON - 3 * HOUR, "BTC", price=90.0),
        sample(2.0, NOON - 2 * HOUR, "BTC", price=50.0),
        sample(1.0, NOON - 1 * HOUR, "BTC", price=50.0),
    ]
    assert [usd for _, usd in line(*fallen, pool=pool)] == [100.0, 100.0, 50.0]


def test_money_moved_from_one_asset_to_another_draws_no_dip() -> None:
    pool = replace(
        POOL,
        balances=tuple(
            FundBalance(asset=asset, amount=1.0, usd=1.0, at=NOON) for asset in ("USDC", "USDT")
        ),
    )
    moved = [
        sample(60.0, NOON - 2 * HOUR, "USDC"),
        sample(40.0, NOON - 2 * HOUR, "USDT"),
        sample(10.0, NOON - 1 * HOUR, "USDC"),
        sample(90.0, NOON - 1 * HOUR, "USDT"),
    ]
    assert [usd for _, usd in line(*moved, pool=pool)] == [100.0, 100.0]


def test_there_is_no_point_before_every_asset_is_known_and_none_of_what_has_left() -> None:
    pool = replace(
        POOL,
        balances=tuple(
            FundBalance(asset=asset, amount=1.0, usd=1.0, at=NOON) for asset in ("USDC", "USDT")
        ),
    )
    found = line(
        sample(500.0, NOON - 4 * HOUR, "BUSD"),
        sample(60.0, NOON - 3 * HOUR, "USDC"),
        sample(40.0, NOON - 2 * HOUR, "USDT"),
        pool=pool,
    )
    assert found == [(NOON - 2 * HOUR, 100.0)]
