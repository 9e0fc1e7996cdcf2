"""Binance's REST interface: routes, signatures, errors, limits.

Signed requests carry ``X-MBX-APIKEY`` and an HMAC-SHA256 of the query, or of the form body.
https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import ClassVar

from app.sandbox import binance_account as account
from app.sandbox import binance_candles as candles
from app.sandbox import binance_market as market
from app.sandbox import binance_settings as settings
from app.sandbox.accounts import DemoAccount
from app.sandbox.binance_market import error, missing
from app.sandbox.faults import Fault
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Refusal, Request, Route

FAPI, DAPI, API = "fapi.binance.com", "dapi.binance.com", "api.binance.com"
PAPI = "papi.binance.com"
_DEFAULT_WINDOW, _MAX_WINDOW, _AHEAD = 5_000, 60_000, 1_000


class Binance(Venue):
    """USD-M (``fapi``), COIN-M (``dapi``), and the wallet API's key inspection (``api``).

    Nobody here has a portfolio margin account (``papi``).
    """

    id = "binance"
    hosts = (FAPI, DAPI, API, PAPI)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (FAPI, "/fapi/v1/ping"): Route(answer=market.ping),
        (FAPI, "/fapi/v1/time"): Route(answer=market.time),
        (FAPI, "/fapi/v1/exchangeInfo"): Route(answer=market.usdm_exchange_info),
        (FAPI, "/fapi/v1/premiumIndex"): Route(answer=market.usdm_premium_index, weight=10),
        (FAPI, "/fapi/v1/ticker/price"): Route(answer=market.usdm_prices, weight=2),
        (FAPI, "/fapi/v2/ticker/price"): Route(answer=market.usdm_prices, weight=2),
        (FAPI, "/fapi/v1/openInterest"): Route(answer=market.usdm_open_interest),
        (FAPI, "/fapi/v1/klines"): Route(answer=candles.usdm_candles, weight=2),
        (FAPI, "/fapi/v1/insuranceBalance"): Route(answer=market.insurance_balance),
        (FAPI, "/fapi/v1/symbolAdlRisk"): Route(answer=market.symbol_adl_risk),
        (FAPI, "/fapi/v1/leverageBracket"): Route(answer=settings.usdm_brackets, signed=True),
        (FAPI, "/fapi/v3/positionRisk"): Route(
            answer=account.usdm_position_risk, signed=True, weight=5
        ),
        (FAPI, "/fapi/v3/account"): Route(answer=account.usdm_account, signed=True, weight=5),
        (FAPI, "/fapi/v1/symbolConfig"): Route(
            answer=settings.usdm_symbol_config, signed=True, weight=5
        ),
        (FAPI, "/fapi/v1/adlQuantile"): Route(
            answer=account.usdm_adl_quantile, signed=True, weight=5
        ),
        (FAPI, "/fapi/v1/positionSide/dual"): Route(
            answer=settings.usdm_position_mode, signed=True, weight=30
        ),
        (DAPI, "/dapi/v1/ping"): Route(answer=market.ping),
        (DAPI, "/dapi/v1/time"): Route(answer=market.time),
        (DAPI, "/dapi/v1/exchangeInfo"): Route(answer=market.coinm_exchange_info),
        (DAPI, "/dapi/v1/premiumIndex"): Route(answer=market.coinm_premium_index, weight=10),
        (DAPI, "/dapi/v1/ticker/price"): Route(answer=market.coinm_prices, weight=2),
        (DAPI, "/dapi/v1/openInterest"): Route(answer=market.coinm_open_interest),
        (DAPI, "/dapi/v1/klines"): Route(answer=candles.coinm_candles, weight=2),
        (DAPI, "/dapi/v2/leverageBracket"): Route(answer=settings.coinm_brackets, signed=True),
        (DAPI, "/dapi/v1/positionRisk"): Route(answer=account.coinm_position_risk, signed=True),
        (DAPI, "/dapi/v1/account"): Route(answer=account.coinm_account, signed=True, weight=5),
        (DAPI, "/dapi/v1/adlQuantile"): Route(
            answer=account.coinm_adl_quantile, signed=True, weight=5
        ),
        (DAPI, "/dapi/v1/positionSide/dual"): Route(
            answer=settings.coinm_position_mode, signed=True, weight=30
        ),
        (API, "/api/v3/time"): Route(answer=market.time),
        (API, "/api/v3/exchangeInfo"): Route(answer=market.spot_exchange_info, weight=20),
        (API, "/sapi/v1/margin/allPairs"): Route(answer=settings.margin_pairs, signed=True),
        (API, "/sapi/v1/margin/isolated/allPairs"): Route(
            answer=settings.margin_pairs, signed=True, weight=10
        ),
        (API, "/sapi/v1/account/apiRestrictions"): Route(
            answer=settings.api_restrictions, signed=True
        ),
        (API, "/sapi/v1/portfolio/account"): Route(answer=settings.no_portfolio_pro, signed=True),
        (PAPI, "/papi/v1/account"): Route(
            answer=settings.no_portfolio_account, signed=True, weight=20
        ),
        (API, "/sapi/v1/capital/config/getall"): Route(
            answer=settings.coins, signed=True, weight=10
        ),
    }

    def headers(self, request: Request, now_ms: int) -> Mapping[str, str]:
        used = str(self._ledger.used(self.id, now_ms // 60_000))
        name = (
            "X-SAPI-USED-IP-WEIGHT-1M"
            if request.path.startswith("/sapi")
            else "X-MBX-USED-WEIGHT-1M"
        )
        return {name: used}

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        key = request.header("x-mbx-apikey")
        if not key:
            raise Refusal(error(401, -2014, "API-key format invalid."))
        signed = request.query or request.body.decode("utf-8", "replace")
        params = request.params or request.form
        payload, separator, signature = signed.rpartition("&signature=")
        if not separator:
            raise Refusal(missing("signature"))
        _check_time(params, now_ms)
        found = self.known(key, revoked)
        if found is None or found.expired or (found.ip and found.ip != request.ip):
            raise Refusal(self.forbidden(request, now_ms))
        secret = found.fields["secret"].encode()
        expected = hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, signature):
            raise Refusal(error(400, -1022, "Signature for this request is not valid."))
        return found

    def unknown(self, request: Request) -> Answer:
        if request.host == API:
            return Answer(
                status=404,
                text="<html><body><h2>404 Not found</h2></body></html>",
                content_type="text/html",
            )
        return error(404, -5000, f"Path {request.path}, Method {request.method} is invalid")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        message = "Invalid API-key, IP, or permissions for action"
        return error(401, -2015, f"{message}, request ip: {request.ip}")

    def done(self, request: Request, now_ms: int) -> Answer:
        return Answer(payload={"orderId": now_ms, "status": "NEW", "updateTime": now_ms})

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        message = (
            "Too many requests; current limit is 2400 requests per minute. Please use the "
            "websocket for live updates to avoid polling the API."
        )
        return Answer(
            status=429,
            payload={"code": -1003, "msg": message},
            headers={"Retry-After": str(fault.retry_after)},
        )

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        until = now_ms + fault.retry_after * 1000
        message = (
            f"Way too many requests; IP banned until {until}. Please use the websocket for live "
            "updates to avoid bans."
        )
        return Answer(
            status=418,
            payload={"code": -1003, "msg": message},
            headers={"Retry-After": str(fault.retry_after)},
        )


def _check_time(params: Mapping[str, str], now_ms: int) -> None:
    stamp, window = params.get("timestamp", ""), params.get("recvWindow", str(_DEFAULT_WINDOW))
    if not stamp.isdigit():
        raise Refusal(missing("timestamp"))
    if not window.isdigit() or int(window) > _MAX_WINDOW:
        raise Refusal(error(400, -1131, f"recvWindow must be less than {_MAX_WINDOW}"))
    if int(stamp) > now_ms + _AHEAD:
        raise Refusal(
            error(400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
        )
    if int(stamp) < now_ms - int(window):
        raise Refusal(error(400, -1021, "Timestamp for this request is outside of the recvWindow."))
