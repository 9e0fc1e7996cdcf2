"""Numbers as a person reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.risk.wording import amount, duration, money, percent, plain_number, price


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.05, "5.0 %"),
        (0.41, "41 %"),
        (-0.154, "−15.4 %"),
        (0.001, "0.1 %"),
        (0.0004, "0.04 %"),
        (0.0, "0.0 %"),
        (0.19951, "20 %"),
        (1.0, "100 %"),
    ],
)
def test_percent(fraction: float, text: str) -> None:
    assert percent(fraction) == text.replace(" ", "\u2009")


def test_a_signed_percent_shows_growth_too() -> None:
    assert percent(0.011, signed=True) == "+1.1\u2009%"


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (1.04e9, "$1.04 B"),
        (401e6, "$401 M"),
        (95.2e6, "$95.2 M"),
        (999.9e6, "$1.00 B"),
        (18_240.0, "$18,240"),
        (-5_421.3, "−$5,421"),
        (0.5, "$0.50"),
        (0.0, "$0"),
    ],
)
def test_money(usd: float, text: str) -> None:
    assert money(usd) == text.replace(" ", "\u2009")


@pytest.mark.parametrize(
    ("value", "text"),
    [(61_750.0, "61,750"), (142.1, "142.10"), (0.00001234, "0.00001234"), (0.5, "0.5")],
)
def test_price(value: float, text: str) -> None:
    assert price(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (0.756, "0.76"), (12.5, "12.5"), (0.0, "0")]
)
def test_plain_numbers_carry_no_idle_digits(value: float, text: str) -> None:
    assert plain_number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (40, "40 s"), (300, "5 min"), (5400, "2 h"), (68_400, "19 h"), (3e5, "3 days")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(timedelta(seconds=seconds)).replace("\u2009", " ") == text


@pytest.mark.parametrize(
    ("value", "asset", "told"),
    [
        (1234.5, "USDT", "1,234.50 USDT"),
        (0.0, "BTC", "0.00 BTC"),
        (0.0421, "BTC", "0.0421 BTC"),
        (12.3456, "ETH", "12.35 ETH"),
        (12_345.6, "SOL", "12,346 SOL"),
        (0.5, "BTC", "0.5 BTC"),
        (100.0, "ETH", "100 ETH"),
    ],
)
def test_an_amount_has_cents_or_four_digits(value: float, asset: str, told: str) -> None:
    assert amount(value, asset) == told
