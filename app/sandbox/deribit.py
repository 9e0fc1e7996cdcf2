"""Deribit's REST interface (JSON-RPC over GET): routes, signatures, errors, limits.

A login by ``client_signature`` signs time, nonce and data; every other private request signs
time, nonce, method, address and body in its ``Authorization``. Writes are GETs as well: what
reads is told by its name. https://docs.deribit.com/articles/authentication
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

from app.sandbox import deribit_account as account
from app.sandbox import deribit_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.deribit_market import error
from app.sandbox.faults import Fault
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Call, Refusal, Request, Route

HOST = "www.deribit.com"
API = "/api/v2"
_WINDOW_MS = 60_000
_SCHEME = "deri-hmac-sha256 "
_READS = ("get_", "list_")


class Deribit(Venue):
    """The interface of a main account on segregated standard margin."""

    id = "deribit"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (HOST, f"{API}/public/get_time"): Route(answer=market.time),
        (HOST, f"{API}/public/get_instruments"): Route(answer=market.instruments, weight=20),
        (HOST, f"{API}/public/get_book_summary_by_currency"): Route(answer=market.book_summary),
        (HOST, f"{API}/public/get_last_settlements_by_currency"): Route(
            answer=market.last_settlements
        ),
        (HOST, f"{API}/public/get_tradingview_chart_data"): Route(answer=market.chart),
        (HOST, f"{API}/public/auth"): Route(answer=account.auth, signed=True),
        (HOST, f"{API}/private/get_positions"): Route(answer=account.positions, signed=True),
        (HOST, f"{API}/private/get_account_summaries"): Route(
            answer=account.summaries, signed=True
        ),
    }

    def is_write(self, request: Request) -> bool:
        area, _, name = request.path.removeprefix(f"{API}/").partition("/")
        return area == "private" and not name.startswith(_READS)

    def wrap(self, payload: object, call: Call) -> Answer:
        return Answer(
            payload={
                "jsonrpc": "2.0", "result": payload, "usIn": call.now_ms * 1000 - 600,
                "usOut": call.now_ms * 1000, "usDiff": 600, "testnet": False,
            }
        )  # fmt: skip

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        sent = _login(request) if request.path == f"{API}/public/auth" else _signed(request)
        found = self.known(sent["id"], revoked)
        if found is None or (found.ip and found.ip != request.ip):
            raise Refusal(error(13004, "invalid_credentials"))
        late = not sent["ts"].isdigit() or abs(now_ms - int(sent["ts"])) > _WINDOW_MS
        secret, text = found.fields["secret"].encode(), sent["text"].encode()
        expected = hmac.new(secret, text, hashlib.sha256).hexdigest()
        if late or found.expired or not hmac.compare_digest(expected, sent["sig"]):
            raise Refusal(error(13009, "unauthorized"))
        return found

    def unknown(self, request: Request) -> Answer:
        return error(-32601, "Method not found")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        return error(13021, "forbidden", reason="scope")

    def done(self, request: Request, now_ms: int) -> Answer:
        return Answer(payload={"jsonrpc": "2.0", "result": {"order": {"order_id": str(now_ms)}}})

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        return error(10028, "too_many_requests", status=429, wait=fault.retry_after)

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=403, text="<html><body>403 Forbidden</body></html>", content_type="text/html"
        )


def _login(request: Request) -> Mapping[str, str]:
    """The parts of a login by signature; the secret itself is not taken."""
    params = request.params
    if params.get("grant_type") != "client_signature":
        raise Refusal(error(-32602, "Invalid params", reason="wrong format", param="grant_type"))
    for name in ("client_id", "timestamp", "nonce", "signature"):
        if not params.get(name):
            raise Refusal(error(-32602, "Invalid params", reason="must be present", param=name))
    stamp, data = params["timestamp"], params.get("data", "")
    return {
        "id": params["client_id"],
        "ts": stamp,
        "sig": params["signature"],
        "text": f"{stamp}\n{params['nonce']}\n{data}",
    }


def _signed(request: Request) -> Mapping[str, str]:
    """The parts of the ``Authorization`` of a private request."""
    header = request.header("authorization")
    pairs = (part.partition("=") for part in header.removeprefix(_SCHEME).split(","))
    sent = {name.strip(): value for name, _, value in pairs}
    if not header.startswith(_SCHEME) or not {"id", "ts", "sig", "nonce"} <= sent.keys():
        raise Refusal(error(13009, "unauthorized"))
    query = f"?{request.query}" if request.query else ""
    address, body = f"{request.path}{query}", request.body.decode("utf-8", "replace")
    lines = (sent["ts"], sent["nonce"], request.method, address, body, "")
    return sent | {"text": "\n".join(lines)}
