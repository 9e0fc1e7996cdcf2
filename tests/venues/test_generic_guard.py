"""What gets out to an exchange without a facts file: GET, its own hosts, nothing like a change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import ccxt
import pytest
import requests

from app.domain.errors import RequestRefused
from app.venues import facts_toml
from app.venues.catalogue import FACTS, catalogue
from app.venues.facts import FactsError, Read, ReadPurpose
from app.venues.generic.changes import smells_of_a_change
from app.venues.transport import ReadOnlyTransport
from tests.support.every_method import CHANGES, Call, Walk
from tests.support.exchange import NOW, without_waiting

WALKED = ("blofin", "coinbase", "deepcoin", "hitbtc", "myokx", "xt")
"""Of these deepcoin and xt open a session by GET, and myokx makes a deposit's invoice."""

CHANGING = re.compile(r"order|withdraw|transfer|cancel|create|delete|listen.?key", re.IGNORECASE)
Walks = Callable[[str], list[Call]]
each_class = pytest.mark.parametrize("name", WALKED)


@pytest.fixture(scope="module")
def walks() -> Walks:
    """The calls of a class's whole walk, made once."""

    @cache
    def walked(name: str) -> list[Call]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            without_waiting(monkeypatch)
            monkeypatch.setattr(ccxt.Exchange, "sleep", lambda *_args: None)
            monkeypatch.setattr("time.sleep", lambda *_args: None)
            walk = Walk(catalogue().venue(f"ccxt-{name}"), name)
            return [*walk.implicit(), *walk.unified()]

    return walked


@each_class
def test_only_gets_to_its_own_hosts_reach_the_network(walks: Walks, name: str) -> None:
    hosts = {read.host for read in catalogue().venue(f"ccxt-{name}").reads}
    sent = [request for call in walks(name) for request in call.reached]

    assert sent
    for request in sent:
        assert request.method == "GET"
        assert not request.body
        assert requests.utils.urlparse(str(request.url)).hostname in hosts


@each_class
def test_nothing_that_looks_like_a_change_reaches_the_network(walks: Walks, name: str) -> None:
    paths = {str(r.url).partition("?")[0] for call in walks(name) for r in call.reached}

    assert [path for path in sorted(paths) if CHANGING.search(path)] == []


@each_class
def test_no_change_ccxt_can_ask_for_succeeds(walks: Walks, name: str) -> None:
    """Some look something up first, and fail there when nothing is found."""
    has = getattr(ccxt, name)().has
    calls = [call for call in walks(name) if has.get(CHANGES.get(call.name, ""))]

    assert any(isinstance(call.error, RequestRefused) for call in calls)
    assert [call.name for call in calls if call.error is None] == []


@each_class
def test_what_is_linked_for_can_be_asked(walks: Walks, name: str) -> None:
    calls = {call.name: call for call in walks(name)}

    for method in ("fetch_markets", "fetch_positions"):
        assert calls[method].reached, method
        assert not calls[method].refused, method


@pytest.mark.parametrize(
    "url",
    [
        "https://api.blofin.com/api/v1/account/positions",
        "https://openapi.blofin.com.evil.example/api/v1/account/positions",
        "http://openapi.blofin.com/api/v1/account/positions",
        "https://openapi.blofin.com:444/api/v1/account/positions",
        "https://user@openapi.blofin.com/api/v1/account/positions",
        "https://openapi.blofin.com/api/v1/../v1/positions",
        "https://openapi.blofin.com//api/v1/positions",
        "https://openapi.blofin.com/api/v1/%6frder",
        "https://openapi.blofin.com/api/v1/account/positions:x",
        "https://openapi.blofin.com/api/v1/or:der/positions",
        "https://openapi.blofin.com/api/v1/positions#order",
        "https://openapi.blofin.com/api/v1/trade/order",
        "https://openapi.blofin.com/api/v1/positions?_method=DELETE",
        "https://openapi.blofin.com/api/v1/positions?Action=withdraw",
    ],
)
def test_whatever_is_unusual_about_an_address_is_refused(url: str) -> None:
    with pytest.raises(RequestRefused):
        guard().check(_raw(url))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get"])
def test_no_other_method_passes(method: str) -> None:
    request = _raw("https://openapi.blofin.com/api/v1/account/positions")
    guard().check(request)
    request.method = method

    with pytest.raises(RequestRefused):
        guard().check(request)


@pytest.mark.parametrize(
    "path",
    [
        "/private/buy",
        "/private/close_position",
        "/private/set_leverage",
        "/v1/fiat/withdrawal",
        "/api/v5/asset/deposit-lightning",
        "/api/v5/account/set-auto-repay",
        "/api/v5/account/spot-manual-borrow-repay",
        "/deepcoin/listenkey/acquire",
        "/future/user/v1/user/listen-key",
        "/api/v1/user/listenKey",
        "/v1/me/sendchildorder",
        "/api/createSubAccount",
        "/exchange/wallets/confirm/withdraw",
        "/api/v2/private/submit_transfer_to_user",
    ],
)
def test_a_path_that_smells_of_a_change_is_recognised(path: str) -> None:
    assert smells_of_a_change(path, "")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/account/positions",
        "/v5/position/list",
        "/api/v1/exchangeInfo",
        "/api/v1/account/assets",
        "/v1/users/hmac/login",
        "/api/v3/openPositions",
        "/api/v1/settings",
    ],
)
def test_a_question_is_not_taken_for_a_change(path: str) -> None:
    assert not smells_of_a_change(path, "symbol=BTCUSDT&timestamp=1")


def test_a_facts_file_cannot_name_any_path() -> None:
    for file in FACTS.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assert "any_path" not in text
        assert not any(read.any_path for read in facts_toml.load(file).reads)


@pytest.mark.parametrize(
    "change",
    [{"method": "POST"}, {"path": "/v1"}, {"call": "x.y"}, {"query": {"a": ("b",)}}],
)
def test_any_path_belongs_to_a_get_without_conditions(change: dict[str, object]) -> None:
    read = Read(
        id="any",
        method="GET",
        host="api.test.example",
        path="/",
        signed=True,
        weight=1,
        purpose=ReadPurpose.POSITIONS,
        any_path=True,
    )
    facts = catalogue().venue("ccxt-blofin")
    ReadOnlyTransport(replace(facts, reads=(read,)), clock=lambda: NOW)

    with pytest.raises(FactsError, match="'any'"):
        ReadOnlyTransport(replace(facts, reads=(replace(read, **change),)), clock=lambda: NOW)  # type: ignore[arg-type]


def guard() -> ReadOnlyTransport:
    return ReadOnlyTransport(catalogue().venue("ccxt-blofin"), clock=lambda: NOW)


def _raw(url: str) -> requests.PreparedRequest:
    request = requests.Request("GET", "https://openapi.blofin.com/").prepare()
    request.url = url
    return request
