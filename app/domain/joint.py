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
    """A margin that is used up in one direction, and where.

    ``move`` is the fraction (of every price, or of BTC) at which it happens, 0 where it is due
    now. ``subject`` is ``account`` (the cross positions of ``scopes`` share one margin) or
    ``position`` (``position_key``: isolated margin), whose ``price`` it is then.
    """

    move: float
    subject: str
    scopes: tuple[str, ...]
    position_key: str | None = None
    symbol: str | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointPoint:
    """The account at one move.

    ``profit_usd`` is beside now; of what is liquidated on the way (``liquidated`` positions) the
    whole margin is lost. ``margin_ratio`` is that of the worst margin, ``None`` once one is
    liquidated or where one is not known.
    """

    move: float
    profit_usd: float | None
    margin_ratio: float | None
    liquidated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JointView:
    """One way for prices to move together: from −60 % to +60 %.

    ``down`` and ``up`` are what breaks first; ``breaks`` is every margin that breaks, in either
    direction, the nearest first.
    """

    kind: MoveKind
    points: tuple[JointPoint, ...]
    down: JointBreak | None
    up: JointBreak | None
    breaks: tuple[JointBreak, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JointLiquidation:
    """The joint picture of one account.

    ``views`` is empty where no formula is honest (portfolio margin, margin not known), with the
    reason under ``notes["views"]``; where that holds for a part of the account, the note says
    what the views leave out. ``margin_ratio`` is the worst of its margins now, the venue's own
    where it gives one. ``hedges`` counts pairs of a long and a short of one base asset.
    ``approximations`` are sentences on what was taken for granted (tiers not known, a beta of 1
    assumed ...). ``as_of`` is when the oldest of the figures was read.
    """

    as_of: datetime
    positions: int
    views: tuple[JointView, ...] = ()
    margin_ratio: float | None = None
    hedges: int = 0
    portfolio_margin: bool = False
    approximations: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
