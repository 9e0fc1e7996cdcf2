"""The newest stat of each contract, and the signals a venue gives at present."""

from __future__ import annotations

from dataclasses import replace

from app.domain.adl import AdlSignal
from app.domain.fund import MarketStat
from app.store import markets
from app.store.database import Database
from tests.support.nouns import NOON, later

BTC = MarketStat(
    venue="binance",
    native_symbol="BTCUSDT",
    at=NOON,
    symbol="BTC/USDT:USDT",
    mark_price=65000.0,
    open_interest_usd=8e9,
    open_interest_at=later(seconds=-5),
)
SIGNAL = AdlSignal(
    venue="binance",
    native_symbol="BTCUSDT",
    kind="adl_risk",
    at=NOON,
    rating="high",
    progress=0.8,
)


def save(database: Database, *stats: MarketStat) -> tuple[MarketStat, ...]:
    with database.write() as conn:
        markets.save_stats(conn, stats=stats)
        return markets.stats(conn, venue="binance")


def test_stats_are_kept_for_each_contract(database: Database) -> None:
    eth = replace(BTC, native_symbol="ETHUSDT", note="Both sides, halved.")
    other = replace(BTC, venue="okx", native_symbol="BTC-USDT-SWAP")
    assert save(database, eth, other, BTC) == (BTC, eth)
    with database.read() as conn:
        assert markets.stats(conn, venue="okx") == (other,)
        assert markets.stats(conn, venue="binance", symbols=["ETHUSDT", "SOLUSDT"]) == (eth,)
        assert markets.stats(conn, venue="binance", symbols=[]) == ()


def test_a_newer_stat_takes_the_place_of_an_older_one_but_not_the_reverse(
    database: Database,
) -> None:
    newer = replace(BTC, at=later(seconds=5), mark_price=64000.0)
    assert save(database, BTC) == (BTC,)
    assert save(database, newer) == (newer,)
    assert save(database, BTC) == (newer,)


def test_an_open_interest_not_read_this_time_stays_with_its_own_time(database: Database) -> None:
    price_only = MarketStat(
        venue="binance", native_symbol="BTCUSDT", at=later(seconds=5), mark_price=64000.0
    )
    save(database, BTC)
    (found,) = save(database, price_only)
    assert found == replace(BTC, at=later(seconds=5), mark_price=64000.0)


def test_a_mark_price_not_read_this_time_stays_with_its_own_time(database: Database) -> None:
    interest_only = MarketStat(
        venue="binance", native_symbol="BTCUSDT", at=later(seconds=5), open_interest_usd=7e9
    )
    save(database, BTC)
    (found,) = save(database, interest_only)
    assert found == replace(BTC, open_interest_usd=7e9, open_interest_at=later(seconds=5))


def test_nothing_read_changes_nothing(database: Database) -> None:
    save(database, BTC)
    assert save(database) == (BTC,)


def test_a_signal_the_venue_no_longer_gives_is_over(database: Database) -> None:
    eth = replace(SIGNAL, native_symbol="ETHUSDT")
    okx = replace(SIGNAL, venue="okx")
    with database.write() as conn:
        markets.save_signals(conn, venue="okx", signals=[okx])
        markets.save_signals(conn, venue="binance", signals=[eth, SIGNAL, eth])
        assert markets.signals(conn, venue="binance") == (SIGNAL, eth)
        markets.save_signals(conn, venue="binance", signals=[eth])
        assert markets.signals(conn, venue="binance") == (eth,)
        markets.save_signals(conn, venue="binance", signals=[])
        assert markets.signals(conn, venue="binance") == ()
        assert markets.signals(conn, venue="okx") == (okx,)


def test_contracts_that_are_traded_no_more_are_pruned(database: Database) -> None:
    save(database, BTC, replace(BTC, native_symbol="LUNAUSDT", at=later(days=-30)))
    with database.write() as conn:
        assert markets.prune(conn, before=later(days=-7)) == 1
        assert markets.stats(conn, venue="binance") == (BTC,)


def test_the_contracts_of_one_venue_are_pruned_alone(database: Database) -> None:
    old = later(days=-30)
    save(database, replace(BTC, at=old), replace(BTC, venue="okx", at=old))
    with database.write() as conn:
        assert markets.prune(conn, before=NOON, venue="okx") == 1
        assert len(markets.stats(conn, venue="binance")) == 1
