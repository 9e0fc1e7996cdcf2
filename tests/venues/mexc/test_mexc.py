"""MEXC: the one path that asks about a key by GET, and changes it by POST; its risk levels."""

from __future__ import annotations

from pathlib import Path

import ccxt
import pytest

from app.domain.errors import RequestRefused
from app.venues.client import Client
from app.venues.mexc_levels import Level, rate
from app.venues.transport import ReadOnlyTransport
from tests.support.exchange import API_KEY, NOW, Exchange, credentials


@pytest.fixture
def mexc(tmp_path: Path) -> Exchange:
    return Exchange("mexc", tmp_path, Path(__file__).parent / "cases")


def test_the_question_about_a_key_names_the_key_and_never_the_secret(mexc: Exchange) -> None:
    answer = {"permissions": "CONTRACT_DEAL_READ", "status": "VALID", "ipWhiteList": ""}
    mexc.answers("key_info", answer)
    mexc.account().check_permissions()

    request = mexc.adapter.request_history[0]
    secret = credentials(mexc.facts)["secret"]
    assert request.method == "GET"
    assert request.qs["accesskey"] == [API_KEY.lower()]
    assert secret.lower() not in request.url.lower()


@pytest.mark.parametrize("method", ["spotPrivatePostApiKeyInfo", "spot_private_post_apikeyinfo"])
def test_the_request_that_changes_a_key_never_leaves(mexc: Exchange, method: str) -> None:
    guard = ReadOnlyTransport(mexc.facts, clock=lambda: NOW, inner=mexc.adapter)
    client = Client(mexc.facts, mexc.facts.client("mexc"), guard, credentials(mexc.facts))
    assert hasattr(ccxt.mexc, method)

    with pytest.raises(RequestRefused):
        client.call(method, {"ip": "203.0.113.7"})
    assert mexc.adapter.request_history == []


def test_the_level_of_the_whole_position_counts() -> None:
    levels = (Level(volume=100, rate=0.004), Level(volume=200, rate=0.008))

    assert [rate(levels, held) for held in (1, 100, 101, 200)] == [0.004, 0.004, 0.008, 0.008]
    assert rate(levels, 201) is None
    assert rate((), 1) is None


def test_the_equity_is_asked_for_only_where_cross_margin_needs_it(mexc: Exchange) -> None:
    mexc.answers("positions", {"success": True, "code": 0, "data": []})
    mexc.account().read_account()

    assert mexc.asked() == ["positions"]
