"""What stands before every handler, and what every answer tells the browser."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.support.api import Caller, Stage, body

EVERYWHERE = ["/healthz", "/readyz", "/api/v1/accounts", "/api/v1/openapi.json", "/nowhere"]
ROOT = Path(__file__).parents[2]


def refused_for_its_host(stage: Stage, path: str, host: str) -> None:
    answer = stage.stranger().get(path, headers={"Host": host})
    refused = body(answer, 403)
    assert set(refused) == {"code", "status", "message", "errors"}
    assert "evil" not in answer.get_data(as_text=True)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_strangers_host_is_refused_before_anything_is_looked_at(stage: Stage) -> None:
    for path in [*EVERYWHERE, "/", "/api/docs", "/static/api-docs.js"]:
        refused_for_its_host(stage, path, "evil.example")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:8765.evil.example",
        "evil.example:8765",
        "localhost",
        "127.0.0.1:8765@evil.example",
        "",
    ],
)
def test_a_host_that_only_looks_like_ours_is_a_strangers(stage: Stage, host: str) -> None:
    refused_for_its_host(stage, "/healthz", host)


def test_a_stranger_with_a_good_token_is_still_at_the_wrong_address(stage: Stage) -> None:
    body(stage.caller("admin").get("/api/v1/accounts", headers={"Host": "evil.example"}), 403)


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "seawall.example"]
)
def test_our_own_names_are_answered_in_any_case(stage: Stage, host: str) -> None:
    body(stage.stranger().get("/healthz", headers={"Host": host}))


def test_a_forwarded_host_counts_for_nothing(stage: Stage) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "127.0.0.1:8765"}
    body(stage.stranger().get("/healthz", headers=headers), 403)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_answers_of_the_api_are_data_that_nobody_keeps_frames_or_embeds(
    stage: Stage, path: str
) -> None:
    headers = stage.caller("admin").get(path, headers={"Accept": "application/json"}).headers
    policy = headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_no_other_origin_is_ever_allowed_to_read_an_answer(stage: Stage, method: str) -> None:
    headers = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = stage.caller("admin").ask(method, "/api/v1/accounts", headers=headers)
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


def test_a_304_carries_the_same_protection(stage: Stage) -> None:
    caller = stage.caller("read")
    etag = caller.get("/api/v1/venues/okx").headers["ETag"]
    answer = caller.get("/api/v1/venues/okx", headers={"If-None-Match": etag})
    assert answer.status_code == HTTPStatus.NOT_MODIFIED
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_documentation_page_loads_files_of_our_own_alone(stage: Stage) -> None:
    answer = stage.stranger().get("/api/docs")
    assert answer.status_code == HTTPStatus.OK
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    page = answer.get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded
    for address in loaded:
        assert address.startswith("/")
        assert stage.stranger().get(address).status_code == HTTPStatus.OK
    assert "<script>" not in page


def test_static_files_may_be_kept_but_are_not_sniffed_or_framed(stage: Stage) -> None:
    answer = stage.stranger().get("/static/api-docs.js")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] != "no-store"
    assert "ETag" in answer.headers


def test_vendored_files_are_as_their_version_note_says() -> None:
    from hashlib import sha256

    folder = ROOT / "app/web/static/vendor/swagger-ui"
    note = (folder / "VERSION").read_text()
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}" in note
    assert (folder / "LICENSE").read_text().lstrip().startswith("Apache License")


def post(caller: Caller, data: bytes, content_type: str | None = "application/json") -> int:
    return caller.post("/api/v1/tokens", data=data, content_type=content_type).status_code


def test_a_body_larger_than_anything_we_take_is_refused(stage: Stage) -> None:
    caller = stage.caller("admin")
    large = b'{"label": "' + b"x" * 70_000 + b'"}'
    assert post(caller, large) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert body(caller.post("/api/v1/tokens", data=large, content_type="application/json"), 413)


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_only_json_is_taken_and_it_must_say_so(stage: Stage, content_type: str | None) -> None:
    good = b'{"label": "x", "scopes": ["read"]}'
    assert post(stage.caller("admin"), good, content_type) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b'{"label": "x", "scopes": ["read"]}}',
        b'"\xed\xa0\x80"',
    ],
)
def test_what_is_no_json_is_refused_and_not_quoted(stage: Stage, data: bytes) -> None:
    answer = stage.caller("admin").post(
        "/api/v1/tokens", data=data, content_type="application/json"
    )
    assert body(answer, 400)["message"] == "The body is not valid JSON."


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"5", b'"text"', b"NaN"])
def test_json_of_another_shape_is_refused(stage: Stage, data: bytes) -> None:
    assert post(stage.caller("admin"), data) == HTTPStatus.UNPROCESSABLE_ENTITY
