"""What a case cannot show of Backpack: its clock, what is asked for, and what is accepted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import ClockSkew, InvalidInput, VenueGarbled
from app.venues.catalogue import catalogue
from app.venues.credentials import check_credentials
from tests.support.exchange import NOW, Exchange, credentials, without_waiting


@pytest.fixture
def backpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    without_waiting(monkeypatch)
    return Exchange("backpack", tmp_path, tmp_path)


def test_a_clock_that_agrees_with_backpacks_is_fine(backpack: Exchange) -> None:
    backpack.answers("time", int(NOW.timestamp() * 1000))

    backpack.public().check_clock()


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_clock_that_is_off_is_told(backpack: Exchange, seconds: int) -> None:
    backpack.answers("time", int((NOW + timedelta(seconds=seconds)).timestamp() * 1000))

    with pytest.raises(ClockSkew):
        backpack.public().check_clock()


def test_a_time_that_is_no_number_is_garbled(backpack: Exchange) -> None:
    backpack.answers("time", {"time": "soon"})

    with pytest.raises(VenueGarbled):
        backpack.public().check_clock()


def test_only_perpetuals_are_asked_for(backpack: Exchange) -> None:
    backpack.answers("markets", [])
    backpack.answers("mark_prices", [])
    backpack.answers("open_interest", [])

    with pytest.raises(VenueGarbled, match="empty"):
        backpack.public().read_markets(())
    asked = [r for r in backpack.adapter.request_history if r.path == "/api/v1/markets"]
    assert [request.qs for request in asked] == [{"markettype": ["perp"]}]


@pytest.mark.parametrize("pasted", ["0x" + "4f" * 32, "4f" * 32, "5" * 88])
def test_a_wallets_private_key_is_not_taken_for_the_secret(pasted: str) -> None:
    facts = catalogue().venue("backpack")
    values = {**credentials(facts).values, "secret": pasted}

    with pytest.raises(InvalidInput) as refused:
        check_credentials(facts, values)
    assert pasted not in str(refused.value)
