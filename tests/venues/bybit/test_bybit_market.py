"""Bybit's insurance pools, auto-deleveraging alerts and open interest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.errors import VenueGarbled, VenueRateLimited
from app.domain.fund import PoolKind, PoolReading
from app.venues.bybit_market import known_by
from tests.support.venue_stage import Stage


def pools(stage: Stage, payload: str) -> dict[str, PoolReading]:
    stage.answers("insurance", payload)
    return {pool.key: pool for pool in stage.public().read_funds()}


def test_each_group_of_contracts_is_a_pool_of_its_own(bybit: Stage) -> None:
    found = pools(bybit, "market_insurance")
    assert {pool.symbols for pool in found.values()} == {
        ("MERLUSDT", "10000000AIDOGEUSDT", "ZEUSUSDT"),
        ("SOLUSDT", "OMNIUSDT", "ALGOUSDT"),
        ("XLMUSDT", "WUSDT"),
    }
    shared = found["usdt:solusdt-algousdt-omniusdt"]
    assert shared.kind is PoolKind.SHARED
    assert shared.cadence_seconds == 86_400
    assert "once a day" in (shared.note or "")
    (balance,) = shared.balances
    assert (balance.asset, balance.amount, balance.usd) == (
        "USDT",
        14454.51626125,
        14449.515598975464,
    )
    assert balance.at == datetime(2024, 4, 25, tzinfo=UTC)


def test_all_pools_come_with_one_request(bybit: Stage) -> None:
    pools(bybit, "market_insurance")
    assert bybit.asked() == ["insurance"]


def test_a_pool_of_one_contract_is_isolated_and_its_debt_is_a_number(bybit: Stage) -> None:
    pool = pools(bybit, "market_insurance_isolated")["usdt:fwogusdt"]
    assert pool.kind is PoolKind.ISOLATED
    assert pool.cadence_seconds == 60
    assert pool.balances[0].amount == -5421.29889888
    assert pool.balances[0].usd == -5419.67
    assert pool.balances[0].at == datetime.fromtimestamp(1763798340, UTC)
    assert "owes" in (pool.note or "")


def test_a_shared_pool_is_known_by_its_largest_contracts_in_any_order(bybit: Stage) -> None:
    pool = pools(bybit, "market_insurance_isolated")["btc:btcusd-ethusd-solusd"]
    assert pool.name == "BTC pool of BTCUSD, ETHUSD, SOLUSD and 2 more"
    assert known_by(tuple(reversed(pool.symbols))) == known_by(pool.symbols)


def test_a_shared_pool_is_dated_to_its_daily_refresh(bybit: Stage) -> None:
    pool = pools(bybit, "market_insurance_isolated")["btc:btcusd-ethusd-solusd"]
    assert pool.balances[0].at == datetime(2025, 11, 22, 0, 0, tzinfo=UTC)


def test_a_pool_without_contracts_stands_behind_none(bybit: Stage) -> None:
    pool = pools(bybit, "market_insurance_isolated")["eth:all"]
    assert pool.symbols == () and pool.scopes == ()
    assert "does not say" in (pool.note or "")


def test_an_insurance_answer_without_a_time_is_garbled(bybit: Stage) -> None:
    bybit.answers("insurance", {"retCode": 0, "result": {"list": []}, "time": 1})
    with pytest.raises(VenueGarbled):
        bybit.public().read_funds()


def test_a_loss_ratio_beyond_its_threshold_is_more_than_the_whole_way(bybit: Stage) -> None:
    bybit.answers("adl_alert", "market_adl_alert")
    (signal,) = bybit.public().read_adl_signals()
    assert signal.native_symbol == "BTCUSDT"
    assert (signal.kind, signal.value, signal.trigger) == ("pnl_drawdown", -0.560973, -0.3)
    assert signal.progress == pytest.approx(0.560973 / 0.3)
    assert signal.at == datetime.fromtimestamp(1757733960, UTC)
    assert "-0.25" in (signal.note or "")


def test_signals_follow_bybits_three_conditions(bybit: Stage) -> None:
    bybit.answers("adl_alert", "market_adl_alert_cases")
    signals = {signal.native_symbol: signal for signal in bybit.public().read_adl_signals()}
    assert signals["ETHUSDT"].progress == pytest.approx(0.25), "its own threshold of -0.4 counts"
    assert signals["SOLUSDT"].progress == 0, "a contract that earns is not on the way"
    assert signals["TINYUSDT"].progress is None, "below the size at which the ratio counts"
    assert "when it is empty" in (signals["TINYUSDT"].note or "")
    assert (signals["FWOGUSDT"].kind, signals["FWOGUSDT"].progress) == ("pool_empty", 1.0)
    assert signals["NEWUSDT"].progress is None
    assert "does not state" in (signals["NEWUSDT"].note or "")


def test_open_interest_counts_one_side(bybit: Stage) -> None:
    for category in ("linear", "inverse"):
        bybit.answers("tickers", f"market_tickers_{category}", query={"category": category})
    stats = {stat.native_symbol: stat for stat in bybit.public().read_markets(())}
    btc = stats["BTCUSDT"]
    assert (btc.mark_price, btc.open_interest_usd, btc.note) == (65_000, 30_000 * 65_000, None)
    assert btc.symbol == "BTC/USDT:USDT"
    assert btc.at == btc.open_interest_at == datetime.fromtimestamp(1763798400, UTC)
    usdc = stats["BTCPERP"]
    assert usdc.open_interest_usd == 500 * 65_010
    assert "half" in (usdc.note or "")
    inverse = stats["BTCUSD"]
    assert inverse.open_interest_usd == 373504107 / 2, "an inverse contract is one dollar"
    new = stats["NEWUSDT"]
    assert (new.mark_price, new.open_interest_usd, new.open_interest_at) == (None, None, None)


def test_markets_cost_one_request_a_category(bybit: Stage) -> None:
    for category in ("linear", "inverse"):
        bybit.answers("tickers", f"market_tickers_{category}", query={"category": category})
    reader = bybit.public()
    reader.connection.contracts("bybit")
    before = len(bybit.asked())
    reader.read_markets(())
    assert bybit.asked()[before:] == ["tickers"] * 2


def test_a_ban_of_the_address_is_a_limit_with_bybits_own_pause(bybit: Stage) -> None:
    bybit.answers("insurance", {"message": "access too frequent"}, status=403)
    with pytest.raises(VenueRateLimited) as caught:
        bybit.public().read_funds()
    assert caught.value.retry_after == 600
