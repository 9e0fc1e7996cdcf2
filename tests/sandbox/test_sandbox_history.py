"""Thirty days of every fund, ending where the market begins."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.sandbox.funds import POOLS
from app.sandbox.history import FundPoint, fund_history
from app.sandbox.market import Market

START = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC)
Series = dict[tuple[str, str, str], list[FundPoint]]


@pytest.fixture(scope="module")
def series() -> Series:
    found: Series = defaultdict(list)
    for point in fund_history(START):
        found[point.venue, point.pool, point.asset].append(point)
    return found


def test_every_asset_of_every_pool_has_thirty_days(series: Series) -> None:
    assert set(series) == {(p.venue, p.key, asset) for p in POOLS for asset in p.assets}
    for points in series.values():
        times = [point.at for point in points]
        assert times == sorted(set(times))
        assert times[-1] - times[0] == timedelta(days=30)


def test_funds_refreshed_daily_have_one_point_a_day_at_their_hour(series: Series) -> None:
    okx = series["okx", "swap:btc-usdt", "USDT"]
    assert {point.at.hour for point in okx} == {8}
    assert len(okx) == 31
    assert len(series["binance", "usdm:btc-eth-bnb", "USDT"]) == 721


def test_the_last_point_is_what_the_market_opens_with(series: Series) -> None:
    state = Market(clock=lambda: START, still=True).state()
    for (venue, key, asset), points in series.items():
        figures = state.pool(venue, key)
        assert points[-1].amount == figures.amounts[asset]
        assert points[-1].at == figures.at
        assert points[-1].usd == pytest.approx(figures.amounts[asset] * state.usd(asset), rel=0.05)


def test_the_past_is_quiet_but_not_flat(series: Series) -> None:
    for points in series.values():
        amounts = [point.amount for point in points]
        steps = [abs(b / a - 1) for a, b in pairwise(amounts)]
        assert max(steps) < 0.006
        assert len(set(amounts)) == len(amounts)
        day = [p.amount for p in points if p.at >= points[-1].at - timedelta(days=1)]
        assert abs(day[-1] / day[0] - 1) < 0.006


def test_the_past_is_the_same_every_time() -> None:
    assert list(fund_history(START)) == list(fund_history(START))


def test_what_a_venue_publishes_of_its_past_is_that_history(series: Series) -> None:
    state = Market(clock=lambda: START, still=True).state()
    for key in ("hlp", "liquidator"):
        points = series["hyperliquid", key, "USDC"]
        pool = state.pool("hyperliquid", key).pool
        assert [state.past(pool, "USDC", p.at) for p in points[:50]] == [
            p.amount for p in points[:50]
        ]


def test_what_a_fund_held_since_the_market_opened_is_remembered() -> None:
    now = START
    market = Market(clock=lambda: now, scenario="fund_drain")
    now += timedelta(seconds=300)
    state = market.state()
    drained = state.pool("binance", "usdm:btc-eth-bnb")
    seen = [
        state.past(drained.pool, "USDT", START + timedelta(seconds=s)) for s in (0, 100, 200, 300)
    ]
    assert seen == sorted(seen, reverse=True)
    assert (seen[0], seen[-1]) == (812_450_000, drained.amounts["USDT"])
