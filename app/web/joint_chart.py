"""An account under a move of all prices, as a drawing and in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.joint import JointLiquidation
from app.domain.position import MarginMode, Position
from app.risk.wording import MINUS, THIN_SPACE, enumerated
from app.web.chart import HEIGHT, WIDTH, ticks
from app.web.filters import change, price

REACH: Final = 0.6
"""How far prices move in the drawing, either way."""
MARGIN: Final = 0.08
NAMED: Final = 4
EDGE: Final = 14.0
"""A label so close to an edge, in percent of the width, is written towards the middle."""
SAME, BETA = "same", "beta"
MOVES: Final = {SAME: "All prices", BETA: "BTC"}
TITLES: Final = {
    SAME: "Every price by the same percent",
    BETA: "BTC by that percent, every other price by its beta",
}
ALIKE: Final = "Every price by the same percent, or by its beta alike"

Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The profit in one view: points of polylines, broken where it is not known."""

    kind: str
    stretches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a view breaks first in one direction: its place from the left, and its label.

    ``anchor`` is the end of the label that stands at the mark, ``row`` the line it is in.
    """

    kind: str
    left: float
    text: str
    anchor: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JointChart:
    """What a drawing of ``WIDTH`` × ``HEIGHT`` consists of; places are in percent of it.

    ``shades`` are stretches (tone, from the left, width) in which something is liquidated when
    all prices move by the same percent: one for each margin, so that they add up. ``zero`` is
    the height of no profit and no loss.
    """

    lines: tuple[Line, ...]
    shades: tuple[tuple[str, float, float], ...]
    marks: tuple[Mark, ...]
    scale: tuple[tuple[str, float], ...]
    zero: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JointView:
    """One way for prices to move, in sentences: what breaks first, and what after that."""

    kind: str
    title: str
    first: tuple[str, ...]
    later: tuple[str, ...]


def joint_chart(joint: Shown) -> JointChart | None:
    """The drawing of an answer of ``/accounts/{id}/joint-liquidation``.

    ``None`` where there is no view, or no two points whose profit is known.
    """
    views = distinct(joint)
    known = [p["profit_usd"] for v in views for p in v["points"] if p["profit_usd"] is not None]
    if len(known) < 2:
        return None
    bottom, top = _span(known)

    def down(value: float) -> float:
        return (top - value) / (top - bottom)

    return JointChart(
        lines=tuple(Line(kind=v["kind"], stretches=_stretches(v["points"], down)) for v in views),
        shades=tuple(_shade(one) for one in _unique(views[0]["breaks"])),
        marks=tuple(mark for row, view in enumerate(views) for mark in _marks(view, row)),
        scale=tuple((words, round(down(value) * 100, 2)) for value, words in ticks(bottom, top)),
        zero=round(down(0.0) * 100, 2),
    )


def distinct(joint: Shown) -> Sequence[Shown]:
    """The views; one of them where the betas make no difference."""
    views: Sequence[Shown] = joint["views"]
    if len(views) == 2 and all(views[0][part] == views[1][part] for part in ("points", "breaks")):
        return views[:1]
    return views


def joint_views(joint: Shown, names: Mapping[str, Position]) -> list[JointView]:
    """The views in sentences. ``names`` are the positions of the account by their key."""
    views = distinct(joint)
    alike = len(views) < len(joint["views"])
    return [
        JointView(
            kind=view["kind"],
            title=ALIKE if alike else TITLES[view["kind"]],
            first=_first(view, names),
            later=_later(view, names),
        )
        for view in views
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """In which view the first margin that positions share is used up, and at which move."""

    kind: str
    move: float


def nearest_of_the_account(joint: JointLiquidation) -> Nearest | None:
    """The nearest break of a cross margin, in whichever view it is; ``None`` without one."""
    found = [
        Nearest(kind=view.kind, move=one.move)
        for view in joint.views
        for one in view.breaks
        if one.subject == "account"
    ]
    return min(found, key=lambda one: abs(one.move), default=None)


def move_told(kind: str, move: float) -> str:
    """ "All prices −23.4 %", or "BTC −23.4 %, the others by their betas"; "Now" for 0."""
    if move == 0:
        return "Now"
    words = f"{MOVES[kind]} {change(move)}"
    return words if kind == SAME else f"{words}, the others by their betas"


def whole_move(move: float) -> str:
    """ "−15 %", "now" for 0: of the moves at which the figures are worked out."""
    if move == 0:
        return "now"
    return f"{MINUS if move < 0 else '+'}{abs(move) * 100:.0f}{THIN_SPACE}%"


def _first(view: Shown, names: Mapping[str, Position]) -> tuple[str, ...]:
    told = []
    for way, word, end in (("down", "Falling", -REACH), ("up", "Rising", REACH)):
        found = view[way]
        if found is None:
            told.append(f"{word}: nothing is liquidated as far as {whole_move(end)}.")
        else:
            told.append(f"{_moved(view['kind'], found)}: {_subject(found, names, first=True)}.")
    return tuple(dict.fromkeys(told))


def _later(view: Shown, names: Mapping[str, Position]) -> tuple[str, ...]:
    first = [_place(view[way]) for way in ("down", "up") if view[way] is not None]
    return tuple(
        f"{_moved(view['kind'], one)}: {_subject(one, names)}."
        for one in _unique(view["breaks"])
        if _place(one) not in first
    )


def _moved(kind: str, found: Shown) -> str:
    return "Now" if found["move"] == 0 else f"{MOVES[kind]} {change(found['move'])}"


def _subject(found: Shown, names: Mapping[str, Position], *, first: bool = False) -> str:
    """ "the cross margin of linear breaks first: BTCUSDT, ETHUSDT"."""
    order = " first" if first else ""
    if found["subject"] == "position":
        held = names.get(found["position_key"])
        name = f"{held.native_symbol} {held.side}" if held else found["symbol"]
        at = "" if found["price"] is None else f", at {price(found['price'])}"
        return f"{name} on isolated margin is liquidated{order}{at}"
    scopes = found["scopes"]
    held_there = dict.fromkeys(
        one.native_symbol
        for one in names.values()
        if one.scope in scopes and one.margin_mode is not MarginMode.ISOLATED
    )
    listed = list(held_there)
    more = len(listed) - NAMED
    told = [*listed[:NAMED], f"{more} more"] if more > 1 else listed
    which = f": {enumerated(told)}" if told else ""
    return f"the cross margin of {enumerated(scopes)} breaks{order}{which}"


def _place(found: Shown) -> tuple[Any, ...]:
    return found["move"], found["position_key"], tuple(found["scopes"])


def _unique(breaks: Sequence[Shown]) -> list[Shown]:
    """A margin that is used up now breaks in both directions; it is told once."""
    return list({_place(one): one for one in breaks}.values())


def _span(values: Sequence[float]) -> tuple[float, float]:
    """What the drawing reaches from and to; no profit and no loss is always in it."""
    low, high = min(*values, 0.0), max(*values, 0.0)
    spread = (high - low) or 1.0
    return low - spread * MARGIN, high + spread * MARGIN


def _across(move: float) -> float:
    return (move + REACH) / (2 * REACH)


def _stretches(points: Sequence[Shown], down: Callable[[float], float]) -> tuple[str, ...]:
    found: list[list[str]] = [[]]
    for point in points:
        if point["profit_usd"] is None:
            found.append([])
            continue
        x, y = _across(point["move"]) * WIDTH, down(point["profit_usd"]) * HEIGHT
        found[-1].append(f"{x:.1f},{y:.1f}")
    return tuple(" ".join(one) for one in found if len(one) > 1)


def _shade(found: Shown) -> tuple[str, float, float]:
    """From the break outwards; all of it where the margin is used up already."""
    tone = "critical" if found["subject"] == "account" else "warning"
    at = round(_across(found["move"]) * 100, 2)
    if found["move"] == 0:
        return tone, 0.0, 100.0
    return (tone, 0.0, at) if found["move"] < 0 else (tone, at, round(100 - at, 2))


def _marks(view: Shown, row: int) -> list[Mark]:
    marks = []
    for way in ("down", "up"):
        found = view[way]
        if found is None or (way == "up" and found["move"] == 0):
            continue
        left = round(_across(found["move"]) * 100, 2)
        outwards, inwards = ("end", "start") if way == "down" else ("start", "end")
        close = left < EDGE if way == "down" else left > 100 - EDGE
        text = "now" if found["move"] == 0 else change(found["move"])
        anchor = inwards if close else outwards
        marks.append(Mark(kind=view["kind"], left=left, text=text, anchor=anchor, row=row))
    return marks


FILTERS = {"whole_move": whole_move}
