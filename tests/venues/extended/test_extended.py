"""What Extended is sent: the key goes nowhere but into the header of the account's requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exchange import API_KEY, Exchange, without_waiting


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    return Exchange("extended", tmp_path, Path(__file__).parent)


def test_the_vault_is_asked_for_without_a_key(extended: Exchange) -> None:
    extended.answers("vault", {"status": "OK", "data": {"equity": "1"}})
    extended.public().read_funds()

    (request,) = extended.adapter.request_history
    assert "X-Api-Key" not in request.headers
    assert request.url == "https://api.starknet.extended.exchange/api/v1/vault/public/summary"


def test_the_key_is_in_a_header_and_in_no_address(extended: Exchange) -> None:
    extended.answers("markets", {"status": "OK", "data": [MARKET]})
    extended.answers("positions", {"status": "OK", "data": []})
    extended.account().read_account()

    first, *_ = extended.adapter.request_history
    assert first.headers["X-Api-Key"] == API_KEY
    assert all(API_KEY not in request.url for request in extended.adapter.request_history)


def test_an_empty_account_is_not_asked_for_its_margin(extended: Exchange) -> None:
    extended.answers("markets", {"status": "OK", "data": [MARKET]})
    extended.answers("positions", {"status": "OK", "data": []})
    extended.account().read_account()

    assert extended.asked() == ["positions", "markets"]


MARKET = {
    "name": "BTC-USD",
    "assetName": "BTC",
    "collateralAssetName": "USD",
    "status": "ACTIVE",
    "tradingConfig": {},
    "marketStats": {},
}
