"""Bybit's REST interface (v5): routes, signatures, errors, limits.

Signed requests carry an HMAC-SHA256 of timestamp + key + receive window + query (or JSON body).
Errors come with HTTP 200 and a ``retCode``. https://bybit-exchange.github.io/docs/v5/guide
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

from app.sandbox import bybit_account as account
from app.sandbox import bybit_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.bybit_market import error
from app.sandbox.faults import Fault
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Call, Refusal, Request, Route

HOST = "api.bybit.com"
_DEFAULT_WINDOW, _AHEAD = 5_000, 1_000
_PER_SECOND = 50


class Bybit(Venue):
    """The v5 interface of a unified trading account."""

    id = "bybit"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (HOST, "/v5/market/time"): Route(answer=market.time),
        (HOST, "/v5/market/instruments-info"): Route(answer=market.instruments),
        (HOST, "/v5/market/tickers"): Route(answer=market.tickers),
        (HOST, "/v5/market/insurance"): Route(answer=market.insurance),
        (HOST, "/v5/market/adlAlert"): Route(answer=market.adl_alert),
        (HOST, "/v5/market/open-interest"): Route(answer=market.open_interest),
        (HOST, "/v5/market/kline"): Route(answer=market.candles),
        (HOST, "/v5/user/query-api"): Route(answer=account.query_api, signed=True),
        (HOST, "/v5/account/info"): Route(answer=account.info, signed=True),
        (HOST, "/v5/account/wallet-balance"): Route(answer=account.wallet_balance, signed=True),
        (HOST, "/v5/position/list"): Route(answer=account.position_list, signed=True),
        (HOST, "/v5/asset/coin/query-info"): Route(answer=account.coin_info, signed=True),
    }

    def wrap(self, payload: object, call: Call) -> Answer:
        return Answer(
            payload={
                "retCode": 0, "retMsg": "OK", "result": payload, "retExtInfo": {},
                "time": call.now_ms,
            }
        )  # fmt: skip

    def headers(self, request: Request, now_ms: int) -> Mapping[str, str]:
        if not request.header("x-bapi-api-key"):
            return {}
        left = max(_PER_SECOND - self._ledger.used(self.id, now_ms // 60_000) % _PER_SECOND, 1)
        return {
            "X-Bapi-Limit": str(_PER_SECOND),
            "X-Bapi-Limit-Status": str(left),
            "X-Bapi-Limit-Reset-Timestamp": str(now_ms),
        }

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        key, signature = request.header("x-bapi-api-key"), request.header("x-bapi-sign")
        stamp = request.header("x-bapi-timestamp")
        window = request.header("x-bapi-recv-window") or str(_DEFAULT_WINDOW)
        if not (key and signature and stamp.isdigit() and window.isdigit()):
            raise Refusal(Answer(status=401, text="", content_type="text/plain"))
        if not now_ms - int(window) <= int(stamp) < now_ms + _AHEAD:
            message = (
                "invalid request, please check your server timestamp or recv_window param. "
                f"req_timestamp[{stamp}],server_timestamp[{now_ms}],recv_window[{window}]"
            )
            raise Refusal(error(now_ms, 10002, message))
        found = self.known(key, revoked)
        if found is None:
            raise Refusal(error(now_ms, 10003, "API key is invalid."))
        if found.expired:
            raise Refusal(error(now_ms, 33004, "Your api key has expired."))
        if found.ip and found.ip != request.ip:
            message = "Unmatched IP, please check your API key's bound IP addresses."
            raise Refusal(error(now_ms, 10010, message))
        signed = request.body.decode("utf-8", "replace") if request.body else request.query
        payload = f"{stamp}{key}{window}{signed}".encode()
        expected = hmac.new(found.fields["secret"].encode(), payload, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, signature):
            message = "Error sign, please check your signature generation algorithm."
            raise Refusal(error(now_ms, 10004, message))
        return found

    def unknown(self, request: Request) -> Answer:
        return Answer(status=404, text="", content_type="text/plain")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        return account.no_permission(now_ms)

    def done(self, request: Request, now_ms: int) -> Answer:
        return Answer(
            payload={
                "retCode": 0, "retMsg": "OK", "result": {"orderId": f"sandbox-{now_ms}"},
                "retExtInfo": {}, "time": now_ms,
            }
        )  # fmt: skip

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        answer = error(now_ms, 10006, "Too many visits. Exceeded the API Rate Limit.")
        reset = now_ms + fault.retry_after * 1000
        return Answer(
            payload=answer.payload,
            headers={
                "X-Bapi-Limit": str(_PER_SECOND),
                "X-Bapi-Limit-Status": "0",
                "X-Bapi-Limit-Reset-Timestamp": str(reset),
            },
        )

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(status=403, text="403, access too frequent", content_type="text/plain")
