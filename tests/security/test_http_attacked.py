"""Every address the web process answers at, asked by everybody who should not get through.

The addresses are taken from the application itself: one that is added tomorrow is attacked too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.store import tokens
from app.store.database import Database
from tests.support.api import HOST, Caller, Stage, body
from tests.support.databases import open_database
from tests.support.nouns import NOON, a_fund_state, an_assessment

OPEN_TO_ALL = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/docs"),
    ("GET", "/static/<path:filename>"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/api/v1/pairing"),
}
ONLY_ANSWERS = {("POST", "/api/v1/scenarios")}
"""The question is too long for an address; nothing is stored."""
UNSAFE = {"POST", "PATCH", "DELETE", "PUT"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OVERLAY = "/api/v1/overlay?url=https://www.binance.com/en/futures/BTCUSDT"
ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"},
    {"Sec-Fetch-Site": "", "Origin": f"http://{HOST}"},
    {"Sec-Fetch-Site": None, "Origin": "null"},
    {"Sec-Fetch-Site": None, "Origin": "http://127.0.0.1:3000"},
    {"Sec-Fetch-Site": None},
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("http")
    with time_machine.travel(NOON, tick=False), open_database("sqlite", folder) as database:
        made = Stage(database, folder, clock.now)
        yield made
        made.app.extensions["seawall"].demand.settle()


@pytest.fixture(scope="module")
def owned(stage: Stage) -> dict[str, str]:
    """The ids of what belongs to the owner, by the name of the part of an address."""
    account_id = stage.account(label="precious")
    stage.holds(account_id, [an_assessment()])
    stage.fund(a_fund_state())
    (position,) = body(stage.caller("read").get("/api/v1/positions"))["items"]
    listed = body(stage.caller("admin").get("/api/v1/tokens"))["items"]
    return {
        "account_id": account_id,
        "position_id": position["id"],
        "token_id": listed[0]["id"],
        "venue_id": "binance",
        "pool_id": "binance:usdm:btc-eth-bnb",
        "filename": "page.css",
    }


def addresses(stage: Stage) -> list[tuple[str, str]]:
    return [
        (method, str(rule))
        for rule in stage.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def filled(address: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        for form in (f"<ident:{name}>", f"<path:{name}>", f"<{name}>"):
            address = address.replace(form, value)
    assert "<" not in address, f"{address} has a part nobody attacks yet"
    return f"{address}?url=https%3A%2F%2Fx" if address.endswith("/overlay") else address


def sent(address: str) -> dict[str, Any]:
    """A body that any form or handler would take, as far as one can be made up."""
    if address.endswith("/acknowledge"):
        return {"json": {"unverifiable": True}} if address.startswith("/api/") else {}
    if address.endswith("/pairing"):
        return {"json": {"label": "x", "code": "x"}}
    if address.endswith("/tokens"):
        return {"json": {"label": "x", "scopes": ["admin"]}}
    if address.startswith("/api/"):
        return {"json": {"label": "x"}}
    return {"data": {"label": "x", "code": "x", "venue": "binance", "api_key": "k", "secret": "s"}}


def count(stage: Stage) -> list[int]:
    with stage.database.read() as conn:
        return [
            conn.scalar(text(f"SELECT count(*) FROM {table}")) or 0
            for table in ("accounts", "tokens", "codes")
        ] + [conn.scalar(text("SELECT count(*) FROM tokens WHERE revoked_at IS NOT NULL")) or 0]


def test_a_stranger_gets_through_nowhere_but_at_the_door(
    stage: Stage, owned: dict[str, str]
) -> None:
    before = count(stage)
    for method, rule in addresses(stage):
        address = filled(rule, owned)
        answer = stage.stranger().ask(method, address, **(sent(rule) if method != "GET" else {}))
        if (method, rule) in OPEN_TO_ALL:
            assert answer.status_code < 500 or rule == "/readyz", address
        else:
            assert answer.status_code == HTTPStatus.UNAUTHORIZED, (method, address)
            assert "precious" not in answer.get_data(as_text=True)
    assert count(stage) == before


def test_a_token_that_reads_changes_nothing_anywhere(stage: Stage, owned: dict[str, str]) -> None:
    reader = stage.caller("read")
    before = count(stage)
    for method, rule in addresses(stage):
        if method in UNSAFE and (method, rule) not in OPEN_TO_ALL:
            answer = reader.ask(method, filled(rule, owned), **sent(rule))
            allowed = {HTTPStatus.FORBIDDEN}
            if rule == "/sign-out":
                allowed.add(HTTPStatus.SEE_OTHER)
            if (method, rule) in ONLY_ANSWERS:
                allowed = {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}
            assert answer.status_code in allowed, (method, rule, answer.status_code)
    assert count(stage) == before


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_no_other_site_changes_anything_with_the_cookie(
    stage: Stage, owned: dict[str, str], headers: dict[str, str | None]
) -> None:
    browser = stage.browser()
    before = count(stage)
    for method, rule in addresses(stage):
        if method in UNSAFE and rule != "/api/v1/pairing":
            for content in (
                sent(rule),
                {"data": json.dumps({"label": "x"}), "content_type": "text/plain"},
                {"data": {"label": "x", "_method": "DELETE"}},
            ):
                answer = browser.ask(method, filled(rule, owned), headers=headers, **content)
                assert answer.status_code == HTTPStatus.FORBIDDEN, (method, rule)
    assert count(stage) == before


def test_another_users_things_are_not_there(stage: Stage, owned: dict[str, str]) -> None:
    """What names a thing of the owner's answers as if there were no such thing."""
    other = stage.another_user()
    private = {"account_id", "position_id", "token_id"}
    before = count(stage)
    for stranger in (stage.caller("read", "admin", user_id=other), stage.browser(other)):
        before = count(stage)
        for method, rule in addresses(stage):
            if any(f"{name}>" in rule for name in private):
                answer = stranger.ask(method, filled(rule, owned), **sent(rule))
                assert answer.status_code == HTTPStatus.NOT_FOUND, (method, rule)
    assert count(stage) == before
    for stranger in (stage.caller("read", "admin", user_id=other), stage.browser(other)):
        for method, rule in addresses(stage):
            if method == "GET":
                address = filled(rule, owned).replace("url=https%3A%2F%2Fx", OVERLAY.split("?")[1])
                assert "precious" not in stranger.get(address).get_data(as_text=True), rule


def test_every_answer_carries_its_protection(stage: Stage, owned: dict[str, str]) -> None:
    callers: list[Caller] = [stage.stranger(), stage.caller("admin"), stage.browser()]
    for caller in callers:
        for method, rule in [*addresses(stage), ("GET", "/nowhere"), ("TRACE", "/")]:
            if method in UNSAFE:
                continue
            address = filled(rule, owned)
            first = caller.ask(method, address)
            again = caller.ask(
                method, address, headers={"If-None-Match": first.headers.get("ETag", '"x"')}
            )
            strange = caller.ask(method, address, headers={"Host": "evil.example"})
            for answer in (first, again, strange):
                for name, value in ALWAYS.items():
                    assert answer.headers.get(name) == value, (method, address, name)
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert not [n for n, _ in answer.headers if n.startswith("Access-Control")]
                if "/static/" not in address:
                    assert answer.headers.get("Cache-Control") == "no-store", address


def test_the_lane_in_front_of_flask_is_behind_the_same_guard(stage: Stage) -> None:
    reader = stage.caller("read")
    assert reader.get(OVERLAY).status_code == HTTPStatus.OK
    again = reader.get(OVERLAY)
    tag = again.headers["ETag"]
    unchanged = reader.get(OVERLAY, headers={"If-None-Match": tag})
    assert unchanged.status_code == HTTPStatus.NOT_MODIFIED
    for answer in (again, unchanged):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    for host in ("evil.example", "", "127.0.0.1", f"{HOST}.evil.example"):
        assert reader.get(OVERLAY, headers={"Host": host}).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer sw_" + "x" * 43},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"Authorization": "Bearer {token}, Bearer {token}"},
        {"Authorization": "Bearer {token}\u00ff"},
        {"Authorization": None, "X-Authorization": "Bearer {token}"},
        {"Authorization": None, "Cookie": "seawall_session={token}"},
    ],
    ids=str,
)
def test_only_a_bearer_header_opens_the_lane(stage: Stage, header: dict[str, str | None]) -> None:
    token = stage.token("read")
    caller = Caller(stage.app, token)
    caller.get(OVERLAY)
    assert caller.get(OVERLAY).status_code == HTTPStatus.OK
    filled_in = {n: v and v.replace("{token}", token) for n, v in header.items()}
    assert caller.get(OVERLAY, headers=filled_in).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("way", ["token", "access_token", "Authorization", "api_key", "key"])
def test_no_token_is_taken_from_an_address(stage: Stage, way: str) -> None:
    token = stage.token("admin")
    for path in ("/", "/accounts", "/api/v1/accounts", "/api/v1/tokens"):
        answer = stage.stranger().get(path, query_string={way: token})
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
        answer = stage.stranger().get(path, query_string={way: f"Bearer {token}"})
        assert answer.status_code == HTTPStatus.UNAUTHORIZED


def test_a_token_that_is_revoked_or_over_lets_nobody_in_from_that_moment(
    tmp_path: Path,
) -> None:
    with (
        time_machine.travel(NOON, tick=False) as time,
        open_database("sqlite", tmp_path) as database,
    ):
        stage = Stage(database, tmp_path, clock.now)
        with database.write() as conn:
            brief = tokens.issue(
                conn, user_id=stage.user_id, label="brief", scopes=["read"], now=NOON,
                expires_at=NOON + timedelta(minutes=1),
            ).token  # fmt: skip
            doomed = tokens.issue(
                conn, user_id=stage.user_id, label="doomed", scopes=["read"], now=NOON
            )
        brief_caller, doomed_caller = Caller(stage.app, brief), Caller(stage.app, doomed.token)
        for caller in (brief_caller, doomed_caller):
            tag = [caller.get(OVERLAY) for _ in range(2)][1].headers["ETag"]
        with database.write() as conn:
            tokens.revoke(conn, user_id=stage.user_id, token_id=doomed.row.id, now=NOON)
        for how in ({}, {"headers": {"If-None-Match": tag}}):
            assert brief_caller.get(OVERLAY, **how).status_code < 400
            assert doomed_caller.get(OVERLAY, **how).status_code == HTTPStatus.UNAUTHORIZED
            assert doomed_caller.get("/api/v1/accounts").status_code == HTTPStatus.UNAUTHORIZED
        time.shift(timedelta(minutes=1))
        for how in ({}, {"headers": {"If-None-Match": tag}}):
            assert brief_caller.get(OVERLAY, **how).status_code == HTTPStatus.UNAUTHORIZED
        stage.app.extensions["seawall"].demand.settle()


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_no_header_turns_a_look_into_a_change(
    stage: Stage, owned: dict[str, str], name: str
) -> None:
    address = f"/api/v1/accounts/{owned['account_id']}"
    for caller in (stage.caller("admin"), stage.browser()):
        caller.get(address, headers={name: "DELETE"})
        caller.get(f"{address}?_method=DELETE")
        assert caller.get(address).status_code == HTTPStatus.OK


def encoded(place: bytes) -> str:
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


@pytest.mark.parametrize(
    "place",
    [
        b'[1e400, 0, "x"]', b'[1000000000000000000000000000000, 0, "x"]', b'[-1, 0, "x"]',
        b'[0, NaN, "x"]', b'[0, 0, "\\ud800"]', b'[0, 0, "a\\u0000b"]', b'[0, 0, ""]', b"[" * 250,
        b"[0, 0]", b"{}", b'"abc"', b'["0", "0", "x"]',
        b'[0, 0, "x; DROP TABLE users"]', b"\xff\xfe",
    ],
)  # fmt: skip
def test_a_place_in_the_list_that_somebody_made_up_is_refused(stage: Stage, place: bytes) -> None:
    refused = stage.caller("read").get(f"/api/v1/positions?cursor={encoded(place)}")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    page = stage.browser().get("/", query_string={"after": encoded(place)})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    "path",
    [
        "/static/../wsgi.py", "/static/..%2fwsgi.py", "/static/%2e%2e/wsgi.py",
        "/static/..%5cwsgi.py", "/static/vendor/../../wsgi.py", "/static/%00", "/static/.",
        "/static/....//wsgi.py", "/static/%252e%252e/wsgi.py",
    ],
)  # fmt: skip
def test_no_other_file_is_served(stage: Stage, path: str) -> None:
    answer = stage.browser().get(path)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "def create" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["//evil.example/accounts", "///evil.example", "/\\evil.example", "/accounts//x",
             "/sign-in?next=https://evil.example", "/accounts?done=https://evil.example"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(stage: Stage, path: str) -> None:
    for caller in (stage.stranger(), stage.browser()):
        target = caller.get(path).headers.get("Location", "")
        assert not target.startswith("//")
        assert "evil.example" not in target.partition("?")[0] or target.startswith(f"http://{HOST}")


def test_a_database_error_shows_no_value(tmp_path: Path) -> None:
    with open_database("sqlite", tmp_path) as migrated:
        url = f"sqlite:///{migrated._path}"
    database = Database(url)
    insert = text("INSERT INTO users (id, name, created_at) VALUES (:id, 'planted-value', 1)")
    with pytest.raises(IntegrityError) as caught, database.write() as conn:
        conn.execute(insert, {"id": "planted-id"})
        conn.execute(
            text("INSERT INTO users (id, name) VALUES (:id, :n)"), {"id": "planted-id", "n": 1}
        )
    database.dispose()
    assert "planted-id" not in str(caught.value)


def test_a_session_another_page_planted_does_not_outlive_signing_in(stage: Stage) -> None:
    """Signing in always makes a new session, and ends the one that the browser brought."""
    from app.store import codes

    planted = stage.token("read", "admin", kind="session")
    with stage.database.write() as conn:
        code = codes.issue(
            conn, user_id=stage.user_id, purpose="sign_in", ttl_seconds=60, now=clock.now()
        )
    browser = Caller(stage.app, cookie=planted, headers={"Sec-Fetch-Site": "same-origin"})
    answer = browser.post("/sign-in", data={"code": code})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    cookie = answer.headers["Set-Cookie"]
    assert planted not in cookie
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie
    thief = Caller(stage.app, cookie=planted)
    assert thief.get("/accounts").status_code == HTTPStatus.UNAUTHORIZED


def test_who_may_only_read_is_not_shown_who_else_has_access(stage: Stage) -> None:
    """As with ``GET /api/v1/tokens``; the extension's token reads figures, nothing more."""
    stage.token("admin")
    reader, browser = stage.caller("read"), stage.browser()
    assert reader.get("/api/v1/tokens").status_code == HTTPStatus.FORBIDDEN
    page = reader.get("/accounts")
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert "/revoke" not in page.get_data(as_text=True)
    assert "/revoke" in browser.get("/accounts").get_data(as_text=True)
