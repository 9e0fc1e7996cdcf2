"""ccxt's unified position rows as ours, with the traps that recur."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.position import ContractKind, MarginMode, Position, Side
from app.venues.holding import amounts
from app.venues.markets import Contract
from app.venues.unified import position
from app.venues.wire import Malformed
from tests.support.exchange import NOW

LINEAR = Contract(
    native_symbol="BTCUSDT",
    symbol="BTC/USDT:USDT",
    kind=ContractKind.LINEAR,
    contract_size=0.01,
    base="BTC",
    quote="USDT",
    settle="USDT",
    expires_at=None,
)
INVERSE = Contract(
    native_symbol="BTCUSD",
    symbol="BTC/USD:BTC",
    kind=ContractKind.INVERSE,
    contract_size=100,
    base="BTC",
    quote="USD",
    settle="BTC",
    expires_at=None,
)
ROW = {
    "symbol": "BTC/USDT:USDT",
    "contracts": 50.0,
    "side": "long",
    "entryPrice": 64000.0,
    "markPrice": 65000.0,
    "liquidationPrice": 61750.0,
    "notional": -1.0,
    "leverage": 20.0,
    "marginMode": "cross",
    "collateral": 1620.0,
    "maintenanceMargin": 130.0,
    "marginRatio": 0.08,
    "unrealizedPnl": 500.0,
    "hedged": True,
    "info": {"adl": "3"},
}


def read(contract: Contract = LINEAR, **changes: Any) -> Position:
    return position(
        {**ROW, **changes},
        contract=contract,
        venue="test",
        scope="linear",
        as_of=NOW,
        sentinels=frozenset({999999.0}),
    )


def test_a_linear_row_keeps_its_figures() -> None:
    found = read()

    assert (found.size, found.notional_usd) == (0.5, 32500.0)
    assert (found.side, found.margin_mode, found.hedged) == (Side.LONG, MarginMode.CROSS, True)
    assert (found.liquidation_price, found.notes) == (61750.0, {})
    assert found.raw == {"adl": "3"}
    assert found.as_of == NOW


def test_the_value_of_an_inverse_row_is_its_contracts_and_needs_no_notional() -> None:
    found = read(INVERSE, contracts=65.0)

    assert found.notional_usd == 6500
    assert found.size == 0.1
    assert found.settle_asset == "BTC"


@pytest.mark.parametrize("price", [None, 0, 0.0, "", -110163.84, 999999.0])
def test_what_says_that_there_is_no_liquidation_price_is_none_with_a_note(price: object) -> None:
    found = read(liquidationPrice=price)

    assert found.liquidation_price is None
    assert "liquidation_price" in found.notes


def test_a_far_liquidation_price_is_a_price() -> None:
    assert read(side="short", liquidationPrice=390_000.0).liquidation_price == 390_000.0


def test_negative_contracts_are_a_short_where_no_side_is_given() -> None:
    found = read(side=None, contracts=-50.0)

    assert (found.side, found.contracts, found.size) == (Side.SHORT, 50.0, 0.5)


@pytest.mark.parametrize("side", [None, "", "both", "buy"])
def test_a_side_is_never_guessed(side: object) -> None:
    with pytest.raises(Malformed, match="side"):
        read(side=side)


def test_without_a_mark_the_value_of_a_linear_position_is_not_known() -> None:
    assert read(markPrice=None).notional_usd is None
    assert amounts(INVERSE, contracts=1, mark=None) == (0.0, 100)


def test_an_unknown_margin_mode_is_none() -> None:
    assert read(marginMode=None).margin_mode is None
    assert read(marginMode="odd").margin_mode is None
