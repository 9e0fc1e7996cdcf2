"""Positions as read from a venue. Symbols and formulas: docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.adl import AdlStanding
from app.domain.session import SessionProfit


class Side(StrEnum):
    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 for a long, −1 for a short."""
        return 1 if self is Side.LONG else -1


class MarginMode(StrEnum):
    CROSS = "cross"
    ISOLATED = "isolated"
    PORTFOLIO = "portfolio"


class ContractKind(StrEnum):
    LINEAR = "linear"
    INVERSE = "inverse"


class Source(StrEnum):
    """Where a figure comes from."""

    VENUE = "venue"
    ESTIMATED = "estimated"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceTier:
    """Maintenance margin of a position whose value is up to ``up_to`` (``None``: any more).

    ``up_to`` and ``amount`` (the tier's ``cum``) are in the settle asset, ``rate`` a fraction.
    """

    up_to: float | None
    rate: float
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One open position of one side, in the units of docs/figures.md.

    ``size`` is in base units; ``contracts`` × ``contract_size`` is base units for linear
    and quote units (usually USD) for inverse contracts. ``collateral`` (the margin backing
    it), ``maintenance_margin`` and ``unrealized_pnl`` are in ``settle_asset``;
    ``notional_usd`` is in USD. ``liquidation_price`` is the venue's own or ``None``:
    sentinels are gone already. ``maintenance_margin_rate`` and
    ``maintenance_amount`` (the tier's ``cum``) are kept where the venue says them, for the
    estimate; ``tiers`` are all of the contract's, smallest first, where they were read.
    ``mark_price`` may become newer than the reading; margin and profit then still belong to
    ``read_mark_price``. ``notes`` says for a field that is ``None`` why it is. ``raw`` is the venue's
    own payload of this position, credentials never.
    """

    venue: str
    scope: str
    symbol: str
    native_symbol: str
    kind: ContractKind
    side: Side
    contracts: float
    contract_size: float
    size: float
    settle_asset: str
    as_of: datetime
    notional_usd: float | None = None
    leverage: float | None = None
    margin_mode: MarginMode | None = None
    entry_price: float | None = None
    mark_price: float | None = None
    read_mark_price: float | None = None
    liquidation_price: float | None = None
    collateral: float | None = None
    maintenance_margin: float | None = None
    maintenance_margin_rate: float | None = None
    maintenance_amount: float | None = None
    margin_ratio: float | None = None
    unrealized_pnl: float | None = None
    hedged: bool = False
    adl: AdlStanding | None = None
    tiers: tuple[MaintenanceTier, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """What tells this position from the others of its account, stable across readings."""
        return f"{self.scope}|{self.native_symbol}|{self.side}|{self.margin_mode or '-'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMargin:
    """Margin of a whole cross account (or of one scope of it), from the venue.

    ``margin_balance`` and ``maintenance_margin`` are in ``asset``; ``margin_ratio`` is
    maintenance / balance, 1 at liquidation, whatever sense the venue itself uses. ``session`` is
    the profit of the running session, at venues that could take it back and say what it is.
    """

    scope: str
    asset: str
    margin_balance: float | None
    maintenance_margin: float | None
    margin_ratio: float | None
    as_of: datetime
    note: str | None = None
    session: SessionProfit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeReading:
    """What one scope answered: its positions, or the error that stands in their place."""

    scope: str
    positions: tuple[Position, ...] = ()
    margin: AccountMargin | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReading:
    """One refresh of one account: every scope the facts name, each answered or failed."""

    venue: str
    scopes: tuple[ScopeReading, ...]
    read_at: datetime
