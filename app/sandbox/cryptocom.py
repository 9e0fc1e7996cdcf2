"""Crypto.com Exchange's REST interface: routes, signatures, errors, limits.

Private requests are POSTs whose JSON body carries a signature of method, id, key, parameters and
nonce; which of them read, their names tell.
https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html#digital-signature
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

from app.sandbox import cryptocom_account as account
from app.sandbox import cryptocom_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.cryptocom_market import body_of, error
from app.sandbox.faults import Fault
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Call, Refusal, Request, Route

HOST = "api.crypto.com"
API = "/exchange/v1"
_WINDOW_MS = 60_000
_READS = ("get-", "user-balance")
_DEEPEST = 3


class Cryptocom(Venue):
    """The v1 interface of one account; what a key may do, it tells nobody."""

    id = "cryptocom"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (HOST, f"{API}/public/get-instruments"): Route(answer=market.instruments),
        (HOST, f"{API}/public/get-tickers"): Route(answer=market.tickers),
        (HOST, f"{API}/public/get-valuations"): Route(answer=market.valuations),
        (HOST, f"{API}/public/get-candlestick"): Route(answer=market.candlestick),
        (HOST, f"{API}/public/get-insurance"): Route(answer=market.insurance),
        (HOST, f"{API}/public/get-risk-parameters"): Route(answer=market.risk_parameters),
        (HOST, f"{API}/private/get-positions"): Route(answer=account.positions, signed=True),
        (HOST, f"{API}/private/user-balance"): Route(answer=account.user_balance, signed=True),
        (HOST, f"{API}/private/get-transactions"): Route(answer=account.transactions, signed=True),
    }

    def is_write(self, request: Request) -> bool:
        area, _, name = _method(request).partition("/")
        return area == "private" and not name.startswith(_READS)

    def wrap(self, payload: object, call: Call) -> Answer:
        number = body_of(call.request).get("id", call.now_ms)
        method = _method(call.request)
        return Answer(payload={"id": number, "method": method, "code": 0, "result": payload})

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        method, body = _method(request), body_of(request)
        nonce, sent = str(body.get("nonce", "")), str(body.get("sig", ""))
        if request.method != "POST" or body.get("method") != method:
            raise Refusal(error(400, 40003, "INVALID_REQUEST", method=method))
        if not nonce.isdigit() or abs(now_ms - int(nonce)) > _WINDOW_MS:
            raise Refusal(error(400, 40102, "INVALID_NONCE", method=method))
        key = str(body.get("api_key", ""))
        found = self.known(key, revoked)
        if found is None or found.expired:
            raise Refusal(error(401, 40101, "UNAUTHORIZED", method=method))
        if found.ip and found.ip != request.ip:
            raise Refusal(error(401, 40103, "IP_ILLEGAL", method=method))
        text = f"{method}{body.get('id', '')}{key}{_flat(body.get('params') or {})}{nonce}"
        expected = hmac.new(found.fields["secret"].encode(), text.encode(), hashlib.sha256)
        if not hmac.compare_digest(expected.hexdigest(), sent):
            raise Refusal(error(401, 40101, "UNAUTHORIZED", method=method))
        return found

    def unknown(self, request: Request) -> Answer:
        return error(400, 40003, "INVALID_REQUEST", method=_method(request))

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        return error(401, 40101, "UNAUTHORIZED", method=_method(request))

    def done(self, request: Request, now_ms: int) -> Answer:
        return Answer(payload={"id": now_ms, "method": _method(request), "code": 0})

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        return error(429, 42901, "RATE_LIMIT")

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=403, text="<html><body>403 Forbidden</body></html>", content_type="text/html"
        )


def _method(request: Request) -> str:
    """The method as bodies and signatures name it: ``private/get-positions``."""
    return request.path.removeprefix(f"{API}/")


def _flat(value: object, depth: int = 0) -> str:
    """Parameters as they are signed: names in order, each followed by its value."""
    if isinstance(value, dict) and depth < _DEEPEST:
        return "".join(f"{name}{_flat(value[name], depth + 1)}" for name in sorted(value))
    if isinstance(value, list) and depth < _DEEPEST:
        return "".join(_flat(item, depth + 1) for item in value)
    return "null" if value is None else str(value)
