"""A sandbox venue: finds the route, checks who asks, answers, and records what tried to write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from app.sandbox.accounts import DemoAccount, find
from app.sandbox.faults import Fault
from app.sandbox.ledger import Ledger
from app.sandbox.market import MarketState
from app.sandbox.wire import Answer, Call, Refusal, Request, Route


class Venue(ABC):
    """One venue's REST interface. ``routes`` maps host and endpoint to what answers a read."""

    id: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    routes: ClassVar[Mapping[tuple[str, str], Route]]

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def answer(
        self, request: Request, *, market: MarketState, now_ms: int, revoked: Fault | None = None
    ) -> Answer:
        """What the venue answers; ``revoked`` says which of its keys no longer exist."""
        try:
            if self.is_write(request):
                return self._write(request, now_ms, revoked)
            route = self.routes.get((request.host, self.endpoint(request)))
            if route is None:
                return self.unknown(request)
            account = self.sign_in(request, now_ms, revoked) if route.signed else None
            call = Call(request=request, market=market, now_ms=now_ms, account=account)
            return self.wrap(route.answer(call), call)
        except Refusal as refusal:
            return refusal.answer

    def endpoint(self, request: Request) -> str:
        """What the request asks for, as logs, faults and ``routes`` name it."""
        return request.path

    def weight(self, request: Request) -> int:
        """The request's weight in the venue's own units."""
        route = self.routes.get((request.host, self.endpoint(request)))
        return route.weight if route else 1

    def is_write(self, request: Request) -> bool:
        """Whether the request would change something."""
        return request.method not in {"GET", "HEAD"}

    def wrap(self, payload: object, call: Call) -> Answer:
        """The venue's envelope around a read's result."""
        return Answer(payload=payload)

    def headers(self, request: Request, now_ms: int) -> Mapping[str, str]:
        """Headers the venue adds to every answer, such as its rate limit's state."""
        return {}

    @abstractmethod
    def sign_in(self, request: Request, now_ms: int, revoked: Fault | None) -> DemoAccount:
        """Who signed the request. Raises ``Refusal`` with the venue's error otherwise."""

    @abstractmethod
    def unknown(self, request: Request) -> Answer:
        """The venue's answer to a path it does not have."""

    @abstractmethod
    def forbidden(self, request: Request, now_ms: int) -> Answer:
        """The venue's answer to a key without the power a write needs."""

    @abstractmethod
    def done(self, request: Request, now_ms: int) -> Answer:
        """The venue's answer to a write by a key with the power."""

    @abstractmethod
    def limited(self, fault: Fault, now_ms: int) -> Answer:
        """The venue's answer to too many requests."""

    @abstractmethod
    def banned(self, fault: Fault, now_ms: int) -> Answer:
        """The venue's answer to who did not slow down."""

    def known(self, public: str, revoked: Fault | None) -> DemoAccount | None:
        """The account of an API key, unless the key was revoked."""
        if revoked is not None and revoked.key in {"", public}:
            return None
        return find(self.id, public)

    def _write(self, request: Request, now_ms: int, revoked: Fault | None) -> Answer:
        power = "withdraw" if "withdraw" in request.path else "trade"
        try:
            account = self.sign_in(request, now_ms, revoked)
        except Refusal:
            self._ledger.write(self.id, request.method, self.endpoint(request), None, False)
            raise
        accepted = power in account.powers
        self._ledger.write(self.id, request.method, self.endpoint(request), account.name, accepted)
        return self.done(request, now_ms) if accepted else self.forbidden(request, now_ms)
