"""What may be left of a fund, as a drawing: a bar over what it holds now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.risk.wording import money

Shown = Mapping[str, Any]
PRECISION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """From nothing, at the left, to the balance before; places and widths in percent.

    Nine of ten draws end in ``most``, half of them in ``half``; ``middle`` is the one that as
    many draws end above as below.
    """

    most: tuple[float, float]
    half: tuple[float, float]
    middle: float
    told: str


def fund_left(pool: Shown) -> Bar | None:
    """The drawing of a pool's ``left_usd``; ``None`` where that is unknown or nothing was there."""
    left, before = pool["left_usd"], pool["balance_usd"]
    if left is None or before is None or before <= 0:
        return None

    def place(usd: float) -> float:
        share: float = min(max(usd / before, 0.0), 1.0)
        return round(share * 100, PRECISION)

    def stretch(low: str, high: str) -> tuple[float, float]:
        start = place(left[low])
        return start, round(place(left[high]) - start, PRECISION)

    return Bar(
        most=stretch("p5", "p95"),
        half=stretch("p25", "p75"),
        middle=place(left["p50"]),
        told=f"Of {money(before)}, {money(left['p50'])} is left in the middle of the draws; in "
        f"nine of ten between {money(left['p5'])} and {money(left['p95'])}.",
    )
