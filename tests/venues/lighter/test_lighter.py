"""What no case can show of Lighter: its own liquidation price found again, and no signature."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RequestRefused
from app.risk.liquidation_estimate import prices
from app.risk.margin import share_margin
from app.venues import lighter_account
from app.venues.lighter_client import ReadOnlyLighter, checksummed
from tests.support.case import case
from tests.support.exchange import NOW


def test_the_figures_read_give_the_liquidation_price_of_lighters_own_sample() -> None:
    """Its margin fraction, 120 ten-thousandths, is what the documented price implies."""
    answer = case("lighter", "positions").bundle.entries[0].body
    account = lighter_account.accounts(answer)[0]
    scope = f"account:{account.index}"
    (position,) = lighter_account.positions(account, scope=scope, rates={"ETH": 0.012}, as_of=NOW)
    margin = lighter_account.account_margin(account, scope=scope, as_of=NOW)
    shared = share_margin([position], margin)
    estimate = prices(replace(position, liquidation_price=None), shared=shared).liquidation

    assert estimate.price == pytest.approx(position.liquidation_price, rel=1e-12)


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_addresses_are_written_as_eip_55_writes_them(address: str) -> None:
    assert checksummed(address.lower()) == address


@given(st.from_regex(r"0x[0-9a-f]{40}", fullmatch=True))
def test_writing_an_address_so_changes_only_its_case(address: str) -> None:
    assert checksummed(address).lower() == address
    assert checksummed(checksummed(address)) == checksummed(address)


@pytest.mark.parametrize("method", ["load_account", "create_order", "set_leverage", "withdraw"])
def test_a_wallets_key_makes_no_signer(method: str) -> None:
    exchange = ReadOnlyLighter({"walletAddress": "0x" + "11" * 20, "options": {"accountIndex": 1}})
    exchange.privateKey = "0x" + "4f" * 32
    exchange.set_markets([])
    arguments = {
        "load_account": (304, "", "254", "1"),
        "create_order": ("BTC/USDC:USDC", "limit", "buy", 1.0, 1.0),
        "set_leverage": (2, "BTC/USDC:USDC", {"marginMode": "cross"}),
        "withdraw": ("USDC", 1.0, "0x" + "22" * 20),
    }

    with pytest.raises(RequestRefused):
        getattr(exchange, method)(*arguments[method])


def test_a_private_endpoint_is_asked_without_an_authorisation() -> None:
    request = ReadOnlyLighter().sign("accountOrders", ["private"], "GET", {"market_id": 1})

    assert request["headers"] is None
