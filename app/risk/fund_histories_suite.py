"""The generated suite that the rules on a fund's health are measured with. docs/fund-health.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from app.domain.fund import FundEvent
from app.risk.fund_histories import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    START,
    Feed,
    Floats,
    FundHistory,
    Kind,
    Micros,
    Plot,
    Truth,
    bleed,
    both,
    cascade,
    coin_price,
    event,
    nothing,
    ordinary_business,
    seasons,
    seen,
    step,
    update_times,
)

SEED: Final = 20251010
CADENCES: Final = {"every minute": MINUTE, "hourly": HOUR, "daily": DAY}
CALM_DAYS: Final = {"every minute": (365,), "hourly": (365,) * 6, "daily": (730,) * 3}
EVENT_DAYS: Final = {"every minute": 60, "hourly": 90, "daily": 240}
DEPTHS: Final = (0.15, 0.2, 0.3, 0.5, 0.85)
SPEEDS: Final = {
    "at once": SECOND,
    "in 10 min": 10 * MINUTE,
    "in 1 h": HOUR,
    "in 8 h": 8 * HOUR,
}
BLEEDS_A_DAY: Final = (0.005, 0.01, 0.01, 0.01, 0.015, 0.02, 0.03)
STALE_FORMS: Final = ("silent", "frozen", "served again")
MARKET_VENUES: Final = 5
RESTLESS_FUNDS: Final = 6

Market = tuple[FundHistory, ...]
"""Pools of different venues, watched at the same time; one alone has nobody to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What makes one history; ``price`` is of a coin that the pool is held in, whole or in part."""

    name: str
    cadence: int
    days: float
    truth: Truth
    plot: Plot = nothing
    events: tuple[FundEvent, ...] = ()
    coin_share: float = 0.0
    stale: str = ""
    gaps: int = 3
    payouts: float = 1.0
    venue: str = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A market of the suite that is made when it is asked for: long histories are large."""

    cases: tuple[_Case, ...]
    seed: tuple[int, int]

    @property
    def name(self) -> str:
        return self.cases[0].name

    def market(self) -> Market:
        rng = np.random.default_rng(self.seed)
        return tuple(_history(rng, case) for case in self.cases)


def suite(seed: int = SEED) -> tuple[Plan, ...]:
    """Every market of the suite; the same ones for the same ``seed``."""
    rng = np.random.default_rng(seed)
    alone = (
        *_calm(rng),
        *_price_swings(),
        *_regroupings(rng),
        *_stale_feeds(rng),
        *_bleeds(rng),
        *_cascades(rng),
        *_top_ups(rng),
    )
    together = (
        tuple(_market(rng, number, together=together))
        for number, together in product(range(1, 4), (False, True))
    )
    markets = (*((case,) for case in alone), *together)
    return tuple(
        Plan(cases=cases, seed=(seed, number)) for number, cases in enumerate(markets, start=1)
    )


def restless(payouts: float, seed: int = SEED) -> tuple[Plan, ...]:
    """Steady funds whose ordinary payouts are ``payouts`` times as large as in the suite."""
    cases = (
        _Case(
            name=f"{Kind.STEADY}, {number}",
            cadence=HOUR,
            days=365,
            truth=Truth(kind=Kind.STEADY),
            payouts=payouts,
        )
        for number in range(1, RESTLESS_FUNDS + 1)
    )
    return tuple(
        Plan(cases=(case,), seed=(seed, 1000 + number)) for number, case in enumerate(cases)
    )


def _calm(rng: np.random.Generator) -> Iterator[_Case]:
    for kind, (word, cadence) in product((Kind.STEADY, Kind.SEASONAL), CADENCES.items()):
        for number, days in enumerate(CALM_DAYS[word], start=1):
            yield _Case(
                name=f"{kind}, {word}, {number}",
                cadence=cadence,
                days=days,
                truth=Truth(kind=kind),
                plot=seasons(rng) if kind is Kind.SEASONAL else nothing,
                gaps=8,
            )


def _price_swings() -> Iterator[_Case]:
    for (word, cadence), coin_share in product(CADENCES.items(), (1.0, 0.5)):
        for number, days in enumerate(CALM_DAYS[word][::2], start=1):
            held = "in a coin" if coin_share == 1 else "in a coin and dollars"
            yield _Case(
                name=f"{Kind.PRICE_SWING}, {held}, {word}, {number}",
                cadence=cadence,
                days=days,
                truth=Truth(kind=Kind.PRICE_SWING, form=held),
                coin_share=coin_share,
            )


def _regroupings(rng: np.random.Generator) -> Iterator[_Case]:
    for (word, cadence), factor in product(CADENCES.items(), (0.3, 0.6, 0.85, 1.7)):
        at = _sometime(rng, EVENT_DAYS[word], cadence)
        yield _Case(
            name=f"{Kind.REGROUPED} to {factor:.0%}, {word}",
            cadence=cadence,
            days=EVENT_DAYS[word],
            truth=Truth(kind=Kind.REGROUPED, began=at, ended=at),
            plot=step(at_time=at, factor=factor),
            events=(event("regrouped", at),),
        )


def _stale_feeds(rng: np.random.Generator) -> Iterator[_Case]:
    for (word, cadence), form, number in product(CADENCES.items(), STALE_FORMS, (1, 2)):
        began = _sometime(rng, EVENT_DAYS[word], cadence)
        lasts = int(max(40 * cadence, 2 * DAY) * (1 + rng.random()))
        yield _Case(
            name=f"{Kind.STALE}, {form}, {word}, {number}",
            cadence=cadence,
            days=EVENT_DAYS[word],
            truth=Truth(kind=Kind.STALE, form=form, began=began, ended=began + lasts),
            stale=form,
        )


def _bleeds(rng: np.random.Generator) -> Iterator[_Case]:
    for (word, cadence), a_day in product(CADENCES.items(), BLEEDS_A_DAY):
        began = _sometime(rng, EVENT_DAYS[word], cadence)
        ended = began + (14 if a_day >= 0.01 else 30) * DAY
        yield _Case(
            name=f"{Kind.BLEED} of {100 * a_day:g} % a day, {word}",
            cadence=cadence,
            days=max(EVENT_DAYS[word], 90),
            truth=Truth(kind=Kind.BLEED, began=began, ended=ended, share=a_day),
            plot=bleed(began=began, ended=ended, a_day=a_day),
        )


def _cascades(rng: np.random.Generator) -> Iterator[_Case]:
    for (word, cadence), share, (speed, takes) in product(CADENCES.items(), DEPTHS, SPEEDS.items()):
        began = _sometime(rng, EVENT_DAYS[word], cadence)
        yield _Case(
            name=f"{Kind.CASCADE} of {share:.0%} {speed}, {word}",
            cadence=cadence,
            days=EVENT_DAYS[word],
            truth=Truth(
                kind=Kind.CASCADE, form=speed, began=began, ended=began + takes, share=share
            ),
            plot=cascade(began=began, takes=takes, share=share, front_loaded=rng.random() < 0.5),
        )


def _top_ups(rng: np.random.Generator) -> Iterator[_Case]:
    for (word, cadence), share, labelled in product(
        CADENCES.items(), (0.15, 0.3, 0.6), (True, False)
    ):
        began = _sometime(rng, EVENT_DAYS[word], cadence)
        refilled = began + max(6 * HOUR, int(2.5 * cadence))
        back = (1 - share * 0.5 * rng.random()) / (1 - share)
        fall = cascade(began=began, takes=HOUR, share=share, front_loaded=True)
        told = "labelled" if labelled else "unlabelled"
        yield _Case(
            name=f"{Kind.TOPPED_UP} ({told}) of {share:.0%}, {word}",
            cadence=cadence,
            days=EVENT_DAYS[word],
            truth=Truth(
                kind=Kind.TOPPED_UP, form=told, began=began, ended=began + HOUR, share=share
            ),
            plot=both(fall, step(at_time=refilled, factor=back)),
            events=(event("top_up", refilled),) if labelled else (),
        )


def _market(rng: np.random.Generator, number: int, *, together: bool) -> Iterator[_Case]:
    """Five venues; at one time the first loses a fifth, alone or with all the others."""
    began = _sometime(rng, EVENT_DAYS["hourly"], HOUR)
    for venue in range(MARKET_VENUES):
        share = 0.2 if venue == 0 else 0.06 + 0.1 * float(rng.random())
        loses = together or venue == 0
        fall = cascade(began=began, takes=HOUR, share=share, front_loaded=True)
        lost = Truth(
            kind=Kind.CASCADE,
            form="in 1 h",
            began=began,
            ended=began + HOUR,
            share=share,
            with_the_market=together,
        )
        yield _Case(
            name=f"{'all venues' if together else 'one venue of five'}, {number}.{venue + 1}",
            cadence=HOUR,
            days=60,
            truth=lost if loses else Truth(kind=Kind.STEADY),
            plot=fall if loses else nothing,
            venue=f"venue-{venue + 1}",
        )


def _sometime(rng: np.random.Generator, days: float, cadence: int) -> int:
    """In the second third of a history, and so that an update falls anywhere within the event."""
    at = START + int((0.35 + 0.2 * rng.random()) * days * DAY)
    return at // cadence * cadence + int(rng.random() * cadence)


def _history(rng: np.random.Generator, case: _Case) -> FundHistory:
    at = update_times(rng, cadence=case.cadence, days=case.days, gaps=case.gaps)
    fund = ordinary_business(
        rng, at, growth_a_year=0.1 + 0.5 * float(rng.random()), payouts=case.payouts
    )
    fund = fund * case.plot(at) * 1e6 * (1 + 500 * float(rng.random()))
    return FundHistory(
        name=case.name,
        venue=case.venue,
        cadence_seconds=case.cadence // SECOND,
        feeds=_feeds(rng, case, at, fund),
        events=case.events,
        truth=case.truth,
    )


def _feeds(rng: np.random.Generator, case: _Case, at: Micros, fund: Floats) -> tuple[Feed, ...]:
    """The pool's worth at the first price, held in a coin that swings and the rest in dollars."""
    if not case.coin_share:
        return (_stale(rng, case, at, fund),)
    price = coin_price(rng, at)
    coins = seen(
        rng,
        asset="BTC",
        at=at,
        amount=fund * case.coin_share / price[0],
        price=price,
        cadence=case.cadence,
    )
    if case.coin_share == 1:
        return (coins,)
    dollars = fund * (1 - case.coin_share)
    return coins, seen(rng, asset="USDT", at=at, amount=dollars, cadence=case.cadence)


def _stale(rng: np.random.Generator, case: _Case, at: Micros, fund: Floats) -> Feed:
    """The feed of ``fund``, with what is wrong with it while it is stale.

    ``silent``: nothing comes. ``frozen``: one balance under ever new times. ``served again``:
    old answers with their old times, as from a cache that is not filled any more.
    """
    began, ended = case.truth.began or 0, case.truth.ended or 0
    wrong = (at >= began) & (at < ended) if case.stale else np.zeros(len(at), dtype=np.bool_)
    first = int(np.argmax(wrong)) if wrong.any() else 0
    if case.stale == "frozen":
        fund = np.where(wrong, fund[first - 1], fund)
    feed = seen(rng, asset="USDT", at=at, amount=fund, cadence=case.cadence)
    if case.stale in ("", "frozen"):
        return feed
    old = (feed.at >= began) & (feed.at < ended)
    if case.stale == "silent":
        source = np.flatnonzero(~old)
    else:
        source = np.arange(len(old))
        cached = np.flatnonzero(~old & (feed.at < began))
        source[old] = cached[-1 - np.arange(int(old.sum())) % 5]
    return Feed(
        asset=feed.asset,
        at=feed.at[source],
        known_at=feed.known_at[source] if case.stale == "silent" else feed.known_at,
        amount=feed.amount[source],
        usd=feed.usd[source],
    )
