"""The market's hours, and how the first four venues give them to the reader that asks."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from app.domain.market_risk import Candle
from app.sandbox import Sandbox
from app.sandbox.candles import HOUR, HOUR_MS, beta, daily_volatility, hours
from app.sandbox.contracts import OPENING_PRICES, Contract
from app.sandbox.listings import contract, contracts
from app.sandbox.market import Market, MarketState
from app.sandbox.scenarios import SCENARIOS
from app.venues.base import VenueReader
from app.venues.clients import Clients
from tests.sandbox.upstream import ask, client

NOW = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC)
MONTH = timedelta(days=30)
COINS = {"BTC": "BTCUSDT", "ETH": "ETHUSDT", "SOL": "SOLUSDT", "XRP": "XRPUSDT", "WIF": "WIFUSDT"}
READ = [
    ("binance", "BTCUSDT"),
    ("binance", "BTCUSD_PERP"),
    ("bybit", "WIFUSDT"),
    ("bybit", "BTCUSD"),
    ("okx", "ETH-USDT-SWAP"),
    ("okx", "BTC-USD-SWAP"),
    ("okx", "BTC-USDT-301227"),
    ("hyperliquid", "BTC"),
    ("hyperliquid", "xyz:XYZ100"),
]


def still(scenario: str = "calm", elapsed: float = 0.0) -> MarketState:
    market = Market(clock=lambda: NOW)
    market.play(scenario, elapsed=elapsed, still=True)
    return market.state()


def spec_of(symbol: str, venue: str = "binance") -> Contract:
    found = contract(venue, symbol)
    assert found is not None
    return found


def returns(base: str, most: int) -> list[float]:
    found = hours(still(), spec_of(COINS[base]), most=most)
    return [math.log(after.close / before.close) for before, after in pairwise(found)]


# The path


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_hour_that_is_not_over_closes_at_the_mark(scenario: str) -> None:
    state = still(scenario, 120)
    for spec in contracts("okx"):
        (newest,) = hours(state, spec, most=1)
        assert newest.at == NOW.replace(minute=0, second=0)
        assert newest.close == state.mark(spec)


@pytest.mark.parametrize("base", COINS)
def test_each_hour_opens_where_the_last_closed_and_holds_its_prices(base: str) -> None:
    found = hours(still(), spec_of(COINS[base]), most=720)
    for before, after in pairwise(found):
        assert after.at - before.at == HOUR
        assert after.open == before.close
    for hour in found:
        assert hour.low <= min(hour.open, hour.close)
        assert max(hour.open, hour.close) <= hour.high
        assert hour.low < hour.high
        assert hour.contracts > 0


def test_an_hour_stays_what_it_was_when_it_was_over() -> None:
    now = NOW
    market = Market(clock=lambda: now)
    spec = spec_of("ETHUSDT")
    seen = hours(market.state(), spec, most=100)[:-1]
    now += timedelta(hours=5)
    assert hours(market.state(), spec, most=105)[:99] == seen


def test_since_the_opening_an_hour_is_what_the_scenario_did() -> None:
    now = NOW
    market = Market(clock=lambda: now, scenario="crash")
    now += timedelta(hours=2)
    spec = spec_of("BTCUSDT")
    before, opening, after, newest = hours(market.state(), spec, most=4)
    assert before.close < 1.1 * OPENING_PRICES["BTC"]
    assert opening.high >= OPENING_PRICES["BTC"]
    for price in (opening.low, after.high, after.low, newest.close):
        assert price == pytest.approx(0.65 * OPENING_PRICES["BTC"])


@pytest.mark.parametrize("base", COINS)
def test_a_coin_moves_as_much_in_a_day_as_it_is_drawn_with(base: str) -> None:
    daily = statistics.stdev(returns(base, 3_000)) * math.sqrt(24)
    assert daily == pytest.approx(daily_volatility(base), rel=0.08)


def test_bitcoin_moves_three_per_cent_a_day_and_the_others_more() -> None:
    assert daily_volatility("BTC") == pytest.approx(0.03)
    assert daily_volatility("ETH") == pytest.approx(0.04, abs=0.001)
    assert all(daily_volatility(base) > 0.038 for base in COINS if base != "BTC")


@pytest.mark.parametrize("base", [base for base in COINS if base != "BTC"])
def test_other_coins_follow_bitcoin_by_their_beta(base: str) -> None:
    found = statistics.linear_regression(returns("BTC", 3_000), returns(base, 3_000)).slope
    assert 1.2 <= beta(base) <= 1.6
    assert found == pytest.approx(beta(base), abs=0.15)


def test_highs_and_lows_are_as_far_apart_as_a_random_walk_has_them() -> None:
    """The mean range of a driftless walk is the square root of 8 / π of its volatility."""
    found = hours(still(), spec_of("BTCUSDT"), most=3_000)
    mean = statistics.fmean(math.log(hour.high / hour.low) for hour in found)
    assert mean == pytest.approx(math.sqrt(8 / math.pi) * 0.03 / math.sqrt(24), rel=0.08)


def test_hours_are_counted_from_the_time_asked_for_or_back_from_the_last() -> None:
    state, spec = still(), spec_of("BTCUSDT")
    start = int(datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp() * 1000)
    first = hours(state, spec, most=3, since_ms=start - 1)
    assert [hour.ms - start for hour in first] == [0, HOUR_MS, 2 * HOUR_MS]
    between = hours(state, spec, most=9, since_ms=start + 1, until_ms=start + 2 * HOUR_MS)
    assert [hour.ms - start for hour in between] == [HOUR_MS, 2 * HOUR_MS]
    last = hours(state, spec, most=2, until_ms=start + HOUR_MS - 1)
    assert [hour.ms - start for hour in last] == [-HOUR_MS, 0]
    assert hours(state, spec, most=5, since_ms=int(NOW.timestamp() * 1000)) == []


# The venues


@pytest.fixture(scope="module")
def at_noon() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: NOW, still=True) as running:
        yield running


@pytest.fixture(scope="module")
def readers(at_noon: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Clients:
    folder: Path = tmp_path_factory.mktemp("candles")
    return Clients(folder, upstream=at_noon.url, clock=lambda: NOW, paced=False)


def pages(reader: VenueReader, symbol: str, since: datetime) -> Iterator[tuple[Candle, ...]]:
    page = reader.read_candles(symbol, since)
    while page:
        yield page
        page = reader.read_candles(symbol, page[-1].at + HOUR)


@pytest.mark.parametrize(("venue", "symbol"), READ)
def test_thirty_days_are_read_page_by_page_to_the_last_hour_that_is_over(
    at_noon: Sandbox, readers: Clients, venue: str, symbol: str
) -> None:
    reader, spec = readers.public(venue), spec_of(symbol, venue)
    limit = reader.facts.candles.limit if reader.facts.candles else 0
    read = list(pages(reader, symbol, NOW.replace(minute=0, second=0) - MONTH))
    assert [len(page) for page in read[:-1]] == [limit] * (len(read) - 1)
    given = hours(at_noon.market.state(), spec, most=721)[:-1]
    half = spec.tick * 0.500001
    for candle, hour in zip((one for page in read for one in page), given, strict=True):
        assert candle.at == hour.at
        assert candle.high == pytest.approx(hour.high, abs=half)
        assert candle.low == pytest.approx(hour.low, abs=half)
        assert candle.close == pytest.approx(hour.close, abs=half)


def test_binance_gives_the_first_after_a_start_and_coin_margined_the_last(
    at_noon: Sandbox,
) -> None:
    start = int((NOW.replace(minute=0, second=0) - MONTH).timestamp() * 1000)
    asked = {"interval": "1h", "startTime": start, "limit": 2}
    linear = client(at_noon, "binanceusdm").fapiPublicGetKlines({"symbol": "BTCUSDT", **asked})
    inverse = client(at_noon, "binancecoinm").dapiPublicGetKlines(
        {"symbol": "BTCUSD_PERP", **asked}
    )
    assert [int(row[0]) - start for row in linear] == [0, HOUR_MS]
    assert [int(row[0]) - start for row in inverse] == [719 * HOUR_MS, 720 * HOUR_MS]


def test_the_newest_hour_is_given_before_it_is_over(at_noon: Sandbox) -> None:
    made = client(at_noon, "okx")
    rows = made.publicGetMarketCandles({"instId": "BTC-USDT-SWAP", "bar": "1H", "limit": 2})
    assert [(row[4], row[8]) for row in rows["data"][:1]] == [("100000.0", "0")]
    assert rows["data"][1][8] == "1"


@pytest.mark.parametrize(
    ("exchange", "path", "params", "said"),
    [
        ("binanceusdm", "klines", {"symbol": "BTCUSDT", "interval": "2h"}, "-1120"),
        ("binanceusdm", "klines", {"symbol": "BTCUSDT", "interval": "1h", "limit": 1501}, "-1130"),
        ("binanceusdm", "klines", {"symbol": "BTCUSD_PERP", "interval": "1h"}, "-1121"),
        ("bybit", "v5/market/kline", {"category": "linear", "interval": "60"}, "10001"),
        ("okx", "market/candles", {"instId": "BTC-USDT-SWAP", "bar": "1H", "limit": 301}, "51000"),
        ("okx", "market/candles", {"instId": "NO-SUCH-SWAP", "bar": "1H"}, "51001"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_venues_words(
    at_noon: Sandbox, exchange: str, path: str, params: dict[str, Any], said: str
) -> None:
    api = {"binanceusdm": "fapiPublic"}.get(exchange, "public")
    made = client(at_noon, exchange)
    assert said in ask(at_noon, made, path, api=api, **params).text


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"coin": "NOSUCH"}, 500), ({"interval": "2h"}, 422), ({"startTime": "noon"}, 422)],
)
def test_hyperliquid_knows_hours_of_listed_coins_alone(
    at_noon: Sandbox, changed: dict[str, Any], status: int
) -> None:
    asked = {"coin": "BTC", "interval": "1h", "startTime": 0, "endTime": 0} | changed
    body = {"type": "candleSnapshot", "req": asked}
    answer = requests.post(f"{at_noon.url}/api.hyperliquid.xyz/info", json=body, timeout=5)
    assert answer.status_code == status
