"""Paradex's REST interface: routes, bearer tokens, errors, limits.

A read-only token says who asks and signs nothing; it cannot change anything either, so every
write is refused. https://docs.paradex.trade/trading/api-authentication
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from app.sandbox import paradex_account as account
from app.sandbox import paradex_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.faults import Fault
from app.sandbox.paradex_market import error
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Refusal, Request, Route

HOST = "api.prod.paradex.trade"
_PER_MINUTE = 600


class Paradex(Venue):
    """Version 1 of the interface."""

    id = "paradex"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (HOST, "/v1/system/time"): Route(answer=market.time),
        (HOST, "/v1/markets"): Route(answer=market.markets),
        (HOST, "/v1/markets/summary"): Route(answer=market.summary),
        (HOST, "/v1/markets/klines"): Route(answer=market.klines),
        (HOST, "/v1/insurance"): Route(answer=market.insurance),
        (HOST, "/v1/vaults"): Route(answer=market.vaults),
        (HOST, "/v1/vaults/summary"): Route(answer=market.vaults_summary),
        (HOST, "/v1/positions"): Route(answer=account.positions, signed=True),
        (HOST, "/v1/account/summary"): Route(answer=account.summary, signed=True),
        (HOST, "/v1/account/info"): Route(answer=account.info, signed=True),
        (HOST, "/v1/account/margin"): Route(answer=account.margin, signed=True),
        (HOST, "/v1/transfers"): Route(answer=account.transfers, signed=True),
    }

    def headers(self, request: Request, now_ms: int) -> Mapping[str, str]:
        used = self._ledger.used(self.id, now_ms // 60_000)
        return _limits(now_ms, left=max(_PER_MINUTE - used, 1))

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme != "Bearer" or token.count(".") != 2:
            raise Refusal(error(401, "INVALID_TOKEN", "missing or malformed jwt"))
        found = self.known(token, None)
        if found is None:
            raise Refusal(_no_token("token signature is invalid"))
        if self.known(token, revoked) is None:
            raise Refusal(_no_token("token is revoked"))
        if found.expired:
            raise Refusal(_no_token("token is expired"))
        return found

    def unknown(self, request: Request) -> Answer:
        return error(404, "NOT_FOUND", "not found")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        return _no_token("a read-only token is restricted to GET requests")

    def done(self, request: Request, now_ms: int) -> Answer:
        return self.forbidden(request, now_ms)

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=429,
            text="rate limit exceeded",
            content_type="text/plain; charset=utf-8",
            headers=_limits(now_ms + fault.retry_after * 1000, left=0),
        )

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=403, text="<html><body>403 Forbidden</body></html>", content_type="text/html"
        )


def _no_token(why: str) -> Answer:
    return error(401, "INVALID_TOKEN", f"invalid bearer jwt: {why}")


def _limits(reset_ms: int, *, left: int) -> Mapping[str, str]:
    return {
        "x-ratelimit-limit": str(_PER_MINUTE),
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": str(reset_ms // 1000),
        "x-ratelimit-window": "60",
    }
