"""Margin behind a position: its own, or the account's that cross positions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TypeGuard

from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.risk.units import same_money


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMargin:
    """What the cross positions of one account (or of one scope of it) share.

    ``maintenance`` is the maintenance margin of all of them together, in ``margin.asset``.
    """

    margin: AccountMargin | None
    maintenance: float | None
    legs: Mapping[tuple[str, Side], Position]

    def opposite(self, position: Position) -> Position | None:
        """The other side of the same contract on the same cross margin (hedge mode)."""
        if position.margin_mode is not MarginMode.CROSS:
            return None
        other = Side.SHORT if position.side is Side.LONG else Side.LONG
        return self.legs.get((position.native_symbol, other))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRatio:
    """Maintenance / margin balance, 1 at liquidation; ``note`` says why ``value`` is ``None``.

    ``breached`` also holds where the balance is used up, which no ratio can say.
    """

    value: float | None
    breached: bool = False
    note: str | None = None


NO_SHARED_MARGIN = SharedMargin(margin=None, maintenance=None, legs={})


def share_margin(positions: Sequence[Position], margin: AccountMargin | None) -> SharedMargin:
    """Work out once, for all ``positions`` that share ``margin``, what each of them needs.

    The venue's own total of maintenance margin wins; otherwise the positions' are added up,
    unless one is unknown or counted in another asset.
    """
    cross = [p for p in positions if p.margin_mode is MarginMode.CROSS]
    maintenance = None if margin is None else margin.maintenance_margin
    if margin is not None and maintenance is None:
        total = sum(_maintenance_in(margin.asset, p) for p in cross)
        maintenance = total if isfinite(total) else None
    return SharedMargin(
        margin=margin,
        maintenance=maintenance,
        legs={(p.native_symbol, p.side): p for p in cross},
    )


def margin_ratio(maintenance: float | None, balance: float | None) -> MarginRatio:
    """Maintenance / margin balance; liquidation happens at 1."""
    if maintenance is None or balance is None or not isfinite(maintenance + balance):
        return MarginRatio(
            value=None, note="The venue gives no maintenance margin and balance to compare."
        )
    if balance <= 0:
        return MarginRatio(
            value=None, breached=maintenance > 0, note="The margin balance is used up."
        )
    ratio = maintenance / balance
    return MarginRatio(value=ratio, breached=ratio >= 1)


def position_margin_ratio(position: Position, shared: SharedMargin) -> MarginRatio:
    """The ratio that decides this position: the account's on cross margin, else its own."""
    if position.margin_mode in (MarginMode.CROSS, MarginMode.PORTFOLIO):
        account = shared.margin
        if account is not None and _is_ratio(account.margin_ratio):
            return MarginRatio(value=account.margin_ratio, breached=account.margin_ratio >= 1)
        if account is not None and account.margin_balance is not None:
            return margin_ratio(shared.maintenance, account.margin_balance)
    if _is_ratio(position.margin_ratio):
        return MarginRatio(value=position.margin_ratio, breached=position.margin_ratio >= 1)
    if position.margin_mode is MarginMode.ISOLATED:
        return margin_ratio(position.maintenance_margin, position.collateral)
    note = position.notes.get("margin_ratio", "The margin of the whole account is not known.")
    return MarginRatio(value=None, note=note)


def _maintenance_in(asset: str, position: Position) -> float:
    known = position.maintenance_margin is not None and same_money(position.settle_asset, asset)
    return position.maintenance_margin or 0.0 if known else nan


def _is_ratio(value: float | None) -> TypeGuard[float]:
    return value is not None and isfinite(value) and value >= 0
