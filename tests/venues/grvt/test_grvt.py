"""GRVT's session: opened with the API key alone, kept to the account's reads, shown to nobody."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import RequestRefused, VenueError
from app.venues.base import VenueReader
from app.venues.grvt_client import ReadOnlyGrvt
from tests.support.exchange import API_KEY, Exchange, without_waiting

COOKIE = "c2Vzc2lvbi10aGF0LW11c3QtbmV2ZXItc2hvdw"
DAY_MS = 86_400_000
NOTHING: dict[str, Any] = {"result": []}


@pytest.fixture
def grvt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    exchange = Exchange("grvt", tmp_path, Path(__file__).parent)
    exchange.answers("markets", {"result": [instrument("BTC"), instrument("ETH")]})
    exchange.answers("positions", NOTHING)
    logs_in(exchange)
    return exchange


def logs_in(exchange: Exchange) -> None:
    exchange.answers(
        "login",
        {"status": "success", "location": ""},
        headers={
            "Set-Cookie": f"gravity={COOKIE}; Path=/; HttpOnly",
            "X-Grvt-Account-Id": "ACC:1",
        },
    )


def ccxt_of(reader: VenueReader) -> Any:
    return reader.connection._client("grvt").exchange


def test_one_session_serves_every_refresh_of_its_day(grvt: Exchange) -> None:
    reader = grvt.account()
    for _ in range(3):
        reader.read_account()

    assert grvt.asked() == ["login", "positions", "positions", "positions"]


def test_a_session_is_opened_anew_when_its_day_is_over(
    grvt: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000_000]
    monkeypatch.setattr(ReadOnlyGrvt, "milliseconds", lambda _self: now[0])
    reader = grvt.account()
    reader.read_account()
    now[0] += DAY_MS
    reader.read_account()

    assert grvt.asked() == ["login", "positions", "login", "positions"]


def test_a_session_that_ends_at_once_is_not_opened_for_ever(grvt: Exchange) -> None:
    ended = {"code": 1000, "message": "You need to authenticate prior", "status": 401}
    grvt.answers("positions", ended, status_code=401, reason="Unauthorized")
    reader = grvt.account()
    with pytest.raises(VenueError, match="does not accept this credential"):
        reader.read_account()
    assert grvt.asked() == ["login", "positions"]

    with pytest.raises(VenueError):
        reader.read_account()
    assert grvt.asked()[2:] == ["positions", "login", "positions"]


def test_only_reads_of_the_account_are_given_the_session(grvt: Exchange) -> None:
    grvt.answers("ticker", {"result": {}})
    reader = grvt.account()
    reader.read_account()
    with pytest.raises(VenueError):
        reader.read_markets(["BTC_USDT_Perp"])

    for request in grvt.adapter.request_history:
        given = COOKIE in str(request.headers)
        assert given == (request.hostname == "trades.grvt.io"), request.url
        assert (API_KEY in request.text) == (request.hostname == "edge.grvt.io"), request.url
        assert API_KEY not in request.url


def test_the_account_that_was_given_is_the_one_that_is_read(grvt: Exchange) -> None:
    grvt.account().read_account()

    (_, positions, *_) = grvt.adapter.request_history
    assert set(positions.json()) == {"sub_account_id"}
    assert positions.json()["sub_account_id"] == ccxt_of(grvt.account()).options["accountId"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "privateTradingPostFullV1CreateOrder",
        "privateTradingPostFullV1AuthorizeBuilder",
        "privateTradingPostFullV1Transfer",
        "privateTradingPostFullV1Withdrawal",
        "privateTradingPostFullV1SetInitialLeverage",
        "privateEdgePostAuthWalletLogin",
    ],
)
def test_a_change_is_refused_and_not_even_given_the_session(grvt: Exchange, endpoint: str) -> None:
    reader = grvt.account()
    reader.read_account()
    before = len(grvt.adapter.request_history)
    with pytest.raises(RequestRefused):
        getattr(ccxt_of(reader), endpoint)({})

    signed = ccxt_of(reader).sign("full/v1/create_order", ["privateTrading"], "POST", {})
    assert len(grvt.adapter.request_history) == before
    assert COOKIE not in str(signed)


def test_no_builder_is_ever_approved(grvt: Exchange) -> None:
    exchange = ccxt_of(grvt.account())

    assert exchange.initialize_client({"builderFee": True}) is False
    assert exchange.sign_in() is True
    assert grvt.asked() == []


def test_the_session_shows_in_no_error_log_or_repr(
    grvt: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reader = grvt.account()
    reader.read_account()
    told = {"code": 1002, "message": f"Cookie gravity={COOKIE} of {API_KEY} failed"}
    grvt.answers("positions", told, status_code=400, reason="Bad Request")
    with pytest.raises(VenueError) as raised:
        reader.read_account()

    exchange = ccxt_of(reader)
    shown = [str(raised.value), repr(raised.value), caplog.text, repr(reader), repr(exchange)]
    shown += [repr(reader.connection), repr(exchange.last_response_headers)]
    assert not any(secret in text for text in shown for secret in (COOKIE, API_KEY))
    assert raised.value.__cause__ is None


def test_many_wanted_contracts_take_turns(grvt: Exchange) -> None:
    names = [f"C{number:02}" for number in range(20)]
    grvt.answers("markets", {"result": [instrument(name) for name in names]})
    grvt.adapter.register_uri(
        "POST",
        "https://market-data.grvt.io/full/v1/ticker",
        json=lambda request, _context: {"result": ticker(request.json()["instrument"])},
    )
    reader = grvt.public()
    wanted = [f"{name}_USDT_Perp" for name in names]
    turns = [[stat.native_symbol for stat in reader.read_markets(wanted)] for _ in range(2)]

    assert [len(turn) for turn in turns] == [15, 15]
    assert {symbol for turn in turns for symbol in turn} == set(wanted)


def instrument(base: str) -> dict[str, Any]:
    return {
        "instrument": f"{base}_USDT_Perp",
        "base": base,
        "quote": "USDT",
        "kind": "PERPETUAL",
        "tick_size": "0.1",
        "min_size": "0.001",
    }


def ticker(symbol: str) -> dict[str, str]:
    return {"instrument": symbol, "event_time": "1764774730025055205", "mark_price": "2"}
