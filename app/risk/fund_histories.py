"""Made-up fund histories of which it is known what happened. docs/fund-health.md.

A fund earns a little in every interval, now more, now less, and pays now and then for an ordinary
liquidation; on top of that comes what a history is about (``Plot``). It is then seen as a venue
shows it: updates come a little early or late, some are missing, some are read twice and some
arrive after their successor.

The same seed makes the same history. Only uniform draws are taken from numpy's generator, since
its other distributions may change between releases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.fund import FundEvent, PoolKind
from app.domain.fund_series import micros, when

Micros = NDArray[np.int64]
Floats = NDArray[np.float64]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
YEAR: Final = 365 * DAY
START: Final = 1_704_067_200 * SECOND
"""2024-01-01, when every made-up history begins."""

ORDINARY_PAYOUTS_A_YEAR: Final = 60.0
ORDINARY_PAYOUT: Final = 0.0012
"""Mean part of the fund that an ordinary payout takes; no ordinary one takes more than the next."""
LARGEST_ORDINARY_PAYOUT: Final = 0.0075


class Kind(StrEnum):
    STEADY = "steady growth"
    SEASONAL = "seasonal"
    PRICE_SWING = "price swings"
    REGROUPED = "regrouping"
    STALE = "stale feed"
    BLEED = "slow bleed"
    CASCADE = "cascade"
    TOPPED_UP = "cascade with top-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What happened, whatever is said about it; times are microseconds since 1970 UTC.

    ``share`` is the part of the fund that a cascade takes, or that a bleed takes a day. For a
    stale feed ``began`` is when updates can no longer be believed. ``form`` tells histories of
    one kind apart. ``with_the_market`` says whether the other venues lost as well.
    """

    kind: Kind
    form: str = ""
    began: int | None = None
    ended: int | None = None
    share: float = 0.0
    with_the_market: bool | None = None

    @property
    def is_loss(self) -> bool:
        return self.kind in (Kind.BLEED, Kind.CASCADE, Kind.TOPPED_UP)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feed:
    """One asset of a pool as it became known, in the order of arrival.

    ``at`` is the venue's time and ``known_at`` when it could be read, both in microseconds
    since 1970 UTC; ``usd`` is what ``amount`` was worth then, NaN where unknown.
    """

    asset: str
    at: Micros
    known_at: Micros
    amount: Floats
    usd: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FundHistory:
    """A pool's past as it would have been watched, and the truth of it where that is known."""

    name: str
    venue: str
    cadence_seconds: int
    feeds: tuple[Feed, ...]
    events: tuple[FundEvent, ...] = ()
    truth: Truth | None = None
    key: str = "fund"
    kind: PoolKind = PoolKind.SHARED

    @property
    def years(self) -> float:
        """Venue-years from the first arrival to the last."""
        first = min(int(feed.known_at[0]) for feed in self.feeds)
        return float(max(int(feed.known_at[-1]) for feed in self.feeds) - first) / YEAR


Plot = Callable[[Micros], Floats]
"""What a fund is multiplied by at each time, beside its ordinary business; 1 is nothing."""


def nothing(at: Micros) -> Floats:
    return np.ones(len(at))


def cascade(*, began: int, takes: int, share: float, front_loaded: bool) -> Plot:
    """A loss of ``share`` over ``takes`` microseconds; ``front_loaded`` falls fastest at first."""

    def plot(at: Micros) -> Floats:
        done = np.clip((at - began) / max(takes, 1), 0.0, 1.0)
        return 1 - share * (1 - (1 - done) ** 2 if front_loaded else done)

    return plot


def bleed(*, began: int, ended: int, a_day: float) -> Plot:
    """A loss of ``a_day`` of what is left, every day from ``began`` to ``ended``."""

    def plot(at: Micros) -> Floats:
        days = np.clip(at - began, 0, ended - began) / DAY
        return np.asarray((1 - a_day) ** days, dtype=np.float64)

    return plot


def step(*, at_time: int, factor: float) -> Plot:
    """The fund is ``factor`` times as large from ``at_time`` on."""
    return lambda at: np.where(at >= at_time, factor, 1.0)


def seasons(rng: np.random.Generator) -> Plot:
    """The fund breathes with the day and the week: up to 0.3 % and 0.5 % to either side."""
    daily, weekly = 0.003 * rng.random(), 0.002 + 0.003 * rng.random()
    phase = rng.random(2)

    def plot(at: Micros) -> Floats:
        of_day = np.sin(2 * np.pi * (at / DAY + phase[0]))
        of_week = np.sin(2 * np.pi * (at / (7 * DAY) + phase[1]))
        return np.asarray(1 + daily * of_day + weekly * of_week, dtype=np.float64)

    return plot


def both(first: Plot, second: Plot) -> Plot:
    return lambda at: first(at) * second(at)


def update_times(rng: np.random.Generator, *, cadence: int, days: float, gaps: int) -> Micros:
    """When a venue states its balance: each interval a little late, with ``gaps`` silences."""
    count = int(days * DAY // cadence)
    at = START + cadence * np.arange(count) + _whole(rng.random(count) * cadence * 0.05)
    heard = np.ones(count, dtype=np.bool_)
    for where, length in rng.random((gaps, 2)):
        begins = int(where * count)
        heard[begins : begins + 1 + int(length * 8)] = False
    heard[:2] = heard[-2:] = True
    return at[heard]


def ordinary_business(
    rng: np.random.Generator, at: Micros, *, growth_a_year: float, payouts: float = 1.0
) -> Floats:
    """A fund that earns ``growth_a_year`` and pays for ordinary liquidations, starting near 1.

    ``payouts`` is how many times as large they are as ``ORDINARY_PAYOUT`` says.
    """
    spans = np.diff(at, prepend=at[0]) / YEAR
    # Not every minute has a liquidation: the shorter the interval, the rarer and the larger.
    moves = np.minimum(spans * YEAR / (5 * MINUTE), 1.0)
    busy = rng.random(len(at)) < moves
    with np.errstate(divide="ignore", invalid="ignore"):
        earned = np.where(busy, growth_a_year * spans / moves * _exponential(rng, len(at)), 0.0)
    years = float(at[-1] - at[0]) / YEAR
    count = int(ORDINARY_PAYOUTS_A_YEAR * years)
    sizes = np.minimum(ORDINARY_PAYOUT * _exponential(rng, count), LARGEST_ORDINARY_PAYOUT)
    paid_at = at[0] + _whole(rng.random(count) * (at[-1] - at[0]))
    lost = np.zeros(len(at) + 1)
    np.add.at(lost, np.searchsorted(at, paid_at), np.log1p(-payouts * sizes))
    return np.exp(np.cumsum(earned + lost[:-1]))


def coin_price(rng: np.random.Generator, at: Micros) -> Floats:
    """A coin that moves by 4 % a day, and by a quarter and more on a few days of the year."""
    spans = np.diff(at, prepend=at[0]) / DAY
    walk = np.cumsum(0.04 * np.sqrt(spans) * _normal(rng, len(at)))
    crashes = max(int(6 * (at[-1] - at[0]) / YEAR), 1)
    for where, depth in rng.random((crashes, 2)):
        fell = at[0] + int(where * (at[-1] - at[0]))
        walk += np.where(at >= fell, -0.25 - 0.15 * depth, 0.0)
        walk += np.clip((at - fell - DAY) / (5 * DAY), 0.0, 1.0) * 0.25
    return 40_000 * np.exp(walk)


def seen(
    rng: np.random.Generator,
    *,
    asset: str,
    at: Micros,
    amount: Floats,
    price: Floats | float = 1.0,
    cadence: int,
    late: float = 0.01,
    twice: float = 0.02,
) -> Feed:
    """The balances as they arrive: a few seconds after, ``late`` of them after their successor,
    and ``twice`` of them again with the next one."""
    count = len(at)
    delay = _whole(rng.random(count) * min(5 * SECOND, cadence // 20)) + SECOND
    delay += np.where(rng.random(count) < late, _whole(rng.random(count) * 2.5 * cadence), 0)
    delay[-2:] = SECOND
    again = np.flatnonzero(rng.random(count) < twice)
    order = np.concatenate([np.arange(count), again])
    known_at = np.concatenate([at + delay, (at + delay)[again] + cadence])
    order = order[np.argsort(known_at, kind="stable")]
    usd = amount * price
    return Feed(
        asset=asset,
        at=at[order],
        known_at=np.sort(known_at, kind="stable"),
        amount=amount[order],
        usd=usd[order],
    )


def event(kind: str, at: int) -> FundEvent:
    return FundEvent(kind=kind, at=when(at))


def known(events: tuple[FundEvent, ...], now: int) -> tuple[FundEvent, ...]:
    """Those of ``events`` that had happened at ``now``."""
    return tuple(one for one in events if micros(one.at) <= now)


def _whole(values: Floats) -> Micros:
    return values.astype(np.int64)


def _exponential(rng: np.random.Generator, count: int) -> Floats:
    return np.asarray(-np.log1p(-rng.random(count)), dtype=np.float64)


def _normal(rng: np.random.Generator, count: int) -> Floats:
    """Box and Muller's way from two uniform draws."""
    radius = np.sqrt(2 * _exponential(rng, count))
    return np.asarray(radius * np.cos(2 * np.pi * rng.random(count)), dtype=np.float64)
