"""One word for a venue, and what must never be loaded to say it."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.fund import Confidence, FundHealth, FundState, PoolKind
from app.domain.reason import Reason, Severity
from app.risk.venue_health import venue_health
from tests.risk.builders import NOW, a_fund

ROOT = Path(__file__).parents[2]
EVERYTHING = """
import importlib, pkgutil, sys
import app.api, app.web
for room in (app.api, app.web):
    for found in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
        importlib.import_module(found.name)
print(sorted({"numpy", "scipy", "ccxt"} & set(sys.modules)))
"""


def pool(
    key: str, health: FundHealth, interest: float | None = None, **fields: object
) -> FundState:
    return a_fund(health, pool_id=f"okx:{key}", key=key, open_interest_usd=interest, **fields)


def test_the_pools_behind_ones_own_positions_speak_first() -> None:
    states = [
        pool("mine", FundHealth.STABLE, 1.0),
        pool("other", FundHealth.CRITICAL, 1e9),
    ]
    found = venue_health(states, behind={"okx:mine"})
    assert (found.health, found.pools, found.mine) == (FundHealth.STABLE, ("okx:mine",), True)


def test_of_several_the_worst_is_the_venues() -> None:
    states = [pool("a", FundHealth.STABLE), pool("b", FundHealth.DRAINING)]
    found = venue_health(states, behind={"okx:a", "okx:b"})
    assert found.health is FundHealth.DRAINING
    assert found.pools == ("okx:b", "okx:a")


def test_without_positions_the_pools_behind_four_fifths_of_open_interest_speak() -> None:
    states = [
        pool("large", FundHealth.STABLE, 70.0),
        pool("middle", FundHealth.DECLINING, 15.0),
        pool("small", FundHealth.CRITICAL, 10.0),
        pool("tiny", FundHealth.CRITICAL, 5.0),
    ]
    found = venue_health(states)
    assert (found.health, found.mine) == (FundHealth.DECLINING, False)
    assert set(found.pools) == {"okx:large", "okx:middle"}


def test_where_open_interest_is_unknown_the_largest_pools_speak() -> None:
    states = [
        pool("large", FundHealth.DECLINING, balance_usd=90.0),
        pool("small", FundHealth.CRITICAL, balance_usd=10.0),
        pool("read", FundHealth.STABLE, 5.0, balance_usd=1.0),
    ]
    assert set(venue_health(states).pools) == {"okx:large", "okx:read"}


def test_a_published_total_says_nothing_of_a_venue() -> None:
    states = [pool("total", FundHealth.CRITICAL, kind=PoolKind.HEADLINE)]
    for behind in ((), ("okx:total",)):
        found = venue_health(states, behind=behind)
        assert (found.health, found.pools) == (FundHealth.UNKNOWN, ())


@pytest.mark.parametrize("unknown", [FundHealth.STALE, FundHealth.UNKNOWN])
def test_what_nobody_knows_never_reads_as_good_and_never_hides_a_loss(unknown: FundHealth) -> None:
    calm = [pool("a", FundHealth.STABLE, 1.0), pool("b", unknown, 1.0)]
    assert venue_health(calm).health is unknown
    losing = [pool("a", FundHealth.DECLINING, 1.0), pool("b", unknown, 1.0)]
    assert venue_health(losing).health is FundHealth.DECLINING


def test_it_is_as_sure_as_its_least_known_pool_and_as_old_as_its_oldest_trouble() -> None:
    states = [
        pool(
            "a",
            FundHealth.DRAINING,
            1.0,
            since=NOW - timedelta(hours=2),
            confidence=Confidence.HIGH,
        ),
        pool(
            "b", FundHealth.DRAINING, 1.0, since=NOW - timedelta(hours=1), confidence=Confidence.LOW
        ),
        pool(
            "c", FundHealth.STABLE, 1.0, since=NOW - timedelta(days=9), confidence=Confidence.HIGH
        ),
    ]
    found = venue_health(states)
    assert (found.since, found.confidence) == (NOW - timedelta(hours=2), Confidence.LOW)


def test_its_reasons_are_those_of_its_pools_worst_first_and_each_once() -> None:
    watch = Reason(code="fund_declining", severity=Severity.WATCH, text="Down.")
    bad = Reason(code="fund_critical", severity=Severity.CRITICAL, text="Gone.")
    states = [
        pool("a", FundHealth.DECLINING, 1.0, reasons=(watch,)),
        pool("b", FundHealth.CRITICAL, 1.0, reasons=(bad, watch)),
    ]
    assert venue_health(states).reasons == (bad, watch)


def test_what_faces_the_browser_needs_neither_arrays_nor_exchanges() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERYTHING], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
