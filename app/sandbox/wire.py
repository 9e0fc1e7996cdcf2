"""What every venue's wire format is made of: requests, answers, refusals, routes, numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl

from app.sandbox.accounts import DemoAccount
from app.sandbox.margin import AccountFigures
from app.sandbox.market import MarketState


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it reached the sandbox, with the real venue's ``host`` and ``path``."""

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    ip: str

    @cached_property
    def params(self) -> dict[str, str]:
        """Query parameters, decoded; the last of a repeated one."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        """Parameters of a form body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def header(self, name: str) -> str:
        """A header by its lower-case name, empty when it was not sent."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer: ``payload`` as JSON, or ``text`` as it is."""

    payload: object = None
    status: int = 200
    text: str | None = None
    content_type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The bytes that go out."""
        text = json.dumps(self.payload, separators=(",", ":")) if self.text is None else self.text
        return text.encode()


class Refusal(Exception):
    """Raised anywhere below a venue's entry point to answer with its error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request in its context: the market, the venue's clock, and who asks (when signed)."""

    request: Request
    market: MarketState
    now_ms: int
    account: DemoAccount | None = None

    @property
    def params(self) -> Mapping[str, str]:
        return self.request.params

    def figures(self, venue: str) -> AccountFigures:
        """The figures of the account that signed the request."""
        return self.market.account(venue, self.account.book if self.account else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A read endpoint: what answers it, whether it is signed, its weight in the venue's units."""

    answer: Callable[[Call], object]
    signed: bool = False
    weight: int = 1


def fixed(value: float, places: int = 8) -> str:
    """A number with exactly ``places`` decimals, never ``-0``."""
    text = f"{value:.{places}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def short(value: float, places: int = 10) -> str:
    """A number with at most ``places`` decimals and no trailing zeros."""
    text = fixed(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimals(step: float) -> int:
    """Decimals of a tick or step: 0.001 has three."""
    text = f"{step:.10f}".rstrip("0")
    return len(text.partition(".")[2])
