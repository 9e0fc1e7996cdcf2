"""Bundles: the raw answers of a venue in one plain JSON file. docs/bundles.md is the format.

``record`` writes them, ``replay`` reads them; a bug report holds one, and the payloads of the
venue tests have the same form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from app.domain.errors import InvalidInput

REDACTED: Final = "REDACTED"
"""What stands where a secret was; in a request it is compared with nothing."""

ONE_TIME: Final = frozenset(
    {
        "accesskeyid",
        "api_key",
        "apikey",
        "apisign",
        "nonce",
        "recv_window",
        "recvwindow",
        "sig",
        "sign",
        "signature",
        "signaturemethod",
        "signatureversion",
        "signtimestamp",
        "timestamp",
        "tm",
        "ts",
    }
)
"""Parameters, written small, that sign a request or date it: another run has others."""


class BundleError(InvalidInput):
    """A file is no bundle; the message says where it is wrong."""

    code = "bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and what it was answered with; a body is JSON, text, or ``None``."""

    method: str
    url: str
    request_body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    @property
    def place(self) -> str:
        """Method, host and path."""
        return place_of(self.method, self.url)

    def asks(self) -> dict[str, object]:
        """The parameters that tell this request from others of the same place."""
        return {
            name: value
            for name, value in parameters(self.url, self.request_body).items()
            if name.lower() not in ONE_TIME and value != REDACTED
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a venue answered, in the order it was asked; ``recorded_at`` where that is known."""

    venue: str
    entries: tuple[Entry, ...]
    recorded_at: datetime | None = None


def place_of(method: str, url: str) -> str:
    parts = urlsplit(url)
    return f"{method} {parts.scheme}://{parts.netloc}{parts.path}"


def parameters(url: str, body: object) -> dict[str, object]:
    """The fields of the query and of the body, which is JSON, a form, or nothing."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            body = dict(parse_qsl(str(body), keep_blank_values=True))
    fields = body if isinstance(body, dict) else {}
    return {**dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)), **fields}


def parse(text: str) -> Bundle:
    """Raises ``BundleError``."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise BundleError(f"This is no bundle: it is no JSON ({error}).") from error
    return from_data(data)


def from_data(data: object) -> Bundle:
    """A bundle from parsed JSON. Raises ``BundleError``; keys it does not know are left alone."""
    top = _object(data, "the file")
    venue, entries = top.get("venue"), top.get("entries")
    if not isinstance(venue, str) or not venue:
        raise BundleError('This is no bundle: "venue" is not the id of a venue.')
    if not isinstance(entries, list):
        raise BundleError('This is no bundle: "entries" is not a list.')
    return Bundle(
        venue=venue,
        entries=tuple(_entry(item, number) for number, item in enumerate(entries)),
        recorded_at=_moment(top.get("recorded_at")),
    )


def as_text(bundle: Bundle) -> str:
    """The bundle as JSON, ready for a file."""
    data = {
        "venue": bundle.venue,
        "recorded_at": bundle.recorded_at.isoformat() if bundle.recorded_at else None,
        "entries": [
            {
                "request": {"method": one.method, "url": one.url, "body": one.request_body},
                "response": {
                    "status": one.status,
                    "headers": dict(one.headers),
                    "body": one.body,
                },
            }
            for one in bundle.entries
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _entry(data: object, number: int) -> Entry:
    where = f"entry {number + 1}"
    entry = _object(data, where)
    request = _object(entry.get("request"), f"the request of {where}")
    response = _object(entry.get("response"), f"the response of {where}")
    method, url, status = request.get("method"), request.get("url"), response.get("status", 200)
    headers = _object(response.get("headers") or {}, f"the headers of {where}")
    if not isinstance(method, str) or not isinstance(url, str) or not url.startswith("https://"):
        raise BundleError(f"This is no bundle: {where} has no method or no https address.")
    if isinstance(status, bool) or not isinstance(status, int):
        raise BundleError(f"This is no bundle: the status of {where} is not a number.")
    return Entry(
        method=method,
        url=url,
        request_body=request.get("body"),
        status=status,
        headers={name: str(value) for name, value in headers.items()},
        body=response.get("body"),
    )


def _object(data: object, what: str) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise BundleError(f"This is no bundle: {what} is not an object.")
    return data


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise BundleError('This is no bundle: "recorded_at" is not a time.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
