"""A venue on recorded answers: real ccxt client, real guard, requests_mock inside the guard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ccxt
import pytest
import requests_mock

from app.domain.account import Credentials
from app.venues.base import VenueReader
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from app.venues.facts import VenueFacts

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SECRET = "5ecretThatMustNeverShow123456789abcdefABCDEF"
"""Base64 and base58 of 32 bytes alike, so that every venue's signature can be made with it."""
API_KEY = "keyThatMustNeverShow0123456789abcdefABCDEF"
PASSPHRASE = "passphrase-that-must-never-show"
TOKEN = "tokenThatMustNeverShow0123456789abcdefABCDEF"
ADDRESS = "0x00000000000000000000000000000000deadbeef"


def credentials(facts: VenueFacts) -> Credentials:
    """Made-up values for what a venue asks for."""
    made_up = {
        "api_key": API_KEY,
        "secret": SECRET,
        "passphrase": PASSPHRASE,
        "address": ADDRESS,
        "token": TOKEN,
        "account_id": "1000001",
    }
    assert facts.linking is not None
    return Credentials(
        {field.name: field.example or made_up[field.name] for field in facts.linking.fields}
    )


class Exchange:
    """What one venue answers, by the ids of its facts' reads."""

    def __init__(self, venue: str, cache_dir: Path, payloads: Path) -> None:
        self.facts = catalogue().venue(venue)
        self.now = NOW
        self.adapter = requests_mock.Adapter()
        self.payloads = payloads
        self.clients = self.restarted(cache_dir)

    def restarted(self, cache_dir: Path) -> Clients:
        """Clients as a new process would have them, over the same cache folder."""
        self.clients = Clients(cache_dir, clock=lambda: self.now, make_adapter=lambda: self.adapter)
        return self.clients

    def payload(self, name: str) -> Any:
        return json.loads((self.payloads / f"{name}.json").read_text(encoding="utf-8"))

    def answers(self, read_id: str, payload: Any = None, **kwargs: Any) -> None:
        """From now on the read is answered with ``payload``: a file's name, or JSON itself."""
        read = self.facts.read(read_id)
        if not kwargs or payload is not None:
            kwargs["json"] = self.payload(payload) if isinstance(payload, str) else payload
        url = f"https://{read.host}{read.path}"
        self.adapter.register_uri(read.method, url, **kwargs)

    def asked(self) -> list[str]:
        """The reads that were asked for, in order, by id; all that went beyond the guard."""
        return [self._id(request) for request in self.adapter.request_history]

    def forget(self) -> None:
        """Start counting anew."""
        self.adapter.reset()

    def account(self, name: str = "main") -> VenueReader:
        return self.clients.account(name, self.facts.id, credentials(self.facts))

    def public(self) -> VenueReader:
        return self.clients.public(self.facts.id)

    def _id(self, request: Any) -> str:
        host, path = request.hostname, request.path
        for read in self.facts.reads:
            if (read.method, read.host, read.path.lower()) == (request.method, host, path):
                return read.id
        return f"{request.method} {host}{path}"


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """ccxt spaces its requests by sleeping; tests do not sleep."""
    monkeypatch.setattr(ccxt.Exchange, "throttle", lambda *_args, **_kwargs: None)


def with_values(payload: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A payload with some values changed."""
    return {**payload, **changes}
