"""Real ccxt clients whose every request goes to a sandbox."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ccxt
import requests
from requests.adapters import HTTPAdapter

from app.sandbox import ACCOUNTS, DemoAccount, Sandbox

CCXT_FIELDS = {
    "api_key": "apiKey",
    "secret": "secret",
    "passphrase": "password",
    "address": "walletAddress",
}
MARKETS = {
    "binanceusdm": {"fetchMarkets": {"types": ["linear"]}},
    "binancecoinm": {"fetchMarkets": {"types": ["inverse"]}},
    "bybit": {"fetchMarkets": {"types": ["linear", "inverse"]}},
    "okx": {"fetchMarkets": {"types": ["swap", "future"]}},
    "hyperliquid": {"fetchMarkets": {"types": ["swap", "hip3"], "hip3": {"dexes": ["xyz"]}}},
}
"""ccxt ids and the options that load only contracts."""


class ToSandbox(HTTPAdapter):
    """Sends ``https://HOST/PATH`` to ``http://127.0.0.1:PORT/HOST/PATH``, nothing else changed."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(request.url)
        query = f"?{parts.query}" if parts.query else ""
        request.url = f"{self.url}/{parts.netloc}{parts.path}{query}"
        return super().send(request, **options)


def client(
    sandbox: Sandbox,
    exchange: str,
    account: str | DemoAccount | None = None,
    *,
    trimmed: bool = True,
    **config: Any,
) -> Any:
    """A ccxt client of ``exchange`` for a demo account (by name), or for nobody."""
    if isinstance(account, str):
        venue = "binance" if exchange.startswith("binance") else exchange
        account = ACCOUNTS[venue][account]
    if account is not None:
        config |= {CCXT_FIELDS[name]: value for name, value in account.fields.items()}
    options = {**MARKETS.get(exchange, {}), **config.pop("options", {})} if trimmed else {}
    made = getattr(ccxt, exchange)({**config, "options": options, "enableRateLimit": False})
    if trimmed:
        made.has["fetchCurrencies"] = exchange == "hyperliquid"
    made.session.trust_env = False
    made.session.mount("https://", ToSandbox(sandbox.url))
    return made


def ask(
    sandbox: Sandbox,
    made: Any,
    path: str,
    *,
    api: str = "private",
    method: str = "GET",
    **params: Any,
) -> requests.Response:
    """The raw answer to a request that ``made`` (a ccxt client) signs."""
    signed = made.sign(path, [api], method, params)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", ToSandbox(sandbox.url))
        return session.request(
            signed["method"],
            signed["url"],
            headers=signed["headers"],
            data=signed["body"],
            timeout=5,
        )


def with_clock(made: Any, *, ahead_ms: int) -> Any:
    """The same client, whose clock is wrong."""
    right = made.milliseconds
    made.nonce = lambda: right() + ahead_ms
    return made
