"""What a case cannot say of Deribit: how it is signed in to, and how often it is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from app.domain.errors import RequestRefused, VenueGarbled
from app.venues.deribit_account import index_of, settles_in
from app.venues.deribit_key import signature_login
from app.venues.transport import ReadOnlyTransport
from tests.support.exchange import NOW, SECRET, Exchange

CASES = Path(__file__).parent / "cases"
TOKEN = "1582628593469.1MbQ-J_4.madeUpAccessToken"


@pytest.fixture
def deribit(tmp_path: Path) -> Exchange:
    exchange = Exchange("deribit", tmp_path, CASES)
    entries = json.loads((CASES / "_markets.json").read_text("utf-8"))["entries"]
    exchange.answers("instruments", entries[0]["response"]["body"])
    return exchange


def login(scope: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "result": {"access_token": TOKEN, "scope": scope}}


def test_the_signature_is_the_one_in_deribits_own_example() -> None:
    signed = signature_login("AMANDA", "AMANDASECRECT", timestamp="1576074319000", nonce="1iqt2wls")

    expected = "56590594f97921b09b18f166befe0d1319b198bbcdad7ca73382de2f88fe9aa1"
    assert signed["signature"] == expected


def test_the_secret_is_not_sent_and_the_token_not_kept(deribit: Exchange) -> None:
    deribit.answers("auth", login("account:read trade:read wallet:read"))
    reader = deribit.account()

    permissions = reader.check_permissions()

    request = deribit.adapter.request_history[0]
    assert "client_secret" not in request.url
    assert SECRET not in request.url
    assert TOKEN not in repr(permissions)
    exchange = reader.connection._client("deribit").exchange
    assert TOKEN not in repr(vars(exchange))


def test_a_key_whose_answer_is_garbled_does_not_show_the_token(deribit: Exchange) -> None:
    deribit.answers("auth", {"result": {"access_token": TOKEN, "scope": [TOKEN]}})

    with pytest.raises(VenueGarbled) as caught:
        deribit.account().check_permissions()

    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "grant_type=client_credentials&client_id=a&client_secret=b",
        "grant_type=client_signature&grant_type=client_credentials&client_secret=b",
        "grant_type=refresh_token&refresh_token=c",
        "client_id=a&client_secret=b",
    ],
)
def test_no_other_way_to_sign_in_gets_out(deribit: Exchange, query: str) -> None:
    guard = ReadOnlyTransport(deribit.facts, clock=lambda: NOW)
    url = f"https://www.deribit.com/api/v2/public/auth?{query}"

    with pytest.raises(RequestRefused):
        guard.check(requests.Request("GET", url).prepare())


def test_what_a_caller_adds_to_the_login_is_not_sent(deribit: Exchange) -> None:
    deribit.answers("auth", login("account:read trade:read wallet:read"))

    deribit.account().connection.raw("auth", {"client_secret": SECRET, "scope": "trade:read_write"})

    assert SECRET not in deribit.adapter.request_history[0].url
    assert "scope" not in deribit.adapter.request_history[0].qs


def test_a_refresh_of_three_scopes_is_two_requests(deribit: Exchange) -> None:
    deribit.answers("positions", {"result": []})
    deribit.answers("summaries", {"result": {"summaries": []}})
    reader = deribit.account()
    reader.connection.contracts("deribit")
    deribit.forget()

    reading = reader.read_account()

    assert [scope.scope for scope in reading.scopes] == ["btc", "eth", "usdc"]
    assert deribit.asked() == ["positions", "summaries"]


@pytest.mark.parametrize(
    ("symbol", "currency", "index"),
    [
        ("BTC-PERPETUAL", "BTC", "btc_usd"),
        ("ETH-25DEC26", "ETH", "eth_usd"),
        ("SOL_USDC-PERPETUAL", "USDC", "sol_usdc"),
        ("XRP_USDC-25DEC26-2d5-C", "USDC", "xrp_usdc"),
    ],
)
def test_a_symbol_says_what_it_settles_in(symbol: str, currency: str, index: str) -> None:
    assert settles_in(symbol) == currency
    assert index_of(symbol) == index
