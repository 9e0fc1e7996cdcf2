"""The joint picture of one account: every price moves, and what is liquidated first.

docs/figures.md, "The account as a whole". Pure functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.joint import JointBreak, JointLiquidation, JointPoint, JointView, MoveKind
from app.domain.position import AccountMargin, MarginMode, Position
from app.risk.bounds import usable_beta
from app.risk.joint_groups import Group, LeftOut, count_hedges, group_positions
from app.risk.joint_legs import FLOOR, Assumed, base_of, quote_of
from app.risk.joint_path import Stop, Walk, walk
from app.risk.liquidation_estimate import quantity_of
from app.risk.units import is_dollar

STEPS = 12
MOVES = tuple(step / 20 for step in range(STEPS + 1))
"""0 %, 5 %, … 60 %: in either direction."""
BITCOIN = frozenset({"BTC", "XBT"})
NAMED = 5

NOTHING_HELD = "There are no open positions."
NO_PROFIT = "A contract settles in {asset}, of which no dollar value is known."


def joint_liquidation(
    positions: Sequence[Position],
    margins: Sequence[AccountMargin],
    *,
    betas: Mapping[str, float | None],
    as_of: datetime,
) -> JointLiquidation:
    """The account under a move of all prices from −60 % to +60 %.

    ``positions`` and ``margins`` are those of every scope of one account, as read. ``betas`` are
    moves for a move of BTC by native symbol; one that is missing is taken as 1, and said.
    Moves count from each position's newest mark. ``as_of`` is when the oldest of the figures was
    read.

    A margin breaks where its balance is no more than the maintenance margin; balance and
    maintenance follow every price exactly, tier by tier. A price never falls below 1 % of its
    mark. Of one position alone on its margin the venue's own liquidation price wins.
    """
    held = [p for p in positions if quantity_of(p) > 0]
    assumed = Assumed()
    found = group_positions(held, margins, assumed=assumed)
    groups = [one for one in found if isinstance(one, Group)]
    left_out = [one for one in found if isinstance(one, LeftOut)]
    ratios = [group.ratio for group in groups if group.ratio is not None]
    unseen = {p.scope for one in left_out for p in one.members}
    ratios += [m.margin_ratio for m in margins if m.scope in unseen and m.margin_ratio is not None]
    moved = _Betas(betas)
    views = tuple(_view(kind, groups, moved) for kind in MoveKind) if groups else ()
    return JointLiquidation(
        as_of=as_of,
        positions=len(held),
        views=views,
        margin_ratio=max(ratios, default=None),
        hedges=count_hedges(held),
        portfolio_margin=any(p.margin_mode is MarginMode.PORTFOLIO for p in held),
        approximations=tuple(_approximations(groups, assumed, moved)) if views else (),
        notes=_notes(groups, left_out),
    )


class _Betas:
    """Betas by contract, and which had to be assumed."""

    def __init__(self, betas: Mapping[str, float | None]) -> None:
        self.known = betas
        self.missing: dict[str, None] = {}

    def of(self, position: Position) -> float:
        beta = usable_beta(self.known.get(position.native_symbol))
        if beta is not None:
            return beta
        if base_of(position.symbol) not in BITCOIN:
            self.missing[position.symbol] = None
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """One group going one way; ``slopes`` are its legs' moves for a move of 1."""

    group: Group
    slopes: tuple[float, ...]
    walk: Walk


def _view(kind: MoveKind, groups: Sequence[Group], betas: _Betas) -> JointView:
    moves = [
        tuple(1.0 if kind is MoveKind.SAME else betas.of(p) for p in group.members)
        for group in groups
    ]
    down = [_course(g, tuple(-one for one in own)) for g, own in zip(groups, moves, strict=True)]
    up = [_course(g, own) for g, own in zip(groups, moves, strict=True)]
    points = [_point(-move, place, down) for place, move in enumerate(MOVES) if place]
    points.reverse()
    points += [_point(move, place, up) for place, move in enumerate(MOVES)]
    fallen, risen = _breaks(down, -1), _breaks(up, 1)
    return JointView(
        kind=kind,
        points=tuple(points),
        down=next(iter(fallen), None),
        up=next(iter(risen), None),
        # What is due now is due in both directions, and told once.
        breaks=tuple(sorted(dict.fromkeys((*fallen, *risen)), key=lambda one: abs(one.move))),
    )


def _course(group: Group, slopes: tuple[float, ...]) -> _Course:
    end = None if group.own_price is None else _own_break(group, slopes[0])
    return _Course(
        group=group,
        slopes=slopes,
        walk=walk(
            group.legs,
            slopes,
            balance=group.balance or 0.0,
            fixed=group.fixed,
            stops=MOVES,
            end=end,
        ),
    )


def _own_break(group: Group, slope: float) -> float:
    """How far along the venue's own liquidation price is; beyond every stop where it is not."""
    (position,), own, never = group.members, group.own_price or 0.0, 2 * MOVES[-1]
    mark = position.mark_price or own
    if position.side.sign * (mark - own) <= 0:
        return 0.0
    y = own / mark
    at = (y - 1) / slope if slope else never
    return at if at >= 0 and y >= FLOOR else never


def _breaks(courses: Sequence[_Course], direction: int) -> list[JointBreak]:
    """The nearest first."""
    found = []
    for course in courses:
        at, group = course.walk.broken_at, course.group
        if at is None:
            continue
        alone = group.members[0] if group.isolated else None
        found.append(
            JointBreak(
                move=direction * at if at else 0.0,
                subject="position" if alone else "account",
                scopes=group.scopes,
                position_key=alone.key if alone else None,
                symbol=alone.symbol if alone else None,
                price=_price_at(alone, course.slopes[0], at) if alone else None,
            )
        )
    return sorted(found, key=lambda one: abs(one.move))


def _price_at(position: Position, slope: float, at: float) -> float | None:
    return position.mark_price and position.mark_price * max(1 + slope * at, FLOOR)


def _point(move: float, place: int, courses: Sequence[_Course]) -> JointPoint:
    profit: float | None = 0.0
    worst: float | None = 0.0
    liquidated = 0
    for course in courses:
        stops = course.walk.stops
        stop = stops[place] if place < len(stops) else None
        if stop is None:
            liquidated += len(course.group.members)
        gained = _lost(course, MOVES[place]) if stop is None else stop.profit_usd
        profit = None if profit is None or gained is None else profit + gained
        ratio = None if stop is None or not course.group.summed else _ratio(stop)
        worst = None if worst is None or ratio is None else max(worst, ratio)
    return JointPoint(move=move, profit_usd=profit, margin_ratio=worst, liquidated=liquidated)


def _ratio(stop: Stop) -> float | None:
    """``None`` also where the sums pass 1 before the venue's own liquidation price is reached."""
    if stop.balance <= 0 or stop.maintenance >= stop.balance:
        return None
    return stop.maintenance / stop.balance


def _lost(course: _Course, t: float) -> float | None:
    """In USD, of a margin that was liquidated: all of it, at the prices of this move.

    Where the margin is not known it is the loss up to the liquidation.
    """
    group = course.group
    if group.balance is None:
        return course.walk.last
    price = _dollars_of_settle(group, course.slopes, t)
    return None if price is None else -group.balance * price


def _dollars_of_settle(group: Group, slopes: Sequence[float], t: float) -> float | None:
    """What one unit of the settle asset is worth: of a coin, the price of its inverse contract."""
    if is_dollar(group.members[0].settle_asset):
        return 1.0
    for position, leg, slope in zip(group.members, group.legs, slopes, strict=True):
        if leg.inverse and leg.dollars is not None and _is_its_own_coin(position):
            return _price_at(position, slope, t)
    return None


def _is_its_own_coin(position: Position) -> bool:
    coins = {base_of(position.symbol), position.settle_asset}
    return len(coins) == 1 or coins <= BITCOIN


def _notes(groups: Sequence[Group], left_out: Sequence[LeftOut]) -> dict[str, str]:
    notes = {}
    if left_out:
        told = " ".join(f"{_names([p.symbol for p in one.members])}: {one.why}" for one in left_out)
        notes["views"] = told if not groups else f"Left out: {told}"
    elif not groups:
        notes["views"] = NOTHING_HELD
    for group in groups:
        for position, leg in zip(group.members, group.legs, strict=True):
            if leg.dollars is None:
                asset = quote_of(position.symbol) if leg.inverse else position.settle_asset
                notes["profit_usd"] = NO_PROFIT.format(asset=asset or position.settle_asset)
    return notes


def _approximations(groups: Sequence[Group], assumed: Assumed, betas: _Betas) -> list[str]:
    told = []
    if assumed.without_tiers:
        told.append(
            f"The maintenance tiers of {_names(assumed.without_tiers)} are not known:"
            " today's rate and amount stay."
        )
    if assumed.shared_out:
        told.append(
            f"The maintenance margin of {_names(assumed.shared_out)} is not given: what the"
            " account needs beyond the others is shared out by value."
        )
    if betas.missing:
        told.append(f"No beta is known of {_names(betas.missing)}: it is taken to move like BTC.")
    if assumed.several_assets:
        told.append("Coins and other assets in the margin keep today's value.")
    if assumed.both_sides:
        told.append(
            "Long and short of one contract each need maintenance margin, less the share that"
            " the exchange forgives today."
        )
    if any(group.own_price is not None for group in groups):
        told.append(
            "A position alone on its margin is liquidated at the exchange's own liquidation price."
        )
    return told


def _names(symbols: Mapping[str, None] | Sequence[str]) -> str:
    names = list(dict.fromkeys(symbols))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
