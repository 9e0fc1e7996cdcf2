"""How well made-up histories were told: against the truth, and beside a naive rule.

The naive rule is what anybody would write first: the fund's value in USD, as it was read last,
is more than 5 % below what was read 24 hours earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from app.domain.fund import DivergenceKind, FundHealth
from app.monitor.backtest import ALARM, Replayed, Said, replay
from app.monitor.backtest_screen import StoredFeed, distinct, stored
from app.risk.fund_histories import DAY, HOUR, SECOND, FundHistory, Kind, Truth
from app.risk.fund_histories_suite import SEED, Plan, suite

NAIVE: Final = -0.05
UNDER_WAY: Final = 0.01
"""A cascade's samples are counted from the first that shows so much of the fund gone: more than
an ordinary payout ever takes."""
SPAN: Final = 7 * DAY + 7 * DAY // 5
"""After a loss, so long a window of seven days may still compare with the balance before it."""
LONG_SPAN: Final = 36 * DAY
DEEP: Final = 0.6
"""A loss of so much keeps the fund depleted beside its high of 30 days."""

SERIOUS: Final = frozenset({"fund_draining", "fund_critical"})
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """The first alarm after a loss began: how long it took, and what was gone by then.

    ``samples`` counts balances known from the one on that showed the cascade under way.
    """

    at: int
    after: int
    samples: int
    lost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What was said of one history, against its truth. ``serious`` is draining or worse."""

    name: str
    truth: Truth
    cadence_seconds: int
    years: float
    false_alarms: int
    flagged: Flagged | None
    serious: Flagged | None
    naive_false_alarms: int
    naive_flagged: Flagged | None
    called_stale_after: int | None
    top_up_seen: bool | None
    divergence_right: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Some histories' scores taken together; times are microseconds, ``None`` without any."""

    histories: int
    years: float
    false_alarms: int
    naive_false_alarms: int
    losses: int
    flagged: int
    naive_flagged: int
    worst_samples: int | None
    median_lost: float | None
    worst_after: int | None
    median_after: float | None
    naive_median_lost: float | None
    naive_median_after: float | None


def score(replayed: Replayed) -> Score:
    """Measure what was said of a made-up history."""
    history = replayed.history
    truth = history.truth
    assert truth is not None
    naive = naive_alarms(history)
    loss = _Loss(history, truth) if truth.is_loss else None
    return Score(
        name=history.name,
        truth=truth,
        cadence_seconds=history.cadence_seconds,
        years=history.years,
        false_alarms=_false(_merged(_stretches(replayed.said)), truth),
        flagged=None
        if loss is None
        else loss.first([one.at for one in replayed.said if one.codes & ALARM]),
        serious=None
        if loss is None
        else loss.first([one.at for one in replayed.said if one.codes & SERIOUS]),
        naive_false_alarms=_false(_merged(naive), truth),
        naive_flagged=None if loss is None else loss.first([begin for begin, _ in naive]),
        called_stale_after=_called_stale_after(replayed.said, truth),
        top_up_seen=_top_up_seen(replayed.said, truth),
        divergence_right=_divergence_right(replayed, truth),
    )


def score_suite(seed: int = SEED) -> Iterator[tuple[Score, ...]]:
    """The scores of one market of the suite after the other, as many times as it has plans."""
    return map(score_plan, suite(seed))


def score_plan(plan: Plan) -> tuple[Score, ...]:
    """The scores of every pool of one market."""
    return tuple(score(replayed) for replayed in replay(plan.market()))


def figures(scores: Iterable[Score]) -> Figures:
    """Those of several histories as one row of a table."""
    every = tuple(scores)
    losses = [one for one in every if one.truth.is_loss]
    found = [one.flagged for one in losses if one.flagged]
    naive = [one.naive_flagged for one in losses if one.naive_flagged]
    return Figures(
        histories=len(every),
        years=sum(one.years for one in every),
        false_alarms=sum(one.false_alarms for one in every),
        naive_false_alarms=sum(one.naive_false_alarms for one in every),
        losses=len(losses),
        flagged=len(found),
        naive_flagged=len(naive),
        worst_samples=_largest([one.samples for one in found]),
        median_lost=_median([one.lost for one in found]),
        worst_after=_largest([one.after for one in found]),
        median_after=_median([one.after for one in found]),
        naive_median_lost=_median([one.lost for one in naive]),
        naive_median_after=_median([one.after for one in naive]),
    )


def naive_alarms(history: FundHistory) -> tuple[Stretch, ...]:
    """When the naive rule is set off: from, until; on what was read, as it was read.

    Where the value in USD is not known it is set off by the balance in its asset. A balance an hour short of a day old is taken for one of a day ago, as daily updates are
    never a day apart to the second.
    """
    known_at = distinct([feed.known_at for feed in history.feeds])
    usd = np.zeros(len(known_at))
    for feed in history.feeds:
        last = np.searchsorted(feed.known_at, known_at, side="right") - 1
        worth = np.where(np.isnan(feed.usd), feed.amount, feed.usd)
        usd += np.where(last >= 0, worth[last], np.nan)
    then = np.searchsorted(known_at, known_at - (DAY - HOUR), side="right") - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        alarm = (then >= 0) & (usd / usd[then] - 1 < NAIVE)
    edges = np.flatnonzero(np.diff(alarm.astype(np.int8), prepend=0, append=0))
    ends = np.append(known_at, known_at[-1] + 1)
    pairs = edges.reshape(-1, 2)
    return tuple((int(known_at[begin]), int(ends[end])) for begin, end in pairs)


class _Loss:
    """What a history's loss looked like to somebody who reads every balance of it."""

    def __init__(self, history: FundHistory, truth: Truth) -> None:
        (feed,) = history.feeds
        self.truth = truth
        self.began, self.until = _span(truth)
        self.seen = _by_arrival(stored(feed))
        _, at, amount = self.seen
        self.before = float(amount[np.flatnonzero(at < self.began)[-1]])
        gone = (at >= self.began) & (amount < self.before * (1 - UNDER_WAY))
        self.under_way = int(np.argmax(gone)) if gone.any() else len(at)

    def first(self, alarms: Sequence[int]) -> Flagged | None:
        """The first of ``alarms`` that comes while the loss counts."""
        found = [at for at in alarms if self.began <= at <= self.until]
        if not found:
            return None
        arrived_at, _, amount = self.seen
        known = int(np.searchsorted(arrived_at, found[0], side="right"))
        return Flagged(
            at=found[0],
            after=found[0] - self.began,
            samples=max(known - self.under_way, 0),
            lost=1 - float(amount[known - 1]) / self.before,
        )


def _by_arrival(feed: StoredFeed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(feed.known_at, kind="stable")
    return feed.known_at[order], feed.past.at[order], feed.past.amount[order]


def _span(truth: Truth) -> Stretch:
    """While an alarm is about the loss that really happened."""
    assert truth.began is not None and truth.ended is not None
    deep = truth.kind is not Kind.BLEED and truth.share >= DEEP
    return truth.began, truth.ended + (LONG_SPAN if deep else SPAN)


def _false(alarms: Sequence[Stretch], truth: Truth) -> int:
    if not truth.is_loss:
        return len(alarms)
    began, until = _span(truth)
    return sum(not began <= begin <= until for begin, _ in alarms)


def _stretches(said: Sequence[Said]) -> tuple[Stretch, ...]:
    """From when until when anything said that the fund had lost money."""
    found: list[Stretch] = []
    begin: int | None = None
    for one in said:
        if one.codes & ALARM:
            begin = one.at if begin is None else begin
        elif begin is not None:
            found.append((begin, one.at))
            begin = None
    if begin is not None:
        found.append((begin, said[-1].at + 1))
    return tuple(found)


def _merged(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Alarms less than a day apart are one."""
    found: list[Stretch] = []
    for begin, end in stretches:
        if found and begin - found[-1][1] < DAY:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return tuple(found)


def _called_stale_after(said: Sequence[Said], truth: Truth) -> int | None:
    if truth.kind is not Kind.STALE:
        return None
    assert truth.began is not None and truth.ended is not None
    ends = (*(one.at for one in said[1:]), truth.ended)
    for one, end in zip(said, ends, strict=True):
        if one.state.health is FundHealth.STALE and one.at <= truth.ended and end > truth.began:
            return max(one.at - truth.began, 0)
    return None


def _top_up_seen(said: Sequence[Said], truth: Truth) -> bool | None:
    if truth.kind is not Kind.TOPPED_UP:
        return None
    return any(one.state.top_ups for one in said)


def _divergence_right(replayed: Replayed, truth: Truth) -> bool | None:
    """Whether the word on the other venues was the true one two updates after the loss."""
    if truth.with_the_market is None or truth.ended is None:
        return None
    until = truth.ended + 2 * replayed.history.cadence_seconds * SECOND
    right = DivergenceKind.MARKET_WIDE if truth.with_the_market else DivergenceKind.ALONE
    return [one.divergence for one in replayed.said if one.at <= until][-1] is right


def _largest(values: Sequence[int]) -> int | None:
    return max(values, default=None)


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
