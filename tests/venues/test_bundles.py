"""Bundles: which entry answers a request, and that nobody is left in one."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from app.domain.account import Credentials
from app.venues.bundle import REDACTED, Bundle, Entry, as_text, parse
from app.venues.redaction import redact
from app.venues.replay import BundleAdapter

KEY, SECRET = "ownKey0123456789abcdef", "ownSecret0123456789abcdef"
WALLET = "0xAbCd00000000000000000000000000000000EF12"
OWN = Credentials({"api_key": KEY, "secret": SECRET})
STAND_INS = {"api_key": "replayedKey00000000000", "secret": "replayedSecret000"}


def get(url: str, body: object = None, **fields: Any) -> Entry:
    return Entry(method="GET", url=url, body=body, **fields)


def post(url: str, asked: object, body: object = None) -> Entry:
    return Entry(method="POST", url=url, request_body=asked, body=body)


def ask(adapter: BundleAdapter, url: str, body: Any = None) -> Any:
    request = requests.Request("POST" if body else "GET", url, json=body).prepare()
    return adapter.send(request).text


def test_the_entry_that_names_most_of_a_request_answers_it() -> None:
    adapter = BundleAdapter(
        [
            get("https://v.example/p", "any"),
            get("https://v.example/p?kind=swap", "swap"),
            get("https://v.example/p?kind=swap&coin=BTC", "both"),
        ]
    )
    assert ask(adapter, "https://v.example/p?kind=spot") == "any"
    assert ask(adapter, "https://v.example/p?kind=swap&coin=ETH") == "swap"
    assert ask(adapter, "https://v.example/p?coin=BTC&kind=swap&limit=5") == "both"


def test_equal_entries_answer_in_turn_and_the_last_goes_on() -> None:
    adapter = BundleAdapter([get("https://v.example/p", 1), get("https://v.example/p", 2)])
    assert [ask(adapter, "https://v.example/p") for _ in range(3)] == ["1", "2", "2"]


def test_signatures_times_and_what_was_redacted_are_not_compared() -> None:
    adapter = BundleAdapter(
        [get(f"https://v.example/p?timestamp=1&signature=abc&key={REDACTED}&coin=BTC", "answer")]
    )
    assert ask(adapter, "https://v.example/p?timestamp=2&signature=xyz&key=k&coin=BTC") == "answer"


def test_a_json_body_is_compared_by_its_fields() -> None:
    adapter = BundleAdapter(
        [
            post("https://v.example/info", {"type": "meta", "dex": "xyz"}, "xyz"),
            post("https://v.example/info", {"type": "meta"}, "main"),
        ]
    )
    assert ask(adapter, "https://v.example/info", {"type": "meta", "dex": "xyz"}) == "xyz"
    assert ask(adapter, "https://v.example/info", {"type": "meta", "n": 1}) == "main"


def test_what_has_no_entry_cannot_be_reached_and_is_listed_once() -> None:
    adapter = BundleAdapter([get("https://v.example/p?coin=BTC")])
    for _ in range(2):
        with pytest.raises(requests.exceptions.ConnectionError):
            ask(adapter, "https://v.example/p?coin=ETH")
    assert adapter.unanswered == ["GET https://v.example/p"]


def test_a_bundle_is_the_same_after_it_was_written_and_read() -> None:
    bundle = Bundle(
        venue="okx",
        entries=(
            get("https://v.example/p", {"a": [1]}, status=429, headers={"Retry-After": "3"}),
            post("https://v.example/info", {"type": "meta"}, "text"),
        ),
    )
    assert parse(as_text(bundle)) == bundle


def cleaned(private: list[Entry], public: list[Entry] | None = None) -> str:
    entries = redact(private, public or [], OWN, STAND_INS)
    return as_text(Bundle(venue="okx", entries=entries))


def test_neither_keys_nor_signatures_nor_headers_stay() -> None:
    text = cleaned(
        [
            get(
                f"https://v.example/p?apiKey={KEY}&signature=5f2e&timestamp=17&coin=BTC",
                {"echo": f"key {KEY} of {SECRET}"},
                headers={"Set-Cookie": "session=1", "Content-Type": "application/json"},
            )
        ]
    )
    for value in (KEY, SECRET, "5f2e", "session=1"):
        assert value not in text
    assert "coin=BTC" in text
    assert "application/json" in text


def test_an_id_has_the_same_stand_in_wherever_it_stands() -> None:
    text = cleaned(
        [
            get("https://v.example/accounts", {"uid": 12345678, "masterAccount": "12345678"}),
            get("https://v.example/p?subAccount=12345678", {"12345678": {"pos": "1"}}),
        ]
    )
    entries = json.loads(text)["entries"]
    uid = entries[0]["response"]["body"]["uid"]
    assert uid != 12345678
    assert len(str(uid)) == 8
    assert entries[1]["request"]["url"].endswith(f"subAccount={uid}")
    assert entries[1]["response"]["body"] == {str(uid): {"pos": "1"}}


def test_addresses_are_replaced_by_addresses() -> None:
    text = cleaned([post("https://v.example/info", {"user": WALLET}, {"subAccountUser": WALLET})])
    entry = json.loads(text)["entries"][0]
    replaced = entry["request"]["body"]["user"]
    assert WALLET.lower() not in text.lower()
    assert replaced.startswith("0x") and len(replaced) == len(WALLET)
    assert entry["response"]["body"]["subAccountUser"] == replaced


def test_an_address_the_venue_is_asked_about_for_nobody_belongs_to_nobody() -> None:
    vault = "0x1111111111111111111111111111111111111111"
    text = cleaned(
        [post("https://v.example/info", {"user": WALLET}, {"leader": "x"})],
        [post("https://v.example/info", {"user": vault}, {"follower": WALLET, "user": vault})],
    )
    assert vault in text
    assert WALLET not in text


def test_a_masked_key_is_recognised_in_a_replay_too() -> None:
    text = cleaned([get("https://v.example/keys", [{"key": f"{KEY[:6]}*****"}])])
    assert KEY[:6] not in text
    assert f"{STAND_INS['api_key'][:6]}*****" in text


def test_amounts_prices_and_times_stay_as_they_are() -> None:
    row = {"pos": "0.5", "liqPx": "61000.5", "uTime": "1760000000000", "lever": 10, "upl": None}
    text = cleaned([get("https://v.example/p", {"data": [row]})])
    assert json.loads(text)["entries"][0]["response"]["body"] == {"data": [row]}


def test_people_are_told_by_the_names_of_fields() -> None:
    text = cleaned(
        [get("https://v.example/me", {"email": "a@b.example", "nickName": "Al", "kyc": 2})]
    )
    body = json.loads(text)["entries"][0]["response"]["body"]
    assert body["kyc"] == 2
    assert body["email"].startswith(REDACTED)
    assert body["nickName"] == REDACTED
