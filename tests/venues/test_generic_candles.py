"""Hourly candles of an exchange without a facts file, on its documented answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests_mock

from app.domain.errors import VenueGarbled, VenueUnsupported
from app.domain.market_risk import Candle
from app.venues.base import VenueReader
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from tests.support.exchange import NOW
from tests.venues.test_generic_positions import INSTRUMENT, MARKETS, answer

CANDLES = "https://openapi.blofin.com/api/v1/market/candles"
THIS_HOUR = NOW.replace(minute=0, second=0, microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def adapter() -> requests_mock.Adapter:
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", MARKETS, json=answer(INSTRUMENT))
    return adapter


@pytest.fixture
def reader(adapter: requests_mock.Adapter, tmp_path: Path) -> VenueReader:
    clients = Clients(tmp_path, clock=lambda: NOW, make_adapter=lambda: adapter)
    return clients.public("ccxt-blofin")


def hour(at: datetime, low: float, high: float, close: float) -> list[str]:
    """https://docs.blofin.com/index.html#get-candlesticks: time, open, high, low, close, volumes."""
    prices = (low, high, low, close)
    return [str(int(at.timestamp() * 1000)), *map(str, prices), "11", "0.011", "330", "0"]


def test_the_hours_that_are_over_are_read_oldest_first_and_without_a_key(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    rows = [hour(THIS_HOUR - n * HOUR, 100 - n, 103 - n, 102 - n) for n in (0, 1, 2)]
    adapter.register_uri("GET", CANDLES, json={"code": "0", "msg": "success", "data": rows})

    assert reader.read_candles("BTC-USDT", THIS_HOUR - 2 * HOUR) == (
        Candle(at=THIS_HOUR - 2 * HOUR, high=101, low=98, close=100),
        Candle(at=THIS_HOUR - HOUR, high=102, low=99, close=101),
    )
    sent = adapter.last_request
    assert sent is not None
    assert not {name for name in sent.headers if name.upper().startswith("ACCESS")}


def test_a_candle_that_is_none_is_not_believed(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    upside_down = hour(THIS_HOUR - HOUR, 103, 100, 102)
    adapter.register_uri("GET", CANDLES, json={"code": "0", "msg": "", "data": [upside_down]})

    with pytest.raises(VenueGarbled, match="no hour of prices"):
        reader.read_candles("BTC-USDT", THIS_HOUR - HOUR)


def test_one_of_many_that_contradicts_itself_is_a_gap(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    rows = [hour(THIS_HOUR - n * HOUR, 100, 103, 102) for n in range(1, 60)]
    rows[9] = hour(THIS_HOUR - 10 * HOUR, 103, 100, 102)
    adapter.register_uri("GET", CANDLES, json={"code": "0", "msg": "", "data": rows})

    found = reader.read_candles("BTC-USDT", THIS_HOUR - 59 * HOUR)
    assert len(found) == 58
    assert THIS_HOUR - 10 * HOUR not in {candle.at for candle in found}


@pytest.mark.parametrize("time", ["1e30", "1e300"])
def test_a_time_that_is_none_costs_this_contract_and_no_other(
    adapter: requests_mock.Adapter, reader: VenueReader, time: str
) -> None:
    row = [time, *hour(THIS_HOUR - HOUR, 100, 103, 102)[1:]]
    adapter.register_uri("GET", CANDLES, json={"code": "0", "msg": "", "data": [row]})

    with pytest.raises(VenueGarbled):
        reader.read_candles("BTC-USDT", THIS_HOUR - HOUR)


def test_an_hour_without_a_trade_is_a_gap_also_where_the_exchange_writes_zeros(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    rows = [hour(THIS_HOUR - HOUR, 100, 103, 102), hour(THIS_HOUR - 2 * HOUR, 0, 0, 0)]
    adapter.register_uri("GET", CANDLES, json={"code": "0", "msg": "", "data": rows})

    (found,) = reader.read_candles("BTC-USDT", THIS_HOUR - 2 * HOUR)
    assert found.at == THIS_HOUR - HOUR


def test_where_candles_need_a_key_none_are_asked_for(tmp_path: Path) -> None:
    assert catalogue().venue("ccxt-modetrade").candles is None
    network = requests_mock.Adapter()
    clients = Clients(tmp_path, clock=lambda: NOW, make_adapter=lambda: network)

    with pytest.raises(VenueUnsupported, match="gives no candles"):
        clients.public("ccxt-modetrade").read_candles("PERP_BTC_USDC", THIS_HOUR - HOUR)
    assert network.call_count == 0


def test_what_is_not_known_of_the_candles_is_said() -> None:
    found = [catalogue().venue(venue).candles for venue in catalogue().generic_ids()]
    given = [candles for candles in found if candles is not None]

    assert len(given) >= 10
    for candles in given:
        assert candles.source is None
        assert "not checked" in (candles.note or "")
        assert candles.reference is None
