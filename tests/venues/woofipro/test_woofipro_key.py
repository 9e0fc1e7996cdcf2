"""What a case cannot show of WOOFi Pro: how an account is named, and what is never accepted."""

from __future__ import annotations

from pathlib import Path

import ccxt
import pytest

from app.domain.errors import InvalidInput
from app.venues.catalogue import catalogue
from app.venues.credentials import check_credentials
from app.venues.woofipro_key import account_id, only_own
from tests.support.exchange import ADDRESS, Exchange, credentials, without_waiting

BUILDER_HASH = "6ca2f644ef7bd6d75953318c7f2580014941e753b3c6d54da56b3bf75dd14dfc"
"""keccak256 of woofi_pro, as Orderly's contracts hold it."""


def test_an_account_id_is_the_hash_of_the_encoded_address_and_builder() -> None:
    encoded = ccxt.Exchange.eth_abi_encode(
        ["address", "bytes32"], [ADDRESS, bytes.fromhex(BUILDER_HASH)]
    )

    assert account_id(ADDRESS) == "0x" + ccxt.Exchange.hash(encoded, "keccak", "hex")


@pytest.mark.parametrize("text", ["", "0x", "0x1234", "not an address", "0x" + "ab" * 32])
def test_what_is_no_address_has_no_account(text: str) -> None:
    with pytest.raises(ccxt.AuthenticationError):
        account_id(text)


def test_every_private_request_names_the_account_of_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    exchange = Exchange("woofipro", tmp_path, tmp_path)
    exchange.answers("positions", {"success": True, "timestamp": 1, "data": {"rows": []}})

    exchange.account().read_account()

    sent = exchange.adapter.request_history[-1].headers
    assert sent["orderly-account-id"] == account_id(ADDRESS)
    assert sent["orderly-key"].startswith("ed25519:")
    assert exchange.asked() == ["positions"]


@pytest.mark.parametrize("field", ["secret", "api_key", "address"])
@pytest.mark.parametrize("pasted", ["0x" + "4f" * 32, "4f" * 32, "5" * 88])
def test_a_wallets_private_key_is_refused_in_every_field(field: str, pasted: str) -> None:
    facts = catalogue().venue("woofipro")
    values = {**credentials(facts).values, field: pasted}

    with pytest.raises(InvalidInput, match="wallet's private key") as refused:
        check_credentials(facts, values)
    assert pasted not in str(refused.value)


def test_a_key_of_another_form_is_refused() -> None:
    facts = catalogue().venue("woofipro")
    values = {**credentials(facts).values, "secret": "ed25519:" + "5" * 88}

    with pytest.raises(InvalidInput, match="does not look right"):
        check_credentials(facts, values)


@pytest.mark.parametrize("answer", [None, [], {}, {"data": None}, {"data": {"rows": [1]}}])
def test_what_is_no_list_of_keys_stays_as_it_is(answer: object) -> None:
    assert only_own(answer, "ed25519:key") is answer
