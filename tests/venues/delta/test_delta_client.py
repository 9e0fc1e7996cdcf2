"""What a case cannot show of Delta: how it is asked, and how often."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import VenueGarbled
from tests.support.exchange import Exchange, without_waiting

PLATFORMS = ["delta", "delta_india"]
HELD = {
    "size": -2,
    "entry_price": "30000",
    "liquidation_price": "31000",
    "product_symbol": "C-BTC-38100-230124",
}


@pytest.fixture(params=PLATFORMS)
def delta(request: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    return Exchange(request.param, tmp_path, tmp_path)


def test_every_request_names_its_user_agent(delta: Exchange) -> None:
    """Delta answers none without."""
    delta.answers("positions", {"success": True, "result": [HELD]})

    delta.account().read_account()

    assert all(request.headers["User-Agent"] for request in delta.adapter.request_history)
    assert delta.asked() == ["positions"]


def test_each_platform_is_asked_at_its_own_host(delta: Exchange) -> None:
    delta.answers("positions", {"success": True, "result": []})

    delta.account().read_account()

    host = "api.india.delta.exchange" if delta.facts.id == "delta_india" else "api.delta.exchange"
    assert {request.hostname for request in delta.adapter.request_history} == {host}
    assert {read.host for read in delta.facts.reads} == {host}


def test_a_list_of_products_without_an_end_is_given_up(delta: Exchange) -> None:
    delta.answers("products", {"success": True, "meta": {"after": "again"}, "result": []})
    delta.answers("tickers", {"success": True, "result": []})

    with pytest.raises(VenueGarbled):
        delta.public().read_markets(())
    assert delta.asked().count("products") <= 20
