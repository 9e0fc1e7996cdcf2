"""What is known of a venue, as data: the shape of ``facts/<id>.toml`` once it is validated.

Every claim carries its ``source`` (a URL), or ``None`` with a note: unsourced is an answer and
is shown as one. ``facts_toml`` reads and validates the files, ``catalogue`` finds them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import TypeVar

from app.domain.adl_rule import AdlRule
from app.domain.closure import Closure
from app.domain.errors import InvalidInput, NotFound
from app.domain.fund import LiquidationRecord
from app.domain.loss_model import LossModel
from app.domain.permissions import PowerKind
from app.domain.position import ContractKind, Source
from app.domain.session import SessionRule
from app.venues.candle_facts import CandleFacts

SHARE_OF_LIMIT = 0.1
"""Seawall stays under a tenth of what a venue allows: a person trades from the same address."""


class FactsError(InvalidInput):
    """A facts file cannot be used; the message names the file and the key."""

    code = "facts"


class VenueKind(StrEnum):
    CEX = "cex"
    DEX = "dex"


class VenueStatus(StrEnum):
    FULL = "full"
    """Accounts can be linked, and what the venue publishes is read."""
    CLOSED = "closed"
    """The venue ended; ``Closure`` says when, and it is kept for its incidents."""
    MODEL_ONLY = "model_only"
    """Only the loss model is known; nothing is read."""
    POSITIONS_ONLY = "positions_only"
    """Accounts can be linked, and only their positions are read: no facts file describes it."""


class LinkKind(StrEnum):
    KEY = "key"
    ADDRESS = "address"


class ReadPurpose(StrEnum):
    """Why a request is made; a request without one of these reasons is not made."""

    MARKETS = "markets"
    CLOCK = "clock"
    PERMISSIONS = "permissions"
    POSITIONS = "positions"
    CORRECTION = "correction"
    FUND = "fund"
    MARKET_STATS = "market_stats"
    ADL = "adl"
    CANDLES = "candles"


class AdlSubject(StrEnum):
    """Whom an auto-deleveraging figure is about."""

    POSITION = "position"
    SYMBOL = "symbol"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One thing a person gives to link an account.

    ``name`` is ours (``api_key``, ``secret``, ``passphrase``, ``address``, ``token``,
    ``account_id``), ``ccxt`` the attribute of the ccxt client it goes to, or
    ``options.<name>``; a wallet's private key is none of them. A value must match
    ``pattern`` whole, where there is one; ``example`` is made up and has the right form.
    """

    name: str
    label: str
    ccxt: str
    hidden: bool
    pattern: re.Pattern[str] | None = None
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    kind: LinkKind
    fields: tuple[CredentialField, ...]
    how_to: str
    how_to_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How a venue refuses a credential where it looks like a fault of its own: by a ``status``
    of 500 or more, with ``text`` in the body."""

    status: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionCheck:
    """How the venue is asked what a key may do; ``verifiable`` is false where it cannot say.

    ``powers`` are the kinds of power its answer can name.
    """

    verifiable: bool
    read: str | None
    powers: tuple[PowerKind, ...]
    source: str | None
    note: str | None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """How far this machine's clock may be ahead of and behind the venue's, in milliseconds."""

    read: str
    ahead_ms: int
    behind_ms: int
    source: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """One ccxt class this venue is read through.

    ``maker`` is ``module:Class`` of a subclass of it, where ccxt's own cannot sign what is
    asked. ``urls`` are merged into ccxt's table of addresses (another host of the same
    software, an endpoint ccxt lacks). ``options`` are merged into ccxt's own (they keep wallet calls out of market loading),
    ``markets`` are the ids of the reads its market list is made of. ``codes`` maps a code of
    ours (``venue_rejected`` …) to error codes of the venue that ccxt takes for something else.
    """

    ccxt: str
    maker: str | None = None
    urls: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    markets: tuple[str, ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A part of an account that is asked by itself.

    ``params`` is what ccxt's ``fetch_positions`` takes for it. ``reads`` are the ids of
    every request a refresh of it makes: the positions first, then what corrections need
    (a read with ``cached_seconds`` only when its cache is older).
    """

    id: str
    label: str
    kind: ContractKind
    ccxt: str
    params: Mapping[str, object]
    reads: tuple[str, ...]
    settle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionFacts:
    """What the venue says of a position.

    ``hedge_mode``: whether an account can hold both sides of a contract. Where the venue gives
    no liquidation price it is ``estimated`` from what it does give, or ``none``.
    """

    hedge_mode: bool
    liquidation_price: Source
    source: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExample:
    url: str
    kind: ContractKind
    native_symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRule:
    """Trading pages of one kind: what ``pages.resolve`` matches a URL with.

    ``pattern`` matches the whole path, and ``fragment`` the whole value of each field it names
    of a fragment like ``#contract_code=BTC-USDT`` (a field that is not there is empty).
    ``native`` makes the venue's symbol from their named groups, then the steps of
    ``transform`` follow (``pages.STEPS``).
    """

    host: str
    pattern: re.Pattern[str]
    fragment: Mapping[str, re.Pattern[str]]
    kind: ContractKind
    label: str
    native: str
    transform: tuple[str, ...]
    exclude: tuple[re.Pattern[str], ...]
    examples: tuple[PageExample, ...]
    near_misses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A request that may be made; what no ``Read`` names never leaves the machine.

    ``path`` is exact, ``{name}`` stands for one segment. ``query`` and ``body`` name
    fields that must be there once, as one of the values (``body``: of a JSON object).
    ``call`` is ``<ccxt class>.<its method>`` where we call it by itself; where ccxt has no
    method, ``<ccxt class>.request`` with the ``ccxt_path`` and ``ccxt_api`` that its own
    ``request`` takes. ``weight`` is in
    the unit of ``Limits.per_minute``. An answer is used again for ``cached_seconds``; one that
    is ``shared`` is the same for everybody, so all accounts use it, also after a restart.
    ``any_path`` lets every GET to ``host`` pass that does not smell of a change; only
    ``venues.generic`` makes such a read, a facts file has no key for it.
    """

    id: str
    method: str
    host: str
    path: str
    signed: bool
    weight: float
    purpose: ReadPurpose
    call: str | None = None
    ccxt_path: str | None = None
    ccxt_api: tuple[str, ...] = ()
    cached_seconds: int | None = None
    shared: bool = False
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_path: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFacts:
    """The insurance fund: whether a machine can read it, and where a person looks.

    ``uncovered`` maps a scope to the sentence that says why no balance is known for it.
    ``history_reads`` are the requests of one page of the fund's past (each once a page, what is
    asked at the beginning alone left out), empty where the venue gives none; ``history_note``
    says how far it goes back.
    """

    published: bool
    cadence_seconds: int | None
    reads: tuple[str, ...]
    page: str | None
    uncovered: Mapping[str, str]
    source: str | None
    note: str | None
    history_reads: tuple[str, ...] = ()
    largest_liquidation: LiquidationRecord | None = None
    history_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdlFacts:
    """One auto-deleveraging figure the venue publishes; ``scale`` is for people."""

    subject: AdlSubject
    scale: str
    cadence_seconds: int | None
    read: str
    source: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that happened; ``amount`` is text with its unit, as the source gives it."""

    date: date
    title: str
    text: str
    source: str | None
    amount: str | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """How a venue shuts an address out that asked too much, and for how many seconds.

    The HTTP ``status`` alone may mean other things; ``text`` is in the body of a ban.
    """

    status: int
    text: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the venue allows, in its own weights a minute, per address or per user."""

    per_minute: float
    scope: str
    source: str | None
    note: str | None
    ban: Ban | None = None

    @property
    def ours(self) -> float:
        """The weight a minute Seawall allows itself."""
        return self.per_minute * SHARE_OF_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFacts:
    """Everything known of one venue.

    ``adapter`` is ``module:Class`` of its ``VenueReader`` where it needs one of its own.
    ``sentinels`` are the liquidation prices by which it says "none"; ``closed`` is there
    where ``status`` says so.
    """

    id: str
    name: str
    kind: VenueKind
    status: VenueStatus
    website: str
    adapter: str | None
    linking: Linking | None
    permission_check: PermissionCheck
    clock: ClockFacts | None
    clients: tuple[ClientFacts, ...]
    scopes: tuple[Scope, ...]
    positions: PositionFacts | None
    pages: tuple[PageRule, ...]
    reads: tuple[Read, ...]
    fund: FundFacts
    adl: tuple[AdlFacts, ...]
    loss_model: LossModel
    incidents: tuple[Incident, ...]
    limits: Limits | None
    sentinels: frozenset[float]
    closed: Closure | None = None
    candles: CandleFacts | None = None
    session: SessionRule | None = None
    adl_rule: AdlRule | None = None

    def read(self, read_id: str) -> Read:
        """Raises ``NotFound``."""
        return _named(self.reads, read_id, f"read of {self.id}")

    def client(self, ccxt_id: str) -> ClientFacts:
        """Raises ``NotFound``."""
        for client in self.clients:
            if client.ccxt == ccxt_id:
                return client
        raise NotFound(f"{self.id} is not read through {ccxt_id!r}.")

    def scope(self, scope_id: str) -> Scope:
        """Raises ``NotFound``."""
        return _named(self.scopes, scope_id, f"scope of {self.id}")

    def reads_of(self, scope_id: str) -> tuple[Read, ...]:
        """The requests of one refresh of a scope: what a budget for requests counts."""
        return tuple(self.read(read_id) for read_id in self.scope(scope_id).reads)


def named_class(name: str) -> type[object] | None:
    """The class called ``module:Class``, or ``None`` where there is none."""
    module, _, attribute = name.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) else None


T = TypeVar("T", "Read", "Scope")


def _named(items: tuple[T, ...], name: str, what: str) -> T:
    for item in items:
        if item.id == name:
            return item
    raise NotFound(f"There is no {what} called {name!r}.")
