"""Bybit, with a market list and an account in cross margin."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.venues.base import VenueReader
from tests.support.venue_stage import Stage


@pytest.fixture
def bybit(tmp_path: Path) -> Stage:
    stage = Stage("bybit", tmp_path, Path(__file__).parent / "payloads")
    for category in ("linear", "inverse"):
        stage.answers(
            "instruments",
            f"market_instruments_info_{category}",
            query={"category": category},
        )
    stage.answers("account_info", "account_info")
    stage.answers("wallet", "account_wallet_balance")
    stage.answers("positions", "position_list_empty")
    return stage


@pytest.fixture
def reader(bybit: Stage) -> VenueReader:
    return bybit.account()
