"""A whole account under a move of all prices. docs/figures.md, "The account as a whole"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MoveKind(StrEnum):
    SAME = "same"
    """Every price moves by the same percent."""
    BETA = "beta"
    """BTC moves by that percent, every other price by its beta to BTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointBreak:
    """What is liquidated first in one direction, and where.

    ``move`` is the fraction (of every price, or of BTC) at which it happens. ``subject`` is
    ``account`` (its cross positions of ``scope`` share one margin) or ``position``
    (``position_key``: isolated margin).
    """

    move: float
    subject: str
    scope: str
    position_key: str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointPoint:
    """The account at one move: profit in USD beside now, margin ratio of the worst margin there
    (``None`` once it is liquidated or not known), and how many positions are liquidated on the
    way."""

    move: float
    profit_usd: float | None
    margin_ratio: float | None
    liquidated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JointView:
    """One way for prices to move together: from −60 % to +60 %, and what breaks first."""

    kind: MoveKind
    points: tuple[JointPoint, ...]
    down: JointBreak | None
    up: JointBreak | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointLiquidation:
    """The joint picture of one account.

    ``views`` is empty where no formula is honest (portfolio margin, margin not known), with the
    reason under ``notes["views"]``; ``margin_ratio`` is then the venue's own. ``hedges`` counts
    pairs of positions that offset one another. ``approximations`` are sentences on what was taken
    for granted (tiers not known, a beta of 1 assumed ...).
    """

    as_of: datetime
    positions: int
    views: tuple[JointView, ...] = ()
    margin_ratio: float | None = None
    hedges: int = 0
    portfolio_margin: bool = False
    approximations: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
