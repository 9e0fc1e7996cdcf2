"""One position with everything said of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.fund import FundHealth, MarketStat, PoolKind
from app.domain.position import MarginMode, Side, Source
from app.domain.reason import Reason, Severity
from app.domain.verdict import Assessment
from app.risk.assessment import assess
from app.risk.margin import share_margin
from tests.risk.builders import (
    NOW,
    a_fund,
    a_loss_model,
    a_margin,
    a_position,
    an_inverse_position,
    deleveraging,
)


def judged(position: Any = None, **fields: Any) -> Assessment:
    case: dict[str, Any] = {
        "venue_name": "Binance",
        "loss_model": a_loss_model(deleveraging()),
        "fund": a_fund(),
    }
    return assess(position or a_position(liquidation_price=61_750.0), **(case | fields))


def stat(mark: float | None, *, after: timedelta) -> MarketStat:
    return MarketStat(venue="binance", native_symbol="BTCUSDT", at=NOW + after, mark_price=mark)


def test_the_figures_of_a_position_on_the_exchanges_own_liquidation_price() -> None:
    found = judged(
        a_position(
            liquidation_price=61_750.0,
            collateral=1_625.0,
            maintenance_margin=130.0,
            maintenance_margin_rate=0.004,
        )
    )
    assert found.liquidation_price == 61_750.0
    assert found.liquidation_price_source is Source.VENUE
    assert found.liquidation_price_note is None
    assert found.bankruptcy_price == pytest.approx(61_503.0)
    assert found.bankruptcy_price_source is Source.ESTIMATED
    assert found.distance == pytest.approx(0.05)
    assert found.distance_usd == pytest.approx(1_625.0)
    assert found.margin_ratio == pytest.approx(0.08)
    assert found.verdict.severity is Severity.WARNING
    assert found.loss.next_step == "auto_deleveraging"


def test_an_inverse_position_is_judged_in_the_same_terms() -> None:
    found = judged(an_inverse_position(liquidation_price=40_000.0))
    assert found.distance == pytest.approx(0.2)
    assert found.distance_usd == pytest.approx(2_000.0)
    assert found.verdict.severity is Severity.OK


def test_severity_is_the_worst_of_position_and_fund() -> None:
    drained = Reason(
        code="fund_draining",
        severity=Severity.WARNING,
        text="The fund lost 15.4 % in 24 hours.",
        value=-0.154,
        threshold=-0.05,
        window="24h",
    )
    found = judged(
        a_position(liquidation_price=60_000.0),
        fund=a_fund(FundHealth.DRAINING, reasons=(drained,)),
    )
    assert found.verdict.severity is Severity.WARNING
    assert [r.code for r in found.verdict.reasons] == ["fund_draining", "liquidation_near"]


def test_a_headline_total_is_never_the_fund_behind_a_position() -> None:
    worst = Reason(code="fund_critical", severity=Severity.CRITICAL, text="")
    found = judged(fund=a_fund(FundHealth.CRITICAL, kind=PoolKind.HEADLINE, reasons=(worst,)))
    assert found.fund is None
    assert found.verdict.severity is Severity.WARNING
    assert found.notes["fund"] == "The published total is not what absorbs a loss."
    assert found.loss.answer.startswith("No fund is known behind BTCUSDT")


def test_why_no_fund_is_known_is_passed_on() -> None:
    found = judged(fund=None, fund_note="Binance does not publish this fund.")
    assert found.notes["fund"] == "Binance does not publish this fund."


@pytest.mark.parametrize(
    ("after", "expected"), [(timedelta(seconds=5), 0.01), (timedelta(seconds=-5), 0.05)]
)
def test_the_newer_mark_price_counts(after: timedelta, expected: float) -> None:
    found = judged(mark=stat(61_750 / 0.99, after=after))
    assert found.distance == pytest.approx(expected)


def test_a_market_without_a_mark_leaves_the_positions_own() -> None:
    assert judged(mark=stat(None, after=timedelta(seconds=5))).distance == pytest.approx(0.05)


def test_a_position_without_a_mark_takes_the_markets_even_if_it_is_older() -> None:
    position = a_position(liquidation_price=61_750.0, mark_price=None)
    found = judged(position, mark=stat(65_000.0, after=timedelta(seconds=-5)))
    assert found.distance == pytest.approx(0.05)


def test_a_breached_position_is_critical_and_keeps_its_figures() -> None:
    found = judged(a_position(liquidation_price=66_000.0))
    assert found.distance is not None and found.distance < 0
    assert found.verdict.severity is Severity.CRITICAL
    assert found.verdict.reasons[0].code == "liquidation_breached"


def test_both_sides_of_a_hedge_are_measured_towards_the_price_they_share() -> None:
    """Binance gives both the same price below the market: the short is not breached by it."""
    long = a_position(
        margin_mode=MarginMode.CROSS, hedged=True, size=3.0, liquidation_price=60_000.0
    )
    short = a_position(
        margin_mode=MarginMode.CROSS,
        hedged=True,
        side=Side.SHORT,
        size=1.0,
        liquidation_price=60_000.0,
    )
    shared = share_margin([long, short], a_margin(margin_ratio=0.1))
    for leg in (long, short):
        found = judged(leg, shared=shared)
        assert found.distance == pytest.approx(5_000 / 65_000)
        assert found.distance_usd == pytest.approx(10_000.0)
        assert found.verdict.severity is Severity.WATCH


def test_every_missing_figure_says_why() -> None:
    found = judged(a_position(mark_price=None, margin_mode=None), fund=None)
    assert found.liquidation_price is None
    assert found.liquidation_price_source is Source.NONE
    assert found.liquidation_price_note
    for figure in ("distance", "distance_usd", "margin_ratio", "bankruptcy_price"):
        assert getattr(found, figure) is None
        assert found.notes[figure]
    for figure in ("liquidation_price", "distance_daily_volatilities", "fund"):
        assert found.notes[figure]


def test_what_the_venue_said_about_missing_fields_is_kept() -> None:
    position = a_position(liquidation_price=1.0, notes={"leverage": "Not given on this account."})
    assert judged(position).notes["leverage"] == "Not given on this account."


def test_an_assessment_is_the_same_for_the_same_facts() -> None:
    assert judged() == judged()


def test_an_estimate_does_not_run_away_with_the_market_between_two_readings() -> None:
    """The margin belongs to the mark it was read at, however often the position is judged."""
    read = a_position(collateral=1_625.0, maintenance_margin=130.0, maintenance_margin_rate=0.004)
    first = judged(read)
    later = judged(read, mark=stat(63_000.0, after=timedelta(seconds=30)))
    again = judged(later.position, mark=stat(62_500.0, after=timedelta(seconds=60)))

    assert first.liquidation_price_source is Source.ESTIMATED
    assert later.liquidation_price == again.liquidation_price == first.liquidation_price
    assert again.position.mark_price == 62_500.0
    assert again.distance is not None and later.distance is not None and first.distance is not None
    assert again.distance < later.distance < first.distance
