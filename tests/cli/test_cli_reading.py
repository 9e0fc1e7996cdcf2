"""What is known now, as a table and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.cli.accounts import create
from app.cli.place import Place
from app.domain.account import Credentials
from app.domain.reason import Severity
from app.store import accounts, funds, positions
from app.store.accounts import Account
from app.venues.catalogue import catalogue
from tests.support.nouns import a_fund_state, a_margin, a_pool_reading, an_assessment


@pytest.fixture
def account(place: Place) -> Account:
    venue = catalogue().venue("binance")
    credentials = Credentials({"api_key": "public-part-9f3a", "secret": "hunter2"})
    return create(place, venue, label="main", credentials=credentials)


@pytest.fixture
def held(place: Place, account: Account) -> Account:
    """A worrying long of bitcoin and a quiet short of ether, just read."""
    now = clock.now()
    seen = [
        an_assessment(Severity.OK, distance=0.4, symbol="ETH/USDT:USDT", native_symbol="ETHUSDT"),
        replace(
            an_assessment(Severity.CRITICAL, distance=0.015, fund=a_fund_state(as_of=now)),
            distance_daily_volatilities=0.52,
        ),
    ]
    with place.database.write() as connection:
        positions.record_snapshot(
            connection,
            account_id=account.id,
            user_id=place.user_id,
            venue="binance",
            scopes=["linear"],
            assessments=seen,
            margins=[a_margin()],
            taken_at=now,
        )
    return account


def items(result: Any) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["items"]
    return found


def test_positions_stand_worst_first_with_distance_and_reason(seawall, held: Account) -> None:
    lines = [line for line in seawall("positions").stdout.splitlines() if "USDT" in line]
    assert "■ critical" in lines[0]
    assert "BTC/USDT:USDT" in lines[0]
    assert "61,750" in lines[0]
    assert "1.5\u2009%" in lines[0]
    assert "0.5 σ" in lines[0]
    assert "Liquidation is near." in lines[0]
    assert "ETH/USDT:USDT" in lines[1]
    assert "–" in lines[1]


def test_positions_for_a_machine_are_what_the_api_answers(seawall, held: Account) -> None:
    worst, quiet = items(seawall("positions", "--json"))
    assert worst["account"] == {"id": held.id, "label": "main", "venue": "binance"}
    assert worst["severity"] == "critical"
    assert worst["distance"] == 0.015
    assert worst["fund"]["balance_usd"] == 1.04e9
    assert worst["age_seconds"] >= 0
    assert worst["as_of"].endswith("Z")
    assert quiet["fund"] is None
    assert quiet["notes"]["fund"] == "Not read yet."


def test_positions_are_narrowed_by_contract_account_and_venue(seawall, held: Account) -> None:
    assert len(items(seawall("positions", "--json", "--symbol", "ETHUSDT"))) == 1
    assert len(items(seawall("positions", "--json", "--account", "main"))) == 2
    assert items(seawall("positions", "--json", "--venue", "bybit")) == []
    result = seawall("positions", "--account", "nobody")
    assert result.exit_code == 1
    assert "No account is called 'nobody'" in result.stderr


def test_without_positions_it_says_where_to_look(seawall, place: Place) -> None:
    assert "No open positions." in seawall("positions").stdout


def test_funds_show_balance_change_and_coverage(seawall, place: Place) -> None:
    now = clock.now()
    with place.database.write() as connection:
        funds.record_pool_reading(connection, reading=a_pool_reading(), now=now)
        state = a_fund_state(as_of=now - timedelta(seconds=5))
        funds.save_state(connection, state=state, recent=[], now=now)
    line = next(line for line in seawall("funds").stdout.splitlines() if "BTC, ETH" in line)
    assert "Binance" in line
    assert "draining" in line
    assert "$1.04\u2009B" in line
    assert "−15\u2009%" in line or "−15.0\u2009%" in line
    assert "2.1\u2009%" in line
    (fund,) = items(seawall("funds", "--json", "--venue", "binance"))
    assert fund["id"] == "binance:usdm:btc-eth-bnb"
    assert fund["changes"]["30d"] is None
    assert items(seawall("funds", "--json", "--venue", "okx")) == []


def test_an_old_balance_is_called_old(seawall, place: Place) -> None:
    now = clock.now()
    with place.database.write() as connection:
        funds.record_pool_reading(connection, reading=a_pool_reading(), now=now)
        state = a_fund_state(as_of=now - timedelta(hours=19))
        funds.save_state(connection, state=state, recent=[], now=now)
    assert "19\u2009h, old" in seawall("funds").stdout
    assert items(seawall("funds", "--json"))[0]["stale"] is True


def test_every_venue_of_the_catalogue_is_listed(seawall) -> None:
    shown = seawall("venues").stdout
    told = items(seawall("venues", "--json"))
    assert {"binance", "bybit", "okx", "hyperliquid"} <= {venue["id"] for venue in told}
    assert all(venue["name"] in shown for venue in told)


@pytest.mark.parametrize("venue", catalogue().ids())
def test_each_venues_waterfall_is_explained_with_its_sources(seawall, venue: str) -> None:
    steps = catalogue().venue(venue).loss_model.steps
    shown = " ".join(seawall("venues", "--explain", venue).stdout.split())
    for step in steps:
        assert step.title in shown
        assert (step.source or "no source") in shown
    told = json.loads(seawall("venues", "--explain", venue, "--json").stdout)
    assert [step["kind"] for step in told["steps"]] == [step.kind for step in steps]


def test_a_closed_venue_says_since_when(seawall) -> None:
    assert "closed since 22 September 2026" in " ".join(seawall("venues").stdout.split())
    shown = " ".join(seawall("venues", "--explain", "coinex").stdout.split())
    assert shown.startswith("CoinEx: CoinEx closed on 22 September 2026. Until then, if its fund")
    assert "Closed since 22 September 2026. CoinEx ended its futures" in shown
    assert "Last moment for withdrawals: 22 December 2026, 02:00 UTC." in shown
    shown = " ".join(seawall("venues", "--explain", "bitmex").stdout.split())
    assert "Until when money can be withdrawn is not known." in shown


def test_an_unknown_venue_is_a_sentence(seawall) -> None:
    result = seawall("venues", "--explain", "atlantis")
    assert result.exit_code == 1
    assert result.stderr == "Seawall knows no venue called 'atlantis'.\n"


def test_accounts_show_four_characters_of_the_key_and_never_more(seawall, account: Account) -> None:
    shown = seawall("accounts")
    assert "…9f3a" in shown.stdout
    assert "public-part" not in shown.output
    (told,) = items(seawall("accounts", "--json"))
    assert told["status"] == "pending"
    assert told["credential_hint"] == "9f3a"
    assert "hunter2" not in json.dumps(told)


def test_unlinking_asks_first_and_then_forgets(seawall, place: Place, held: Account) -> None:
    assert seawall("unlink", "main", input="n\n").exit_code == 1
    assert len(items(seawall("accounts", "--json"))) == 1
    result = seawall("unlink", "main", input="y\n")
    assert result.exit_code == 0
    assert "Delete its key at the venue as well." in result.stdout
    assert items(seawall("positions", "--json")) == []
    with place.database.read() as connection:
        assert accounts.list_for(connection, user_id=place.user_id) == ()
