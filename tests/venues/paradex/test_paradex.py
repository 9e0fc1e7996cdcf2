"""What no case can show of Paradex: that a token is all it ever uses."""

from __future__ import annotations

import base64
import json

import ccxt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.venues.catalogue import catalogue
from app.venues.paradex_client import ReadOnlyParadex, expiry

TOKEN = str(catalogue().venue("paradex").linking.fields[0].example)  # type: ignore[union-attr]
WALLET_KEY = "0x" + "4f" * 32


def client(**options: object) -> ReadOnlyParadex:
    exchange = ReadOnlyParadex({"options": options, "walletAddress": "0x" + "11" * 20})
    exchange.privateKey = WALLET_KEY
    return exchange


def token_of(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJFUzM4NCJ9.{part}.c2lnbmF0dXJl"


def test_an_expired_token_is_sent_rather_than_a_wallets_key_used_to_sign_in() -> None:
    exchange = client(authToken=TOKEN, expires=1)

    assert exchange.authenticate_rest() == TOKEN


def test_without_a_token_nothing_signs_in() -> None:
    with pytest.raises(ccxt.AuthenticationError):
        client().authenticate_rest()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_is_no_get_goes_without_the_token(method: str) -> None:
    request = client(authToken=TOKEN).sign("orders", ["private"], method, {"size": "1"})

    assert TOKEN not in json.dumps(request)


def test_a_get_carries_the_token_in_a_header_and_not_in_its_address() -> None:
    request = client(authToken=TOKEN).sign("positions", ["private"], "GET", {})

    assert request["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request["url"]


@given(st.integers(min_value=0, max_value=4_102_444_800))
def test_the_expiry_is_the_one_the_token_states(seconds: int) -> None:
    assert expiry(token_of({"exp": seconds, "sub": "0x1"})) == seconds


@pytest.mark.parametrize("claims", [{}, {"exp": "soon"}, {"exp": True}, {"exp": None}, [], "x"])
def test_a_token_without_an_expiry_states_none(claims: object) -> None:
    assert expiry(token_of(claims)) is None


@given(st.text(max_size=60))
def test_what_is_no_token_states_no_expiry(text: str) -> None:
    assert expiry(text) is None or text.count(".") == 2
