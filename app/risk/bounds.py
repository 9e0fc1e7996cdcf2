"""Figures that can be no figures: so large or so small that sums with them end in infinity.

Venues answer such things by mistake. They are taken for unknown before anything is worked out,
so that a broken figure costs what needs it and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from operator import attrgetter
from typing import Any, Final

from app.domain.position import AccountMargin, MaintenanceTier, Position

LARGEST: Final = 1e36
SMALLEST: Final = 1e-36
"""In any unit. Far beyond every price and amount there is, and products of six stay finite."""
MOST_BETA: Final = 20.0
"""Beyond it either price hardly moved: what is found then says nothing of the next move."""
NO_FIGURE: Final = "The venue's figure is beyond all bounds and is not used."

_AMOUNTS: Final = (
    "notional_usd",
    "leverage",
    "entry_price",
    "mark_price",
    "read_mark_price",
    "liquidation_price",
    "collateral",
    "maintenance_margin",
    "maintenance_margin_rate",
    "maintenance_amount",
    "margin_ratio",
    "unrealized_pnl",
)
_HELD: Final = ("contracts", "contract_size", "size")
_figures: Final = attrgetter(*_AMOUNTS, *_HELD)
_MARGIN: Final = ("margin_balance", "maintenance_margin", "margin_ratio")


def is_figure(value: float | None) -> bool:
    """Whether ``value`` can be one, or is unknown anyway."""
    return value is None or value == 0 or SMALLEST <= abs(value) <= LARGEST


def usable_beta(value: float | None) -> float | None:
    """``value`` if a move can be reckoned from it."""
    return value if value is not None and abs(value) <= MOST_BETA else None


def bounded(position: Position) -> Position:
    """``position`` with what can be no figure taken out, and a note where it was.

    What says how much is held becomes 0, as where a venue leaves it open. Tiers with such a
    figure are all left out.
    """
    standing = position.adl
    tiers_hold = all(map(_holds, position.tiers))
    standing_holds = standing is None or isfinite(standing.standing)
    if all(map(is_figure, _figures(position))) and tiers_hold and standing_holds:
        return position
    changed: dict[str, Any] = {
        name: None if name in _AMOUNTS else 0.0
        for name in (*_AMOUNTS, *_HELD)
        if not is_figure(getattr(position, name))
    }
    if not tiers_hold:
        changed["tiers"] = ()
    if not standing_holds:
        changed["adl"] = None
    notes = {**position.notes, **dict.fromkeys(changed, NO_FIGURE)}
    return replace(position, **changed, notes=notes)


def _holds(tier: MaintenanceTier) -> bool:
    return is_figure(tier.up_to) and is_figure(tier.rate) and is_figure(tier.amount)


def bounded_margin(margin: AccountMargin) -> AccountMargin:
    """``margin`` with what can be no figure taken out, and a note that says so."""
    changed: dict[str, Any] = {
        name: None for name in _MARGIN if not is_figure(getattr(margin, name))
    }
    session = margin.session
    if session is not None and not (is_figure(session.realized) and is_figure(session.unrealized)):
        notes = {**session.notes, "realized": NO_FIGURE}
        changed["session"] = replace(session, realized=None, unrealized=None, notes=notes)
    if not changed:
        return margin
    note = " ".join(filter(None, (margin.note, NO_FIGURE)))
    return replace(margin, **changed, note=note)
