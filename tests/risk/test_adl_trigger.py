"""The nearest of a venue's own triggers, or why there is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.domain.adl import AdlSignal, AdlTrigger
from app.risk.adl_trigger import nearest_trigger, why_no_trigger
from tests.risk.builders import NOW


def a_signal(**fields: Any) -> AdlSignal:
    values: dict[str, Any] = {
        "venue": "bybit",
        "kind": "drawdown",
        "at": NOW,
        "native_symbol": "BTCUSDT",
        "value": -0.15,
        "trigger": -0.30,
        "progress": 0.5,
    }
    return AdlSignal(**(values | fields))


def test_the_signal_furthest_on_its_way_is_the_trigger_shown() -> None:
    pool = a_signal(native_symbol="", pool="usdt", value=0.02, trigger=0.01, progress=0.8)

    assert nearest_trigger([a_signal(), pool, a_signal(progress=None)]) == AdlTrigger(
        progress=0.8, subject="usdt", value=0.02, trigger=0.01, as_of=NOW
    )


def test_of_two_equally_near_the_newer_counts() -> None:
    older = a_signal(at=NOW - timedelta(hours=1), value=-0.14)

    for signals in ([older, a_signal()], [a_signal(), older]):
        found = nearest_trigger(signals)
        assert found is not None
        assert (found.as_of, found.value) == (NOW, -0.15)


def test_a_way_that_is_no_number_is_no_trigger() -> None:
    assert nearest_trigger([a_signal(progress=float("nan"))]) is None


def test_a_reached_trigger_stays_above_one() -> None:
    found = nearest_trigger([a_signal(value=-0.36, progress=1.2)])
    assert found is not None
    assert found.progress == 1.2


def test_a_rating_without_a_figure_is_no_trigger_and_said_so() -> None:
    rated = [a_signal(rating="high", value=None, trigger=None, progress=None)]
    assert nearest_trigger(rated) is None
    assert "rates the risk" in why_no_trigger(rated)


def test_where_nothing_is_published_the_note_claims_no_more() -> None:
    assert nearest_trigger([]) is None
    assert why_no_trigger([]).startswith("No figure of the venue")
