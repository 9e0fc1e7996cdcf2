"""Where exchange traffic goes instead of the exchanges: this machine, whoever reads the address.

Credentials are sent there, so the address must name this machine in every reading of it, that
of the library that connects included.
"""

from __future__ import annotations

import contextlib
from ipaddress import ip_address
from pathlib import Path

import pytest
from urllib3.util import parse_url

from app.domain.errors import InvalidInput
from app.settings import check_upstream
from app.venues.clients import Clients

ELSEWHERE = [
    "http://evil.example\\@127.0.0.1",
    "http://evil.example\\@127.0.0.1:9000",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1:9000@evil.example",
    "http://evil.example#@127.0.0.1",
    "http://evil.example?@127.0.0.1",
    "http://evil.example/@127.0.0.1",
    "http://evil.example\t@127.0.0.1",
    "http://evil.example\n@127.0.0.1",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1\t.evil.example",
    "http://localhost.evil.example",
    "http://[::ffff:8.8.8.8]:9000",
    "http://[::1%25eth0]:9000",
    "http://127.1:9000",
    "http://2130706433:9000",
    "http://0.0.0.0:9000",
    "http://[::]:9000",
    "http://user:secret@127.0.0.1:9000",
    "http://127.0.0.1:9000#fragment",
    "http://127.0.0.1:9000\\path",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:-1",
    "https://127.0.0.1:9000",
    "file://127.0.0.1/etc/passwd",
    "http://[127.0.0.1:9000",
    "http://\u0661\u0662\u0667.0.0.1:9000",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_that_could_be_read_as_another_machine_is_refused(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput) as caught:
        Clients(tmp_path, address)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", [*ELSEWHERE, "http://LOCALHOST:9000/", "http://[::1]:9000"])
def test_what_is_let_through_is_read_alike_by_the_library_that_connects(address: str) -> None:
    with contextlib.suppress(InvalidInput):
        base = check_upstream(address)
        read = parse_url(f"{base}/api.binance.com/sapi/v1/account/apiRestrictions?signature=x")
        assert read.scheme == "http"
        assert read.auth is None
        assert read.path == "/api.binance.com/sapi/v1/account/apiRestrictions"
        host = str(read.host).strip("[]")
        assert host == "localhost" or ip_address(host).is_loopback


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
        ("http://localhost:9000", "http://localhost:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("", None),
    ],
)
def test_this_machine_by_any_plain_name_is_taken(address: str, taken: str | None) -> None:
    assert check_upstream(address) == taken
