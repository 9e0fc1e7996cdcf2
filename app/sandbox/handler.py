"""One connection to the sandbox: HTTP/1.1 with keep-alive, and the faults that spoil it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast

from app.sandbox.control import control
from app.sandbox.faults import Fault, FaultKind, misshapen
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Request

if TYPE_CHECKING:
    from app.sandbox.server import Server

_BROKEN_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, lets faults have their way, writes answers in one piece."""

    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # head and body leave in one piece; the base class flushes

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are counted, not printed: their headers and queries hold credentials."""

    def do_GET(self) -> None:
        self._serve()

    do_HEAD = do_GET  # noqa: N815
    do_POST = do_GET  # noqa: N815
    do_PUT = do_GET  # noqa: N815
    do_PATCH = do_GET  # noqa: N815
    do_DELETE = do_GET  # noqa: N815

    def _serve(self) -> None:
        request = self._request()
        sandbox = cast("Server", self.server).sandbox
        venue = sandbox.venue(request.host)
        if request.host == "_sandbox":
            self._send(control(sandbox, request))
        elif venue is None:
            text = f"no venue has the host {request.host}\n"
            self._send(Answer(status=404, text=text, content_type="text/plain"))
        else:
            self._serve_venue(venue, request)

    def _serve_venue(self, venue: Venue, request: Request) -> None:
        server = cast("Server", self.server)
        sandbox, endpoint = server.sandbox, venue.endpoint(request)
        faults = sandbox.faults.meet(venue.id, endpoint)
        skew = faults[FaultKind.CLOCK_SKEW].seconds if FaultKind.CLOCK_SKEW in faults else 0.0
        now_ms = int((sandbox.clock().timestamp() + skew) * 1000)
        sandbox.requests.request(venue.id, endpoint, venue.weight(request), now_ms // 60_000)
        if FaultKind.LATENCY in faults:
            server.stopping.wait(faults[FaultKind.LATENCY].seconds)
        if FaultKind.DROPPED in faults:
            self.close_connection = True
            return
        answer = _failure(venue, faults, now_ms) or venue.answer(
            request, market=sandbox.market.state(), now_ms=now_ms,
            revoked=faults.get(FaultKind.REVOKED),
        )  # fmt: skip
        headers = {**venue.headers(request, now_ms), **answer.headers}
        spoilt = replace(_spoilt(answer, faults), headers=headers)
        self._send(spoilt, cut_off=FaultKind.CUT_OFF in faults)

    def _request(self) -> Request:
        path, _, query = self.path.partition("?")
        host, _, rest = path.removeprefix("/").partition("/")
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            host=host,
            path=f"/{rest}",
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            ip=str(self.client_address[0]),
        )

    def _send(self, answer: Answer, *, cut_off: bool = False) -> None:
        body = answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if cut_off:
            body = body[: len(body) // 2]
            self.close_connection = True
        if self.command != "HEAD":
            self.wfile.write(body)


def _failure(venue: Venue, faults: Mapping[FaultKind, Fault], now_ms: int) -> Answer | None:
    """The answer a fault puts in place of the venue's own."""
    if FaultKind.SERVER_ERROR in faults:
        status = faults[FaultKind.SERVER_ERROR].status
        return Answer(
            status=status,
            text=_BROKEN_PAGE.format(f"{status} Bad Gateway"),
            content_type="text/html",
        )
    if FaultKind.BANNED in faults:
        return venue.banned(faults[FaultKind.BANNED], now_ms)
    if FaultKind.RATE_LIMITED in faults:
        return venue.limited(faults[FaultKind.RATE_LIMITED], now_ms)
    return None


def _spoilt(answer: Answer, faults: Mapping[FaultKind, Fault]) -> Answer:
    """``answer`` with its JSON misshapen or ending half-way, where a fault says so."""
    if FaultKind.WRONG_TYPES in faults and answer.text is None:
        shape = faults[FaultKind.WRONG_TYPES].shape
        answer = replace(answer, payload=misshapen(answer.payload, shape))
    if FaultKind.TRUNCATED in faults:
        text = answer.body.decode()
        answer = replace(answer, text=text[: len(text) // 2])
    return answer
