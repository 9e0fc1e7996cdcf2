"""What the rules on funds promise, measured; and the page that says so. Takes half a minute."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.monitor.backtest_figures import Score, figures, score_suite
from app.monitor.backtest_incidents import incidents, tell
from app.risk.fund_histories import DAY, Kind

ROOT = Path(__file__).resolve().parents[2]
HINT = "run `python scripts/fund_health_report.py`"


@pytest.fixture(scope="module")
def scores() -> Sequence[Score]:
    return [score for market in score_suite() for score in market]


@pytest.fixture(scope="module")
def cascades(scores: Sequence[Score]) -> Sequence[Score]:
    kinds = (Kind.CASCADE, Kind.TOPPED_UP)
    return [one for one in scores if one.truth.kind in kinds and one.truth.share >= 0.15]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "fund_health_report.py"))


def test_the_page_is_what_the_rules_do(scores: Sequence[Score], report: dict[str, Any]) -> None:
    page = report["text"](scores, [tell(one) for one in incidents()])
    assert (ROOT / "docs" / "fund-health.md").read_text(encoding="utf-8") == page, HINT


def test_the_picture_is_what_the_rules_do(report: dict[str, Any]) -> None:
    drawn = (ROOT / "docs" / "images" / "cascade.svg").read_text(encoding="utf-8")
    assert drawn == report["drawing"](), HINT


def test_there_are_sixty_venue_years_and_at_most_one_false_alarm_in_each(
    scores: Sequence[Score],
) -> None:
    found = figures(scores)
    assert found.years >= 60
    assert found.false_alarms <= found.years
    assert found.false_alarms < found.naive_false_alarms
    for kind in Kind:
        some = figures(one for one in scores if one.truth.kind is kind)
        assert some.false_alarms <= max(some.years, some.naive_false_alarms), kind


def test_every_cascade_is_flagged_within_two_updates(cascades: Sequence[Score]) -> None:
    late = [one.name for one in cascades if one.flagged is None or one.flagged.samples > 2]
    assert late == []
    naive = [one for one in cascades if one.naive_flagged and one.naive_flagged.samples <= 2]
    assert len(naive) < len(cascades)


def test_no_cascade_is_flagged_later_than_by_the_naive_rule(cascades: Sequence[Score]) -> None:
    behind = [
        one.name
        for one in cascades
        if one.flagged and one.naive_flagged and one.flagged.at > one.naive_flagged.at
    ]
    assert behind == []


def test_bleeds_of_one_per_cent_a_day_are_flagged_within_seven_days(
    scores: Sequence[Score],
) -> None:
    bleeds = [one for one in scores if one.truth.kind is Kind.BLEED and one.truth.share >= 0.01]
    late = [one.name for one in bleeds if one.flagged is None or one.flagged.after > 7 * DAY]
    assert late == []
    assert not any(one.naive_flagged and one.naive_flagged.after <= 7 * DAY for one in bleeds)


@pytest.mark.parametrize("kind", [Kind.PRICE_SWING, Kind.REGROUPED, Kind.STALE])
def test_there_is_no_alarm_where_nothing_was_lost(kind: Kind, scores: Sequence[Score]) -> None:
    assert [one.name for one in scores if one.truth.kind is kind and one.false_alarms] == []


def test_one_venue_alone_and_all_together_are_told_apart(scores: Sequence[Score]) -> None:
    assert [one.name for one in scores if one.divergence_right is False] == []


def test_top_ups_are_seen_labelled_or_not(scores: Sequence[Score]) -> None:
    assert [one.name for one in scores if one.top_up_seen is False] == []
