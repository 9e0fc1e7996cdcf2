"""Calls every method a ccxt exchange has, with credentials, and keeps what got past the guard."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import ccxt
import requests
from ccxt.base.types import Entry
from requests.adapters import BaseAdapter
from requests.models import Response

from app.domain.errors import RequestRefused
from app.venues.client import Client
from app.venues.facts import VenueFacts
from app.venues.transport import ReadOnlyTransport
from tests.support.exchange import NOW, credentials

SYMBOL, INVERSE, SPOT = "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDT"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
WALLET_KEY = "0x" + "4f" * 32
"""Given to a client here alone, to see that not even what ccxt signs with it gets out."""

CHANGES = {
    "create_order": "createOrder",
    "create_orders": "createOrders",
    "create_market_order": "createMarketOrder",
    "edit_order": "editOrder",
    "cancel_order": "cancelOrder",
    "cancel_orders": "cancelOrders",
    "cancel_all_orders": "cancelAllOrders",
    "cancel_all_orders_after": "cancelAllOrdersAfter",
    "close_position": "closePosition",
    "set_leverage": "setLeverage",
    "set_margin_mode": "setMarginMode",
    "set_position_mode": "setPositionMode",
    "add_margin": "addMargin",
    "reduce_margin": "reduceMargin",
    "transfer": "transfer",
    "withdraw": "withdraw",
    "create_convert_trade": "createConvertTrade",
}
"""Unified methods that ask a venue to change something, and ccxt's word for having them."""

WRITES = re.compile(
    r"^(create|edit|cancel|close|set|add|reduce|transfer|withdraw|borrow|repay|approve|initialize"
    r"|sign_in|redeem|convert|enable|disable|generate|register|reserve|agree|modify|switch|update)_"
)
"""Names that may ask a venue to change something."""

SKIPPED = frozenset({"sleep", "close", "throttle", "print", "log", "on_rest_response"})
"""Methods that make no request and would stop or slow the walk."""

TABLES = frozenset({"api", "exceptions", "httpExceptions", "has", "features"})
"""Long tables of a ccxt class that its methods only read."""


WELL = (
    b'{"code": "0", "retCode": 0, "status": "ok", "success": true, "data": [], '
    b'"result": {"unified": 1, "uta": 1, "unifiedMarginStatus": 6}}'
)


class Network(BaseAdapter):
    """Where the network would be: keeps what reaches it and answers that all is well."""

    def __init__(self) -> None:
        super().__init__()
        self.reached: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **_kwargs: Any) -> Response:
        self.reached.append(request)
        response = Response()
        response.status_code = 200
        response._content = WELL
        response.headers.update({"Set-Cookie": "session=walk", "X-Grvt-Account-Id": "1"})
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        pass


@dataclass
class Call:
    """One method called: what it raised, and what of it reached the network."""

    name: str
    error: Exception | None
    reached: list[requests.PreparedRequest] = field(default_factory=list)
    refused: bool = False

    @property
    def is_implicit(self) -> bool:
        """Whether ccxt made the method for one endpoint, such as ``fapiPrivatePostOrder``."""
        return re.search(r"(Get|Post|Put|Delete|Patch)([A-Z0-9]|$)", self.name) is not None

    @property
    def writes(self) -> bool:
        return WRITES.match(self.name) is not None


class Walk:
    """A client of one ccxt class, as the product makes it, with everything a key could give."""

    def __init__(self, facts: VenueFacts, ccxt_id: str) -> None:
        self.facts, self.ccxt_id = facts, ccxt_id
        self.network = Network()
        self.refusals: list[RequestRefused] = []
        self.exchange = self._made()
        self._first = self._state()

    def _begin_again(self) -> None:
        """Put the client back to how it was made, whatever a method did to it.

        To make another for each of some hundred methods would take most of the walk's time.
        """
        attributes = vars(self.exchange)
        attributes.clear()
        attributes.update(self._first[0])
        attributes.update(copy.deepcopy(self._first[1]))
        session = self.exchange.session
        session.cookies.clear()
        session.headers.clear()
        session.headers.update(self._first[2])

    def _state(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """What the client has: everything, what of it a method can write into, and its headers."""
        everything = dict(vars(self.exchange))
        written = {
            name: value
            for name, value in everything.items()
            if isinstance(value, dict | list) and name not in TABLES
        }
        return everything, copy.deepcopy(written), dict(self.exchange.session.headers)

    def _made(self) -> Any:
        guard = ReadOnlyTransport(self.facts, clock=lambda: NOW, inner=self.network)
        checked = guard.check

        def check(request: requests.PreparedRequest) -> Any:
            try:
                return checked(request)
            except RequestRefused as error:
                self.refusals.append(error)
                raise

        guard.check = check  # type: ignore[method-assign]
        client = Client(self.facts, self.facts.client(self.ccxt_id), guard, credentials(self.facts))
        exchange = client.exchange
        for name in ("apiKey", "secret", "password", "uid", "walletAddress"):
            if not getattr(exchange, name, None):
                setattr(exchange, name, "12345678" if name == "uid" else "0x" + "11" * 20)
        exchange.privateKey = WALLET_KEY
        digits = exchange.precisionMode != ccxt.TICK_SIZE
        markets = [_market(symbol) for symbol in (SYMBOL, INVERSE, SPOT)]
        for market in markets if digits else ():
            market["precision"] = {"amount": 8, "price": 5, "base": 8, "quote": 8}
        step = 8 if digits else 1e-6
        exchange.set_markets(markets, {code: _currency(code, step) for code in CODES})
        return exchange

    def implicit(self) -> Iterator[Call]:
        """Every endpoint ccxt knows, by the method it makes for it."""
        for name in sorted(set(dir(type(self.exchange)))):
            entry = inspect.getattr_static(type(self.exchange), name, None)
            if isinstance(entry, Entry):
                parameters = dict.fromkeys(PLACEHOLDER.findall(entry.path), "1")
                yield self._call(name, [parameters])

    def unified(self) -> Iterator[Call]:
        """Every other public method, with arguments made from the parameters' names.

        ccxt gives most of them a second name in camel case; they are called by one.
        """
        seen: set[Any] = set()
        for name in sorted(set(dir(type(self.exchange))), key=lambda n: (n.lower() != n, n)):
            static = inspect.getattr_static(type(self.exchange), name, None)
            if name.startswith("_") or name in SKIPPED or not inspect.isfunction(static):
                continue
            if static in seen:
                continue
            seen.add(static)
            if not name.startswith(("fetch", "create", "cancel", "edit", "parse", "safe")):
                self._begin_again()
            for symbol, code, account in ((SYMBOL, "USDT", "linear"), (INVERSE, "USDC", "swap")):
                yield self._call(name, _arguments(name, static, symbol, code, account))
            for others in OTHERWISE if name in CHANGES else ():
                yield self._call(name, _arguments(name, static, SYMBOL, "USDC", "swap", others))

    def _call(self, name: str, arguments: list[object]) -> Call:
        before, refused = len(self.network.reached), len(self.refusals)
        error: Exception | None = None
        try:
            getattr(self.exchange, name)(*arguments)
        except Exception as caught:
            error = caught
        return Call(
            name=name,
            error=error,
            reached=self.network.reached[before:],
            refused=len(self.refusals) > refused,
        )


def _arguments(
    name: str,
    function: Any,
    symbol: str,
    code: str,
    account: str,
    others: Mapping[str, object] | None = None,
) -> list[object]:
    known: dict[str, object] = {
        "symbol": symbol, "symbols": [symbol], "code": code, "codes": ["USDT"],
        "currency": "USDT", "fromCode": "USDT", "toCode": "BTC", "type": "limit", "side": "buy",
        "amount": 1.0, "price": 100.0, "id": "1", "ids": ["1"], "params": {}, "leverage": 2,
        "marginMode": "cross", "hedged": True, "fromAccount": "spot", "toAccount": account,
        "address": "0x" + "22" * 20, "addressTo": "0x" + "22" * 20, "tag": None, "since": None,
        "limit": None, "timeframe": "1m", "timeout": 60_000, "cost": 10.0, "triggerPrice": 90.0,
        "builder": "0x" + "33" * 20, "maxFeeRate": "0.01%", "name": "x", "api": "public",
        "path": "order", "method": "GET", "enabled": True, "enable": True, "headers": None,
        "body": None, "url": "https://evil.example/", "trailingPercent": 1.0, "trailingAmount": 1.0,
        "orders": [{"symbol": symbol, "type": "limit", "side": "buy", "amount": 1.0, "price": 100.0,
                    "id": "1"}],
    }  # fmt: skip
    if name == "set_margin_mode":
        known["params"] = {"leverage": 2, "lever": 2}
    known |= others or {}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [
        known.get(parameter.name, 1)
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and (parameter.default is parameter.empty or parameter.name in known)
    ]


PARAMS: dict[str, object] = {
    "network": "ERC20", "holdSide": "long", "positionId": 1, "openType": 1, "positionType": 1,
    "price": "1", "toAmount": "1", "leverage": 2, "lever": 2, "marginMode": "cross",
    "subaccount_user_id": "1", "subaccountId": 0, "fromSubaccountId": 0, "toSubaccountId": 1,
    "clientOrderIds": ["1"], "chainId": 1, "side": "LONG", "posSide": "LONG",
}  # fmt: skip
"""What one class or another insists on before it asks for a change."""


def _order(symbol: str) -> dict[str, object]:
    return {"symbol": symbol, "type": "limit", "side": "buy", "amount": 1.0, "price": 100.0}


OTHERWISE: tuple[dict[str, object], ...] = (
    {"params": PARAMS, "marginMode": "isolated"},
    {"params": {**PARAMS, "network": "TRC20"}, "symbol": SPOT, "orders": [_order(SPOT)]},
    {"params": {**PARAMS, "network": "ETH"}, "code": "USDT", "amount": -1.0},
    {"params": {"network": "STRK", "chainId": "STRK"}, "address": "0x" + "22" * 32},
    {"params": {}, "symbol": SPOT, "orders": [_order(SPOT)], "fromAccount": "spot"},
    {"params": {**PARAMS, "clientOrderIds": None}, "fromAccount": "main", "toAccount": "futures"},
    {"params": {**PARAMS, "chainId": "1"}, "code": "ETH", "fromCode": "AAPL", "toCode": "USDC"},
)
"""Other arguments to try a change with: some classes stop before they ask for it by the first."""

CODES = ("BTC", "ETH", "USD", "USDT", "USDC", "AAPL")


def _currency(code: str, step: float) -> dict[str, Any]:
    networks = {
        name: {"id": name, "network": name, "active": True, "precision": step, "info": {}}
        for name in ("ERC20", "TRC20", "ETH", "STRK", "1")
    }
    return {
        "id": code, "code": code, "numericId": 1, "precision": step, "networks": networks,
        "type": "stock" if code == "AAPL" else "crypto", "info": {"id": code}, "active": True,
    }  # fmt: skip


def _market(symbol: str) -> dict[str, Any]:
    """A market as the classes used here list them; ``info`` names it in each one's way."""
    inverse, spot = symbol == INVERSE, symbol == SPOT
    native = "BTCUSD_PERP" if inverse else "BTCUSDT"
    quote, settle = ("USD", "BTC") if inverse else ("USDT", None if spot else "USDT")
    return {
        "id": native, "numericId": 139, "symbol": symbol, "base": "BTC", "quote": quote, "settle": settle,
        "baseId": "0", "quoteId": quote, "settleId": settle, "type": "spot" if spot else "swap",
        "spot": spot, "swap": not spot, "future": False, "option": False, "margin": False,
        "contract": not spot, "linear": not inverse and not spot, "inverse": inverse,
        "active": True, "contractSize": None if spot else (100.0 if inverse else 1.0),
        "precision": {"amount": 0.001, "price": 0.1, "base": 1e-8, "quote": 1e-8},
        "limits": {"amount": {"min": 0.001}, "price": {}, "cost": {}, "leverage": {}},
        "info": {"name": "BTC", "szDecimals": "3", "instType": "SWAP", "symbol": native,
                 "orderTypes": ["LIMIT", "MARKET", "STOP", "TAKE_PROFIT", "STOP_MARKET"]},
    }  # fmt: skip
