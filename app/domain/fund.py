"""Insurance funds: pools, what was read of them, and their state. docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.reason import Reason


class FundHealth(StrEnum):
    """One word for a pool; the order is from worst to best, then the two that are no verdict."""

    CRITICAL = "critical"
    DRAINING = "draining"
    DECLINING = "declining"
    STABLE = "stable"
    GROWING = "growing"
    STALE = "stale"
    UNKNOWN = "unknown"


class PoolKind(StrEnum):
    SHARED = "shared"
    ISOLATED = "isolated"
    VAULT = "vault"
    HEADLINE = "headline"
    """A published total that is *not* what absorbs a loss; shown, never used for a position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundBalance:
    """The balance of one asset in a pool, in that asset, at the time the venue states."""

    asset: str
    amount: float
    usd: float | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FundEvent:
    """A labelled change the venue publishes: ``bankruptcy_loss``, ``adl``, ``top_up``, ``inflow``,
    ``outflow``, ``socialized_loss``, ``regrouped``."""

    kind: str
    at: datetime
    asset: str | None = None
    amount: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolReading:
    """One pool as the venue publishes it now.

    ``key`` names it within its venue (``usdm:btc-eth-bnb``). It stands behind
    ``symbols`` (native), and behind every contract of ``scopes``. ``cadence_seconds`` is how
    often the venue refreshes the balance.
    """

    venue: str
    key: str
    name: str
    kind: PoolKind
    balances: tuple[FundBalance, ...]
    symbols: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    cadence_seconds: int | None = None
    events: tuple[FundEvent, ...] = ()
    note: str | None = None

    @property
    def id(self) -> str:
        """Globally unique: ``<venue>:<key>``."""
        return f"{self.venue}:{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundSample:
    """A stored point of a pool's history: balance in the asset, and its USD value then."""

    pool_id: str
    asset: str
    at: datetime
    amount: float
    usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketStat:
    """Mark price and open interest of one contract.

    ``open_interest_usd`` counts one side; a venue that publishes both is halved already and
    ``note`` says so. ``None`` where not read (yet).
    """

    venue: str
    native_symbol: str
    at: datetime
    symbol: str | None = None
    mark_price: float | None = None
    open_interest_usd: float | None = None
    open_interest_at: datetime | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundState:
    """A pool with everything computed from its samples; fractions are fractions of 1.

    ``changes`` maps a window (``1h``, ``8h``, ``24h``, ``7d``, ``30d``) to a fraction or
    ``None``; ``notes`` says for each ``None`` why (``change_24h`` for that window, otherwise
    the field's own name) and under ``health`` what made the word. ``coverage`` is pool USD /
    one-sided open interest USD of the contracts the pool stands behind. ``reasons`` are what
    speaks against the pool, worst first; empty when nothing does.
    """

    pool_id: str
    venue: str
    key: str
    name: str
    kind: PoolKind
    health: FundHealth
    balance_usd: float | None
    as_of: datetime | None
    cadence_seconds: int | None
    changes: Mapping[str, float | None] = field(default_factory=dict)
    drawdown_8h: float | None = None
    coverage: float | None = None
    open_interest_usd: float | None = None
    trigger_progress: float | None = None
    assets: tuple[FundBalance, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
