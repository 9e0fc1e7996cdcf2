"""Venue pages over TLS and a Seawall over HTTP, both made up, on loopback ports of their own.

The made-up Seawall answers with the documents in ``fixtures/``, whose shapes are the API's (a
test compares them with ``openapi/seawall.json``). It checks the token, answers 304 to an ETag it
knows, and keeps what it was asked.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent.parent
FIXTURES = HERE / "fixtures"
SITE = HERE / "site"
TOKEN = "sw_" + "t" * 43
CODE = "ABCD-EFGH"
VERSION = "0.1.0"
MANIFEST = json.loads((HERE.parents[1] / "extension" / "manifest.json").read_text(encoding="utf-8"))
HOSTS = tuple(str(urlsplit(match).hostname) for match in MANIFEST["content_scripts"][0]["matches"])
STRICT_CSP = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'"

OVERLAYS = {
    "https://www.binance.com/en/futures/BTCUSDT": "overlay-binance-warning",
    "https://www.binance.com/en/futures/ETHUSDT": "overlay-binance-eth",
    "https://www.bybit.com/trade/usdt/BTCUSDT": "overlay-bybit-ok",
    "https://www.okx.com/trade-swap/btc-usdt-swap": "overlay-okx-critical",
    "https://app.hyperliquid.xyz/trade/BTC": "overlay-hyperliquid-watch",
    "https://crypto.com/exchange/trade/BTCUSD-PERP": "overlay-cryptocom-session",
}
"""What is answered for which page, until a test says otherwise."""


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as Seawall saw it; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]

    @property
    def page(self) -> str | None:
        """The page an overlay was asked for."""
        return next(iter(self.query.get("url", [])), None)


@dataclass
class Seawall:
    """What the made-up Seawall does; a test changes it as it goes."""

    token: str = TOKEN
    overlays: dict[str, Any] = field(default_factory=dict)
    positions: Any = None
    status: int = 200
    """Anything else is answered to every request for figures."""
    healthy: bool = True
    """Whether what listens is Seawall at all."""
    slow: dict[str, threading.Event] = field(default_factory=dict)
    """A page whose answer waits for its event."""
    asked: list[Asked] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def reset(self) -> None:
        self.token, self.status, self.healthy = TOKEN, 200, True
        self.overlays = {url: fixture(name) for url, name in OVERLAYS.items()}
        self.positions = fixture("positions")
        for event in self.slow.values():
            event.set()
        self.slow = {}
        self.asked, self.answered = [], []

    def show(self, url: str, name: str) -> None:
        """From now on ``url`` is answered with this fixture."""
        self.overlays[url] = fixture(name)

    def show_of(self, venue: str, url: str, name: str) -> None:
        """The same as if the fixture were an answer about ``venue``."""
        document = fixture(name)
        document["page"]["venue"] = venue
        for position in document["positions"]:
            position["venue"] = venue
        self.overlays[url] = document

    def of(self, path: str) -> list[Asked]:
        return [one for one in self.asked if one.path == path]

    def answer(self, asked: Asked, body: Any) -> tuple[int, Any, dict[str, str]]:
        if asked.path == "/healthz":
            return (
                (200, {"status": "ok", "version": VERSION}, {}) if self.healthy else (404, {}, {})
            )
        if asked.path == "/api/v1/pairing":
            return self._pair(body)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return self._error(
                401, "This token is not known here: it is wrong, expired or revoked."
            )
        if self.status != 200:
            return self._error(self.status, "The database is being migrated.")
        if asked.path == "/api/v1/positions":
            return self._conditional(asked, self.positions)
        if asked.path == "/api/v1/overlay":
            if event := self.slow.get(asked.page or ""):
                event.wait(5)
            if asked.page in self.overlays:
                return self._conditional(asked, self.overlays[asked.page])
            return self._error(404, "This is not a trading page of a venue Seawall knows.")
        return self._error(404, "There is nothing here.")

    def _conditional(self, asked: Asked, document: Any) -> tuple[int, Any, dict[str, str]]:
        digest = hashlib.sha256(json.dumps(document).encode()).hexdigest()[:24]
        etag = f'W/"{digest}"'
        if asked.headers.get("if-none-match") == etag:
            return 304, None, {"ETag": etag}
        return 200, document, {"ETag": etag}

    def _pair(self, body: Any) -> tuple[int, Any, dict[str, str]]:
        if body.get("code", "").replace("-", "").upper() != CODE.replace("-", ""):
            return self._error(403, "This code is wrong, was used already, or is too old.")
        return 201, {"token": self.token, "scopes": ["read"], "base_url": "http://127.0.0.1"}, {}

    def _error(self, code: int, message: str) -> tuple[int, Any, dict[str, str]]:
        return code, {"code": code, "status": "Error", "message": message, "errors": {}}, {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send(self, code: int, body: bytes, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response(code)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        if code != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if code != 304:
            self.wfile.write(body)


class _Venue(_Handler):
    FILES: ClassVar = {"/site.css": "text/css", "/site.js": "text/javascript"}

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/favicon.ico":
            return self.send(204, b"", "image/x-icon", {})
        if url.path in self.FILES:
            file = SITE / url.path.removeprefix("/")
            return self.send(200, file.read_bytes(), self.FILES[url.path], {})
        headers = {"Content-Security-Policy": STRICT_CSP} if "csp=1" in url.query else {}
        return self.send(
            200, (SITE / "index.html").read_bytes(), "text/html; charset=utf-8", headers
        )


def _backend(seawall: Seawall) -> type[_Handler]:
    class Backend(_Handler):
        # No CORS headers on purpose: the worker must not need any.
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._answer(json.loads(self.rfile.read(length) or b"{}"))

        def do_OPTIONS(self) -> None:
            self._answer(None)

        def _answer(self, body: Any) -> None:
            url = urlsplit(self.path)
            asked = Asked(
                method=self.command,
                path=url.path,
                query=parse_qs(url.query),
                headers={name.lower(): value for name, value in self.headers.items()},
            )
            seawall.asked.append(asked)
            code, document, headers = seawall.answer(asked, body)
            seawall.answered.append(code)
            self.send(code, json.dumps(document).encode(), "application/json", headers)

    return Backend


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle of an answer is no error here."""


@contextmanager
def serve(handler: type[_Handler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve until the block ends; yields the port."""
    server = _Quiet(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def venue_pages(folder: Path) -> Iterator[int]:
    """The venues' pages, over TLS under any host name; the certificate is made in ``folder``."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(
        [*request, "-subj", f"/CN={HOSTS[0]}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with serve(_Venue, tls) as port:
        yield port


@contextmanager
def seawall_api() -> Iterator[tuple[str, Seawall]]:
    """A made-up Seawall; yields its address and what it does."""
    seawall = Seawall()
    seawall.reset()
    with serve(_backend(seawall)) as port:
        yield f"http://127.0.0.1:{port}", seawall
