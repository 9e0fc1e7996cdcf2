"""What a scenario does to each position, in sentences out of the answer of the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.risk.wording import money
from app.web.filters import NO_NUMBER, place
from app.web.scenario_words import share, signed

Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """A position and what becomes of it, in sentences; ``figure`` is the first to be read."""

    id: str
    symbol: str
    side: str
    figure: str
    figure_label: str
    told: tuple[str, ...]
    notes: tuple[str, ...]
    where: str


def positions_worst_first(answer: Shown) -> list[PositionLine]:
    """Every position: the likeliest to be liquidated first, then what loses most to others."""
    names = {venue["venue"]: venue["name"] for venue in answer["venues"]}
    after = {venue["venue"]: venue["after_fund"] for venue in answer["venues"]}
    ordered = sorted(answer["positions"], key=_worst)
    return [_position(one, names[one["venue"]], after[one["venue"]]) for one in ordered]


def _worst(one: Shown) -> tuple[float, float, float]:
    lost = one["lost_usd"]["mean"] if one["lost_usd"] is not None else 0.0
    gain = one["gain_usd"]["p50"] if one["gain_usd"] is not None else 0.0
    return -(one["liquidated"] or 0.0), -lost, gain


def _position(one: Shown, venue: str, after: str) -> PositionLine:
    often, notes = one["liquidated"], dict(one["notes"])
    told = []
    if often is None:
        told.append(notes.pop("liquidated", "Its liquidation price is not known."))
    told.append(_change(one["move"], one["gain_usd"]))
    told.append(_taken(one, after, notes))
    value = one["notional_usd"]
    return PositionLine(
        id=one["id"],
        symbol=one["native_symbol"],
        side=one["side"],
        figure=NO_NUMBER if often is None else share(often),
        figure_label="no liquidation price" if often is None else "of the draws liquidate it",
        told=tuple(told),
        notes=tuple(dict.fromkeys(notes.values())),
        where=place(venue, one["account"]) + ("" if value is None else f", {money(value)}"),
    )


def _change(move: Shown, gain: Shown | None) -> str:
    """How far its price goes and what that brings, a range only where there is one."""
    words = f"Its price moves by {signed(move['p50'])}"
    if gain is None:
        return f"{words}."
    low, high = gain["p5"], gain["p95"]
    middle = f"{'brings' if gain['p50'] >= 0 else 'costs'} {money(abs(gain['p50']))}"
    if money(low) == money(high):
        return f"{words}, which {middle}."
    if low < 0 < high:
        ends = f"from a loss of {money(-low)} to a gain of {money(high)}"
    else:
        ends = " to ".join(money(size) for size in sorted((abs(low), abs(high))))
    return f"{words} in the middle draw, which {middle}; {ends} in nine of ten."


def _taken(one: Shown, after: str, notes: dict[str, str]) -> str:
    """What others' losses take of its profit; why that is not known is taken out of ``notes``."""
    lost, reached = one["lost_usd"], one["reached"]
    if lost is None or reached is None:
        why = notes.pop("lost_usd", "What follows there is not known.")
        return f"What an empty fund would take of its profit is not known. {why}"
    way = "auto-deleveraging" if after == "auto_deleveraging" else "a cut of profits"
    if reached <= 0:
        return f"Not reached by {way} in any draw."
    words = (
        f"Reached by {way} in {share(reached)} of the draws, which takes {money(lost['mean'])} of "
        "its profit, averaged over all of them"
    )
    return (
        f"{words}; {money(lost['p95'])} or more in the worst 5\u2009%."
        if lost["p95"] > 0
        else f"{words}."
    )
