"""The sandbox's server: one loopback address that stands for every venue's hosts.

A request to ``https://HOST/PATH`` arrives as ``http://127.0.0.1:PORT/HOST/PATH`` with its query,
body and headers unchanged. ``/_sandbox/…`` steers it.
"""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import suppress
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from app.sandbox.accounts import ACCOUNTS
from app.sandbox.binance import Binance
from app.sandbox.bybit import Bybit
from app.sandbox.cryptocom import Cryptocom
from app.sandbox.deribit import Deribit
from app.sandbox.faults import Faults
from app.sandbox.gate import Gate
from app.sandbox.handler import Handler
from app.sandbox.hyperliquid import Hyperliquid
from app.sandbox.ledger import Ledger, Write
from app.sandbox.market import Clock, Market, utc_now
from app.sandbox.okx import Okx
from app.sandbox.paradex import Paradex
from app.sandbox.venue import Venue


class Sandbox:
    """Every demo venue on one loopback port, over one market; a context manager.

    ``clock`` is the venues' clock (requests are signed against it, so it has to be the clients'
    too). With ``still`` the market stands at the scenario's first instant; to move a scenario
    without waiting use ``market.play(name, elapsed=…)`` or ``market.advance(seconds)``.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        scenario: str = "calm",
        still: bool = False,
        clock: Clock = utc_now,
    ) -> None:
        self.clock = clock
        self.market = Market(clock=clock, scenario=scenario, still=still)
        self.faults = Faults()
        self.requests = Ledger()
        self.accounts = ACCOUNTS
        venues: tuple[Venue, ...] = (
            Binance(self.requests),
            Bybit(self.requests),
            Okx(self.requests),
            Hyperliquid(self.requests),
            Paradex(self.requests),
            Gate(self.requests),
            Deribit(self.requests),
            Cryptocom(self.requests),
        )
        self._hosts = {host: venue for venue in venues for host in venue.hosts}
        self._server = Server(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """What to set as upstream."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def writes(self) -> tuple[Write, ...]:
        """Every attempt to change something at a venue; a read-only client leaves it empty."""
        return self.requests.writes

    def start(self) -> Self:
        """Serve in a thread of its own until ``stop``."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05},
            name="sandbox", daemon=True,
        )  # fmt: skip
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection and the port."""
        self._server.stopping.set()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.close_connections()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def venue(self, host: str) -> Venue | None:
        """The venue that answers for a real host name."""
        return self._hosts.get(host)


class Server(ThreadingHTTPServer):
    """The listening socket; knows its open connections, to end those clients keep alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """End connections that clients keep alive."""
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; anything else is a fault of the sandbox."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
