"""What a position says whatever the venue."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import VenueUnreachable
from app.domain.position import ContractKind, Position, Side
from app.venues.holding import contract_of, holding, margin_not_read, present
from app.venues.markets import Contract
from app.venues.wire import Malformed
from tests.support.exchange import NOW

COIN = Contract(
    native_symbol="BTCUSD",
    symbol="BTC/USD:BTC",
    kind=ContractKind.INVERSE,
    contract_size=100,
    base="BTC",
    quote="USD",
    settle="BTC",
    expires_at=None,
)


def test_a_holding_is_what_a_position_says_of_its_contract() -> None:
    held = holding(COIN, contracts=65, mark=65_000)
    found = Position(**held, venue="test", scope="inverse", side=Side.SHORT, as_of=NOW)

    assert (found.symbol, found.native_symbol, found.kind) == (
        "BTC/USD:BTC",
        "BTCUSD",
        ContractKind.INVERSE,
    )
    assert (found.contracts, found.contract_size, found.settle_asset) == (65, 100, "BTC")
    assert (found.size, found.notional_usd, found.mark_price) == (0.1, 6500, 65_000)


def test_a_contract_that_nobody_listed_is_never_passed_over() -> None:
    listed = {"BTCUSD": COIN, "ETHUSD": replace(COIN, native_symbol="ETHUSD")}

    assert contract_of("BTCUSD", listed) is COIN
    with pytest.raises(Malformed, match="market list"):
        contract_of("SOLUSD", listed)


def test_a_note_that_says_nothing_is_none() -> None:
    assert present({"adl": "No rank.", "leverage": None}) == {"adl": "No rank."}


def test_a_margin_that_was_not_read_says_why_and_has_no_figures() -> None:
    failure = VenueUnreachable("It did not answer.", venue="test")
    found = margin_not_read(failure, scope="all", asset="USD", as_of=NOW)

    assert found.note == "The account's margin was not read: It did not answer."
    assert (found.margin_balance, found.maintenance_margin, found.margin_ratio) == (None,) * 3
