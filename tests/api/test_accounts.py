"""Linking, checking, renaming and unlinking accounts."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

import pytest

from app.domain.account import AccountStatus
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.store import accounts, sources
from app.store.vault import Opener
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, an_assessment, later

KEY = {"api_key": "PUBLICkey0000000000000000000001a2b", "secret": "VERYsecret0000000000000000009z"}
ADDRESS = "0x00000000000000000000000000000000DeaDBeef"
NEW = {"venue": "binance", "label": "main", "credentials": KEY}


@pytest.fixture
def admin(stage: Stage) -> Caller:
    return stage.caller("admin")


def test_linking_stores_a_sealed_pending_account_and_answers_before_anybody_is_asked(
    stage: Stage, admin: Caller
) -> None:
    answer = admin.post("/api/v1/accounts", json=NEW)
    linked = body(answer, 202)
    assert answer.headers["Location"] == f"/api/v1/accounts/{linked['id']}"
    assert linked["status"] == "pending"
    assert linked["venue_name"] == "Binance"
    assert linked["credential_hint"] == "1a2b"
    assert linked["permissions"] is None
    assert linked["as_of"] is None
    assert stage.queue.jobs == [("check_account", linked["id"])]
    assert body(admin.get(answer.headers["Location"])) == linked


def test_only_the_worker_can_open_what_was_linked(stage: Stage, admin: Caller) -> None:
    linked = body(admin.post("/api/v1/accounts", json=NEW), 202)
    with stage.database.read() as conn:
        stored = accounts.get_any(conn, account_id=linked["id"])
    assert stored.sealed is not None
    assert KEY["secret"].encode() not in stored.sealed
    opened = Opener(stage.folder / "worker").open(
        key_id=stored.key_id,
        sealed=stored.sealed,
        account_id=stored.id,
        user_id=stage.user_id,
        venue="binance",
    )
    assert dict(opened.values) == KEY


def test_no_answer_ever_holds_a_credential(stage: Stage, admin: Caller) -> None:
    asked = [
        admin.post("/api/v1/accounts", json=NEW),
        admin.post("/api/v1/accounts", json=NEW),
        admin.get("/api/v1/accounts"),
    ]
    for answer in asked:
        assert KEY["secret"] not in answer.get_data(as_text=True)
        assert KEY["api_key"] not in answer.get_data(as_text=True)


def test_a_wallet_is_linked_by_its_public_address(stage: Stage, admin: Caller) -> None:
    new = {"venue": "hyperliquid", "label": "wallet", "credentials": {"address": ADDRESS}}
    linked = body(admin.post("/api/v1/accounts", json=new), 202)
    assert (linked["kind"], linked["credential_hint"]) == ("address", "beef")


@pytest.mark.parametrize(
    "secret", ["4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", "word " * 12]
)
def test_a_wallets_private_key_or_seed_phrase_is_refused_and_not_repeated(
    stage: Stage, admin: Caller, secret: str
) -> None:
    new = {"venue": "hyperliquid", "label": "wallet", "credentials": {"address": secret}}
    answer = admin.post("/api/v1/accounts", json=new)
    refused = body(answer, 422)
    assert "private key or seed phrase" in refused["message"]
    assert secret.strip() not in answer.get_data(as_text=True)
    assert stage.queue.jobs == []


@pytest.mark.parametrize(
    "credentials",
    [
        {"api_key": "only-the-key"},
        {"secret": "only-the-secret-part"},
        {**KEY, "passphrase": "not-asked-for-here"},
        {**KEY, "withdraw_password": "nor-is-this"},
        {},
        {"api_key": "", "secret": ""},
        {"api_key": 555666777, "secret": True},
        {"api_key": "x" * 600, "secret": "z0z0z0"},
    ],
)
def test_exactly_the_fields_the_venue_asks_for_are_taken(
    stage: Stage, admin: Caller, credentials: dict[str, object]
) -> None:
    answer = admin.post("/api/v1/accounts", json={**NEW, "credentials": credentials})
    body(answer, 422)
    text = answer.get_data(as_text=True)
    assert not [value for value in credentials.values() if value and str(value) in text]
    assert body(admin.get("/api/v1/accounts"))["items"] == []


def test_a_venue_nobody_knows_cannot_be_linked(admin: Caller) -> None:
    refused = body(admin.post("/api/v1/accounts", json={**NEW, "venue": "mtgox"}), 422)
    assert "does not know this venue" in refused["message"]


@pytest.mark.parametrize(("status", "word"), [("closed", "closed"), ("model_only", "loss model")])
def test_a_venue_that_cannot_be_read_cannot_be_linked(
    admin: Caller, monkeypatch: pytest.MonkeyPatch, status: str, word: str
) -> None:
    from app.api import linking
    from app.venues.catalogue import catalogue
    from app.venues.facts import VenueStatus

    gone = replace(catalogue().venue("binance"), status=VenueStatus(status))

    class Gone:
        def venue(self, _id: str) -> object:
            return gone

    monkeypatch.setattr(linking, "catalogue", Gone)
    assert word in body(admin.post("/api/v1/accounts", json=NEW), 422)["message"]


def test_the_same_label_or_the_same_key_twice_is_a_conflict(admin: Caller) -> None:
    body(admin.post("/api/v1/accounts", json=NEW), 202)
    other_key = {"api_key": "ANOTHERkey", "secret": "another"}
    same_label = admin.post("/api/v1/accounts", json={**NEW, "credentials": other_key})
    assert "label" in body(same_label, 409)["message"]
    same_key = admin.post("/api/v1/accounts", json={**NEW, "label": "second"})
    assert "already" in body(same_key, 409)["message"]


@pytest.mark.parametrize("label", ["", "   ", "a\nb", "x" * 81, "nul\x00", "\ud800", 5, None])
def test_a_label_is_a_short_printable_line(admin: Caller, label: object) -> None:
    body(admin.post("/api/v1/accounts", json={**NEW, "label": label}), 422)


def test_when_the_queue_is_out_of_reach_the_account_is_stored_and_that_is_said(
    stage: Stage, admin: Caller
) -> None:
    stage.queue.broken = True
    answer = admin.post("/api/v1/accounts", json=NEW)
    assert "stored" in body(answer, 503)["message"]
    assert body(admin.get(answer.headers["Location"]))["status"] == "pending"


def test_the_list_is_oldest_first_and_comes_in_pages(stage: Stage, admin: Caller) -> None:
    for name in ("one", "two", "three"):
        stage.account(label=name)
    first = body(admin.get("/api/v1/accounts?limit=2"))
    rest = body(admin.get(f"/api/v1/accounts?limit=2&cursor={first['next_cursor']}"))
    labels = [one["label"] for one in first["items"] + rest["items"]]
    assert sorted(labels) == ["one", "three", "two"]
    assert rest["next_cursor"] is None
    assert first["as_of"] == "2026-11-22T12:00:00Z"


def test_an_account_shows_what_the_venue_says_its_key_may_do(stage: Stage, admin: Caller) -> None:
    said = KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS,
        powers=(Power(kind=PowerKind.WITHDRAW, flag="enableWithdrawals"),),
        asked="GET /sapi/v1/account/apiRestrictions",
        checked_at=NOON,
        ip_bound=False,
        expires_at=later(days=90),
    )
    account = stage.account(status=AccountStatus.REFUSED, permissions=said, read_at=None)
    shown = body(admin.get(f"/api/v1/accounts/{account}"))
    assert shown["status"] == "refused"
    assert shown["permissions"] == {
        "verdict": "has_powers",
        "powers": [{"kind": "withdraw", "flag": "enableWithdrawals"}],
        "asked": "GET /sapi/v1/account/apiRestrictions",
        "checked_at": "2026-11-22T12:00:00Z",
        "ip_bound": False,
        "expires_at": "2027-02-20T12:00:00Z",
        "note": None,
    }


def test_an_account_says_how_reading_it_goes(stage: Stage, admin: Caller) -> None:
    account = stage.account()
    stage.holds(account, [an_assessment()])
    stage.failed(
        sources.account_source(account),
        at=later(seconds=5),
        code="venue_rate_limited",
        message="Too many requests.",
    )
    shown = body(admin.get(f"/api/v1/accounts/{account}"))
    assert shown["positions"] == 1
    assert shown["error"]["code"] == "venue_rate_limited"
    assert shown["error"]["since"] == "2026-11-22T12:00:05Z"
    assert shown["as_of"] == "2026-11-22T12:00:00Z"


def test_an_account_gets_another_label(stage: Stage, admin: Caller) -> None:
    account, _ = stage.account(label="old"), stage.account(label="taken")
    path = f"/api/v1/accounts/{account}"
    assert body(admin.patch(path, json={"label": " new "}))["label"] == "new"
    body(admin.patch(path, json={"label": "taken"}), 409)
    body(admin.patch(path, json={"venue": "okx"}), 422)
    body(admin.patch(path, json={"label": "new", "venue": "okx"}), 422)
    assert body(admin.get(path))["label"] == "new"


def test_a_check_is_asked_for_and_not_waited_for(stage: Stage, admin: Caller) -> None:
    account = stage.account()
    answer = admin.post(f"/api/v1/accounts/{account}/check")
    assert body(answer, 202)["id"] == account
    assert stage.queue.jobs == [("check_account", account)]


def test_a_refused_account_has_no_key_left_to_check(stage: Stage, admin: Caller) -> None:
    account = stage.account(status=AccountStatus.REFUSED, read_at=None)
    body(admin.post(f"/api/v1/accounts/{account}/check"), 409)
    assert stage.queue.jobs == []


def test_an_unverifiable_account_is_read_once_that_is_acknowledged(
    stage: Stage, admin: Caller
) -> None:
    account = stage.account(status=AccountStatus.UNVERIFIABLE, read_at=None)
    path = f"/api/v1/accounts/{account}/acknowledge"
    body(admin.post(path, json={"unverifiable": False}), 422)
    body(admin.post(path, json={}), 422)
    body(admin.post(path), 422)
    body(admin.post(path, json={"unverifiable": "true"}), 422)
    assert stage.queue.jobs == []
    shown = body(admin.post(path, json={"unverifiable": True}))
    assert shown["acknowledged_unverifiable"] is True
    assert stage.queue.jobs == [("check_account", account)]


def test_only_an_unverifiable_account_can_be_acknowledged(stage: Stage, admin: Caller) -> None:
    account = stage.account()
    path = f"/api/v1/accounts/{account}/acknowledge"
    body(admin.post(path, json={"unverifiable": True}), 409)


def test_unlinking_removes_everything_and_tells_the_worker(stage: Stage, admin: Caller) -> None:
    account = stage.account()
    stage.holds(account, [an_assessment()])
    path = f"/api/v1/accounts/{account}"
    answer = admin.delete(path)
    assert (answer.status_code, answer.get_data()) == (HTTPStatus.NO_CONTENT, b"")
    assert stage.queue.jobs == [("check_account", account)]
    body(admin.get(path), 404)
    body(admin.delete(path), 404)
    assert body(admin.get("/api/v1/positions"))["items"] == []


def test_unlinking_succeeds_though_the_queue_is_out_of_reach(stage: Stage, admin: Caller) -> None:
    account = stage.account()
    stage.queue.broken = True
    assert admin.delete(f"/api/v1/accounts/{account}").status_code == HTTPStatus.NO_CONTENT


def test_somebody_elses_account_is_not_there(stage: Stage) -> None:
    account = stage.account()
    other = stage.caller("admin", user_id=stage.another_user())
    path = f"/api/v1/accounts/{account}"
    assert body(other.get("/api/v1/accounts"))["items"] == []
    body(other.get(path), 404)
    body(other.patch(path, json={"label": "mine"}), 404)
    body(other.post(f"{path}/check"), 404)
    body(other.post(f"{path}/acknowledge", json={"unverifiable": True}), 404)
    body(other.delete(path), 404)
    assert stage.queue.jobs == []
    assert body(stage.caller("read").get(path))["label"] == "main"


def test_a_token_that_only_reads_changes_nothing(stage: Stage) -> None:
    account = stage.account()
    reader, path = stage.caller("read"), f"/api/v1/accounts/{account}"
    body(reader.get(path))
    body(reader.post("/api/v1/accounts", json=NEW), 403)
    body(reader.patch(path, json={"label": "x"}), 403)
    body(reader.post(f"{path}/check"), 403)
    body(reader.post(f"{path}/acknowledge", json={"unverifiable": True}), 403)
    body(reader.delete(path), 403)
    assert body(reader.get(path))["label"] == "main"
    assert stage.queue.jobs == []


def test_an_exchange_without_a_facts_file_can_be_linked(admin: Caller) -> None:
    given = {**KEY, "passphrase": "blofin-passphrase"}
    new = {"venue": "ccxt-blofin", "label": "other", "credentials": given}
    linked = body(admin.post("/api/v1/accounts", json=new), 202)
    assert linked["venue_name"] == "BloFin"
    assert linked["status"] == "pending"


def test_an_exchange_that_is_known_better_is_not_linked_as_one_that_is_not(
    stage: Stage, admin: Caller
) -> None:
    refused = body(admin.post("/api/v1/accounts", json={**NEW, "venue": "ccxt-bybit"}), 422)
    assert "link it as such" in refused["message"]
    assert stage.queue.jobs == []
