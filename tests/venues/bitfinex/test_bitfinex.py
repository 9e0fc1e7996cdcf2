"""What a case cannot say of Bitfinex: its market list, the requests of a refresh, the guard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests

from app.domain.errors import RequestRefused
from app.venues.bitfinex_client import DerivativesBitfinex
from app.venues.transport import ReadOnlyTransport
from tests.support.exchange import NOW, Exchange

CASES = Path(__file__).parent / "cases"
NAMES = ("BTCF0:USTF0", "ETHF0:BTCF0", "ALGF0:USTF0", "EURF0:USTF0", "TESTBTCF0:TESTUSDTF0")
SAME = ("id", "symbol", "base", "quote", "settle", "type", "linear", "inverse", "contractSize")


def body_of(case: str, path: str) -> Any:
    entries = json.loads((CASES / f"{case}.json").read_text("utf-8"))["entries"]
    return next(entry["response"]["body"] for entry in entries if path in entry["request"]["url"])


@pytest.fixture
def bitfinex(tmp_path: Path) -> Exchange:
    exchange = Exchange("bitfinex", tmp_path, CASES)
    exchange.answers("status", body_of("_status", "status/deriv"))
    exchange.answers("positions", body_of("positions", "auth/r/positions"))
    return exchange


def test_contracts_have_the_symbols_that_ccxt_gives_them(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = ccxt.bitfinex(), DerivativesBitfinex()
    pairs = [[name, []] for name in NAMES]
    monkeypatch.setattr(theirs, "publicGetConfConfig", lambda _params: [[], pairs, [], []])
    rows = [[f"t{name}"] for name in NAMES]
    monkeypatch.setattr(ours, "publicGetStatusDeriv", lambda _params: rows)

    known = {market["id"]: market for market in theirs.fetch_markets()}

    for market in ours.fetch_markets():
        assert {key: market[key] for key in SAME} == {key: known[market["id"]][key] for key in SAME}


def test_a_refresh_is_the_positions_and_one_status(bitfinex: Exchange) -> None:
    reader = bitfinex.account()
    reader.connection.contracts("bitfinex")
    bitfinex.forget()

    reader.read_account()

    assert bitfinex.asked() == ["positions", "status"]


def test_fund_and_markets_come_from_one_answer(bitfinex: Exchange) -> None:
    reader = bitfinex.public()
    reader.connection.contracts("bitfinex")
    bitfinex.forget()

    reader.read_funds()
    reader.read_markets(())

    assert bitfinex.asked() == ["status"]


def test_positions_stand_without_marks_and_say_so(bitfinex: Exchange) -> None:
    reader = bitfinex.account()
    reader.connection.contracts("bitfinex")
    bitfinex.answers("status", status_code=503)

    first = reader.read_account().scopes[0].positions[0]

    assert first.liquidation_price == 70_000.5
    assert first.notional_usd is None
    assert first.notes["mark_price"] == "Bitfinex's mark price was not read."


@pytest.mark.parametrize(
    "path", ["w/order/submit", "w/withdraw", "w/transfer", "w/deriv/collateral/set"]
)
def test_what_writes_is_refused(bitfinex: Exchange, path: str) -> None:
    guard = ReadOnlyTransport(bitfinex.facts, clock=lambda: NOW)
    url = f"https://api.bitfinex.com/v2/auth/{path}"

    with pytest.raises(RequestRefused):
        guard.check(requests.Request("POST", url, json={}).prepare())
