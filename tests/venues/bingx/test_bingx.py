"""What a case of BingX cannot show: what is asked how often."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.case import load
from tests.support.exchange import without_waiting
from tests.support.venue_stage import Stage

CASES = Path(__file__).parent / "cases"


def answer(path: str) -> Any:
    """The body by which the case of all positions answers requests to ``path``."""
    entries = load(CASES / "positions_standard_futures.json").bundle.entries
    return next(entry.body for entry in entries if entry.url.endswith(path))


@pytest.fixture
def bingx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    without_waiting(monkeypatch)
    stage = Stage("bingx", tmp_path, CASES)
    stage.answers("linear_contracts", answer("/quote/contracts"))
    stage.answers("inverse_contracts", answer("/market/contracts"))
    stage.answers("linear_positions", answer("/swap/v2/user/positions"))
    stage.answers("inverse_positions", answer("/cswap/v1/user/positions"))
    url = "https://open-api.bingx.com/openApi/contract/v1/allPosition"
    stage.adapter.register_uri("GET", url, json=answer("/contract/v1/allPosition"))
    return stage


def test_a_refresh_is_one_request_a_list(bingx: Stage) -> None:
    reader = bingx.account()
    reader.read_account()
    bingx.forget()
    reader.read_account()

    assert bingx.asked() == ["linear_positions", "inverse_positions"]


def test_standard_futures_are_counted_once_a_minute(bingx: Stage) -> None:
    reader = bingx.account()
    reader.read_account()
    bingx.later(seconds=60)
    bingx.forget()
    reading = reader.read_account()

    assert bingx.asked().count("standard_positions") == 1
    margin = reading.scopes[0].margin
    assert margin is not None
    assert margin.note is not None
    assert "Standard Futures" in margin.note


def test_spot_markets_are_not_asked_for(bingx: Stage) -> None:
    bingx.account().read_account()

    assert all("spot" not in read for read in bingx.asked())
