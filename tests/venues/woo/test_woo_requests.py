"""How often WOO X is asked: its account's margin only seldom, because it allows few of those."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.exchange import Exchange, without_waiting

CASES = Path(__file__).parent / "cases"


def body(case: str, number: int) -> Any:
    entries = json.loads((CASES / f"{case}.json").read_text(encoding="utf-8"))["entries"]
    return entries[number]["response"]["body"]


@pytest.fixture
def woo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    exchange = Exchange("woo", tmp_path, CASES)
    exchange.answers("instruments", body("_markets", 0))
    exchange.answers("positions", body("positions_cross", 0))
    exchange.answers("account_info", body("positions_cross", 1))
    return exchange


def test_the_accounts_margin_is_used_again_for_a_minute_and_a_half(woo: Exchange) -> None:
    reader = woo.account()

    for seconds in (0, 30, 30, 31):
        woo.now += timedelta(seconds=seconds)
        reader.read_account()

    assert woo.asked().count("positions") == 4
    assert woo.asked().count("account_info") == 2


def test_a_margin_that_is_used_again_keeps_its_own_time(woo: Exchange) -> None:
    reader = woo.account()
    first = reader.read_account().scopes[0].margin
    woo.now += timedelta(seconds=60)
    second = reader.read_account().scopes[0].margin

    assert first is not None
    assert second == first


def test_an_isolated_position_asks_for_no_margin(woo: Exchange) -> None:
    woo.answers("positions", body("positions_isolated", 0))

    woo.account().read_account()

    assert "account_info" not in woo.asked()
