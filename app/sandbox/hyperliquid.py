"""Hyperliquid's REST interface: every read is ``POST /info`` with a ``type``; no keys.

``POST /exchange`` is a write, and always fails: nobody has a signature the sandbox would accept.
https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from app.sandbox import hyperliquid_account as account
from app.sandbox import hyperliquid_market as market
from app.sandbox.accounts import DemoAccount
from app.sandbox.faults import Fault
from app.sandbox.venue import Venue
from app.sandbox.wire import Answer, Refusal, Request, Route

HOST = "api.hyperliquid.xyz"


class Hyperliquid(Venue):
    """The info endpoint, by ``type``; endpoints are named ``/info:<type>``."""

    id = "hyperliquid"
    hosts = (HOST,)
    routes: ClassVar[Mapping[tuple[str, str], Route]] = {
        (HOST, "/info:meta"): Route(answer=market.meta, weight=20),
        (HOST, "/info:metaAndAssetCtxs"): Route(answer=market.meta_and_contexts, weight=20),
        (HOST, "/info:perpDexs"): Route(answer=market.perp_dexs, weight=20),
        (HOST, "/info:spotMeta"): Route(answer=market.spot_meta, weight=20),
        (HOST, "/info:spotMetaAndAssetCtxs"): Route(
            answer=market.spot_meta_and_contexts, weight=20
        ),
        (HOST, "/info:allMids"): Route(answer=market.all_mids, weight=2),
        (HOST, "/info:candleSnapshot"): Route(answer=market.candles, weight=28),
        (HOST, "/info:vaultDetails"): Route(answer=market.vault_details, weight=20),
        (HOST, "/info:clearinghouseState"): Route(answer=account.clearinghouse_state, weight=2),
        (HOST, "/info:spotClearinghouseState"): Route(answer=account.spot_state, weight=2),
        (HOST, "/info:userRole"): Route(answer=account.user_role, weight=60),
        (HOST, "/info:userAbstraction"): Route(answer=account.user_abstraction, weight=20),
        (HOST, "/info:subAccounts"): Route(answer=account.sub_accounts, weight=20),
        (HOST, "/info:userFillsByTime"): Route(answer=account.user_fills, weight=20),
    }

    def endpoint(self, request: Request) -> str:
        if request.path != "/info":
            return request.path
        return f"/info:{_type(request)}"

    def is_write(self, request: Request) -> bool:
        return request.path == "/exchange"

    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        message = "User or API Wallet 0x0000000000000000000000000000000000000000 does not exist."
        raise Refusal(Answer(payload={"status": "err", "response": message}))

    def unknown(self, request: Request) -> Answer:
        if request.path == "/info" and request.method == "POST":
            return market.malformed()
        return Answer(status=404, text="", content_type="text/plain")

    def forbidden(self, request: Request, now_ms: int) -> Answer:
        return Answer(payload={"status": "err", "response": "Unauthorized"})

    def done(self, request: Request, now_ms: int) -> Answer:
        return self.forbidden(request, now_ms)

    def limited(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(status=429, text="null")

    def banned(self, fault: Fault, now_ms: int) -> Answer:
        return Answer(
            status=403, text="<html><body>403 Forbidden</body></html>", content_type="text/html"
        )


def _type(request: Request) -> str:
    if request.method != "POST":
        return ""
    try:
        body = json.loads(request.body)
    except ValueError:
        return ""
    found = body.get("type") if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""
