"""Linking through the API: what the venue says of a key decides, and what is unlinked is gone."""

from __future__ import annotations

from collections import Counter

import pytest
from structlog.testing import capture_logs

from app.sandbox import ACCOUNTS
from tests.support.installation import LINKED, Installation

KEY_VENUES = ("binance", "bybit", "okx", "deribit", "gate")


def test_an_account_is_linked_and_read_whatever_carries_it(on_either: Installation) -> None:
    seawall = on_either
    ids = seawall.link_all()
    assert seawall.positions() == {}
    seawall.settle()
    assert {seawall.account(name)["status"] for name in ids.values()} == {"active"}
    held = seawall.positions()
    assert Counter(venue for venue, *_ in held) == {
        "binance": 8,
        "bybit": 5,
        "okx": 4,
        "hyperliquid": 5,
        "gate": 6,
        "deribit": 4,
    }
    # (0.5 * 98 000 - 16 980) / (0.5 * 0.996)
    price = held["binance", "BTCUSDT", "long"]["liquidation_price"]
    assert price == pytest.approx(32_020 / 0.498)
    seawall.sandbox.market.advance(5)
    seawall.wait(minutes=2)
    assert seawall.account(ids["okx"])["age_seconds"] == 0
    overlay = seawall.overlay("https://www.okx.com/trade-swap/btc-usdt-swap")
    assert (overlay["linked"], len(overlay["positions"])) == (True, 4)
    assert overlay["fund"]["id"] == "okx:swap:btc-usdt"


@pytest.mark.parametrize("venue", KEY_VENUES)
@pytest.mark.parametrize("powerful", ["trade", "withdraw"])
def test_a_key_that_can_do_more_than_read_is_refused_and_not_a_byte_of_it_stays(
    seawall: Installation, venue: str, powerful: str
) -> None:
    fields = ACCOUNTS[venue][powerful].fields
    account_id = seawall.link(venue, powerful)
    with seawall.database.read() as connection:
        (sealed,) = connection.exec_driver_sql("SELECT sealed FROM accounts").one()
    assert sealed in seawall.bytes_on_disk(), "it was there, sealed"

    seawall.drain()

    account = seawall.account(account_id)
    assert account["status"] == "refused"
    powers = account["permissions"]["powers"]
    assert powerful in {power["kind"] for power in powers}
    assert all(f"{power['kind']} ({power['flag']})" in account["message"] for power in powers)
    left = seawall.bytes_on_disk()
    for start in range(0, len(sealed) - 16, 16):
        assert sealed[start : start + 16] not in left
    assert not any(value.encode() in left for value in fields.values())
    assert seawall.api.post(f"/api/v1/accounts/{account_id}/check").status_code == 409


def test_a_refused_key_was_asked_about_and_used_for_nothing_else(seawall: Installation) -> None:
    seawall.link("binance", "trade")
    seawall.drain()
    asked = seawall.sandbox.requests.counts("binance")["binance"]
    signed = {"/sapi/v1/account/apiRestrictions"}
    private = {path for path in asked if "account" in path or "position" in path or "sapi" in path}
    assert private == signed
    assert seawall.positions() == {}


@pytest.mark.parametrize(
    ("venue", "name"),
    [
        *((venue, name) for venue in KEY_VENUES for name in ("expired", "elsewhere")),
        ("hyperliquid", "missing"),
    ],
)
def test_a_credential_the_venue_does_not_accept_is_refused_with_what_it_said(
    seawall: Installation, venue: str, name: str
) -> None:
    account_id = seawall.link(venue, name)
    seawall.drain()
    account = seawall.account(account_id)
    assert account["status"] == "refused"
    assert seawall.context.catalogue.venue(venue).name in account["message"]
    fields = ACCOUNTS[venue][name].fields
    assert not any(value in account["message"] for value in fields.values())


def test_the_address_of_an_api_wallet_shows_its_owners_positions(seawall: Installation) -> None:
    agent = seawall.link("hyperliquid", "agent")
    seawall.drain()
    account = seawall.account(agent)
    assert (account["status"], account["positions"]) == ("active", 5)
    assert "owner" in account["permissions"]["note"]
    assert {name for _, name, _ in seawall.positions()} == {
        "BTC",
        "ETH",
        "SOL",
        "XRP",
        "xyz:XYZ100",
    }


def test_an_account_that_holds_nothing_is_active_and_empty(seawall: Installation) -> None:
    ids = [seawall.link(venue, "empty") for venue in LINKED]
    seawall.drain()
    for account_id in ids:
        account = seawall.account(account_id)
        assert (account["status"], account["positions"], account["error"]) == ("active", 0, None)
    assert seawall.positions() == {}


def test_a_job_that_was_lost_with_the_queue_is_made_good(seawall: Installation) -> None:
    account_id = seawall.link("bybit")
    seawall.queue.huey.flush()
    seawall.settle()
    assert seawall.account(account_id)["status"] == "active"


def test_a_venue_that_is_down_leaves_a_new_account_pending_until_it_is_back(
    seawall: Installation,
) -> None:
    seawall.sandbox.faults.add("server_error", "okx")
    account_id = seawall.link("okx")
    seawall.settle()
    account = seawall.account(account_id)
    assert (account["status"], account["error"]["code"]) == ("pending", "venue_unreachable")
    seawall.sandbox.faults.clear()
    seawall.wait(minutes=1)
    account = seawall.account(account_id)
    assert (account["status"], account["error"], account["positions"]) == ("active", None, 4)


def test_a_clock_that_is_wrong_is_said_before_the_key_is_used(seawall: Installation) -> None:
    seawall.sandbox.faults.add("clock_skew", "binance", seconds=30)
    account_id = seawall.link("binance")
    seawall.drain()
    account = seawall.account(account_id)
    assert (account["status"], account["error"]["code"]) == ("pending", "clock_skew")
    assert "30.0 s behind" in account["error"]["message"]
    assert seawall.sandbox.requests.count("binance", "/sapi/v1/account/apiRestrictions") == 0


def test_a_key_is_asked_about_again_every_day_and_when_a_person_wants_it(
    seawall: Installation,
) -> None:
    account_id = seawall.link("bybit")
    seawall.settle()

    def asked() -> int:
        return seawall.sandbox.requests.count("bybit", "/v5/user/query-api")

    assert asked() == 1
    seawall.wait(hours=23)
    assert asked() == 1
    seawall.wait(hours=1)
    assert asked() == 2
    assert seawall.api.post(f"/api/v1/accounts/{account_id}/check").status_code == 202
    seawall.settle()
    assert asked() == 3
    account = seawall.account(account_id)
    assert account["checked_at"] == account["as_of"]


def test_a_key_that_gained_powers_is_refused_at_the_next_check_and_erased(
    seawall: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = seawall.link("okx")
    seawall.settle()
    trading = ACCOUNTS["okx"]["trade"]
    read_only = ACCOUNTS["okx"]["read_only"]
    monkeypatch.setitem(
        seawall.sandbox.accounts["okx"],  # type: ignore[arg-type]
        "read_only",
        type(trading)(**{**_fields(trading), "fields": read_only.fields}),
    )
    seawall.wait(hours=24)
    account = seawall.account(account_id)
    assert (account["status"], "trade" in account["message"]) == ("refused", True)
    with seawall.database.read() as connection:
        assert connection.exec_driver_sql("SELECT sealed FROM accounts").scalar() is None
    before = seawall.sandbox.requests.count("okx", "/api/v5/account/positions")
    seawall.wait(hours=1)
    assert seawall.sandbox.requests.count("okx", "/api/v5/account/positions") == before


def _fields(account: object) -> dict[str, object]:
    return {name: getattr(account, name) for name in account.__dataclass_fields__}  # type: ignore[attr-defined]


def test_a_check_that_gets_no_answer_does_not_stop_a_verified_account_from_being_read(
    seawall: Installation,
) -> None:
    account_id = seawall.link("binance")
    seawall.settle()
    seawall.sandbox.faults.add("server_error", "binance", endpoint="/sapi/*")
    with capture_logs() as log:
        seawall.wait(hours=25)
        account = seawall.account(account_id)
        assert (account["status"], account["stale"], account["age_seconds"]) == ("active", False, 0)
        assert "did not say again what this key may do" in account["error"]["message"]
        seawall.wait(minutes=1)
        seawall.sandbox.faults.clear()
        seawall.wait(minutes=1)
        assert seawall.account(account_id)["error"] is None
    assert [entry["event"] for entry in log] == ["source failing", "source recovered"]


@pytest.mark.parametrize("venue", LINKED)
def test_unlinking_erases_the_key_the_positions_and_the_client(
    seawall: Installation, venue: str
) -> None:
    kept = seawall.link("hyperliquid" if venue == "okx" else "okx")
    account_id = seawall.link(venue)
    seawall.settle()
    with seawall.database.read() as connection:
        query = "SELECT sealed FROM accounts WHERE id = ?"
        sealed = connection.exec_driver_sql(query, (account_id,)).scalar_one()
    assert account_id in seawall.context.clients._accounts

    assert seawall.api.delete(f"/api/v1/accounts/{account_id}").status_code == 204
    seawall.wait(seconds=30)

    assert {p["account"]["id"] for p in seawall.positions().values()} == {kept}
    assert seawall.context.clients._accounts.keys() == {kept}
    assert sealed not in seawall.bytes_on_disk()
    assert not [s for s in seawall.sources() if account_id in s.source]
    assert seawall.get(f"accounts/{account_id}", 404)["code"] == 404


def test_an_account_unlinked_while_it_is_read_does_not_come_back(
    seawall: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = seawall.link("okx")
    seawall.drain()
    reader = seawall.context.clients._accounts[account_id][1]
    read = reader.read_account

    def unlinked_meanwhile() -> object:
        reading = read()
        assert seawall.api.delete(f"/api/v1/accounts/{account_id}").status_code == 204
        return reading

    monkeypatch.setattr(reader, "read_account", unlinked_meanwhile)
    with capture_logs() as log:
        seawall.wait(minutes=2)
    assert seawall.positions() == {}
    assert log == []
    seawall.wait(minutes=2)
    assert not [s for s in seawall.sources() if s.source.startswith("account:")]
