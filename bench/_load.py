"""A load of keep-alive HTTP/1.1 connections from one thread, and what it measures."""

from __future__ import annotations

import re
import selectors
import socket
import time
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What came of one or more runs: seconds, and the latency of each answer."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class _Connection:
    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.buffer = b""
        self.sent_at = 0.0
        self.wanted: int | None = None

    def send(self) -> None:
        self.buffer, self.wanted = b"", None
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> bool:
        """Whether the answer is complete. A 304 has no body, whatever its headers say."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server closed a connection that was to be kept alive")
        self.buffer += piece
        if self.wanted is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return False
            found = LENGTH.search(self.buffer, 0, end + 2)
            bodyless = self.buffer.startswith(b"HTTP/1.1 304")
            self.wanted = end + 4 + (0 if bodyless or found is None else int(found[1]))
        return len(self.buffer) >= self.wanted


def run(
    port: int, request: bytes, *, status: bytes, clients: int, seconds: float, into: Load
) -> None:
    """Ask with ``clients`` connections at once for ``seconds``, every answer of ``status``."""
    selector = selectors.DefaultSelector()
    connections = [_Connection(port, request) for _ in range(clients)]
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    began = time.perf_counter()
    end = began + seconds
    asking = clients
    while asking:
        for key, _ in selector.select(timeout=10):
            connection = key.data
            if not connection.receive():
                continue
            now = time.perf_counter()
            assert connection.buffer.startswith(b"HTTP/1.1 " + status), connection.buffer[:300]
            into.latencies.append(now - connection.sent_at)
            if now < end:
                connection.send()
            else:
                asking -= 1
    into.seconds += time.perf_counter() - began
    for connection in connections:
        connection.socket.close()
    selector.close()


def request(path: str, port: int, headers: dict[str, str] | None = None) -> bytes:
    """A GET as the extension's worker sends it."""
    lines = {"Host": f"127.0.0.1:{port}", "Accept": "application/json", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()


def fetch(port: int, asked: bytes) -> tuple[bytes, bytes]:
    """One answer: its head and its body."""
    connection = _Connection(port, asked)
    connection.send()
    while not connection.receive():
        pass
    connection.socket.close()
    head, _, body = connection.buffer.partition(b"\r\n\r\n")
    return head, body
