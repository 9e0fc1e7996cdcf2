"""OKX, with a market list and a multi-currency account."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.venues.base import VenueReader
from tests.support.venue_stage import Stage


@pytest.fixture
def okx(tmp_path: Path) -> Stage:
    stage = Stage("okx", tmp_path, Path(__file__).parent / "payloads")
    for line in ("SWAP", "FUTURES"):
        kind = {"instType": line}
        stage.answers("instruments", f"public_instruments_{line.lower()}", query=kind)
        stage.answers("mark_price", f"public_mark_price_{line.lower()}", query=kind)
        stage.answers("open_interest", f"public_open_interest_{line.lower()}", query=kind)
    stage.answers("positions", "account_positions_empty")
    stage.answers("balance", "account_balance")
    return stage


@pytest.fixture
def reader(okx: Stage) -> VenueReader:
    return okx.account()
