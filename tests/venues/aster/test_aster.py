"""What no case can show of Aster: which questions pass, and whose turn it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from app.domain.errors import RequestRefused
from app.venues.aster_client import ReadOnlyAster
from app.venues.catalogue import catalogue
from app.venues.transport import ReadOnlyTransport
from tests.support.exchange import ADDRESS, NOW, Exchange, without_waiting

SYMBOLS = [f"C{number:02}USDT" for number in range(25)]


def question(method: object) -> requests.PreparedRequest:
    body = {"id": 1, "jsonrpc": "2.0", "method": method, "params": [ADDRESS, "latest"]}
    return requests.Request("POST", "https://tapi.asterdex.com/info", json=body).prepare()


def test_only_the_question_for_balances_passes() -> None:
    guard = ReadOnlyTransport(catalogue().venue("aster"), clock=lambda: NOW)

    assert guard.check(question("aster_getBalance")).id == "balance"
    for method in ("aster_sendTransaction", "eth_sendRawTransaction", "aster_openOrders", None, []):
        with pytest.raises(RequestRefused):
            guard.check(question(method))


def test_a_private_endpoint_is_asked_without_a_signature() -> None:
    exchange = ReadOnlyAster()
    exchange.privateKey = "0x" + "4f" * 32
    request = exchange.sign("v3/positionRisk", ["fapiPrivate"], "GET", {})

    assert request["url"] == "https://fapi.asterdex.com/fapi/v3/positionRisk"
    assert request["body"] is None


def test_a_wallets_key_approves_no_builder() -> None:
    exchange = ReadOnlyAster()
    exchange.privateKey = "0x" + "4f" * 32

    assert exchange.sign_in() is False


def test_every_wanted_contract_gets_its_turn_for_open_interest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    aster = Exchange("aster", tmp_path, tmp_path)
    aster.answers("markets", {"symbols": [_market(symbol) for symbol in SYMBOLS]})
    aster.answers(
        "marks", [{"symbol": symbol, "markPrice": "2", "time": 1795334399002} for symbol in SYMBOLS]
    )
    aster.answers("open_interest", {"symbol": "X", "openInterest": "10"})
    reader = aster.public()

    turns = [
        {stat.native_symbol for stat in reader.read_markets(SYMBOLS) if stat.open_interest_usd}
        for _ in range(2)
    ]

    assert [len(turn) for turn in turns] == [20, 20]
    assert turns[0] | turns[1] == set(SYMBOLS)


def _market(symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "contractType": "PERPETUAL",
        "status": "TRADING",
        "baseAsset": symbol.removesuffix("USDT"),
        "quoteAsset": "USDT",
        "marginAsset": "USDT",
        "filters": [],
        "orderTypes": [],
    }
