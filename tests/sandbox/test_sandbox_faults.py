"""Each fault is what a client would see of it in the wild, at one venue alone, until it ends."""

from __future__ import annotations

import json
import time
from typing import Any

import ccxt
import pytest
import requests

from app.sandbox import FaultKind, Sandbox
from app.sandbox.faults import Faults, misshapen
from tests.sandbox.upstream import ask, client

CLOCKS = {
    "binance": ("fapi.binance.com", "/fapi/v1/time"),
    "bybit": ("api.bybit.com", "/v5/market/time"),
    "okx": ("www.okx.com", "/api/v5/public/time"),
    "hyperliquid": ("api.hyperliquid.xyz", "/info"),
}


def get(sandbox: Sandbox, venue: str) -> requests.Response:
    host, path = CLOCKS[venue]
    url = f"{sandbox.url}/{host}{path}"
    with requests.Session() as session:
        session.trust_env = False
        if venue == "hyperliquid":
            return session.post(url, data=b'{"type":"allMids"}', timeout=5)
        return session.get(url, timeout=5)


@pytest.mark.parametrize("venue", CLOCKS)
def test_a_fault_at_one_venue_leaves_the_others_alone_and_ends(
    sandbox: Sandbox, venue: str
) -> None:
    sandbox.faults.add(FaultKind.SERVER_ERROR, venue, status=502)
    assert {name: get(sandbox, name).status_code for name in CLOCKS} == {
        name: 502 if name == venue else 200 for name in CLOCKS
    }
    broken = get(sandbox, venue)
    assert broken.headers["Content-Type"] == "text/html"
    assert broken.text.startswith("<html>")
    sandbox.faults.clear(venue)
    assert get(sandbox, venue).status_code == 200


def test_latency_delays_an_answer_and_nothing_else(sandbox: Sandbox) -> None:
    sandbox.faults.add("latency", "okx", seconds=0.15)
    began = time.perf_counter()
    answer = get(sandbox, "okx")
    assert (time.perf_counter() - began) >= 0.15
    assert answer.json()["code"] == "0"


@pytest.mark.parametrize(
    ("venue", "kind", "status", "body"),
    [
        ("binance", "rate_limited", 429, {"code": -1003}),
        ("binance", "banned", 418, {"code": -1003}),
        ("bybit", "rate_limited", 200, {"retCode": 10006}),
        ("bybit", "banned", 403, None),
        ("okx", "rate_limited", 429, {"code": "50011"}),
        ("okx", "banned", 403, None),
        ("hyperliquid", "rate_limited", 429, None),
        ("hyperliquid", "banned", 403, None),
    ],
)
def test_each_venue_limits_and_bans_in_its_own_words(
    sandbox: Sandbox, venue: str, kind: str, status: int, body: dict[str, Any] | None
) -> None:
    sandbox.faults.add(kind, venue, retry_after=7)
    answer = get(sandbox, venue)
    assert answer.status_code == status
    if body is not None:
        assert body.items() <= answer.json().items()
    if venue == "binance":
        assert answer.headers["Retry-After"] == "7"
    if (venue, kind) == ("bybit", "rate_limited"):
        assert answer.headers["X-Bapi-Limit-Status"] == "0"


@pytest.mark.parametrize("exchange", ["binanceusdm", "bybit", "okx"])
def test_a_real_client_understands_the_limit(sandbox: Sandbox, exchange: str) -> None:
    sandbox.faults.add("rate_limited")
    with pytest.raises((ccxt.RateLimitExceeded, ccxt.DDoSProtection)):
        client(sandbox, exchange).fetch_time()


@pytest.mark.parametrize("kind", ["dropped", "cut_off"])
def test_a_connection_that_breaks_is_seen_as_broken(sandbox: Sandbox, kind: str) -> None:
    made = client(sandbox, "binanceusdm")
    made.fetch_time()
    sandbox.faults.add(kind, "binance")
    with pytest.raises(ccxt.NetworkError):
        made.fetch_time()
    with pytest.raises(requests.RequestException):
        get(sandbox, "binance")
    sandbox.faults.clear()
    assert made.fetch_time() > 0


def test_truncated_json_is_a_whole_answer_that_cannot_be_read(sandbox: Sandbox) -> None:
    sandbox.faults.add("truncated", "bybit")
    answer = get(sandbox, "bybit")
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.content))
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("shape", "payload", "expected"),
    [
        ("objects_for_lists", [{"a": [1]}], {0: {"a": {0: 1}}}),
        ("null_for_lists", {"list": [1], "n": "1"}, {"list": None, "n": "1"}),
        ("words_for_numbers", {"n": "1.5", "m": 2, "b": True}, {"n": "n/a", "m": "n/a", "b": True}),
        ("lists_for_objects", {"a": {"b": "c"}}, [["c"]]),
    ],
)
def test_wrong_types_are_wrong_throughout(shape: str, payload: object, expected: object) -> None:
    assert misshapen(payload, shape) == expected


def test_a_client_gets_wrong_types_as_valid_json(sandbox: Sandbox) -> None:
    sandbox.faults.add("wrong_types", "okx", shape="null_for_lists")
    assert get(sandbox, "okx").json() == {"code": "0", "data": None, "msg": ""}


@pytest.mark.parametrize(
    ("exchange", "seconds"), [("binanceusdm", 120), ("bybit", -120), ("okx", 120)]
)
def test_a_venue_whose_clock_is_off_says_so_and_refuses_signatures(
    sandbox: Sandbox, exchange: str, seconds: float
) -> None:
    sandbox.faults.add("clock_skew", seconds=seconds)
    made = client(sandbox, exchange, "read_only")
    assert made.fetch_time() - made.milliseconds() == pytest.approx(seconds * 1000, abs=3_000)
    with pytest.raises(ccxt.InvalidNonce):
        made.fetch_positions()


@pytest.mark.parametrize(
    ("exchange", "error"),
    [("binanceusdm", "-2015"), ("bybit", "10003"), ("okx", "50111")],
)
def test_a_revoked_key_is_unknown_and_the_others_are_not(
    sandbox: Sandbox, exchange: str, error: str
) -> None:
    venue = "binance" if exchange.startswith("binance") else exchange
    key = sandbox.accounts[venue]["read_only"].fields["api_key"]
    sandbox.faults.add("revoked", venue, key=key)
    with pytest.raises(ccxt.AuthenticationError, match=error):
        client(sandbox, exchange, "read_only").fetch_positions()
    assert client(sandbox, exchange, "trade").fetch_positions()


def test_a_fault_can_be_for_one_endpoint_and_for_so_many_requests(sandbox: Sandbox) -> None:
    made = client(sandbox, "binanceusdm")
    sandbox.faults.add("server_error", endpoint="/fapi/v1/insurance*", times=2)
    statuses = [
        ask(sandbox, made, path, api="fapiPublic").status_code
        for path in ("time", "insuranceBalance", "insuranceBalance", "insuranceBalance")
    ]
    assert statuses == [200, 503, 503, 200]
    assert sandbox.faults.active() == ()


def test_faults_are_met_together_and_taken_back_one_by_one() -> None:
    faults = Faults()
    first = faults.add("latency", "okx", seconds=1)
    faults.add("server_error", "o*")
    assert set(faults.meet("okx", "/x")) == {FaultKind.LATENCY, FaultKind.SERVER_ERROR}
    assert faults.meet("bybit", "/x") == {}
    faults.remove(first)
    faults.remove(first)
    assert set(faults.meet("okx", "/x")) == {FaultKind.SERVER_ERROR}


@pytest.mark.parametrize("wrong", [{"kind": "earthquake"}, {"kind": "latency", "shape": "round"}])
def test_a_fault_that_does_not_exist_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"earthquake|round"):
        Faults().add(**wrong)
