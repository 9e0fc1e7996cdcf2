"""What a case cannot say of Kraken: its signature, its documented example, how often it is asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.position import ContractKind
from app.risk.liquidation_estimate import prices
from app.risk.margin import share_margin
from app.venues import krakenfutures_account as account
from app.venues import krakenfutures_answers as answers
from app.venues import krakenfutures_market as market
from app.venues.markets import Contract
from tests.support.case import case
from tests.support.exchange import Exchange, credentials, without_waiting

CHECK = "/api/auth/v1/api-keys/v3/check"
POOL = {"result": {"timestamp": [], "more": False, "data": {"usdValue": []}}, "errors": []}


@pytest.fixture
def kraken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    exchange = Exchange("krakenfutures", tmp_path, tmp_path)
    for entry in case("krakenfutures", "positions_of_every_wallet").bundle.entries:
        exchange.adapter.register_uri(entry.method, entry.url, json=entry.body)
    return exchange


def test_the_key_check_is_signed_as_kraken_documents_it(kraken: Exchange) -> None:
    """Authent is HMAC-SHA512 by the decoded secret over SHA256(data + nonce + path)."""
    kraken.answers("key_check", {"permissions": {"general": "READ_ONLY", "transfer": "NO_ACCESS"}})
    kraken.account().check_permissions()

    secret = base64.b64decode(credentials(kraken.facts)["secret"])
    digest = hashlib.sha256(CHECK.encode()).digest()
    signed = base64.b64encode(hmac.new(secret, digest, hashlib.sha512).digest()).decode()
    sent = kraken.adapter.request_history[-1]
    assert sent.url == f"https://futures.kraken.com{CHECK}"
    assert sent.headers["Authent"] == signed
    assert sent.headers["APIKey"] == credentials(kraken.facts)["api_key"]


def test_krakens_own_example_is_liquidated_where_kraken_says() -> None:
    """1,000 contracts long from 8000 with 0.01 BTC: 7481, and nothing is left at 7407."""
    bodies = {
        entry.url.rpartition("/")[2]: entry.body
        for entry in case("krakenfutures", "wallet_of_the_documented_liquidation").bundle.entries
    }
    beside = answers.Beside(
        wallets=answers.wallets(bodies["accounts"]),
        marks=market.marks(bodies["tickers"]),
        levels=answers.margin_levels(bodies["instruments"]),
    )
    *_, reading = account.readings(
        answers.held(bodies["openpositions"]),
        beside,
        contracts={"PI_XBTUSD": _inverse()},
        as_of=answers.server_time(bodies["openpositions"]),
    )
    (position,) = reading.positions
    found = prices(position, shared=share_margin(reading.positions, reading.margin))

    assert found.liquidation.price == pytest.approx(7481.48, abs=0.01)
    assert found.bankruptcy.price == pytest.approx(7407.41, abs=0.01)


def test_the_dear_unwind_queue_is_asked_for_once_in_five_minutes(kraken: Exchange) -> None:
    reader = kraken.account()
    reader.read_account()
    kraken.now += timedelta(minutes=4)
    reader.read_account()
    assert kraken.asked().count("unwind_queue") == 1

    kraken.now += timedelta(minutes=1)
    reader.read_account()
    assert kraken.asked().count("unwind_queue") == 2


def test_the_history_of_the_pool_is_asked_for_once(kraken: Exchange) -> None:
    started = int(kraken.now.timestamp())
    pool = {
        **POOL,
        "result": {
            "timestamp": [started - 600],
            "more": False,
            "data": {"usdValue": ["5"]},
        },
    }
    kraken.answers("liquidity_pool", pool)
    reader = kraken.public()
    reader.read_funds()
    reader.read_funds()

    since = [
        int(request.qs["since"][0])
        for request in kraken.adapter.request_history
        if "since" in request.qs
    ]
    assert since == [started - 7 * 86_400, started - 7_200]


def _inverse() -> Contract:
    return Contract(
        native_symbol="PI_XBTUSD",
        symbol="BTC/USD:BTC",
        kind=ContractKind.INVERSE,
        contract_size=1.0,
        base="BTC",
        quote="USD",
        settle="BTC",
        expires_at=None,
    )
