"""Tests reach this machine alone: any other address is an error, whoever asks.

An audit hook sees every connection and look-up that Python makes, whichever library asks,
and no test can take it away again. Programs that tests start are not covered; those are
given a loopback ``SEAWALL_UPSTREAM`` or, for a browser, resolver rules.
"""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address
from urllib.parse import urlsplit

ADDRESS_ARGUMENT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


class NotLoopback(AssertionError):
    """A test tried to reach another machine."""


def install() -> None:
    """From now on this process reaches loopback and the test servers named by URL only."""
    named = (
        os.environ.get(name) for name in ("SEAWALL_TEST_POSTGRES_URL", "SEAWALL_TEST_REDIS_URL")
    )
    allowed = frozenset(filter(None, (urlsplit(url).hostname for url in named if url)))

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in ADDRESS_ARGUMENT:
            target = arguments[ADDRESS_ARGUMENT[event]]
            internet = getattr(arguments[0], "family", None) in (socket.AF_INET, socket.AF_INET6)
            if internet and isinstance(target, tuple):
                _check(str(target[0]), allowed)
        elif event in LOOKUPS and arguments[0]:
            host = arguments[0]
            _check(host.decode() if isinstance(host, bytes) else str(host), allowed)

    sys.addaudithook(watch)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine; wildcard addresses are."""
    if host in {"", "localhost", socket.gethostname()}:
        return True
    try:
        address = ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _check(host: str, allowed: frozenset[str]) -> None:
    if host not in allowed and not is_loopback(host):
        raise NotLoopback(
            f"a test tried to reach {host}; tests talk to this machine only: "
            "use the sandbox or requests_mock inside the guard"
        )
