"""How long it takes to judge 200 pools anew, beside the same figures in plain Python.

A month of hourly samples of each, kept in memory as the worker keeps them, twenty venues of ten
pools. Judged is everything: figures, word, reasons, and each venue beside the others. The plain
Python works out the figures alone. Both are timed in turn within one run.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.domain.fund import (
    FundBalance,
    FundSample,
    FundState,
    MarketStat,
    PoolKind,
    PoolReading,
)
from app.domain.fund_series import AssetPast
from app.monitor.fund_past import thinned
from app.risk.divergence import day_change, diverges
from app.risk.fund_health import fund_state, with_divergence
from tests.risk.builders import pasts
from tests.risk.fund_reference import reference

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
VENUES, POOLS, HOURS = 20, 10, 30 * 24
RUNS = 5
BUDGET_SECONDS = 0.5
BUDGET_TIMES = 20


@dataclass(frozen=True)
class Case:
    reading: PoolReading
    samples: tuple[FundSample, ...]
    past: tuple[AssetPast, ...]
    previous: FundState | None
    markets: dict[str, MarketStat]


def main() -> None:
    venues = [[made(venue, pool) for pool in range(POOLS)] for venue in range(VENUES)]
    judge(venues)
    pairs = [(timed(lambda: judge(venues)), timed(lambda: slow(venues))) for _ in range(RUNS)]
    judged = statistics.median(one for one, _ in pairs)
    times = statistics.median(plain / one for one, plain in pairs)
    line = {
        "figure": "health_of_200_pools",
        "pools": VENUES * POOLS,
        "samples_each": HOURS,
        "seconds": round(judged, 4),
        "budget_seconds": BUDGET_SECONDS,
        "plain_python_seconds": round(statistics.median(plain for _, plain in pairs), 3),
        "times_faster": round(times, 1),
        "budget_times_faster": BUDGET_TIMES,
        "met": judged <= BUDGET_SECONDS and times >= BUDGET_TIMES,
        "runs": RUNS,
    }
    print(json.dumps(line), flush=True)


def judge(venues: list[list[Case]]) -> list[list[FundState]]:
    states = [
        [
            fund_state(
                case.reading,
                case.past,
                markets=case.markets,
                signals=(),
                now=NOW,
                previous=case.previous,
            )
            for case in cases
        ]
        for cases in venues
    ]
    changes = [day_change(one, now=NOW) for one in states]
    found = []
    for number, one in enumerate(states):
        others = [c for n, c in enumerate(changes) if n != number and c is not None]
        divergence = diverges(changes[number], others)
        found.append([with_divergence(state, divergence) for state in one])
    return found


def slow(venues: list[list[Case]]) -> None:
    for cases in venues:
        for case in cases:
            reference(case.samples, case.reading.balances, now=NOW, cadence=3600)


def made(venue: int, pool: int) -> Case:
    """Noise, growth, and in every tenth pool a drain of the last day."""
    chance = random.Random(venue * POOLS + pool)
    amount, samples = 10 ** chance.uniform(5, 9), []
    for hour in range(HOURS, -1, -1):
        drained = 0.01 if pool == 0 and hour < 24 else 0.0
        amount *= 1 + chance.gauss(0.0001, 0.001) - drained
        at = NOW - timedelta(hours=hour, seconds=chance.randrange(60) if hour else 0)
        samples.append(
            FundSample(pool_id=f"v{venue}:p{pool}", asset="USDT", at=at, amount=amount, usd=amount)
        )
    last = samples[-1]
    symbols = tuple(f"C{pool}-{n}" for n in range(10))
    reading = PoolReading(
        venue=f"v{venue}",
        key=f"p{pool}",
        name=f"Pool {pool}",
        kind=PoolKind.SHARED,
        balances=(FundBalance(asset="USDT", amount=amount, usd=amount, at=last.at),),
        symbols=symbols,
        cadence_seconds=3600,
    )
    markets = {
        symbol: MarketStat(
            venue=f"v{venue}",
            native_symbol=symbol,
            at=NOW,
            open_interest_usd=amount * 5,
            open_interest_at=NOW,
        )
        for symbol in symbols
    }
    past = tuple(thinned(one, NOW) for one in pasts(samples))
    first = Case(reading, tuple(samples), past, None, markets)
    previous = judge([[first]])[0][0]
    return Case(reading, first.samples, past, previous, markets)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
