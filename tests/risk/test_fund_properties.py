"""The figures of a fund hold whatever the past looks like."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.fund import FundEvent, FundHealth, FundSample, FundState
from app.risk.fund_health import fund_state
from tests.risk.builders import NOW, a_balance, a_pool, a_sample, pasts
from tests.risk.fund_reference import reference

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FRACTIONS = {
    "drawdown_8h": "8h",
    "drawdown_30d": "30d",
    "drawdown_all": "all",
}
CADENCES = st.sampled_from([60, 600, 3600, 4 * 3600, 86_400])

STEP = st.one_of(
    st.just(0.0),
    st.floats(-0.002, 0.002),
    st.floats(-0.2, 0.2),
)


@st.composite
def histories(draw: st.DrawFn, *, assets: int = 1) -> list[FundSample]:
    """Hours to months of a fund, jittered and with gaps; of several assets also out of step."""
    spacing = draw(st.sampled_from([10 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR]))
    pattern = draw(st.lists(STEP, min_size=1, max_size=12))
    count = draw(st.one_of(st.integers(1, 40), st.integers(40, 200)))
    gaps = draw(st.sets(st.integers(0, 60), max_size=4))
    jitter = draw(st.integers(0, 900))
    samples = []
    for asset in ("USDT", "BTC", "ETH")[:assets]:
        price = draw(st.floats(0.5, 2.0))
        amount = 1000.0
        for n in range(count, 0, -1):
            amount *= 1 + pattern[(n * 7 + len(asset)) % len(pattern)]
            if n not in gaps:
                ago = n * spacing + timedelta(seconds=(n * 37) % (jitter + 1))
                samples.append(a_sample(amount, ago=ago, asset=asset, price=price))
    return samples


def read(samples: Sequence[FundSample], **fields: Any) -> FundState:
    """The pool when the newest of the samples of each asset has just been read."""
    newest = {one.asset: one for one in sorted(samples, key=lambda one: one.at)}
    balances = tuple(
        a_balance(one.amount, asset=asset, price=(one.usd or 0.0) / one.amount, at=one.at)
        for asset, one in newest.items()
    )
    cadence = fields.pop("cadence", 3600)
    now = max(one.at for one in samples)
    case: dict[str, Any] = {"markets": {}, "signals": (), "now": now}
    return fund_state(
        a_pool(balances=balances, cadence_seconds=cadence), pasts(samples), **(case | fields)
    )


def figures(state: FundState) -> dict[str, float | int | None]:
    names = ("drawdown_8h", "drawdown_30d", "drawdown_all", "slope_7d", "shock", "runway_days")
    return {
        **state.changes,
        **{name: getattr(state, name) for name in names},
        "flat_updates": state.flat_updates,
    }


def same(one: dict[str, Any], two: dict[str, Any], *, tolerance: float = 1e-7) -> None:
    assert one.keys() == two.keys()
    for name, value in one.items():
        if value is None or two[name] is None:
            assert value is two[name], name
        else:
            assert value == pytest.approx(two[name], rel=tolerance, abs=tolerance), name


def some_events(draw: Any, samples: Sequence[FundSample]) -> list[FundEvent]:
    at = [one.at for one in samples]
    events = []
    if draw(st.booleans()):
        amount = draw(st.floats(1.0, 500.0))
        when = draw(st.sampled_from(at))
        events.append(FundEvent(kind="top_up", at=when, asset="USDT", amount=amount))
    if draw(st.booleans()):
        events.append(FundEvent(kind="regrouped", at=draw(st.sampled_from(at))))
    return events


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 2), CADENCES)
def test_they_are_those_of_the_plain_reference(
    data: st.DataObject, assets: int, cadence: int
) -> None:
    samples = data.draw(histories(assets=assets))
    assume(samples)
    events = some_events(data.draw, samples)
    state = read(samples, events=events, cadence=cadence)
    compare(state, samples, events, cadence=cadence)


@pytest.mark.parametrize("seed", range(6))
def test_they_are_over_a_month_of_hours_too(seed: int) -> None:
    chance = random.Random(seed)
    amount, samples = 1000.0, []
    for n in range(900, 0, -1):
        amount *= 1 + chance.gauss(0, 0.001) + (0.08 if n in (120, 400) else 0.0)
        late = timedelta(seconds=chance.randrange(300))
        samples += [] if chance.random() < 0.02 else [a_sample(amount, ago=n * HOUR - late)]
    events = [FundEvent(kind="top_up", at=NOW - 400 * HOUR, asset="USDT", amount=80.0)]
    state = read(samples, events=events)
    assert None not in (state.slope_7d, state.shock, state.changes["30d"])
    assert [one.labelled for one in state.top_ups] == [True, False]
    compare(state, samples, events, cadence=3600)


def compare(
    state: FundState,
    samples: Sequence[FundSample],
    events: Sequence[FundEvent],
    *,
    cadence: int,
) -> None:
    now = max(one.at for one in samples)
    plain = reference(samples, state.assets, events, now=now, cadence=cadence)
    expected: dict[str, Any] = {
        **plain.changes,
        **{name: plain.drawdowns[window] for name, window in FRACTIONS.items()},
        "slope_7d": plain.slope,
        "shock": plain.shock,
        "runway_days": plain.runway,
        "flat_updates": plain.flat,
    }
    same(figures(state), expected)
    assert [(one.at, one.labelled) for one in state.top_ups] == [
        (at, labelled) for at, _, labelled in plain.top_ups
    ]
    for told, (_, worth, _) in zip(state.top_ups, plain.top_ups, strict=True):
        assert told.usd == pytest.approx(worth)


@settings(max_examples=60, deadline=None)
@given(histories(assets=2), st.randoms(use_true_random=False))
def test_neither_the_order_of_samples_nor_a_sample_read_twice_matters(
    samples: list[FundSample], chance: random.Random
) -> None:
    assume(samples)
    mixed = [*samples, *chance.sample(samples, len(samples) // 2)]
    chance.shuffle(mixed)
    one, two = read(samples), read(mixed)
    same(figures(one), figures(two))
    assert (one.health, one.top_ups, one.confidence) == (two.health, two.top_ups, two.confidence)


@settings(max_examples=60, deadline=None)
@given(histories(), st.lists(st.floats(0.01, 100.0), min_size=1, max_size=9))
def test_what_a_coin_was_worth_when_changes_nothing(
    samples: list[FundSample], prices: list[float]
) -> None:
    assume(samples)
    swinging = [
        replace(sample, usd=sample.amount * prices[n % len(prices)])
        for n, sample in enumerate(samples)
    ]
    one, two = read(samples), read(swinging)
    same(figures(one), figures(two), tolerance=1e-6)
    assert one.health is two.health


ORDER = list(FundHealth)
WORDS = [FundHealth.CRITICAL, FundHealth.DRAINING, FundHealth.DECLINING, FundHealth.STABLE]


@settings(max_examples=100, deadline=None)
@given(histories(), st.floats(1.0, 10.0), st.sampled_from([None, *WORDS, FundHealth.GROWING]))
def test_more_money_now_never_makes_it_worse(
    samples: list[FundSample], times: float, before: FundHealth | None
) -> None:
    assume(samples)
    newest = max(samples, key=lambda one: one.at)
    more = replace(newest, amount=newest.amount * times, usd=(newest.usd or 0.0) * times)
    richer = [more if one is newest else one for one in samples]
    previous = None if before is None else replace(read(samples), health=before, reasons=())
    poor, rich = read(samples, previous=previous), read(richer, previous=previous)
    verdicts = [one.health for one in (poor, rich)]
    assume(FundHealth.STALE not in verdicts)
    if poor.health is FundHealth.UNKNOWN:
        assert rich.health is FundHealth.UNKNOWN
    elif rich.health is not FundHealth.UNKNOWN:
        assert ORDER.index(rich.health) >= ORDER.index(poor.health)


@settings(max_examples=100, deadline=None)
@given(histories(), st.sampled_from([None, *FundHealth]))
def test_the_word_for_a_fund_that_stands_still_does_not_flap(
    samples: list[FundSample], before: FundHealth | None
) -> None:
    assume(samples)
    state = None if before is None else replace(read(samples), health=before, reasons=())
    said = []
    for _ in range(5):
        state = read(samples, previous=state)
        said.append(state.health)
    assert len(set(said)) == 1
    assert state is not None and state.since == max(one.at for one in samples)
