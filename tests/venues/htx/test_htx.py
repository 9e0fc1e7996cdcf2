"""What a case of HTX cannot show: how its readings hang together over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.exchange import without_waiting
from tests.support.venue_stage import Stage

CASES = Path(__file__).parent / "cases"


def answer(case: str, path: str) -> Any:
    """The body by which a case answers requests to ``path``."""
    entries = json.loads((CASES / f"{case}.json").read_text("utf-8"))["entries"]
    found = [e for e in entries if path in e["request"]["url"]]
    return found[-1]["response"]["body"]


@pytest.fixture
def htx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    without_waiting(monkeypatch)
    stage = Stage("htx", tmp_path, CASES)
    stage.answers("linear_contracts", answer("_markets", "/linear-swap-api/"))
    stage.answers("swap_contracts", answer("_markets", "/swap-api/v1/swap_contract"))
    stage.answers("future_contracts", answer("_markets", "/api/v1/contract_contract"))
    stage.answers("swap_open_interest", answer("markets", "/swap-api/v1/"))
    stage.answers("future_open_interest", answer("markets", "/api/v1/contract_open"))
    stage.answers("linear_settlements", answer("signals", "contract_code=SNT-USDT"))
    stage.answers("insurance_fund", answer("funds", "insurance_fund_info"))
    stage.answers("insurance_fund_history", answer("funds", "insurance_fund_history"))
    return stage


def test_a_loss_that_was_spread_stands_with_the_fund_too(htx: Stage) -> None:
    reader = htx.public()
    reader.read_markets(["SNT-USDT"])
    reader.read_adl_signals()

    (pool,) = reader.read_funds()

    (event,) = pool.events
    assert event.kind == "socialized_loss"
    assert event.at.isoformat() == "2026-11-22T00:00:00+00:00"
    assert event.detail == "SNT-USDT: 1.2500% of profits taken back at settlement"


def test_settlements_are_asked_for_twice_an_hour_at_most(htx: Stage) -> None:
    reader = htx.public()
    reader.read_markets(["SNT-USDT"])
    reader.read_adl_signals()
    htx.later(minutes=20)
    reader.read_adl_signals()
    assert htx.asked().count("linear_settlements") == 1

    htx.later(minutes=20)
    reader.read_adl_signals()
    assert htx.asked().count("linear_settlements") == 2


def test_a_settlement_that_cannot_be_read_again_is_not_forgotten(htx: Stage) -> None:
    reader = htx.public()
    reader.read_markets(["SNT-USDT"])
    known = reader.read_adl_signals()
    htx.later(hours=1)
    htx.answers("linear_settlements", {"code": 500, "message": "System error"})

    assert reader.read_adl_signals() == known


def test_the_history_of_the_fund_is_asked_for_once_an_hour(htx: Stage) -> None:
    reader = htx.public()
    reader.read_funds()
    htx.later(minutes=50)
    reader.read_funds()

    assert htx.asked().count("insurance_fund") == 2
    assert htx.asked().count("insurance_fund_history") == 1
