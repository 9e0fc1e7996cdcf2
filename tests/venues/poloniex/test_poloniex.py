"""What a case cannot say of Poloniex: open interest in turn, and a market list in one request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.exchange import Exchange, without_waiting

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def poloniex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    exchange = Exchange("poloniex", tmp_path, tmp_path)
    (listed,) = json.loads((CASES / "_markets.json").read_text(encoding="utf-8"))["entries"]
    exchange.answers("instruments", listed["response"]["body"])
    exchange.answers("tickers", {"code": 200, "data": []})
    exchange.answers("open_interest", {"code": 200, "data": {}})
    return exchange


def test_open_interest_is_asked_for_wanted_contracts_and_the_others_in_turn(
    poloniex: Exchange,
) -> None:
    reader = poloniex.public()
    asked = []
    for _ in range(3):
        poloniex.forget()
        reader.read_markets(["BTC_USDT_PERP"])
        asked.append(
            [
                request.qs["symbol"][0].upper().removesuffix("_USDT_PERP")
                for request in poloniex.adapter.request_history
                if "symbol" in request.qs
            ]
        )

    assert asked == [
        ["BTC", "ADA", "BNB", "DOGE", "ETH"],
        ["BTC", "SOL", "XRP", "ADA", "BNB"],
        ["BTC", "DOGE", "ETH", "SOL", "XRP"],
    ]


def test_the_list_of_contracts_is_one_request_without_spot_markets(poloniex: Exchange) -> None:
    poloniex.answers("insurance", {"code": 200, "data": []})
    poloniex.public().read_funds()

    paths = [request.path for request in poloniex.adapter.request_history]
    assert sorted(paths) == ["/v3/market/allinstruments", "/v3/market/insurance"]
