"""Gate's REST interface (v4): routes, signatures, errors, limits.

Signed requests carry an HMAC-SHA512 of method, path, query, SHA-512 of the body and timestamp, a
line each. https://www.gate.com/docs/developers/apiv4/en/#authentication
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import unquote_plus

from app.sandbox import gate_account as account
from app.sandbox import gate_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.faults import Fault
from app.sandbox.gate_market import DELIVERY_SETTLES, FUTURES_SETTLES, error
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Refusal, Request, Route

HOST = "api.gateio.ws"
_API = "/api/v4"
_WINDOW_SECONDS = 60
_PER_TEN_SECONDS = 200


def _routes() -> Mapping[tuple[str, str], Route]:
    """A path for each settle currency, of perpetuals and of delivery contracts."""
    public = {
        "contracts": market.contract_list,
        "tickers": market.tickers,
        "candlesticks": market.candlesticks,
        "insurance": market.insurance,
    }
    places = [f"futures/{settle}" for settle in FUTURES_SETTLES]
    places += [f"delivery/{settle}" for settle in DELIVERY_SETTLES]
    found = {
        "spot/time": Route(answer=market.time),
        "account/main_keys": Route(answer=account.main_keys, signed=True),
        "unified/accounts": Route(answer=account.unified_account, signed=True),
    }
    for place in places:
        found |= {f"{place}/{name}": Route(answer=answer) for name, answer in public.items()}
        found[f"{place}/positions"] = Route(answer=account.positions, signed=True)
    for settle in FUTURES_SETTLES:
        place = f"futures/{settle}"
        found[f"{place}/adl_risk_states"] = Route(answer=market.adl_risk_states)
        found[f"{place}/accounts"] = Route(answer=account.futures_account, signed=True)
    return {(HOST, f"{_API}/{path}"): route for path, route in found.items()}


class Gate(Venue):
    """The v4 interface of a classic account in one-way mode, and of a unified one."""

    id = "gate"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = _routes()

    def headers(self, request: Request, now_ms: int) -> Mapping[str, str]:
        return _limits(now_ms, left=_PER_TEN_SECONDS - 1)

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        key, signature = request.header("key"), request.header("sign")
        stamp = request.header("timestamp")
        if not (key and signature and stamp.isdigit()):
            message = "Missing required header: KEY, SIGN or Timestamp"
            raise Refusal(error(400, "MISSING_REQUIRED_HEADER", message))
        if abs(now_ms / 1000 - int(stamp)) > _WINDOW_SECONDS:
            message = f"gap between request Timestamp and server time exceeds {_WINDOW_SECONDS}"
            raise Refusal(error(403, "REQUEST_EXPIRED", message))
        found = self.known(key, revoked)
        if found is None or found.expired:
            raise Refusal(error(401, "INVALID_KEY", "Invalid key provided"))
        if found.ip and found.ip != request.ip:
            message = f"Request IP not in whitelist: {request.ip}"
            raise Refusal(error(403, "IP_FORBIDDEN", message))
        body = hashlib.sha512(request.body).hexdigest()
        lines = (request.method, request.path, unquote_plus(request.query), body, stamp)
        secret = found.fields["secret"].encode()
        expected = hmac.new(secret, "\n".join(lines).encode(), hashlib.sha512).hexdigest()
        if not hmac.compare_digest(expected, signature):
            raise Refusal(error(401, "INVALID_SIGNATURE", "Signature mismatch"))
        return found

    def unknown(self, request: Request) -> Answer:
        return error(404, "NOT_FOUND", "Not found")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        return error(403, "READ_ONLY", "Request API key is read-only")

    def done(self, request: Request, now_ms: int) -> Answer:
        return Answer(payload={"id": now_ms, "status": "open"}, status=201)

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        answer = error(429, "TOO_MANY_REQUESTS", "Request Rate limit Exceeded")
        reset = now_ms + fault.retry_after * 1000
        return Answer(payload=answer.payload, status=answer.status, headers=_limits(reset, left=0))

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=403, text="<html><body>403 Forbidden</body></html>", content_type="text/html"
        )


def _limits(reset_ms: int, *, left: int) -> Mapping[str, str]:
    return {
        "X-Gate-RateLimit-Requests-Remain": str(left),
        "X-Gate-RateLimit-Limit": str(_PER_TEN_SECONDS),
        "X-Gate-RateLimit-Reset-Timestamp": str(reset_ms // 1000),
    }
