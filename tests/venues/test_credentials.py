"""What a person gives to link an account is checked, and a wallet's secret is never taken."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidInput
from app.venues.catalogue import catalogue
from app.venues.credentials import check_credentials, looks_like_wallet_secret

ADDRESS = "0x00000000000000000000000000000000DeaDBeef"
PRIVATE_KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
SEED = "test test test test test test test test test test test junk"


def give(venue: str, **values: str) -> dict[str, str]:
    return dict(check_credentials(catalogue().venue(venue), values).values)


def test_an_address_is_taken_in_lower_case_without_spaces_around() -> None:
    assert give("hyperliquid", address=f"  {ADDRESS}\n") == {"address": ADDRESS.lower()}


@pytest.mark.parametrize(
    "secret",
    [
        PRIVATE_KEY,
        f"0x{PRIVATE_KEY}",
        f" {PRIVATE_KEY.upper()} ",
        SEED,
        SEED.replace(" ", "\n"),
        SEED.replace(" ", ", "),
        " ".join(["abandon"] * 23 + ["art"]),
    ],
)
def test_a_private_key_or_seed_phrase_is_refused_and_not_repeated(secret: str) -> None:
    assert looks_like_wallet_secret(secret)
    with pytest.raises(InvalidInput, match="private key or seed phrase") as caught:
        give("hyperliquid", address=secret)
    for part in secret.split():
        assert part not in str(caught.value) or len(part) < 5
    assert PRIVATE_KEY[:8] not in str(caught.value)


def test_a_seed_phrase_is_refused_in_a_key_field_too() -> None:
    with pytest.raises(InvalidInput, match="seed phrase"):
        give("okx", api_key="key", secret=SEED, passphrase="p")


def test_a_secret_of_64_hex_digits_is_an_exchanges_secret() -> None:
    assert give("bybit", api_key="key", secret=PRIVATE_KEY)["secret"] == PRIVATE_KEY


@pytest.mark.parametrize(
    "address",
    ["0x123", ADDRESS[2:], ADDRESS + "0", "0x" + "g" * 40, "vitalik.eth", "bc1qxy2kgdygjrsqtzq2n0"],
)
def test_what_is_no_address_is_refused_with_what_one_looks_like(address: str) -> None:
    with pytest.raises(InvalidInput, match="40 digits"):
        give("hyperliquid", address=address)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"api_key": "k", "secret": " "}, "API secret"),
        ({"secret": "s"}, "API key"),
        ({"api_key": "k", "secret": "s", "private_key": "x"}, "only"),
        ({"api_key": "k", "secret": "a\x00b"}, "API secret"),
        ({"api_key": "k", "secret": "s" * 600}, "API secret"),
    ],
)
def test_exactly_the_fields_a_venue_asks_for_are_taken(values: dict[str, str], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        give("bybit", **values)


@pytest.mark.parametrize("text", ["just a few words", ADDRESS, "key123", "a b c d e f g h i j k l"])
def test_ordinary_text_is_no_wallet_secret(text: str) -> None:
    assert not looks_like_wallet_secret(text)
