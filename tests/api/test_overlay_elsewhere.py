"""What the overlay leaves out of a page: names of what is held at other exchanges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from app.domain.hedge import Hedge
from app.domain.reason import Reason, Severity
from app.domain.verdict import LossAnswer, Verdict
from app.risk.wording import enumerated
from tests.support.api import Stage, body
from tests.support.nouns import an_assessment

OVERLAY = f"/api/v1/overlay?url={quote('https://www.binance.com/en/futures/BTCUSDT', safe='')}"


def hedged(stage: Stage, *legs: str, venues: tuple[str, ...] = ("bybit",)) -> None:
    """One long at Binance that these legs offset, told in the answer and as a reason."""
    named = enumerated(legs)
    reason = Reason(
        code="adl_hedge",
        severity=Severity.WATCH,
        text=f"Auto-deleveraging would close this leg of a hedge and leave you {named}.",
        value=0.8,
    )
    stage.holds(
        stage.account(),
        [
            replace(
                an_assessment(),
                hedge=Hedge(base="BTC", share=0.8, legs=legs, venues=venues, lost_to_adl=True),
                loss=LossAnswer(
                    next_step="auto_deleveraging",
                    answer=f"It is in profit; closing it would leave your {named} open.",
                ),
                verdict=Verdict(severity=Severity.WATCH, reasons=(reason,)),
            )
        ],
    )


def drawn(stage: Stage) -> Any:
    return body(stage.caller("read").get(OVERLAY))


@pytest.mark.parametrize("label", ["other one", "my (secret) fund", "a, b and c"])
def test_a_leg_at_another_exchange_is_named_by_its_side_alone(stage: Stage, label: str) -> None:
    hedged(stage, f"short on Bybit ({label})")
    found = drawn(stage)
    (position,) = found["positions"]
    assert position["hedge"]["legs"] == ["short elsewhere"]
    assert position["hedge"]["venues"] == []
    assert position["hedge"]["share"] == 0.8
    assert position["loss_model"]["answer"].endswith("would leave your short elsewhere open.")
    assert position["reasons"][0]["text"].endswith("leave you short elsewhere.")
    assert found["reasons"][0]["text"].endswith("leave you short elsewhere.")
    told = str(found["positions"]) + str(found["reasons"])
    assert "Bybit" not in told and "bybit" not in told and label not in told


def test_a_leg_at_the_exchange_on_screen_keeps_its_name(stage: Stage) -> None:
    hedged(
        stage,
        "short on Bybit (main)",
        "short on Binance (other)",
        "short on OKX (main)",
        venues=("bybit", "binance", "okx"),
    )
    (position,) = drawn(stage)["positions"]
    legs = ["short elsewhere", "short on Binance (other)", "another elsewhere"]
    assert position["hedge"]["legs"] == legs
    assert position["hedge"]["venues"] == ["binance"]
    assert f"leave your {enumerated(legs)} open" in position["loss_model"]["answer"]


def test_elsewhere_the_legs_are_named_in_full(stage: Stage) -> None:
    hedged(stage, "short on Bybit (main)")
    (shown,) = body(stage.caller("read").get("/api/v1/positions"))["items"]
    assert shown["hedge"]["legs"] == ["short on Bybit (main)"]
    assert "short on Bybit (main)" in shown["loss_model"]["answer"]
