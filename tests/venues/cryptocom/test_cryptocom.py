"""What a case cannot say of Crypto.com: the estimate, the requests of a refresh, the guard."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from app.domain.errors import RequestRefused
from app.domain.position import Source
from app.risk.liquidation_estimate import prices
from app.risk.margin import share_margin
from app.venues.transport import ReadOnlyTransport
from tests.support.exchange import NOW, Exchange

CASES = Path(__file__).parent / "cases"


def body_of(case: str, path: str) -> Any:
    entries = json.loads((CASES / f"{case}.json").read_text("utf-8"))["entries"]
    return next(entry["response"]["body"] for entry in entries if path in entry["request"]["url"])


@pytest.fixture
def cryptocom(tmp_path: Path) -> Exchange:
    exchange = Exchange("cryptocom", tmp_path, CASES)
    exchange.answers("instruments", body_of("_markets", "get-instruments"))
    exchange.answers("positions", body_of("positions", "get-positions"))
    exchange.answers("balance", body_of("positions", "user-balance"))
    exchange.answers("journal", body_of("positions", "get-transactions"))
    exchange.answers("mark", body_of("positions", "get-valuations"))
    exchange.answers("rates", body_of("positions_share_the_margin", "get-risk-parameters"))
    return exchange


def test_a_cross_positions_liquidation_price_can_be_estimated(cryptocom: Exchange) -> None:
    scope = cryptocom.account().read_account().scopes[0]
    (position,) = scope.positions

    found = prices(position, shared=share_margin(scope.positions, scope.margin)).liquidation

    # Balance 7,595.43 less the 1,194.03 that the haircut of collateral keeps; a short of
    # 0.1984 at 53,715.2 whose maintenance is 243.16 of 10,657.10.
    assert found.source is Source.ESTIMATED
    assert found.price == pytest.approx(84_062.32, abs=0.01)


def test_one_position_needs_one_mark_price_and_no_rates(cryptocom: Exchange) -> None:
    reader = cryptocom.account()
    reader.connection.contracts("cryptocom")
    cryptocom.forget()

    reader.read_account()

    assert cryptocom.asked() == ["positions", "balance", "mark", "journal"]


def test_the_next_refresh_asks_for_the_mark_price_again_but_not_the_journal(
    cryptocom: Exchange,
) -> None:
    reader = cryptocom.account()
    reader.read_account()
    cryptocom.forget()
    cryptocom.now = NOW + timedelta(seconds=30)

    reader.read_account()

    assert cryptocom.asked() == ["positions", "balance", "mark"]


@pytest.mark.parametrize(
    "body",
    [
        {"method": "private/create-order"},
        {"method": ["private/get-positions"]},
        {"params": {"method": "private/get-positions"}},
        {"method": "private/get-positions", "METHOD": "private/create-withdrawal"},
    ],
)
def test_a_path_that_reads_takes_no_other_method_in_its_body(
    cryptocom: Exchange, body: dict[str, Any]
) -> None:
    guard = ReadOnlyTransport(cryptocom.facts, clock=lambda: NOW)
    url = "https://api.crypto.com/exchange/v1/private/get-positions"

    with pytest.raises(RequestRefused):
        guard.check(requests.Request("POST", url, json=body).prepare())
