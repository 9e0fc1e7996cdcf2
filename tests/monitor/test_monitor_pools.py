"""Judging pools by what is stored: far back, thinned, and still seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fund import (
    DivergenceKind,
    FundBalance,
    FundEvent,
    FundHealth,
    FundHistoryPage,
    FundSample,
    FundState,
    MarketStat,
    PoolKind,
    PoolReading,
)
from app.domain.fund_series import EPOCH, AssetPast, micros, when
from app.monitor.fund_past import FundPast, PoolPast, RecentMarks, thinned
from app.monitor.pools import judge_pools, recent_points, stands_behind
from app.store import backfills, fund_arrays, funds, markets
from app.store.database import Database
from app.venues.catalogue import catalogue
from tests.risk.builders import pasts
from tests.support.nouns import NOON, a_fund_state, a_pool_reading, later

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
        known = funds.states(connection, venue="binance")
        (judged,) = judge_pools(
            connection,
            BINANCE,
            [pool],
            past or FundPast(),
            previous={one.state.pool_id: one.state for one in known},
            now=now,
        )
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


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """From when on samples are asked for, each time."""
    asked: list[datetime] = []
    past_of_many = fund_arrays.past_of_many

    def counted(*how: object, since: datetime, **what: object) -> object:
        asked.append(since)
        return past_of_many(*how, since=since, **what)  # type: ignore[arg-type]

    monkeypatch.setattr(fund_arrays, "past_of_many", counted)
    return asked


def test_the_past_is_read_whole_once_an_hour_and_else_what_is_newer(
    database: Database, reads: list[datetime]
) -> None:
    remember(database, sample(50.0, NOON - 3 * DAY))
    past = FundPast()
    for minutes in (0, 20, 40, 59, 60):
        judge(database, past, now=later(minutes=minutes))
    assert reads == [EPOCH, *[NOON - HOUR] * 3, EPOCH]


def test_samples_that_came_in_between_are_seen(database: Database) -> None:
    past = FundPast()
    remember(database, *(sample(100.0, NOON - n * HOUR) for n in range(60)))
    judge(database, past)
    later_on = replace(
        POOL, balances=(FundBalance(asset="USDT", amount=90.0, usd=90.0, at=later(minutes=20)),)
    )
    remember(database, sample(120.0, later(minutes=10)), pool=later_on)
    found = judge(database, past, pool=later_on, now=later(minutes=20))
    assert found.drawdown_8h == pytest.approx(0.25)


def test_a_corrected_balance_of_the_last_hour_is_seen(database: Database) -> None:
    past = FundPast()
    remember(database, sample(200.0, NOON - 30 * MINUTE))
    assert judge(database, past).drawdown_8h == pytest.approx(0.5)
    remember(database, sample(100.0, NOON - 30 * MINUTE))
    assert judge(database, past, now=later(minutes=1)).drawdown_8h == 0


def test_a_pool_whose_first_balances_bring_their_past_along_has_it_at_once(
    database: Database,
) -> None:
    past = FundPast()
    remember(database, pool=replace(POOL, balances=()))
    assert judge(database, past, pool=replace(POOL, balances=())).health is FundHealth.UNKNOWN
    old = FundBalance(asset="USDT", amount=80.0, usd=80.0, at=NOON - 7 * DAY)
    remember(database, pool=replace(POOL, balances=(*POOL.balances, old)))
    assert judge(database, past, now=later(minutes=1)).changes["7d"] == pytest.approx(0.25)


def test_a_past_that_was_brought_in_meanwhile_is_seen_at_once(database: Database) -> None:
    past = FundPast()
    remember(database)
    assert judge(database, past).changes["30d"] is None
    page = FundHistoryPage(
        readings=(
            replace(
                POOL,
                balances=(FundBalance(asset="USDT", amount=80.0, usd=80.0, at=NOON - 30 * DAY),),
            ),
        )
    )
    with database.write() as connection:
        backfills.record_page(connection, venue="binance", asked=None, page=page, now=NOON)
    assert judge(database, past, now=later(minutes=1)).changes["30d"] == pytest.approx(0.25)


def test_the_last_day_is_whole_however_long_the_rest_is_kept(database: Database) -> None:
    past = FundPast()
    stored = {NOON - n * 7 * MINUTE for n in range(1, 500)}
    remember(database, *(sample(float(n), at) for n, at in enumerate(sorted(stored))))
    with database.read() as connection:
        for minutes in (0, 30, 59, 61, 119, 121):
            now = later(minutes=minutes)
            (found,) = past.of_venue(connection, "binance", [POOL.id], now=now)[POOL.id].assets
            times = [when(at) for at in found.at.tolist()]
            assert times == sorted(set(times)), "none twice, none out of order"
            assert {at for at in stored if at > now - DAY} <= set(times)


@given(st.lists(st.tuples(st.integers(0, 60 * 24 * 60), st.floats(-10, 10)), max_size=200))
def test_thinning_keeps_every_high_and_every_last_balance(points: list[tuple[int, float]]) -> None:
    stored = dict(sorted((NOON - ago * MINUTE, amount) for ago, amount in points))
    (past,) = pasts(sample(amount, at) for at, amount in stored.items()) or (NOTHING,)
    kept = thinned(past, NOON)
    assert set(kept.at.tolist()) <= set(past.at.tolist())
    for reach, width in ((26 * HOUR, None), (36 * DAY, HOUR), (61 * DAY, DAY)):
        for at, amount in stored.items():
            if NOON - at > reach:
                continue
            if width is None:
                assert micros(at) in kept.at
                continue
            step = (at - EPOCH) // width
            same = [value for value in kept.at.tolist() if (when(value) - EPOCH) // width == step]
            assert max(kept.amount[np.isin(kept.at, same)]) >= amount
            assert max(same) >= micros(at)


NOTHING = AssetPast(
    asset="USDT", at=np.array([], dtype=np.int64), amount=np.array([]), usd=np.array([])
)


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
            (judged,) = judge_pools(
                connection, HYPERLIQUID, [pool], FundPast(), previous={}, now=NOON
            )
        assert (judged.state.coverage is not None) is known


def line(*samples: FundSample, pool: PoolReading = POOL) -> list[tuple[datetime, float]]:
    """As drawn when the newest sample of each asset is what was just read."""
    newest = {one.asset: one for one in samples}
    read = tuple(
        FundBalance(
            asset=one.asset,
            amount=newest[one.asset].amount,
            usd=newest[one.asset].usd,
            at=newest[one.asset].at,
        )
        for one in pool.balances
    )
    past = PoolPast(assets=pasts(samples))
    return [
        (point.at, point.usd) for point in recent_points(replace(pool, balances=read), past, NOON)
    ]


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


def test_a_regrouping_is_not_read_as_a_drain(database: Database) -> None:
    remember(database, *(sample(900.0, NOON - n * HOUR) for n in range(1, 60)))
    assert judge(database).health is FundHealth.CRITICAL
    regrouped = FundEvent(kind="regrouped", at=NOON, detail="SOLUSDT went to another fund.")
    with database.write() as connection:
        funds.record_pool_reading(connection, reading=replace(POOL, events=(regrouped,)), now=NOON)
    found = judge(database)
    assert found.health is FundHealth.UNKNOWN
    assert "regrouped" in found.notes["change_24h"]


def test_what_was_said_before_is_said_until_it_is_clearly_better(database: Database) -> None:
    remember(database, sample(100 / 0.958, NOON - DAY))
    assert judge(database).health is FundHealth.DECLINING
    with database.write() as connection:
        before = replace(judge(database), health=FundHealth.DRAINING, since=NOON - HOUR)
        funds.save_state(connection, state=before, recent=(), now=NOON)
    found = judge(database)
    assert (found.health, found.since) == (FundHealth.DRAINING, NOON - HOUR)


@pytest.mark.parametrize(
    ("elsewhere", "kind", "code"),
    [
        ([0.0, 0.001, -0.002], DivergenceKind.ALONE, "fund_alone"),
        ([-0.04, -0.02, -0.03], DivergenceKind.MARKET_WIDE, "market_cascade"),
        ([0.0, 0.001], DivergenceKind.NOT_ENOUGH_VENUES, None),
    ],
)
def test_a_drain_is_held_against_what_other_venues_funds_do(
    database: Database, elsewhere: list[float], kind: DivergenceKind, code: str | None
) -> None:
    remember(database, sample(110.0, NOON - DAY))
    with database.write() as connection:
        for venue, moved in zip(("bybit", "okx", "htx"), elsewhere, strict=False):
            pool = replace(POOL, venue=venue)
            state = a_fund_state(
                pool_id=pool.id, venue=venue, health=FundHealth.STABLE, changes={"24h": moved}
            )
            funds.record_pool_reading(connection, reading=pool, now=NOON)
            funds.save_state(connection, state=state, recent=(), now=NOON)
    found = judge(database)
    assert found.divergence is not None
    assert (found.divergence.kind, found.divergence.others) == (kind, len(elsewhere))
    beside = [one.code for one in found.reasons if one.code in ("fund_alone", "market_cascade")]
    assert beside == ([code] if code else [])


def marks(**prices: float) -> list[MarketStat]:
    interest = {"BTC": 800.0, "ETH": 150.0, "PEPE": 50.0}
    return [
        MarketStat(
            venue="binance",
            native_symbol=symbol,
            at=NOON,
            mark_price=price,
            open_interest_usd=interest[symbol],
        )
        for symbol, price in prices.items()
    ]


@pytest.mark.parametrize(
    ("then", "minutes", "hard"),
    [
        ({"BTC": 100.0, "ETH": 10.0, "PEPE": 1.0}, 30, False),
        ({"BTC": 94.0, "ETH": 10.0, "PEPE": 1.0}, 30, True),
        ({"BTC": 106.0, "ETH": 10.0, "PEPE": 1.0}, 59, True),
        ({"BTC": 94.0, "ETH": 10.0, "PEPE": 1.0}, 61, False),
        ({"BTC": 100.0, "ETH": 10.0, "PEPE": 0.2}, 30, False),
    ],
)
def test_a_market_moves_hard_when_a_quarter_of_it_moves_5_percent_in_an_hour(
    then: dict[str, float], minutes: int, hard: bool
) -> None:
    known = RecentMarks()
    before = NOON - minutes * MINUTE
    assert not known.move_hard("binance", marks(**then), now=before)
    now = marks(BTC=100.0, ETH=10.0, PEPE=1.0)
    assert known.move_hard("binance", now, now=NOON) is hard
    assert not known.move_hard("bybit", now, now=NOON)


def test_a_pool_is_set_against_the_largest_day_of_liquidations_its_venue_is_known_for(
    database: Database,
) -> None:
    known = HYPERLIQUID.fund.largest_liquidation
    assert known is not None and known.source is not None
    pool = a_pool_reading(
        venue="hyperliquid",
        key="liquidator",
        symbols=("BTC",),
        balances=(FundBalance(asset="USDC", amount=known.usd / 100, usd=known.usd / 100, at=NOON),),
    )
    with database.read() as connection:
        (judged,) = judge_pools(connection, HYPERLIQUID, [pool], FundPast(), previous={}, now=NOON)
    assert judged.state.cascade_coverage == pytest.approx(0.01)
    assert judge(database).cascade_coverage is None
