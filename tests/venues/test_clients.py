"""Readers: one an account, one a venue; and what a credential must look like."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import ccxt
import pytest
import time_machine
from requests.adapters import HTTPAdapter

from app.domain.account import Credentials
from app.domain.errors import InvalidInput, NotFound, VenueUnreachable
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from app.venues.connection import Connection
from app.venues.markets import MarketLists
from tests.support.exchange import API_KEY, NOW, SECRET, Exchange

PAYLOADS = Path(__file__).parent / "binance" / "payloads"
KEY = Credentials({"api_key": API_KEY, "secret": SECRET})


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    return Clients(tmp_path)


def test_an_account_keeps_its_reader(clients: Clients) -> None:
    same = Credentials({"secret": SECRET, "api_key": API_KEY})

    assert clients.account("a", "binance", KEY) is clients.account("a", "binance", same)
    assert clients.account("b", "binance", KEY) is not clients.account("a", "binance", KEY)
    assert clients.public("binance") is clients.public("binance")


def test_another_credential_replaces_the_reader(clients: Clients) -> None:
    before = clients.account("a", "binance", KEY)
    other = Credentials({"api_key": API_KEY, "secret": "another"})

    assert clients.account("a", "binance", other) is not before


def test_a_forgotten_account_leaves_nothing(clients: Clients) -> None:
    before = clients.account("a", "binance", KEY)
    clients.forget("a")
    clients.forget("a")

    assert clients.account("a", "binance", KEY) is not before


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"api_key": API_KEY},
        {"api_key": API_KEY, "secret": ""},
        {"api_key": API_KEY, "secret": "  "},
        {"api_key": API_KEY, "secret": SECRET, "privateKey": "0x1"},
        {"api_key": API_KEY, "secret": SECRET, "address": "0x1"},
    ],
)
def test_a_credential_has_the_fields_its_venue_asks_for_and_no_others(
    clients: Clients, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        clients.account("a", "binance", Credentials(values))
    assert SECRET not in str(caught.value)


def test_an_unknown_venue_is_not_found(clients: Clients) -> None:
    with pytest.raises(NotFound):
        clients.public("nowhere")
    with pytest.raises(NotFound):
        clients.account("a", "nowhere", KEY)


@pytest.mark.parametrize("upstream", ["http://10.0.0.1:9000", "https://example.com", "http://x"])
def test_traffic_is_sent_to_this_machine_only(tmp_path: Path, upstream: str) -> None:
    with pytest.raises(InvalidInput, match="loopback"):
        Clients(tmp_path, upstream)


def test_no_client_holds_a_private_key_or_speaks_up(clients: Clients) -> None:
    exchange = clients.account("a", "binance", KEY).connection._client("binanceusdm").exchange

    assert not exchange.privateKey
    assert exchange.apiKey == API_KEY
    assert exchange.verbose is False
    assert exchange.enableRateLimit is True
    assert exchange.session.trust_env is False
    assert not isinstance(exchange.session.get_adapter("https://fapi.binance.com"), HTTPAdapter)


def test_with_an_upstream_that_is_down_the_venue_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    reader = Clients(tmp_path, f"http://127.0.0.1:{port}").public("binance")

    with pytest.raises(VenueUnreachable):
        reader.read_adl_signals()


def test_the_load_counts_the_weight_of_the_last_minute_over_all_readers(tmp_path: Path) -> None:
    binance = Exchange("binance", tmp_path, PAYLOADS)
    binance.answers("adl_risk", [])
    binance.answers("positions_linear", [])
    binance.answers("positions_inverse", [])
    assert binance.clients.load("binance") == 0

    binance.public().read_adl_signals()
    binance.account().read_account()
    assert binance.clients.load("binance") == pytest.approx(15 / 240)

    binance.now = NOW + timedelta(seconds=61)
    assert binance.clients.load("binance") == 0


def test_the_past_is_read_apart_and_is_no_part_of_the_load(tmp_path: Path) -> None:
    binance = Exchange("binance", tmp_path, PAYLOADS)
    binance.answers("adl_risk", [])
    past = binance.clients.past("binance")
    assert past is not binance.public()
    assert past is binance.clients.past("binance")

    past.read_adl_signals()
    assert binance.clients.load("binance") == 0

    binance.clients.end_past("binance")
    binance.clients.end_past("binance")
    assert binance.clients.past("binance") is not past


def test_a_path_without_a_method_of_its_own_names_its_part_of_the_interface_in_a_list(
    tmp_path: Path,
) -> None:
    bitfinex = catalogue().venue("bitfinex")
    assert bitfinex.read("status_history").ccxt_api == ("public",)
    told: list[Any] = []

    class Told:
        def call(self, *args: Any) -> None:
            told.append(args)

    connection = Connection(
        bitfinex,
        make_client=lambda *_: Told(),  # type: ignore[arg-type]
        lists=MarketLists(tmp_path, lambda: NOW),
        clock=lambda: NOW,
    )
    connection.raw("status_history", {"limit": 5})
    path = "status/deriv/tBTCF0:USTF0/hist"
    assert told == [("request", path, ["public"], "GET", {"limit": 5})]


def test_only_accounts_that_are_still_linked_keep_their_reader(clients: Clients) -> None:
    kept, gone = (clients.account(name, "binance", KEY) for name in ("kept", "gone"))
    clients.keep_only({"kept", "never-read"})

    assert clients.account("kept", "binance", KEY) is kept
    assert clients.account("gone", "binance", KEY) is not gone


def test_a_clock_that_is_set_back_does_not_make_anybody_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def throttle(exchange: Any, _cost: float | None = None) -> None:
        waits.append(exchange.lastRestRequestTimestamp - exchange.milliseconds())

    monkeypatch.setattr(ccxt.Exchange, "throttle", throttle)
    binance = Exchange("binance", tmp_path, PAYLOADS)
    binance.answers("adl_risk", [])
    reader = binance.public()
    with time_machine.travel(NOW, tick=False) as traveller:
        reader.read_adl_signals()
        traveller.shift(timedelta(hours=-1))
        reader.read_adl_signals()
    assert waits[1] <= 0
