"""What a venue's own warnings say of a position or a pool."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.domain.adl import AdlSignal
from app.domain.reason import Reason, Severity
from app.domain.thresholds import Thresholds
from app.risk.adl_signals import concerning, signal_reasons
from tests.risk.builders import NOW, a_pool

DAY = timedelta(days=1)


def a_signal(*, ago: timedelta = timedelta(0), **fields: Any) -> AdlSignal:
    about: dict[str, Any] = {"native_symbol": "" if fields.get("pool") else "BTC-PERPETUAL"}
    return AdlSignal(venue="deribit", at=NOW - ago, **({"kind": "way"} | about | fields))


def reasons(*signals: AdlSignal, **fields: Any) -> list[Reason]:
    return signal_reasons(signals, now=NOW, trigger=Thresholds().trigger, **fields)


@pytest.mark.parametrize(
    ("progress", "severity"),
    [
        (0.5, Severity.WATCH),
        (0.8, Severity.WARNING),
        (1.0, Severity.CRITICAL),
        (1.7, Severity.CRITICAL),
    ],
)
def test_the_way_to_the_venues_own_trigger_counts_in_steps(
    progress: float, severity: Severity
) -> None:
    (reason,) = reasons(a_signal(progress=progress))

    assert (reason.code, reason.severity, reason.value) == ("adl_signal", severity, progress)


def test_less_than_half_of_the_way_is_no_reason() -> None:
    assert reasons(a_signal(progress=0.49)) == []


def test_of_several_ways_the_furthest_counts() -> None:
    (reason,) = reasons(
        a_signal(progress=0.5), a_signal(pool="btc", progress=0.9), a_signal(progress=0.6)
    )

    assert reason.value == 0.9
    assert reason.text.startswith("The fund behind this position is 90\u2009%")


def test_a_trigger_that_the_fund_tells_of_is_not_said_again() -> None:
    assert reasons(a_signal(progress=1.2), trigger_said=True) == []


@pytest.mark.parametrize(
    ("ago", "severity", "window"),
    [
        (DAY, Severity.WARNING, "24h"),
        (2 * DAY, Severity.WATCH, "7d"),
        (7 * DAY, Severity.WATCH, "7d"),
    ],
)
def test_a_loss_that_was_spread_is_told_for_a_week(
    ago: timedelta, severity: Severity, window: str
) -> None:
    (reason,) = reasons(a_signal(pool="btc", kind="clawback_rate", value=0.015, ago=ago))

    assert (reason.code, reason.severity, reason.window) == ("loss_spread", severity, window)
    assert "1.5\u2009% of profits" in reason.text


def test_an_amount_that_was_spread_is_not_called_a_rate() -> None:
    (reason,) = reasons(a_signal(pool="btc", kind="socialized_loss", value=12.5))

    assert "profits)" not in reason.text


@pytest.mark.parametrize(("value", "ago"), [(0.0, DAY), (None, DAY), (0.1, 8 * DAY)])
def test_no_loss_spread_lately_is_no_reason(value: float | None, ago: timedelta) -> None:
    assert reasons(a_signal(pool="btc", kind="clawback_rate", value=value, ago=ago)) == []


def test_a_figure_on_its_way_to_a_trigger_is_no_loss_that_was_spread() -> None:
    calm = a_signal(pool="fund", kind="socialized_loss", value=1.4e6, trigger=0.0)
    assert reasons(calm) == []


def test_a_fund_at_its_trigger_makes_others_pay_and_a_contract_is_deleveraged() -> None:
    (fund,) = reasons(a_signal(pool="fund", progress=1.0))
    (contract,) = reasons(a_signal(progress=1.0))
    assert fund.text.endswith("trigger for making others pay for losses.")
    assert contract.text.endswith("trigger for auto-deleveraging.")


def test_a_pool_is_concerned_by_its_own_signals_and_its_contracts() -> None:
    own, contract = a_signal(pool="usdm"), a_signal(native_symbol="BTCUSDT")
    others = (a_signal(pool="coinm"), a_signal(native_symbol="ETHUSD_PERP"))
    pool = a_pool(key="usdm", symbols=("BTCUSDT",))

    assert concerning((own, contract, *others), pool) == (own, contract)


def test_a_pool_behind_every_contract_is_still_not_concerned_by_other_pools() -> None:
    contract, other = a_signal(native_symbol="BTCUSDT"), a_signal(pool="coinm")
    pool = a_pool(key="usdm", symbols=())

    assert concerning((contract, other), pool, every_contract=True) == (contract,)
    assert concerning((contract, other), pool) == ()
