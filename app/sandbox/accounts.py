"""The demo credentials. They are fixed, public and obviously not real: only the sandbox knows them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.account import Credentials

EVERYWHERE = ""
ELSEWHERE = "203.0.113.7"
"""An address nobody calls from (TEST-NET-3)."""
_PAST, _FAR = 1_767_225_600, 1_924_588_800  # 2026-01-01 and 2030-12-27 08:00 UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One credential and what its venue knows of it.

    ``fields`` are what a person would paste (``api_key``, ``secret``, ``passphrase``; or
    ``address``; or ``token``). ``book`` names the trading account it reads. ``powers`` beyond
    reading are ``trade`` and ``withdraw``. ``ip`` is the only address the key may be used from,
    if any. ``role`` is what Hyperliquid says of an address.
    """

    venue: str
    name: str
    fields: Mapping[str, str]
    book: str = "main"
    powers: frozenset[str] = frozenset()
    ip: str = EVERYWHERE
    expired: bool = False
    role: str = "user"

    @property
    def credentials(self) -> Credentials:
        """The same, in the form that never shows itself."""
        return Credentials(self.fields)

    @property
    def public(self) -> str:
        """The part that identifies it: API key or address; a token is all there is of it."""
        fields = self.fields
        return fields.get("api_key") or fields.get("token") or fields["address"]


def _key(
    venue: str,
    name: str,
    *,
    book: str = "main",
    powers: tuple[str, ...] = (),
    ip: str = EVERYWHERE,
    expired: bool = False,
) -> DemoAccount:
    stem = f"sandbox-{venue}-{name.replace('_', '-')}"
    fields = {"api_key": f"{stem}-key", "secret": f"{stem}-secret"}
    if venue == "okx":
        fields["passphrase"] = f"{stem}-passphrase"
    if venue == "gate":  # shows the first letters of its keys, which have to differ
        fields["api_key"] = f"5a5a{hashlib.sha256(stem.encode()).hexdigest()[:28]}"
    return DemoAccount(
        venue=venue, name=name, fields=fields, book=book, powers=frozenset(powers), ip=ip,
        expired=expired,
    )  # fmt: skip


def _keys(venue: str) -> dict[str, DemoAccount]:
    keys = (
        _key(venue, "read_only"),
        _key(venue, "trade", powers=("trade",)),
        _key(venue, "withdraw", powers=("trade", "withdraw"), ip="127.0.0.1"),
        _key(venue, "empty", book="empty"),
        _key(venue, "ip_bound", ip="127.0.0.1"),
        _key(venue, "elsewhere", ip=ELSEWHERE),
        _key(venue, "expired", expired=True),
    )
    return {key.name: key for key in keys}


def _address(name: str, *, book: str = "empty", role: str = "user") -> DemoAccount:
    digest = hashlib.sha256(f"sandbox-hyperliquid-{name}".encode()).hexdigest()
    return DemoAccount(
        venue="hyperliquid", name=name, fields={"address": f"0x{'5a' * 4}{digest[:32]}"},
        book=book, role=role,
    )  # fmt: skip


_ADDRESSES = (
    _address("user", book="main"),
    _address("agent", role="agent"),
    _address("missing", role="missing"),
    _address("empty"),
)


def starknet(name: str) -> str:
    """An address on Paradex's chain, by what the sandbox calls the account."""
    return f"0x5a{hashlib.sha256(f'sandbox-paradex-{name}'.encode()).hexdigest()[:60]}"


def _token(name: str, *, book: str = "main", expired: bool = False) -> DemoAccount:
    """A read-only token of Paradex: a JSON Web Token that only the sandbox knows."""
    claims = {
        "typ": "at+JWT",
        "exp": _PAST if expired else _FAR,
        "iat": _PAST - 86_400,
        "iss": "Paradex sandbox",
        "sub": starknet(book),
    }
    parts = (
        json.dumps({"alg": "ES256", "typ": "JWT"}, separators=(",", ":")).encode(),
        json.dumps(claims, separators=(",", ":")).encode(),
        hashlib.sha512(f"sandbox-paradex-{name}".encode()).digest(),
    )
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return DemoAccount(
        venue="paradex", name=name, fields={"token": token}, book=book, expired=expired
    )


_TOKENS = (_token("read_only"), _token("empty", book="empty"), _token("expired", expired=True))

ACCOUNTS: Mapping[str, Mapping[str, DemoAccount]] = {
    "binance": _keys("binance"),
    "bybit": _keys("bybit"),
    "okx": _keys("okx"),
    "hyperliquid": {account.name: account for account in _ADDRESSES},
    "paradex": {account.name: account for account in _TOKENS},
    "deribit": _keys("deribit"),
    "cryptocom": _keys("cryptocom"),
    "gate": {**_keys("gate"), "unified": _key("gate", "unified", book="unified")},
}
"""Venue id → name → account. For linking: ``read_only``, and ``user`` at Hyperliquid."""


def find(venue: str, public: str) -> DemoAccount | None:
    """The account of an API key, or of an address in any case."""
    wanted = public.lower() if venue == "hyperliquid" else public
    return next((a for a in ACCOUNTS[venue].values() if a.public == wanted), None)
