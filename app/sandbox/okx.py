"""OKX's REST interface (v5): routes, signatures, errors, limits.

Signed requests carry a base64 HMAC-SHA256 of timestamp + method + path with query + body, and the
key's passphrase. https://www.okx.com/docs-v5/en/#overview-rest-authentication
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from app.sandbox import okx_account as account
from app.sandbox import okx_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.faults import Fault
from app.sandbox.okx_market import error
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Call, Refusal, Request, Route

HOST = "www.okx.com"
_WINDOW_MS = 30_000
_HEADERS = ("OK-ACCESS-KEY", "OK-ACCESS-PASSPHRASE", "OK-ACCESS-SIGN", "OK-ACCESS-TIMESTAMP")
_MISSING = dict(zip(_HEADERS, (50103, 50104, 50106, 50107), strict=True))


class Okx(Venue):
    """The v5 interface of a multi-currency margin account in net mode."""

    id = "okx"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (HOST, "/api/v5/public/time"): Route(answer=market.time),
        (HOST, "/api/v5/public/instruments"): Route(answer=market.instruments),
        (HOST, "/api/v5/public/mark-price"): Route(answer=market.mark_price),
        (HOST, "/api/v5/public/open-interest"): Route(answer=market.open_interest),
        (HOST, "/api/v5/public/insurance-fund"): Route(answer=market.insurance_fund),
        (HOST, "/api/v5/market/tickers"): Route(answer=market.tickers),
        (HOST, "/api/v5/market/candles"): Route(answer=market.candles),
        (HOST, "/api/v5/account/config"): Route(answer=account.config, signed=True),
        (HOST, "/api/v5/account/positions"): Route(answer=account.positions, signed=True),
        (HOST, "/api/v5/account/balance"): Route(answer=account.balance, signed=True),
        (HOST, "/api/v5/asset/currencies"): Route(answer=account.currencies, signed=True),
    }

    def wrap(self, payload: object, call: Call) -> Answer:
        return Answer(payload={"code": "0", "data": payload, "msg": ""})

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        for name in _HEADERS:
            if not request.header(name.lower()):
                message = f'Request header "{name}" can not be empty.'
                raise Refusal(error(401, _MISSING[name], message))
        stamp = request.header("ok-access-timestamp")
        try:
            sent_ms = datetime.fromisoformat(stamp).timestamp() * 1000
        except ValueError:
            raise Refusal(error(401, 50112, "Invalid OK-ACCESS-TIMESTAMP")) from None
        if abs(now_ms - sent_ms) > _WINDOW_MS:
            raise Refusal(error(401, 50102, "Timestamp request expired"))
        found = self.known(request.header("ok-access-key"), revoked)
        if found is None or found.expired:
            raise Refusal(error(401, 50111, "Invalid OK-ACCESS-KEY"))
        if found.ip and found.ip != request.ip:
            message = f"Your IP {request.ip} is not included in your API key's IP whitelist."
            raise Refusal(error(401, 50110, message))
        if found.fields["passphrase"] != request.header("ok-access-passphrase"):
            message = 'Request header "OK-ACCESS-PASSPHRASE" incorrect.'
            raise Refusal(error(401, 50105, message))
        query = f"?{request.query}" if request.query else ""
        signed = f"{stamp}{request.method}{request.path}{query}".encode() + request.body
        digest = hmac.new(found.fields["secret"].encode(), signed, hashlib.sha256).digest()
        expected = base64.b64encode(digest).decode()
        if not hmac.compare_digest(expected, request.header("ok-access-sign")):
            raise Refusal(error(401, 50113, "Invalid Sign"))
        return found

    def unknown(self, request: Request) -> Answer:
        return error(404, 404, "Not Found")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        message = "This API key doesn't have permission to use this function"
        return error(200, 50120, message)

    def done(self, request: Request, now_ms: int) -> Answer:
        row = {"ordId": str(now_ms), "clOrdId": "", "tag": "", "sCode": "0", "sMsg": ""}
        return Answer(payload={"code": "0", "data": [row], "msg": ""})

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        return error(429, 50011, "Too Many Requests")

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=403, text="<html><body>Access denied</body></html>", content_type="text/html"
        )
