"""Positions of an exchange without a facts file, on its documented answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests_mock

from app.domain.errors import VenueGarbled
from app.domain.permissions import KeyVerdict
from app.domain.position import Side
from app.venues.base import VenueReader
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from tests.support.exchange import NOW, credentials

POSITIONS = "https://openapi.blofin.com/api/v1/account/positions"
MARKETS = "https://openapi.blofin.com/api/v1/market/instruments"
INSTRUMENT: dict[str, Any] = {
    "instId": "BTC-USDT",
    "baseCurrency": "BTC",
    "quoteCurrency": "USDT",
    "contractValue": "0.001",
    "listTime": "1638349200000",
    "expireTime": "2000-01-01",
    "maxLeverage": "125",
    "minSize": "0.1",
    "lotSize": "0.1",
    "tickSize": "0.1",
    "instType": "SWAP",
    "contractType": "linear",
    "maxLimitSize": "100000000",
    "maxMarketSize": "100000",
    "state": "live",
}
"""https://docs.blofin.com/index.html#get-instruments"""

HELD: dict[str, Any] = {
    "positionId": "7982",
    "instId": "BTC-USDT",
    "instType": "SWAP",
    "marginMode": "isolated",
    "positionSide": "net",
    "adl": "5",
    "positions": "500",
    "availablePositions": "500",
    "averagePrice": "30000",
    "margin": "1500",
    "markPrice": "32000",
    "marginRatio": "20.5",
    "liquidationPrice": "27150.5",
    "unrealizedPnl": "1000",
    "unrealizedPnlRatio": "0.66",
    "maintenanceMargin": "75",
    "createTime": "1693989200000",
    "updateTime": "1693989200000",
    "leverage": "10",
}
"""https://docs.blofin.com/index.html#get-positions, with other figures"""


@pytest.fixture
def adapter() -> requests_mock.Adapter:
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", MARKETS, json=answer(INSTRUMENT))
    return adapter


@pytest.fixture
def reader(adapter: requests_mock.Adapter, tmp_path: Path) -> VenueReader:
    clients = Clients(tmp_path, clock=lambda: NOW, make_adapter=lambda: adapter)
    return clients.account("main", "ccxt-blofin", credentials(catalogue().venue("ccxt-blofin")))


def answer(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"code": "0", "msg": "success", "data": list(rows)}


def test_a_position_is_read_with_what_needs_no_checking(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    adapter.register_uri("GET", POSITIONS, json=answer(HELD))
    ((position,),) = [scope.positions for scope in reader.read_account().scopes]

    assert position.venue == "ccxt-blofin"
    assert (position.native_symbol, position.side) == ("BTC-USDT", Side.LONG)
    assert (position.contracts, position.size) == (500, 0.5)
    assert (position.entry_price, position.mark_price) == (30000, 32000)
    assert position.liquidation_price == 27150.5
    assert position.notional_usd == 16000
    assert position.leverage == 10


def test_margins_nobody_checked_are_left_out_with_the_reason(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    adapter.register_uri("GET", POSITIONS, json=answer(HELD))
    ((position,),) = [scope.positions for scope in reader.read_account().scopes]

    assert position.margin_ratio is None
    assert position.collateral is None
    assert position.maintenance_margin is None
    assert "not checked" in position.notes["margin_ratio"]


def test_without_a_mark_there_is_no_value_and_a_reason(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    adapter.register_uri("GET", POSITIONS, json=answer({**HELD, "markPrice": ""}))
    ((position,),) = [scope.positions for scope in reader.read_account().scopes]

    assert position.mark_price is None
    assert position.notional_usd is None
    assert "no mark price" in position.notes["notional_usd"]


def test_a_contract_priced_in_another_money_has_no_value_in_dollars(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    euro = {**INSTRUMENT, "instId": "BTC-EUR", "quoteCurrency": "EUR"}
    adapter.register_uri("GET", MARKETS, json=answer(euro))
    adapter.register_uri("GET", POSITIONS, json=answer({**HELD, "instId": "BTC-EUR"}))
    ((position,),) = [scope.positions for scope in reader.read_account().scopes]

    assert position.notional_usd is None
    assert "priced in EUR" in position.notes["notional_usd"]


def test_a_position_in_a_contract_nobody_listed_is_an_error_and_not_left_out(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    adapter.register_uri("GET", POSITIONS, json=answer(HELD, {**HELD, "instId": "NEW-USDT"}))

    with pytest.raises(VenueGarbled, match="not in the market list"):
        reader.read_account()


def test_an_account_without_positions_is_empty_and_no_error(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    adapter.register_uri("GET", POSITIONS, json=answer())
    (scope,) = reader.read_account().scopes

    assert scope.error is None
    assert scope.positions == ()


def test_what_the_key_may_do_is_not_asked_and_not_known(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    said = reader.check_permissions()

    assert said.verdict is KeyVerdict.UNVERIFIABLE
    assert "look there yourself" in str(said.note)
    assert not adapter.called


def test_nothing_is_published_and_nothing_asked_for_it(
    adapter: requests_mock.Adapter, reader: VenueReader
) -> None:
    assert reader.read_funds() == ()
    assert reader.read_markets(["BTC-USDT"]) == ()
    assert reader.read_adl_signals() == ()
    assert not adapter.called
