"""Gate's v4 interface as its documentation has it: signatures, keys, writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests

from app.domain.account import Credentials
from app.domain.errors import VenueRejected
from app.domain.permissions import KeyVerdict, PowerKind
from app.sandbox import ACCOUNTS, Sandbox
from app.venues.base import VenueReader
from app.venues.clients import Clients
from tests.sandbox.upstream import ToSandbox, client, with_clock

TRADE, TRANSFER, WITHDRAW = PowerKind.TRADE, PowerKind.TRANSFER, PowerKind.WITHDRAW


@pytest.fixture
def clients(sandbox: Sandbox, tmp_path: Path) -> Iterator[Clients]:
    made = Clients(tmp_path, sandbox.url)
    yield made
    made.close()


def reader(clients: Clients, name: str) -> VenueReader:
    return clients.account(name, "gate", ACCOUNTS["gate"][name].credentials)


def ask(
    sandbox: Sandbox, made: Any, path: str, *, method: str = "GET", **params: Any
) -> requests.Response:
    """The raw answer to a request that ``made`` (a ccxt client) signs."""
    kind, _, rest = path.partition("/")
    signed = made.sign(rest, ["private", kind], method, params)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToSandbox(sandbox.url))
        return session.request(
            signed["method"],
            signed["url"],
            headers=signed["headers"],
            data=signed["body"],
            timeout=5,
        )


def reason(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["label"]


@pytest.mark.parametrize(
    ("name", "powers", "bound"),
    [
        ("read_only", set(), False),
        ("ip_bound", set(), True),
        ("unified", set(), False),
        ("trade", {TRADE}, False),
        ("withdraw", {TRADE, TRANSFER, WITHDRAW}, True),
    ],
)
def test_the_reader_finds_its_own_key_among_all_and_names_exactly_its_powers(
    clients: Clients, name: str, powers: set[PowerKind], bound: bool
) -> None:
    permissions = reader(clients, name).permissions(datetime.now(UTC))
    assert permissions.verdict is (KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY)
    assert {power.kind for power in permissions.powers} == powers
    assert permissions.ip_bound is bound


def test_keys_are_listed_with_their_first_letters_only(sandbox: Sandbox) -> None:
    rows = ask(sandbox, client(sandbox, "gate", "read_only"), "account/main_keys").json()
    shown = {row["key"] for row in rows}
    assert len(shown) == len(rows) == 6
    assert all(len(key) == 17 and key.endswith("*****") for key in shown)


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("read_only", {"apiKey": "nobodys-key"}, (401, "INVALID_KEY")),
        ("read_only", {"secret": "another-secret"}, (401, "INVALID_SIGNATURE")),
        ("elsewhere", {}, (403, "IP_FORBIDDEN")),
        ("expired", {}, (401, "INVALID_KEY")),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused_with_the_venues_label(
    sandbox: Sandbox, name: str, changed: dict[str, str], expected: tuple[int, str]
) -> None:
    made = client(sandbox, "gate", name)
    for field, value in changed.items():
        setattr(made, field, value)
    for path in ("account/main_keys", "futures/usdt/positions", "delivery/usdt/positions"):
        assert reason(ask(sandbox, made, path)) == expected
    with pytest.raises(ccxt.AuthenticationError):
        made.privateFuturesGetSettlePositions({"settle": "usdt"})


def test_a_signature_holds_for_its_own_query_body_and_method_only(sandbox: Sandbox) -> None:
    signed = client(sandbox, "gate", "trade").sign(
        "usdt/positions", ["private", "futures"], "GET", {"holding": "true"}
    )
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToSandbox(sandbox.url))

        def label(method: str, url: str, body: str | None = None) -> str | None:
            answer = session.request(
                method, url, headers=signed["headers"], data=body, timeout=5
            ).json()
            return answer["label"] if isinstance(answer, dict) else None

        url, wrong = signed["url"], "INVALID_SIGNATURE"
        assert label("GET", url) is None
        assert label("GET", url.replace("true", "false")) == wrong
        assert label("GET", url.replace("usdt", "btc")) == wrong
        assert label("GET", url, "{}") == wrong
        assert label("POST", url) == wrong
    assert [(w.account, w.accepted) for w in sandbox.writes] == [(None, False)]


@pytest.mark.parametrize("ahead_ms", [-62_000, 62_000])
def test_a_timestamp_more_than_a_minute_off_is_refused(sandbox: Sandbox, ahead_ms: int) -> None:
    made = with_clock(client(sandbox, "gate", "read_only"), ahead_ms=ahead_ms)
    assert reason(ask(sandbox, made, "account/main_keys")) == (403, "REQUEST_EXPIRED")


def test_the_reader_tells_a_key_with_another_secret(clients: Clients) -> None:
    fields = dict(ACCOUNTS["gate"]["read_only"].fields) | {"secret": "another-secret"}
    stranger = clients.account("x", "gate", Credentials(fields))
    with pytest.raises(VenueRejected, match="Signature mismatch"):
        stranger.permissions(datetime.now(UTC))


def test_writes_need_the_power_and_are_remembered(sandbox: Sandbox) -> None:
    order = {"settle": "usdt", "contract": "BTC_USDT", "size": 1, "price": "0", "tif": "ioc"}
    with pytest.raises(ccxt.PermissionDenied):
        client(sandbox, "gate", "read_only").privateFuturesPostSettleOrders(dict(order))
    client(sandbox, "gate", "trade").privateFuturesPostSettleOrders(dict(order))
    with pytest.raises(ccxt.PermissionDenied):
        client(sandbox, "gate", "trade").privateWithdrawalsPostWithdrawals({"currency": "BTC"})
    assert [(w.endpoint, w.account, w.accepted) for w in sandbox.writes] == [
        ("/api/v4/futures/usdt/orders", "read_only", False),
        ("/api/v4/futures/usdt/orders", "trade", True),
        ("/api/v4/withdrawals", "trade", False),
    ]


def test_parameters_and_paths_are_checked(sandbox: Sandbox) -> None:
    made = client(sandbox, "gate", "read_only")
    assert reason(ask(sandbox, made, "futures/eth/positions")) == (404, "NOT_FOUND")
    assert reason(ask(sandbox, made, "futures/usdt/positions", limit=101)) == (
        400,
        "INVALID_PARAM_VALUE",
    )
    assert reason(ask(sandbox, made, "futures/usdt/insurance", limit="x")) == (
        400,
        "INVALID_PARAM_VALUE",
    )
    assert reason(ask(sandbox, made, "unified/accounts")) == (400, "USER_NOT_FOUND")


def test_the_venues_clock_is_told(sandbox: Sandbox) -> None:
    made = client(sandbox, "gate")
    assert abs(made.fetch_time() - made.milliseconds()) < 2_000
