"""Insurance funds: pools, what was read of them, and their state. docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
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
    ``outflow``, ``socialized_loss``, ``regrouped`` (contracts moved between pools, so balances
    before and after do not compare), ``renamed`` (they do)."""

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
class LiquidationRecord:
    """The largest volume of liquidations a venue is known to have had within 24 hours."""

    usd: float
    on: date
    source: str | None
    note: str | None


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
class FundHistoryPage:
    """A stretch of the past a venue gives: pools with past balances and events.

    ``cursor`` is handed in to get the next page, ``None`` at the end. ``share`` is about how
    much of the whole was read so far, 0 to 1, where that can be told.
    """

    readings: tuple[PoolReading, ...]
    cursor: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """Money put into a pool from outside, in the pool's value then; no organic growth.

    ``labelled`` where the venue says so, else told from the figures by rule.
    """

    at: datetime
    usd: float | None
    labelled: bool


class DivergenceKind(StrEnum):
    """One venue's fund beside those of the others, in the same 24 hours."""

    ALONE = "alone"
    """It drains while the others are calm: this venue's own problem."""
    MARKET_WIDE = "market_wide"
    """It drains, and so do the others: a cascade all over the market."""
    IN_LINE = "in_line"
    NOT_ENOUGH_VENUES = "not_enough_venues"


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """``score`` is (own change − median of the others) in robust deviations of the others.

    ``others`` is how many other venues were compared with, ``others_change`` their median.
    """

    kind: DivergenceKind
    others: int
    own_change: float | None = None
    others_change: float | None = None
    score: float | None = None


class Confidence(StrEnum):
    """How much the word on a pool's health rests on."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundState:
    """A pool with everything computed from its samples; fractions are fractions of 1.

    ``changes`` maps a window (``1h``, ``8h``, ``24h``, ``7d``, ``30d``) to a fraction or
    ``None``; ``notes`` says for each ``None`` why (``change_24h`` for that window, otherwise
    the field's own name) and under ``health`` what made the word. ``coverage`` is pool USD /
    one-sided open interest USD of the contracts the pool stands behind. ``slope_7d`` is a
    fraction of the balance a day, ``shock`` the latest step in robust deviations of a month of
    steps, ``runway_days`` the balance over a mean day's loss, only while it declines.
    ``flat_updates`` counts updates due since the balance last moved. ``since`` is when
    ``health`` became what it is. ``reasons`` are what speaks against the pool, worst first;
    empty when nothing does.
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
    drawdown_30d: float | None = None
    drawdown_all: float | None = None
    slope_7d: float | None = None
    shock: float | None = None
    runway_days: float | None = None
    flat_updates: int | None = None
    top_ups: tuple[TopUp, ...] = ()
    divergence: Divergence | None = None
    confidence: Confidence | None = None
    since: datetime | None = None
    coverage: float | None = None
    cascade_coverage: float | None = None
    open_interest_usd: float | None = None
    trigger_progress: float | None = None
    assets: tuple[FundBalance, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
