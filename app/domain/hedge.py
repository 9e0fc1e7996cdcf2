"""Positions that offset one another, on one venue or across venues."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hedge:
    """What offsets a position: the other legs in the same coin, of one user.

    ``legs`` name them for people (``"short on Bybit (main)"``), ``venues`` are their ids.
    ``share`` is how much of the position they offset, 0 to 1. ``lost_to_adl`` says that
    auto-deleveraging could close this position and leave the others open.
    """

    base: str
    share: float
    legs: tuple[str, ...]
    venues: tuple[str, ...]
    lost_to_adl: bool
