"""Cascade scenarios: what goes in, and what comes out. docs/scenarios.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.position import Side

REST = "rest"
"""Stands among moves for every coin that has none of its own."""


class AfterFund(StrEnum):
    """How a venue spreads what its fund cannot pay."""

    ADL = "auto_deleveraging"
    """Positions of the winning side are closed at the bankruptcy price."""
    HAIRCUT = "haircut"
    """Winners get their profit less one rate: a clawback, or a socialized loss."""
    WITHDRAWALS = "withdrawals"
    """Whoever withdraws while the shortfall lasts is charged."""
    UNKNOWN = "unknown"


class AssumptionKind(StrEnum):
    DATA = "data"
    """Published, or stored here."""
    ASSUMED = "assumed"
    GIVEN = "given"
    """Chosen by whoever asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing a scenario takes for granted, or was told.

    ``value`` is a number, a range or a list as text; ``source`` where it is published and
    ``why`` the reason for it, one of them at least.
    """

    name: str
    value: str
    unit: str
    kind: AssumptionKind
    why: str
    source: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioContract:
    """A contract, or several small ones of a pool taken together.

    ``open_interest_usd`` counts one side. ``beta`` is its own log return for one of BTC's;
    ``None`` where not measured. ``daily_volatility`` is per square root of a day.
    """

    native_symbol: str
    base: str
    open_interest_usd: float
    beta: float | None = None
    daily_volatility: float | None = None
    daily_volume_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPool:
    """A pool and the contracts it stands behind, or contracts of which no pool is known.

    ``contracts`` is empty where open interest is not known, ``balance_usd`` ``None`` where
    the balance is not; ``notes`` says why.
    """

    key: str | None
    name: str
    balance_usd: float | None
    contracts: tuple[ScenarioContract, ...] = ()
    as_of: datetime | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPosition:
    """A position of the user. Money in USD, prices in quote.

    ``profit_usd`` is the unrealised profit now, ``standing`` the place in the queue for
    auto-deleveraging (0 last, 1 first), ``pool`` the key of the pool behind it. ``beta`` is that
    of its contract.
    """

    id: str
    venue: str
    account: str
    symbol: str
    native_symbol: str
    base: str
    side: Side
    notional_usd: float | None
    mark_price: float | None
    liquidation_price: float | None
    bankruptcy_price: float | None = None
    profit_usd: float | None = None
    standing: float | None = None
    pool: str | None = None
    beta: float | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioVenue:
    """A venue: its pools, what follows an empty one, and the user's positions there.

    ``close_price`` is where the venue says it closes positions it deleverages.
    """

    venue: str
    name: str
    pools: tuple[ScenarioPool, ...]
    after_fund: AfterFund
    close_price: str | None = None
    positions: tuple[ScenarioPosition, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """So much forced out at one venue, in USD; the move is what it takes, up or down."""

    venue: str
    usd: float
    up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEvent:
    """What happens to prices, as fractions: −0.2 is a fall of 20 %.

    Of ``move`` (of BTC; other coins follow by their betas), ``moves`` (by coin, ``REST`` for
    all without their own) and ``cascade`` at least one is given; a coin's own move wins.
    ``final`` says that the moves are the whole of it, the liquidations' own push included.
    """

    move: float | None = None
    moves: Mapping[str, float] = field(default_factory=dict)
    cascade: Cascade | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure over all draws: its mean and five quantiles."""

    mean: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOutcome:
    """What becomes of a pool. Money in USD; what is not known is ``None``, ``notes`` says why.

    ``uncovered_usd`` is the shortfall the fund cannot pay. Then either ``adl_usd``, the value
    of the positions closed by auto-deleveraging, or ``haircut``, the rate taken from profits:
    ``insufficient`` is the share of draws in which even all of them would not do.
    """

    key: str | None
    name: str
    balance_usd: float | None
    open_interest_usd: float | None
    forced_usd: Spread | None = None
    shortfall_usd: Spread | None = None
    paid_usd: Spread | None = None
    left_usd: Spread | None = None
    depleted: float | None = None
    uncovered_usd: Spread | None = None
    adl_usd: Spread | None = None
    haircut: Spread | None = None
    insufficient: float | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOutcome:
    """A venue's pools, worst first, and the sums over those whose open interest is known."""

    venue: str
    name: str
    after_fund: AfterFund
    pools: tuple[PoolOutcome, ...]
    forced_usd: Spread | None = None
    shortfall_usd: Spread | None = None
    depleted: float | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionOutcome:
    """What becomes of a position. Money in USD.

    ``move`` is of its own price, ``liquidated`` the share of draws in which that price reaches
    its liquidation price. ``gain_usd`` is what the move brings it, a loss ending at the bankruptcy
    price where that is known. ``reached`` is how likely auto-deleveraging closes it (or a
    haircut is taken of it) and ``lost_usd`` what of its profit is taken that way.
    """

    id: str
    venue: str
    account: str
    symbol: str
    native_symbol: str
    side: Side
    notional_usd: float | None
    move: Spread
    liquidated: float | None = None
    gain_usd: Spread | None = None
    reached: float | None = None
    lost_usd: Spread | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioOutcome:
    """The answer: every venue and position, and everything that was taken for granted.

    ``move`` is BTC's. ``unreached`` is the share of draws in which no move would force out as
    much as was asked.
    """

    draws: int
    seed: int
    move: Spread | None
    venues: tuple[VenueOutcome, ...]
    positions: tuple[PositionOutcome, ...]
    assumptions: tuple[Assumption, ...]
    unreached: float | None = None
