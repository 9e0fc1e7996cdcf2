"""From figures to reasons to one severity."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.adl import AdlSignal, AdlStanding
from app.domain.fund import FundHealth
from app.domain.position import Source
from app.domain.reason import Reason, Severity
from app.domain.thresholds import Steps, Thresholds
from app.risk.margin import MarginRatio
from app.risk.severity import (
    adl_reasons,
    fund_reasons,
    liquidation_reasons,
    verdict_of,
)
from tests.risk.builders import NOW, a_fund, a_position


def liquidation(**fields: Any) -> list[Reason]:
    case: dict[str, Any] = {
        "distance": 0.5,
        "liquidation_price": 61_750.0,
        "source": Source.VENUE,
        "covered": False,
        "ratio": MarginRatio(value=0.08),
        "thresholds": Thresholds(),
    }
    return liquidation_reasons(**(case | fields))


@pytest.mark.parametrize(
    ("distance", "severity", "threshold"),
    [
        (0.1001, Severity.OK, None),
        (0.10, Severity.WATCH, 0.10),
        (0.0501, Severity.WATCH, 0.10),
        (0.05, Severity.WARNING, 0.05),
        (0.0201, Severity.WARNING, 0.05),
        (0.02, Severity.CRITICAL, 0.02),
        (0.0001, Severity.CRITICAL, 0.02),
    ],
)
def test_distance_to_liquidation_raises_severity_in_steps(
    distance: float, severity: Severity, threshold: float | None
) -> None:
    found = verdict_of(liquidation(distance=distance))
    assert found.severity is severity
    if threshold is not None:
        assert found.reasons[0].code == "liquidation_near"
        assert (found.reasons[0].value, found.reasons[0].threshold) == (distance, threshold)


@pytest.mark.parametrize("distance", [0.0, -0.03])
def test_a_passed_liquidation_price_is_critical_and_not_an_error(distance: float) -> None:
    (reason,) = liquidation(distance=distance)
    assert (reason.code, reason.severity) == ("liquidation_breached", Severity.CRITICAL)
    assert reason.value == distance


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_nearer_is_never_less_severe(one: float, other: float) -> None:
    nearer, farther = sorted((one, other))
    assert (
        verdict_of(liquidation(distance=nearer)).severity.rank
        >= verdict_of(liquidation(distance=farther)).severity.rank
    )


def test_a_reason_reads_as_a_sentence_with_its_number() -> None:
    (reason,) = liquidation(distance=0.05)
    assert reason.text == "The mark price is 5.0\u2009% from liquidation at 61,750."
    (reason,) = liquidation(distance=0.05, source=Source.ESTIMATED)
    assert reason.text.endswith("at 61,750 (estimated).")


def test_thresholds_are_configuration() -> None:
    strict = Thresholds(distance=Steps(watch=0.5, warning=0.4, critical=0.3))
    assert verdict_of(liquidation(distance=0.35, thresholds=strict)).severity is Severity.WARNING


def test_a_position_nobody_knows_the_way_of_is_at_least_watch() -> None:
    unknown = {"distance": None, "liquidation_price": None, "source": Source.NONE}
    (reason,) = liquidation(**unknown, ratio=MarginRatio(value=None))
    assert (reason.code, reason.severity) == ("no_liquidation_price", Severity.WATCH)


@pytest.mark.parametrize(
    ("ratio", "severity"),
    [(0.49, Severity.OK), (0.5, Severity.WATCH), (0.8, Severity.WARNING), (1.0, Severity.CRITICAL)],
)
def test_without_a_liquidation_price_the_margin_ratio_speaks(
    ratio: float, severity: Severity
) -> None:
    unknown = {"distance": None, "liquidation_price": None, "source": Source.NONE}
    known = MarginRatio(value=ratio, breached=ratio >= 1)
    assert verdict_of(liquidation(**unknown, ratio=known)).severity is severity


def test_a_high_margin_ratio_beside_a_liquidation_price_is_left_to_the_distance() -> None:
    assert liquidation(ratio=MarginRatio(value=0.9)) == []


def test_a_breached_margin_is_critical_however_far_the_price_seems() -> None:
    (reason,) = liquidation(ratio=MarginRatio(value=1.02, breached=True))
    assert (reason.code, reason.severity) == ("margin_breached", Severity.CRITICAL)


def test_a_fully_collateralised_position_is_fine() -> None:
    unknown = {"distance": None, "liquidation_price": None, "source": Source.NONE}
    assert liquidation(**unknown, covered=True, ratio=MarginRatio(value=None)) == []


def test_a_liquidation_price_without_a_mark_is_watch() -> None:
    (reason,) = liquidation(distance=None)
    assert (reason.code, reason.severity) == ("no_mark_price", Severity.WATCH)


@pytest.mark.parametrize(
    ("coverage", "severity"),
    [
        (None, Severity.OK),
        (0.002, Severity.OK),
        (0.0019, Severity.WATCH),
        (0.0005, Severity.WATCH),
        (0.00049, Severity.WARNING),
    ],
)
def test_a_thin_pool_raises_severity(coverage: float | None, severity: Severity) -> None:
    assert verdict_of(fund_reasons(a_fund(coverage=coverage), Thresholds())).severity is severity


def test_what_speaks_against_the_pool_speaks_against_its_positions() -> None:
    drained = Reason(code="fund_draining", severity=Severity.WARNING, text="The fund lost 15 %.")
    fund = a_fund(FundHealth.DRAINING, reasons=(drained,))
    assert fund_reasons(fund, Thresholds()) == [drained]


def test_no_known_pool_says_nothing_against_a_position() -> None:
    assert fund_reasons(None, Thresholds()) == []


def standing(fraction: float, raw: float = 4) -> AdlStanding:
    return AdlStanding(standing=fraction, raw=raw, scale="0-4")


def queue(fraction: float, **fields: Any) -> list[Reason]:
    case: dict[str, Any] = {
        "in_profit": True,
        "fund": a_fund(),
        "signals": (),
        "thresholds": Thresholds(),
    }
    return adl_reasons(a_position(adl=standing(fraction)), **(case | fields))


@pytest.mark.parametrize(
    ("health", "severity"),
    [
        (FundHealth.STABLE, Severity.WATCH),
        (FundHealth.DECLINING, Severity.WATCH),
        (FundHealth.UNKNOWN, Severity.WATCH),
        (FundHealth.DRAINING, Severity.WARNING),
        (FundHealth.CRITICAL, Severity.WARNING),
    ],
)
def test_the_front_of_the_queue_in_profit_weighs_more_when_the_fund_drains(
    health: FundHealth, severity: Severity
) -> None:
    (reason,) = queue(1.0, fund=a_fund(health))
    assert (reason.code, reason.severity) == ("adl_high", severity)
    assert "4 on a scale of 0-4" in reason.text


def test_a_fund_last_seen_draining_counts_as_draining() -> None:
    seen = Reason(code="fund_draining", severity=Severity.WARNING, text="")
    (reason,) = queue(1.0, fund=a_fund(FundHealth.STALE, reasons=(seen,)))
    assert reason.severity is Severity.WARNING


def test_the_top_fifth_begins_above_four_fifths() -> None:
    assert queue(0.8) == []
    assert len(queue(0.81)) == 1


def test_at_a_loss_the_front_of_the_queue_is_no_reason() -> None:
    assert queue(1.0, in_profit=False) == []


def test_unknown_profit_is_taken_for_profit() -> None:
    assert len(queue(1.0, in_profit=None)) == 1


def a_signal(**fields: Any) -> AdlSignal:
    return AdlSignal(venue="binance", native_symbol="BTCUSDT", kind="risk", at=NOW, **fields)


@pytest.mark.parametrize("word", ["high", "HIGH"])
def test_the_venues_own_high_rating_is_watch(word: str) -> None:
    (reason,) = queue(0.1, signals=(a_signal(rating=word),))
    assert (reason.code, reason.severity) == ("adl_signal", Severity.WATCH)


@pytest.mark.parametrize("word", ["low", "medium", None])
def test_a_lower_rating_is_no_reason(word: str | None) -> None:
    assert queue(0.1, signals=(a_signal(rating=word),)) == []


def test_a_contract_at_the_venues_trigger_is_critical_even_without_a_known_pool() -> None:
    (reason,) = queue(0.1, fund=None, signals=(a_signal(progress=1.0),))
    assert (reason.code, reason.severity) == ("adl_signal", Severity.CRITICAL)


def test_the_same_trigger_is_not_said_twice() -> None:
    assert queue(0.1, fund=a_fund(trigger_progress=1.2), signals=(a_signal(progress=1.2),)) == []


REASONS = st.lists(
    st.builds(
        Reason, code=st.text(max_size=3), severity=st.sampled_from(Severity), text=st.just("")
    )
)


@given(REASONS)
def test_severity_is_the_worst_of_its_reasons_and_they_are_ordered_worst_first(
    reasons: list[Reason],
) -> None:
    found = verdict_of(reasons)
    ranks = [reason.severity.rank for reason in found.reasons]
    assert ranks == sorted(ranks, reverse=True)
    assert found.severity.rank == max(ranks, default=0)
    assert sorted(found.reasons, key=repr) == sorted(reasons, key=repr)
