"""The guard: what passes, what does not, and what comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
import requests_mock
from requests.adapters import BaseAdapter
from requests.models import Response

from app.domain.errors import (
    RequestRefused,
    VenueGarbled,
    VenueRateLimited,
    VenueUnreachable,
)
from app.venues import facts_toml
from app.venues.facts import VenueFacts
from app.venues.transport import ReadOnlyTransport, guarded_session
from tests.support.exchange import NOW

MINIMAL = """
id = "test"
name = "Test"
kind = "cex"
status = "model_only"
website = "https://test.example"
permission_check = {verifiable = false, source = "none", note = "-"}
fund = {published = false, source = "none", note = "-"}

[[reads]]
id = "get"
method = "GET"
host = "api.test.example"
path = "/v1/positions"
signed = true
weight = 5
purpose = "positions"

[[reads]]
id = "one"
method = "GET"
host = "api.test.example"
path = "/v1/pools/{pool}/balance"
signed = false
weight = 1
purpose = "fund"

[[reads]]
id = "colon"
method = "GET"
host = "api.test.example"
path = "/v1/status/tBTC:UST/hist"
signed = false
weight = 1
purpose = "fund"

[[reads]]
id = "candles"
method = "GET"
host = "api.test.example"
path = "/v1/candles/hour:{symbol}:{settle}/hist"
signed = false
weight = 1
purpose = "candles"

[[reads]]
id = "choice"
method = "GET"
host = "api.test.example"
path = "/query"
signed = false
weight = 1
purpose = "fund"
query = {action = ["balance"]}

[[reads]]
id = "info"
method = "POST"
host = "api.test.example"
path = "/info"
signed = false
weight = 2
purpose = "positions"
body = {type = ["state", "meta"]}
"""
GET = "https://api.test.example/v1/positions"
INFO = "https://api.test.example/info"
JSON = {"Content-Type": "application/json"}


class Inner(BaseAdapter):
    """Stands where the network is: keeps what reaches it and answers ``{}``."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []
        self.wishes: dict[str, Any] = {}

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> Response:
        self.sent.append(request)
        self.wishes = kwargs
        response = Response()
        response.status_code = 200
        response._content = b"{}"
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        pass


@pytest.fixture
def facts(tmp_path: Path) -> VenueFacts:
    path = tmp_path / "test.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    return facts_toml.load(path)


@pytest.fixture
def inner() -> Inner:
    return Inner()


@pytest.fixture
def session(facts: VenueFacts, inner: Inner) -> requests.Session:
    return guarded_session(ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner))


def prepared(url: str, method: str = "GET", **headers: str) -> requests.PreparedRequest:
    """A request whose URL nothing has tidied."""
    request = requests.Request(method, GET, headers=headers).prepare()
    request.url = url
    return request


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", GET),
        ("GET", f"{GET}?timestamp=1&signature=ab%2Fcd"),
        ("GET", "https://api.test.example/v1/pools/btc-eth/balance"),
        ("GET", "https://api.test.example/query?action=balance&coin=BTC"),
        ("GET", "https://api.test.example/v1/status/tBTC:UST/hist?limit=5"),
        ("GET", "https://api.test.example/v1/candles/hour:tBTC:UST/hist?limit=5"),
    ],
)
def test_a_named_read_passes_as_it_is(
    session: requests.Session, inner: Inner, method: str, url: str
) -> None:
    session.request(method, url)

    assert [request.url for request in inner.sent] == [url]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.test.example/v1/positions",
        "https://api.test.example:443/v1/positions",
        "https://api.test.example:8443/v1/positions",
        "https://user@api.test.example/v1/positions",
        "https://api.test.example@evil.example/v1/positions",
        "https://API.test.example/v1/positions",
        "https://api.test.example./v1/positions",
        "https://api.test.example.evil.example/v1/positions",
        "https://evil.example/v1/positions",
        "https://evil.example/api.test.example/v1/positions",
        "HTTPS://api.test.example/v1/positions",
        "https:///v1/positions",
        "https://api.test.example/v1/positions/",
        "https://api.test.example/v1//positions",
        "https://api.test.example//v1/positions",
        "https://api.test.example/v1/./positions",
        "https://api.test.example/v1/orders/../positions",
        "https://api.test.example/v1/positions/..",
        "https://api.test.example/v1/%70ositions",
        "https://api.test.example/v1%2Fpositions",
        "https://api.test.example/v1/POSITIONS",
        "https://api.test.example/v1/positions;x=1",
        "https://api.test.example/v1/positions#orders",
        "https://api.test.example/v1/positions\\orders",
        "https://api.test.example/v1/positions\r\nX: y",
        "https://api.test.example/v1/positions?a=b c",
        "https://api.test.example/v1/positions?a=b\u00e9",
        "https://api.test.example/v1/order",
        "https://api.test.example/v1/pools//balance",
        "https://api.test.example/v1/pools/a/b/balance",
        "https://api.test.example/v1/pools/../balance",
        "https://api.test.example/v1/pools/a%2Fb/balance",
        "https://api.test.example/v1/pools/a:b/balance",
        "https://api.test.example/v1/pools/:/balance",
        "https://api.test.example/v1/positions:",
        "https://api.test.example/v1:positions",
        "https://api.test.example/:/v1/positions",
        "https://api.test.example:/v1/positions",
        "https://api.test.example/v1/status/tBTC%3AUST/hist",
        "https://api.test.example/v1/status/tBTCUST/hist",
        "https://api.test.example/v1/status/tETH:UST/hist",
        "https://api.test.example/v1/status/tBTC:UST:x/hist",
        "https://api.test.example/v1/status/tBTC:UST/hist:cancel",
        "https://api.test.example/v1/candles/hour:tBTC/hist",
        "https://api.test.example/v1/candles/hour:tBTC:UST:x/hist",
        "https://api.test.example/v1/candles/hour:tBTC:/hist",
        "https://api.test.example/v1/candles/hour::UST/hist",
        "https://api.test.example/v1/candles/hour:tBTC:..%2Forder/hist",
        "https://api.test.example/v1/candles/day:tBTC:UST/hist",
        "https://api.test.example:443/v1/status/tBTC:UST/hist",
        "https://user:word@api.test.example/v1/status/tBTC:UST/hist",
        "https://api.test.example/v1/x:y/../status/tBTC:UST/hist",
        "https://api.test.example/https://evil.example/v1/positions",
        "https://api.test.example/query",
        "https://api.test.example/query?action=withdraw",
        "https://api.test.example/query?action=balance&action=withdraw",
        "https://api.test.example/query?action=balance;action=withdraw",
        "https://api.test.example/query?Action=balance",
        "https://api.test.example",
        "https://127.0.0.1/v1/positions",
        "",
    ],
)
def test_anything_but_a_read_in_its_plain_form_is_refused(
    facts: VenueFacts, inner: Inner, url: str
) -> None:
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner)

    with pytest.raises(RequestRefused):
        guard.send(prepared(url))
    assert inner.sent == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get"])
def test_another_method_on_the_same_path_is_refused(
    facts: VenueFacts, inner: Inner, method: str
) -> None:
    request = prepared(GET)
    request.method = method

    with pytest.raises(RequestRefused):
        ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner).send(request)
    assert inner.sent == []


@pytest.mark.parametrize(
    "header",
    ["Host", "X-HTTP-Method-Override", "x-http-method", "X-Method-Override", "Transfer-Encoding"],
)
def test_a_header_that_could_make_it_another_request_is_refused(
    session: requests.Session, inner: Inner, header: str
) -> None:
    with pytest.raises(RequestRefused, match="header"):
        session.get(GET, headers={header: "DELETE"})
    assert inner.sent == []


def test_a_get_with_a_body_is_refused(session: requests.Session, inner: Inner) -> None:
    with pytest.raises(RequestRefused, match="body"):
        session.request("GET", GET, data=b'{"order": 1}')
    assert inner.sent == []


@pytest.mark.parametrize("length", ["5", "0", "100", ""])
def test_a_body_longer_than_it_says_it_is_refused(
    facts: VenueFacts, inner: Inner, length: str
) -> None:
    request = requests.Request("POST", INFO, data=b'{"type": "state"}', headers=JSON).prepare()
    request.headers["Content-Length"] = length

    with pytest.raises(RequestRefused, match="length"):
        ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner).send(request)
    assert inner.sent == []


def test_a_body_that_is_made_while_it_is_sent_is_refused(
    session: requests.Session, inner: Inner
) -> None:
    with pytest.raises(RequestRefused):
        session.post(INFO, data=iter([b'{"type": "state"}']), headers=JSON)
    assert inner.sent == []


@pytest.mark.parametrize("kind", ["state", "meta"])
def test_on_one_path_for_all_the_body_says_what_is_asked(
    session: requests.Session, inner: Inner, kind: str
) -> None:
    session.post(INFO, data=json.dumps({"type": kind, "user": "0x1"}), headers=JSON)

    assert len(inner.sent) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"type": "order"}', JSON),
        (b'{"type": "state", "type": "order"}', JSON),
        (b'{"type": "order", "type": "state"}', JSON),
        (b'{"type": "state", "Type": "order"}', JSON),
        (b'{"Type": "state"}', JSON),
        (b'{"type": ["state"]}', JSON),
        (b'{"type": null}', JSON),
        (b'{"inner": {"type": "state"}}', JSON),
        (b'[["type", "state"]]', JSON),
        (b'[{"type": "state"}]', JSON),
        (b'{"type": "state"}{"type": "order"}', JSON),
        (b'{"type": "state"', JSON),
        (b"[" * 100_000, JSON),
        (b"", JSON),
        (None, JSON),
        (b'{"type": "state"}', {"Content-Type": "text/plain"}),
        (b'{"type": "state"}', {"Content-Type": "application/json; charset=utf-16"}),
        (b'{"type": "state"}', {**JSON, "Content-Encoding": "gzip"}),
        (b'{"type": "state"}', {}),
        (b"type=state", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("{\"type\": \"state\"}".encode("utf-16"), JSON),
    ],
)  # fmt: skip
def test_a_body_that_could_be_read_in_two_ways_is_refused(
    session: requests.Session, inner: Inner, body: bytes | None, headers: dict[str, str]
) -> None:
    with pytest.raises(RequestRefused):
        session.post(INFO, data=body, headers=headers)
    assert inner.sent == []


def test_a_refusal_names_the_place_but_no_query_user_or_fragment(facts: VenueFacts) -> None:
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, inner=Inner())

    with pytest.raises(RequestRefused) as caught:
        guard.send(prepared("https://me:pass@api.test.example/v1/order?signature=feed#beef"))

    said = str(caught.value)
    assert "api.test.example/v1/order" in said
    for secret in ("pass", "feed", "beef"):
        assert secret not in said


def test_with_an_upstream_the_whole_request_goes_there_under_the_real_hosts_name(
    facts: VenueFacts, inner: Inner
) -> None:
    guard = ReadOnlyTransport(
        facts, clock=lambda: NOW, inner=inner, upstream="http://127.0.0.1:9000"
    )
    session = guarded_session(guard)
    session.get(f"{GET}?a=1&signature=ff", headers={"X-KEY": "k"})
    body = json.dumps({"type": "meta"})
    session.post(INFO, data=body, headers=JSON)

    get, post = inner.sent
    assert get.url == "http://127.0.0.1:9000/api.test.example/v1/positions?a=1&signature=ff"
    assert get.headers["X-KEY"] == "k"
    assert post.url == "http://127.0.0.1:9000/api.test.example/info"
    assert post.body == body


def test_an_upstream_widens_nothing(facts: VenueFacts, inner: Inner) -> None:
    guard = ReadOnlyTransport(
        facts, clock=lambda: NOW, inner=inner, upstream="http://127.0.0.1:9000"
    )
    session = guarded_session(guard)

    for url in ("https://api.test.example/v1/order", "http://127.0.0.1:9000/api.test.example/info"):
        with pytest.raises(RequestRefused):
            session.get(url)
    assert inner.sent == []


def test_no_wish_of_the_caller_turns_the_request_aside(
    session: requests.Session, inner: Inner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    session.get(GET, proxies={"https": "http://127.0.0.1:1"}, verify=False, timeout=9999)

    assert not inner.wishes.get("proxies")
    assert inner.wishes["verify"] is True
    assert inner.wishes["timeout"] == (5.0, 10.0)
    assert inner.wishes["stream"] is False


def test_the_session_has_no_other_way_out(session: requests.Session) -> None:
    assert set(session.adapters) == {"https://", "http://"}
    for url in ("ftp://api.test.example/", "file:///etc/passwd"):
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.get(url)


class Answering:
    """A guarded session over recorded answers."""

    def __init__(self, facts: VenueFacts) -> None:
        self.adapter = requests_mock.Adapter()
        self.transport = ReadOnlyTransport(facts, clock=lambda: NOW, inner=self.adapter)
        self.session = guarded_session(self.transport)

    def get(self, **answer: Any) -> Response:
        self.adapter.register_uri("GET", GET, **answer)
        return self.session.get(f"{GET}?signature=feedbeef")


@pytest.fixture
def answering(facts: VenueFacts) -> Answering:
    return Answering(facts)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
@pytest.mark.parametrize("target", ["https://evil.example/", GET, "http://127.0.0.1/"])
def test_a_redirect_is_not_followed_wherever_it_points(
    answering: Answering, status: int, target: str
) -> None:
    with pytest.raises(VenueGarbled):
        answering.get(status_code=status, headers={"Location": target})
    assert len(answering.adapter.request_history) == 1


@pytest.mark.parametrize("status", [429, 418])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"X-Bapi-Limit-Reset-Timestamp": str(int(NOW.timestamp() * 1000) + 4_000)}, 4),
        ({"Retry-After": "later"}, None),
        ({}, None),
    ],
)
def test_too_many_requests_carry_the_time_to_wait(
    answering: Answering, status: int, headers: dict[str, str], seconds: float | None
) -> None:
    with pytest.raises(VenueRateLimited) as caught:
        answering.get(status_code=status, headers=headers, text="<html>")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_fault_of_the_venues_own_is_unreachable(answering: Answering, status: int) -> None:
    with pytest.raises(VenueUnreachable, match=str(status)):
        answering.get(status_code=status, text="<html>Bad gateway</html>")


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectTimeout(f"{GET}?signature=feedbeef"),
        requests.exceptions.ReadTimeout(f"{GET}?signature=feedbeef"),
        requests.exceptions.ConnectionError(
            f"Max retries exceeded with url {GET}?signature=feedbeef"
        ),
        requests.exceptions.SSLError("certificate of /v1/positions?signature=feedbeef"),
        requests.exceptions.ChunkedEncodingError("Connection broken"),
    ],
)
def test_no_answer_is_unreachable_and_keeps_no_signed_address_behind_it(
    answering: Answering, error: Exception
) -> None:
    with pytest.raises(VenueUnreachable) as caught:
        answering.get(exc=error)

    chain: BaseException | None = caught.value
    while chain is not None:
        assert "feedbeef" not in repr(chain)
        chain = chain.__cause__ or chain.__context__


@pytest.mark.parametrize("text", ["", "<html>", '{"a": 1', '[{"a": 1}', "{'a': 1}", "[1, 2"])
def test_an_answer_that_is_no_whole_json_is_garbled(answering: Answering, text: str) -> None:
    with pytest.raises(VenueGarbled):
        answering.get(text=text)


def test_a_refusal_in_the_venues_words_is_left_to_be_mapped(answering: Answering) -> None:
    assert answering.get(status_code=400, json={"code": -1121}).status_code == 400


def test_every_request_that_passes_is_weighed(facts: VenueFacts, inner: Inner) -> None:
    weights: list[float] = []
    guard = ReadOnlyTransport(facts, clock=lambda: NOW, inner=inner, meter=weights.append)
    session = guarded_session(guard)
    session.get(GET)
    session.post(INFO, data=b'{"type": "meta"}', headers=JSON)
    with pytest.raises(RequestRefused):
        session.get("https://api.test.example/v1/order")

    assert weights == [5, 2]
