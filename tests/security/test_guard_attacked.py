"""Ways around the read-only guard that somebody tried: headers, proxies, sessions, answers.

What passes and what does not is told in ``tests/venues/test_read_only_transport.py``; here the
one who attacks has code, settings or a venue's answers in hand.
"""

from __future__ import annotations

import ast
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter
from requests.models import Response
from urllib3.util import parse_url

from app.domain.errors import RequestRefused, VenueError, VenueGarbled, VenueUnreachable
from app.sandbox import ACCOUNTS, Sandbox
from app.venues import transport as guard_module
from app.venues.catalogue import catalogue
from app.venues.client import Client
from app.venues.clients import Clients
from app.venues.facts import ClientFacts, VenueFacts
from app.venues.transport import ReadOnlyTransport, guarded_session
from tests.support.exchange import NOW, credentials

APP = Path(guard_module.__file__).parents[1]
TALKATIVE = {
    "aiohttp", "asyncore", "curl_cffi", "ftplib", "grpc", "httpx", "http.client", "pycurl",
    "requests", "smtplib", "socket", "ssl", "telnetlib", "tornado", "urllib.request", "urllib3",
    "websocket", "websockets", "xmlrpc",
}  # fmt: skip
"""What can open a connection."""
WAYS_OUT = {
    "venues/transport.py",
    "venues/clients.py",
    "cli/serving.py",  # looks whether our own web process answers
    "venues/record.py",  # names the types of what the guard shows it
    "venues/replay.py",  # its adapter answers from a file and opens nothing
}


class Inner(BaseAdapter):
    """Stands where the network is."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_kwargs: Any) -> Response:
        self.sent.append(request)
        response = Response()
        response.status_code = 200
        response._content = b"{}"
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        pass


@pytest.fixture
def inner() -> Inner:
    return Inner()


def guarded(venue: str, inner: BaseAdapter, **how: Any) -> requests.Session:
    facts = catalogue().venue(venue)
    return guarded_session(ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner, **how))


# Nobody else has a way out


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_the_guard_can_open_a_connection_to_an_exchange() -> None:
    able = {
        str(path.relative_to(APP))
        for path in APP.rglob("*.py")
        for name in imported(path)
        for library in TALKATIVE
        if name == library or name.startswith(f"{library}.")
    }
    own = {name for name in able if not name.startswith("sandbox/")}
    assert own == WAYS_OUT


def test_ccxt_is_only_ever_made_into_an_exchange_behind_the_guard() -> None:
    makes = {
        str(path.relative_to(APP))
        for path in APP.rglob("*.py")
        if "getattr(ccxt" in (text := path.read_text(encoding="utf-8"))
        or "ccxt.async_support" in text
        or "ccxt.pro" in text
    }
    assert makes == {"venues/client.py"}


# Headers


@pytest.mark.parametrize(
    "header",
    [
        "X-HTTP-Method-Override", "x-http-method", "X-Method-Override", "X_HTTP_Method_Override",
        "X-Original-Method", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Host", "Forwarded",
        "X-Forwarded-Prefix", "X-Original-Host", "Host", "Transfer-Encoding", "TE", "Upgrade",
        "HTTP2-Settings", "Expect", "Content-Encoding", "Proxy-Authorization", "X-Host",
        "X-HTTP-DestinationURL",
    ],
)  # fmt: skip
def test_no_header_makes_a_read_another_request(inner: Inner, header: str) -> None:
    with pytest.raises(RequestRefused, match="header"):
        guarded("bybit", inner).get(
            "https://api.bybit.com/v5/market/time", headers={header: "POST"}
        )
    assert inner.sent == []


# Spellings of an address


PIECES = st.sampled_from(
    [
        "https://", "http://", "HTTPS://", "api.binance.com", "fapi.binance.com", "evil.example",
        "@", ":443", ":", "/", "//", "\\", "/fapi/v3/positionRisk", "/fapi/v1/order", "..", ".",
        "%2e", "%2f", "%00", "?", "#", "&", ";", "\t", "\n", "\r", " ", "\u3002", "\uff0e",
        "[::1]", "127.0.0.1", "symbol=BTCUSDT", "\u00ad", "\x7f",
    ]
)  # fmt: skip


@given(st.lists(PIECES, min_size=1, max_size=9).map("".join))
def test_whatever_passes_is_read_alike_by_the_library_that_connects(text: str) -> None:
    address = text if text.startswith("h") else f"https://fapi.binance.com{text}"
    guard = ReadOnlyTransport(catalogue().venue("binance"), clock=lambda: NOW, inner=Inner())
    request = requests.Request("GET", "https://fapi.binance.com/").prepare()
    request.url = address
    try:
        read = guard.check(request)
    except RequestRefused:
        return
    seen = parse_url(address)
    assert (seen.scheme, seen.host, seen.port, seen.auth) == ("https", read.host, None, None)
    assert seen.path == read.path
    assert request.path_url.partition("?")[0] == read.path


@given(
    st.dictionaries(
        st.sampled_from(["type", "Type", "TYPE", "\u0442ype", "t\u200bype", "user", "dex"]),
        st.sampled_from(["clearinghouseState", "order", "ClearinghouseState", None, 1, ["order"]]),
    ),
    st.sampled_from(["application/json", "text/json", "application/json; charset=utf-7"]),
)
def test_hyperliquids_one_path_takes_questions_only(body: dict[str, Any], kind: str) -> None:
    inner = Inner()
    session = guarded("hyperliquid", inner)
    try:
        session.post(
            "https://api.hyperliquid.xyz/info",
            data=json.dumps(body),
            headers={"Content-Type": kind},
        )
    except RequestRefused:
        return
    sent = json.loads(inner.sent[0].body or b"")
    assert sent["type"] == "clearinghouseState"
    assert [name.casefold() for name in sent].count("type") == 1


@pytest.mark.parametrize("path", ["/exchange", "/info/", "/Info", "/info/../exchange", "/ws"])
def test_hyperliquids_other_paths_are_closed(inner: Inner, path: str) -> None:
    body = json.dumps({"type": "clearinghouseState", "action": {"type": "order"}})
    with pytest.raises(RequestRefused):
        guarded("hyperliquid", inner).post(
            f"https://api.hyperliquid.xyz{path}",
            data=body,
            headers={"Content-Type": "application/json"},
        )
    assert inner.sent == []


ANSWERS_ONLY = {
    "bitfinex": {"/v2/auth/r/permissions", "/v2/auth/r/positions"},
    "grvt": {
        "/auth/api_key/login",
        "/full/v1/account_summary",
        "/full/v1/all_instruments",
        "/full/v1/kline",
        "/full/v1/positions",
        "/full/v1/ticker",
    },
    "htx": {
        "/api/v1/contract_account_info",
        "/api/v1/contract_position_info",
        "/swap-api/v1/swap_account_info",
        "/swap-api/v1/swap_position_info",
    },
}
"""POSTs whose address alone says what is asked: each was looked up in the venue's documents, and
nothing that could be in the body makes a change of it."""
SOUNDS_LIKE_A_CHANGE = {
    "/api/charts/v1/trade/{symbol}/1h",
    "/api/v1/info/candles/{market}/trades",
    "/v2/candles/trade:1h:{symbol}:{settle}/hist",
    "/dapi/v2/leverageBracket",
    "/dydxprotocol/subaccounts/withdrawals_and_transfers_blocked_info/{perpetual_id}",
    "/fapi/v1/leverageBracket",
    "/papi/v1/cm/leverageBracket",
    "/papi/v1/um/leverageBracket",
    "/api/v1/orderBookDetails",
    "/v3/trade/position/opens",
    "/v5/trade/position/opens",
}
"""GETs that only answer, in spite of their names."""


def test_every_read_of_every_venue_is_a_question() -> None:
    """A read is a GET, or a POST whose body says what is asked; and no address names a change."""
    telling = ("order", "trade", "transfer", "withdraw", "leverage", "listenkey", "userdatastream")
    for facts in catalogue().venues():
        for read in facts.reads:
            only_answers = read.path in ANSWERS_ONLY.get(facts.id, set())
            assert read.method == "GET" or read.body or only_answers, f"{facts.id} {read.id}"
            if read.path not in SOUNDS_LIKE_A_CHANGE:
                assert not any(word in read.path.casefold() for word in telling), read.path


# ccxt's own ways


class Trap:
    """Listens as a proxy would, and counts who calls."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(still=True) as running:
        yield running
        assert running.writes == ()


PROXIES = (
    "httpProxy", "http_proxy", "httpsProxy", "https_proxy", "socksProxy", "socks_proxy",
    "proxyUrl", "proxy_url", "proxy", "aiohttp_proxy", "wsProxy", "wssProxy",
)  # fmt: skip


@pytest.mark.parametrize("name", [*PROXIES, "proxies"])
def test_no_proxy_of_ccxts_sees_a_request(
    name: str, sandbox: Sandbox, trap: Trap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"http://127.0.0.1:{trap.port}/"
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(variable, address)
    clients = Clients(tmp_path, sandbox.url)
    facts = catalogue().venue("bybit")
    reader = clients.account("a", "bybit", ACCOUNTS["bybit"]["read_only"].credentials)
    exchange = reader.connection._client(facts.clients[0].ccxt).exchange
    exchange.throttle = lambda *_: None
    proxies = {"http": address, "https": address}
    setattr(exchange, name, proxies if name == "proxies" else address)
    try:
        reader.check_permissions()
    except (RequestRefused, VenueError):
        assert name.casefold().startswith("proxy"), "the others are passed over"
    finally:
        clients.close()
    assert trap.calls == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda e: e.fetch("https://api.bybit.com/v5/order/create", "POST", {}, "{}"),
        lambda e: e.fetch("https://evil.example/", "GET"),
        lambda e: e.fetch2("v5/order/create", ["private", "post"][0], "POST", {}),
        lambda e: (e.set_sandbox_mode(True), e.fetch_time()),
        lambda e: (e.enable_demo_trading(True), e.fetch_time()),
        lambda e: (setattr(e, "hostname", "evil.example"), e.fetch_time()),
        lambda e: (e.urls["api"].update(public="https://evil.example"), e.fetch_time()),
        lambda e: (setattr(e, "headers", {"Host": "evil.example"}), e.fetch_time()),
        lambda e: e.create_order("BTC/USDT:USDT", "market", "buy", 1),
        lambda e: e.withdraw("USDT", 1, "0xaddress"),
        lambda e: e.private_post_v5_position_set_leverage({"symbol": "BTCUSDT"}),
    ],
)
def test_whatever_is_asked_of_ccxt_only_reads_leave(
    call: Callable[[Any], object], inner: Inner
) -> None:
    facts = catalogue().venue("bybit")
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner)
    exchange = Client(facts, facts.clients[0], guard, credentials(facts)).exchange
    exchange.throttle = lambda *_: None
    market = {"id": "BTCUSDT", "symbol": "BTC/USDT:USDT", "type": "swap", "spot": False}
    exchange.set_markets([{**exchange.safe_market("BTCUSDT"), **market}])
    with pytest.raises(Exception) as caught:
        call(exchange)
    assert {request.method for request in inner.sent} <= {"GET"}, caught.value
    for request in inner.sent:
        assert guard.check(request).purpose is not None


def test_an_exchange_that_brings_a_session_of_its_own_is_not_used(
    inner: Inner, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stubborn(ccxt.bybit):  # type: ignore[misc]
        def after_construct(self, *_config: object) -> None:
            self.session = requests.Session()

    monkeypatch.setattr(ccxt, "stubborn", Stubborn, raising=False)
    facts = catalogue().venue("bybit")
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner)
    with pytest.raises(RequestRefused, match="guard"):
        Client(facts, ClientFacts(ccxt="stubborn"), guard)


# Answers


class Venue:
    """Answers every request with the same bytes, as slowly as it likes."""

    def __init__(self, pieces: Iterator[bytes], pause: float = 0.0) -> None:
        self._pieces, self._pause = pieces, pause
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._done = threading.Event()
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65536)
            try:
                for piece in self._pieces:
                    connection.sendall(piece)
                    if self._done.wait(self._pause):
                        return
            except OSError:
                return

    def close(self) -> None:
        self._done.set()
        self._socket.close()


def ask(facts: VenueFacts, upstream: str) -> object:
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, upstream=upstream)
    try:
        return guarded_session(guard).get("https://api.bybit.com/v5/market/time").json()
    finally:
        guard.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def lengthy() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 100000\r\n\r\n"
    while True:
        yield b" "


def chunked() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"1\r\n \r\n"


@pytest.mark.parametrize("pieces", [lengthy, chunked])
def test_a_venue_that_drips_its_answer_holds_nobody_up(
    pieces: Callable[[], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "WHOLE_SECONDS", 0.2)
    venue = Venue(pieces(), pause=0.02)
    began = time.monotonic()
    try:
        with pytest.raises(VenueUnreachable, match="in time"):
            ask(catalogue().venue("bybit"), venue.url)
    finally:
        venue.close()
    assert time.monotonic() - began < 2


def endless() -> Iterator[bytes]:
    yield HEAD + b"\r\n["
    while True:
        yield b"0," * 50_000


def bomb() -> Iterator[bytes]:
    packed = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    yield HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    yield packed


@pytest.mark.parametrize("pieces", [endless, bomb])
def test_a_venue_cannot_fill_the_memory(
    pieces: Callable[[], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "LARGEST_ANSWER", 1_000_000)
    venue = Venue(pieces())
    try:
        with pytest.raises(VenueGarbled, match="larger"):
            ask(catalogue().venue("bybit"), venue.url)
    finally:
        venue.close()


@pytest.mark.parametrize("encoding", ["", "gzip", "chunked"])
def test_an_ordinary_answer_arrives_whole(encoding: str) -> None:
    said = json.dumps({"retCode": 0, "result": {"list": ["x" * 50] * 3_000}}).encode()

    def pieces() -> Iterator[bytes]:
        if encoding == "chunked":
            yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
            for at in range(0, len(said), 7_000):
                part = said[at : at + 7_000]
                yield b"%x\r\n%s\r\n" % (len(part), part)
            yield b"0\r\n\r\n"
            return
        sent = gzip.compress(said) if encoding else said
        named = b"Content-Encoding: gzip\r\n" if encoding else b""
        yield HEAD + named + b"Content-Length: %d\r\n\r\n" % len(sent) + sent

    venue = Venue(pieces())
    try:
        assert ask(catalogue().venue("bybit"), venue.url) == json.loads(said)
    finally:
        venue.close()


def test_no_cookie_of_a_venue_is_kept() -> None:
    venue = Venue(iter([HEAD + b"Set-Cookie: id=1; Path=/\r\nContent-Length: 2\r\n\r\n{}"]))
    facts = catalogue().venue("bybit")
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, upstream=venue.url)
    session = guarded_session(guard)
    try:
        session.get("https://api.bybit.com/v5/market/time")
        assert not session.cookies
    finally:
        guard.close()
        venue.close()
