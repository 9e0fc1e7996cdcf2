"""Hyperliquid with two builder-deployed exchanges and one address."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.venues.base import VenueReader
from tests.support.exchange import ADDRESS
from tests.support.venue_stage import Stage

DEXES = ("xyz", "flx")


@pytest.fixture
def hyperliquid(tmp_path: Path) -> Stage:
    stage = Stage("hyperliquid", tmp_path, Path(__file__).parent / "payloads")
    stage.answers("user_role", {"role": "user"})
    stage.answers("sub_accounts", [])
    stage.answers("abstraction", text='"default"')
    stage.answers("perp_dexs", "perpDexs")
    stage.answers("spot_meta", "spotMeta")
    stage.answers("market_stats", "metaAndAssetCtxs")
    stage.answers("account_state", "clearinghouseState_empty", body={"user": ADDRESS})
    for dex in DEXES:
        stage.answers(
            "account_state", "clearinghouseState_empty", body={"user": ADDRESS, "dex": dex}
        )
        stage.answers("market_stats", "metaAndAssetCtxs_xyz", body={"dex": dex})
    return stage


@pytest.fixture
def reader(hyperliquid: Stage) -> VenueReader:
    return hyperliquid.account()
