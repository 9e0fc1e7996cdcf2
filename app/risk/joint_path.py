"""Where a margin is used up first as prices move away from today's, exactly.

Along one direction the price of each position is y = 1 + c·t times its mark, t from 0 up. Between
two breakpoints (a position's value crosses a maintenance tier, or its price reaches the floor)
balance − maintenance is a + b·t + Σ C/(1 + c·t): the last terms come from inverse contracts.
The pieces are walked in order, and on each the first root is found exactly (``joint_roots``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from app.risk.joint_legs import FLOOR, Leg
from app.risk.joint_roots import Spare

STRIDES = (0.6, 0.05)
"""How far ahead hyperbolas are looked at in one go: they steepen towards the floor."""
Change = tuple[float, float, float, float]
"""By how much the constant, the slope and the hyperbola of a maintenance change, and its c."""


class Stop(NamedTuple):
    """A margin at one of the moves asked for: both in the settle asset, profit in USD."""

    balance: float
    maintenance: float
    profit_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far it went (``None``: to the end) before maintenance reached the balance.

    ``stops`` are those before that, and ``last`` is the profit in USD where it ended.
    """

    broken_at: float | None
    stops: tuple[Stop, ...]
    last: float | None


Event = tuple[float, Leg | None, float, Change | None]
"""Where, and either a change of maintenance or a leg whose price reaches the floor."""


class _Sums:
    """Balance, maintenance and profit of all legs on one piece of the way."""

    def __init__(
        self, legs: Sequence[Leg], slopes: Sequence[float], balance: float, fixed: float
    ) -> None:
        self.b0, self.b1, self.m0, self.m1 = balance, 0.0, fixed, 0.0
        self.u0, self.u1 = 0.0, 0.0
        self.priced = True
        self.curved: dict[float, list[float]] = {}
        self.curving: dict[float, int] = {}
        for leg, slope in zip(legs, slopes, strict=True):
            amount = leg.sign * leg.value
            _, rate, off = leg.tiers[leg.now]
            if leg.inverse:
                self.b0 += amount
                self.curved.setdefault(slope, [0.0, 0.0])[0] -= amount
                self.curving[slope] = self.curving.get(slope, 0) + 1
                self.maintain((-off, 0.0, rate * leg.value, slope))
            else:
                self.b1 += amount * slope
                self.maintain((rate * leg.value - off, rate * leg.value * slope, 0.0, slope))
            if leg.dollars is None:
                self.priced = False
            else:
                self.u1 += leg.sign * leg.dollars * slope

    def maintain(self, change: Change) -> None:
        constant, slope, curved, at = change
        self.m0 += constant
        self.m1 += slope
        if curved:
            self.curved[at][1] += curved

    def stand_still(self, leg: Leg, slope: float) -> None:
        """From here on the price of ``leg`` stays at the floor."""
        rate = leg.tiers[leg.tier_at(FLOOR)][1]
        amount = leg.sign * leg.value
        if leg.inverse:
            self.curving[slope] -= 1
            terms = self.curved[slope]
            terms[0] += amount
            terms[1] -= rate * leg.value
            if not self.curving[slope]:
                # What rounding left of it would grow without bound behind the floor.
                del self.curved[slope]
            self.b0 -= amount / FLOOR
            self.m0 += rate * leg.value / FLOOR
        else:
            self.b1 -= amount * slope
            self.b0 += amount * (FLOOR - 1)
            self.m1 -= rate * leg.value * slope
            self.m0 += rate * leg.value * (FLOOR - 1)
        if leg.dollars is not None:
            self.u1 -= leg.sign * leg.dollars * slope
            self.u0 += leg.sign * leg.dollars * (FLOOR - 1)

    def stop(self, t: float) -> Stop:
        balance, maintenance = self.b0 + self.b1 * t, self.m0 + self.m1 * t
        for slope, (gained, needed) in self.curved.items():
            y = 1 + slope * t
            balance += gained / y
            maintenance += needed / y
        return Stop(balance, maintenance, self.profit(t))

    def profit(self, t: float) -> float | None:
        return self.u0 + self.u1 * t if self.priced else None

    def spare(self) -> Spare:
        """Balance − maintenance of this piece."""
        if not self.curved:
            return Spare(self.b0 - self.m0, self.b1 - self.m1, ())
        curved = tuple(
            (slope, gained - needed)
            for slope, (gained, needed) in self.curved.items()
            if gained != needed
        )
        return Spare(self.b0 - self.m0, self.b1 - self.m1, curved)


def walk(
    legs: Sequence[Leg],
    slopes: Sequence[float],
    *,
    balance: float,
    fixed: float,
    stops: Sequence[float],
    end: float | None = None,
) -> Walk:
    """Go from today's prices to the last of ``stops``, or to where maintenance is not covered.

    ``slopes`` say by how much each leg's price moves for t = 1 (as a share of its mark).
    ``balance`` is the margin balance now, ``fixed`` the maintenance margin that no tier explains
    and that stays. Where ``end`` is given it is taken as the place of the break (beyond the last
    stop: there is none), whatever the sums say.
    """
    sums = _Sums(legs, slopes, balance, fixed)
    far = stops[-1] if end is None else min(stops[-1], end)
    events = _events(legs, slopes, far)
    reach = _Reach(legs, slopes, events)
    passed: list[Stop] = []
    here, safe, ahead = 0.0, -1.0, stops[0]
    for at, leg, slope, change in (*events, (far, None, 0.0, None)):
        broken = None
        if end is None and at > safe:
            spare = sums.spare()
            left = spare.at(here)
            safe = reach.beyond(here, left)
            if at > safe:
                broken = here if left <= 0 else spare.first_root(here, at)
        until = at if broken is None else broken
        while ahead <= until and ahead not in (broken, end):
            passed.append(sums.stop(ahead))
            ahead = stops[len(passed)] if len(passed) < len(stops) else inf
        if broken is not None:
            return Walk(broken_at=broken, stops=tuple(passed), last=sums.profit(broken))
        if change is not None:
            sums.maintain(change)
        elif leg is not None:
            sums.stand_still(leg, slope)
        here = at
    # A tier that begins exactly here may need more than there is.
    if end is None and at > safe and sums.spare().at(here) <= 0:
        return Walk(broken_at=here, stops=tuple(passed[:-1]), last=sums.profit(here))
    ended = end if end is not None and end <= stops[-1] else None
    return Walk(broken_at=ended, stops=tuple(passed), last=sums.profit(far))


class _Reach:
    """How far the way surely holds from a place, by how steeply it can fall at most."""

    def __init__(
        self, legs: Sequence[Leg], slopes: Sequence[float], events: Sequence[Event]
    ) -> None:
        self.straight = 0.0
        self.curved: list[tuple[float, float]] = []
        for leg, slope in zip(legs, slopes, strict=True):
            most = leg.value * abs(slope) * (1 + leg.highest_rate)
            if leg.inverse:
                self.curved.append((most, slope))
            else:
                self.straight += most
        self.jumps = sum(max(_jump(event), 0.0) for event in events)

    def beyond(self, here: float, left: float) -> float:
        """Up to where nothing can break, having ``left`` to spare at ``here``.

        Minus infinity where that is not even sure of ``here``.
        """
        reserve = left - self.jumps
        if reserve <= 0:
            return -inf
        if not self.curved:
            return here + reserve / self.straight if self.straight else inf
        return max(self._within(here, reserve, ahead) for ahead in STRIDES)

    def _within(self, here: float, reserve: float, ahead: float) -> float:
        steepest = self.straight
        for most, slope in self.curved:
            y = 1 + slope * (here + ahead if slope < 0 else here)
            steepest += most / (y * y if y > FLOOR else FLOOR * FLOOR)
        return here + (min(ahead, reserve / steepest) if steepest else ahead)


def _jump(event: Event) -> float:
    """By how much the maintenance margin rises at once where a tier begins."""
    at, _, _, change = event
    if change is None:
        return 0.0
    constant, slope, curved, c = change
    return constant + slope * at + curved / (1 + c * at)


def _events(legs: Sequence[Leg], slopes: Sequence[float], far: float) -> list[Event]:
    found: list[Event] = []
    for leg, slope in zip(legs, slopes, strict=True):
        if slope == 0:
            continue
        last = 1 + slope * far
        if len(leg.tiers) > 1:
            found.extend(_crossings(leg, slope, max(last, FLOOR)))
        if last < FLOOR:
            found.append(((FLOOR - 1) / slope, leg, slope, None))
    found.sort(key=lambda event: event[0])
    return found


def _crossings(leg: Leg, slope: float, last: float) -> list[Event]:
    """Every tier the leg's value enters until its price is ``last`` times the mark."""
    found: list[Event] = []
    tiers, value = leg.tiers, leg.value
    place, ends = leg.now, leg.tier_at(last)
    step = 1 if ends > place else -1
    while place != ends:
        border = tiers[place if step > 0 else place - 1][0]
        y = value / border if leg.inverse else border / value
        _, rate, off = tiers[place]
        _, next_rate, next_off = tiers[place + step]
        more = (next_rate - rate) * value
        change = (
            (off - next_off, 0.0, more, slope)
            if leg.inverse
            else (more + off - next_off, more * slope, 0.0, slope)
        )
        found.append((max((y - 1) / slope, 0.0), None, slope, change))
        place += step
    return found
