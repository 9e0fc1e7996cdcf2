"""Hours of contracts: each kept once, as it was first read, and given back as arrays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.domain.market_risk import Candle, MarketRisk
from app.domain.price_series import PriceSeries
from app.store import candle_arrays, candles, revisions
from app.store.database import Database
from tests.store.helpers import link, record
from tests.support.nouns import NOON, an_assessment, later

RISK = MarketRisk(
    venue="binance",
    native_symbol="BTCUSDT",
    candles=2,
    as_of=later(hours=2),
    daily_volatility=0.04,
    notes={"beta": "Not known yet."},
)


def hour(number: int, close: float = 100.0) -> Candle:
    return Candle(at=later(hours=number), high=close + 2, low=close - 2, close=close)


def save(
    database: Database, *read: Candle, symbol: str = "BTCUSDT", venue: str = "binance"
) -> None:
    with database.write() as conn:
        candles.save(conn, venue=venue, native_symbol=symbol, candles_read=read)


def prices(database: Database, *symbols: str) -> dict[str, PriceSeries]:
    with database.read() as conn:
        return dict(candle_arrays.prices(conn, venue="binance", symbols=symbols))


def told(series: PriceSeries) -> list[tuple[int, float, float, float]]:
    """Hours after noon, with the high, the low and the close of each."""
    noon = int(NOON.timestamp()) // 3600
    return [
        (int(hour) - noon, float(high), float(low), float(close))
        for hour, high, low, close in zip(
            series.hours, series.high, series.low, series.close, strict=True
        )
    ]


def test_hours_come_back_in_order_whatever_order_they_were_read_in(database: Database) -> None:
    save(database, hour(2, 102), hour(0, 100.125))
    save(database, hour(1, 1e-9))
    save(database)
    assert told(prices(database, "BTCUSDT")["BTCUSDT"]) == [
        (0, 102.125, 98.125, 100.125),
        (1, 2 + 1e-9, 1e-9 - 2, 1e-9),
        (2, 104, 100, 102),
    ]


def test_an_hour_that_is_known_never_changes(database: Database) -> None:
    save(database, hour(0, 100))
    save(database, hour(0, 777), hour(1, 101))
    found = told(prices(database, "BTCUSDT")["BTCUSDT"])
    assert [close for *_, close in found] == [100, 101]


def test_contracts_and_venues_are_kept_apart(database: Database) -> None:
    save(database, hour(0, 100), hour(1, 101))
    save(database, hour(0, 5), symbol="AAAUSDT")
    save(database, hour(0, 7), symbol="ZZZUSDT")
    save(database, hour(0, 9), venue="okx")
    found = prices(database, "ZZZUSDT", "BTCUSDT", "AAAUSDT", "NEVERUSDT")
    assert {symbol: series.close.tolist() for symbol, series in found.items()} == {
        "ZZZUSDT": [7],
        "BTCUSDT": [100, 101],
        "AAAUSDT": [5],
        "NEVERUSDT": [],
    }
    assert found["BTCUSDT"].ends == later(hours=2)
    assert found["NEVERUSDT"].ends is None
    assert prices(database) == {}


def test_the_newest_hour_of_each_contract_is_told_without_the_others(database: Database) -> None:
    save(database, hour(0), hour(1), hour(5))
    save(database, hour(3), symbol="ETHUSDT")
    save(database, hour(9), venue="okx")
    with database.read() as conn:
        symbols = ["BTCUSDT", "ETHUSDT", "NEVERUSDT"]
        found = candles.last_hours(conn, venue="binance", symbols=symbols)
        assert candles.last_hours(conn, venue="binance", symbols=[]) == {}
    assert found == {"BTCUSDT": later(hours=5), "ETHUSDT": later(hours=3)}


def test_old_hours_and_what_was_made_of_them_are_thrown_away(database: Database) -> None:
    save(database, hour(0), hour(1), hour(2))
    with database.write() as conn:
        candles.save_risks(conn, risks=[RISK], now=NOON)
        candles.save_risks(conn, risks=[replace(RISK, native_symbol="NEW")], now=later(hours=1))
        assert candles.prune(conn, before=later(hours=1)) == 1
        assert candles.prune(conn, before=later(hours=1)) == 0
        assert list(candles.risks(conn, venue="binance")) == ["NEW"]
    assert len(prices(database, "BTCUSDT")["BTCUSDT"]) == 2


def test_what_was_made_of_them_comes_back_as_it_was(database: Database) -> None:
    eth = replace(RISK, native_symbol="ETHUSDT", beta=1.25, as_of=None, notes={})
    with database.write() as conn:
        candles.save_risks(conn, risks=[RISK, replace(RISK, venue="okx"), eth], now=NOON)
        candles.save_risks(conn, risks=[], now=NOON)
        found = candles.risks(conn, venue="binance")
        some = candles.risks(conn, venue="binance", symbols=["ETHUSDT", "SOLUSDT"])
    assert {symbol: one.risk for symbol, one in found.items()} == {
        "BTCUSDT": RISK,
        "ETHUSDT": eth,
    }
    assert found["BTCUSDT"].computed_at == NOON
    assert list(some) == ["ETHUSDT"]


def test_a_newer_one_takes_the_place_of_the_older(database: Database) -> None:
    newer = replace(RISK, candles=3, daily_volatility=None)
    with database.write() as conn:
        candles.save_risks(conn, risks=[RISK], now=NOON)
        candles.save_risks(conn, risks=[newer], now=later(hours=1))
        (found,) = candles.risks(conn, venue="binance").values()
    assert (found.risk, found.computed_at) == (newer, later(hours=1))


def test_who_was_shown_the_venue_is_told_that_it_changed(database: Database) -> None:
    scope = revisions.venue_scope("binance")
    with database.write() as conn:
        candles.save_risks(conn, risks=[RISK], now=NOON)
    with database.read() as conn:
        assert revisions.read(conn, [scope]) == {scope: 1}


def test_contracts_of_which_nothing_was_worked_out_lately_are_named(database: Database) -> None:
    old = replace(RISK, native_symbol="OLDUSDT")
    with database.write() as conn:
        candles.save_risks(conn, risks=[old], now=later(hours=-1))
        candles.save_risks(conn, risks=[RISK, replace(RISK, venue="okx")], now=NOON)
        asked = ["BTCUSDT", "ETHUSDT", "OLDUSDT"]
        named = candles.overdue(conn, venue="binance", symbols=asked, since=NOON)
        assert named == {"ETHUSDT", "OLDUSDT"}
        assert candles.overdue(conn, venue="binance", symbols=[], since=NOON) == frozenset()


def test_wanted_is_what_anybody_holds_at_the_venue(
    database: Database, owner: str, stranger: str
) -> None:
    for user_id, symbol in ((owner, "BTCUSDT"), (stranger, "ETHUSDT"), (stranger, "BTCUSDT")):
        record(database, link(database, user_id), an_assessment(native_symbol=symbol))
    with database.read() as conn:
        assert candles.wanted(conn, venue="binance") == {"BTCUSDT", "ETHUSDT"}
        assert candles.wanted(conn, venue="okx") == frozenset()


def test_ninety_days_of_many_contracts_are_arrays_at_once(database: Database) -> None:
    for symbol in ("AUSDT", "BUSDT"):
        save(database, *(hour(number, 100 + number) for number in range(2160)), symbol=symbol)
    found = prices(database, "AUSDT", "BUSDT")
    assert [len(series) for series in found.values()] == [2160, 2160]
    assert found["BUSDT"].ends == NOON + timedelta(days=90)
