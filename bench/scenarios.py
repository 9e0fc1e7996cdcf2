"""How long a cascade scenario takes: 10,000 draws, 200 positions, 30 venues; and in plain Python.

Each venue has three funds of eight contracts. The plain Python draws and works out the same, one
draw after another; it is timed on fewer draws and scaled, since it would take long. Both are timed
in turn within one run, on one core.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

from app.domain.scenario import ScenarioEvent
from app.risk.scenario import simulate
from app.risk.scenario_parameters import Parameters
from tests.risk.scenario_builders import many_venues
from tests.risk.scenario_reference import drawn, one_draw, quantiles

VENUES, POOLS, CONTRACTS, POSITIONS = 30, 3, 8, 200
DRAWS, PLAIN_DRAWS, RUNS = 10_000, 1_000, 5
EVENT = ScenarioEvent(move=-0.2)
BUDGET_SECONDS = 1.0
BUDGET_TIMES = 50


def main() -> None:
    venues = many_venues(1, venues=VENUES, pools=POOLS, contracts=CONTRACTS, positions=POSITIONS)
    coins = {one.base for venue in venues for pool in venue.pools for one in pool.contracts}
    names = [venue.venue for venue in venues]
    parameters, chance = Parameters(), random.Random(1)

    def plain() -> None:
        few = [drawn(names, sorted(coins), parameters, chance) for _ in range(PLAIN_DRAWS)]
        results = [one_draw(EVENT, venues, one, parameters) for one in few]
        for key in results[0][0]:
            pools = [found[key] for found, _ in results]
            for figure in ("forced", "shortfall", "paid", "left", "uncovered", "adl"):
                quantiles([getattr(one, figure) for one in pools])
        for name in results[0][1]:
            positions = [found[name] for _, found in results]
            for figure in ("move", "gain", "lost"):
                values = [getattr(one, figure) for one in positions]
                if values[0] is not None:
                    quantiles(values)

    simulate(EVENT, venues, draws=1000)
    scale = DRAWS / PLAIN_DRAWS
    pairs = [
        (timed(lambda: simulate(EVENT, venues, draws=DRAWS)), timed(plain) * scale)
        for _ in range(RUNS)
    ]
    seconds = statistics.median(one for one, _ in pairs)
    times = statistics.median(slow / one for one, slow in pairs)
    line = {
        "figure": "scenario_of_10000_draws",
        "draws": DRAWS,
        "venues": VENUES,
        "contracts": VENUES * POOLS * CONTRACTS,
        "positions": POSITIONS,
        "seconds": round(seconds, 3),
        "budget_seconds": BUDGET_SECONDS,
        "plain_python_seconds_scaled": round(statistics.median(slow for _, slow in pairs), 1),
        "plain_python_draws": PLAIN_DRAWS,
        "times_faster": round(times, 1),
        "budget_times_faster": BUDGET_TIMES,
        "met": seconds <= BUDGET_SECONDS and times >= BUDGET_TIMES,
        "runs": RUNS,
    }
    print(json.dumps(line), flush=True)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
