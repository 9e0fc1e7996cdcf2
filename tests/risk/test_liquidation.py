"""Liquidation and bankruptcy price: the identities that define them, and worked examples."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.position import ContractKind, Side
from app.risk.liquidation import (
    bankruptcy_price,
    liquidation_price,
    liquidation_price_inverse,
    liquidation_price_linear,
    maintenance_margin,
    notional,
    usable_price,
)

KINDS = st.sampled_from(ContractKind)
SIDES = st.sampled_from(Side)
PRICES = st.floats(1e-4, 1e6)
QUANTITIES = st.floats(1e-3, 1e7)
RATES = st.floats(0.001, 0.25)
MARGIN_SHARES = st.floats(0.005, 0.8)
"""Margin as a share of the notional at entry: 1.25x to 200x."""
AMOUNT_SHARES = st.floats(0.0, 0.01)
MOVES = st.floats(0.5, 2.0)


def profit(kind: ContractKind, side: Side, quantity: float, entry: float, at: float) -> float:
    """In the settle asset, from the definition of each contract and nothing else."""
    if kind is ContractKind.LINEAR:
        return side.sign * quantity * (at - entry)
    return side.sign * quantity * (1 / entry - 1 / at)


@st.composite
def positions(draw: st.DrawFn) -> dict[str, object]:
    kind, quantity, entry = draw(KINDS), draw(QUANTITIES), draw(PRICES)
    value = notional(kind, quantity=quantity, price=entry)
    return {
        "kind": kind,
        "side": draw(SIDES),
        "quantity": quantity,
        "price": entry,
        "margin": value * draw(MARGIN_SHARES),
        "maintenance_rate": draw(RATES),
        "maintenance_amount": value * draw(AMOUNT_SHARES),
    }


@given(positions())
def test_at_the_liquidation_price_the_margin_balance_is_the_maintenance_margin(
    case: dict,
) -> None:
    found = liquidation_price(**case)
    assume(found is not None)
    kind, quantity = case["kind"], case["quantity"]
    balance = case["margin"] + profit(kind, case["side"], quantity, case["price"], found)
    maintenance = maintenance_margin(
        kind,
        quantity=quantity,
        price=found,
        maintenance_rate=case["maintenance_rate"],
        maintenance_amount=case["maintenance_amount"],
    )
    scale = max(
        notional(kind, quantity=quantity, price=found),
        notional(kind, quantity=quantity, price=case["price"]),
    )
    assert balance == pytest.approx(maintenance, abs=1e-9 * scale)


@given(positions())
def test_at_the_bankruptcy_price_nothing_of_the_margin_is_left(case: dict) -> None:
    kind, side, quantity = case["kind"], case["side"], case["quantity"]
    found = bankruptcy_price(
        kind, side=side, quantity=quantity, price=case["price"], margin=case["margin"]
    )
    assume(found is not None)
    left = case["margin"] + profit(kind, side, quantity, case["price"], found)
    scale = max(
        notional(kind, quantity=quantity, price=found),
        notional(kind, quantity=quantity, price=case["price"]),
    )
    assert left == pytest.approx(0, abs=1e-9 * scale)


@given(positions())
def test_bankruptcy_is_liquidation_without_any_maintenance_margin(case: dict) -> None:
    bare = case | {"maintenance_rate": 0.0, "maintenance_amount": 0.0}
    assert liquidation_price(**bare) == bankruptcy_price(
        case["kind"],
        side=case["side"],
        quantity=case["quantity"],
        price=case["price"],
        margin=case["margin"],
    )


@given(positions())
def test_liquidation_comes_before_bankruptcy(case: dict) -> None:
    case["maintenance_amount"] = 0.0
    found = liquidation_price(**case)
    bankrupt = bankruptcy_price(
        case["kind"],
        side=case["side"],
        quantity=case["quantity"],
        price=case["price"],
        margin=case["margin"],
    )
    assume(found is not None and bankrupt is not None)
    assert case["side"].sign * (found - bankrupt) > 0


@given(positions(), st.floats(1.001, 3.0))
def test_more_collateral_is_never_nearer_liquidation(case: dict, more: float) -> None:
    found = liquidation_price(**case)
    assume(found is not None)
    with_more = liquidation_price(**(case | {"margin": case["margin"] * more}))
    assert with_more is None or case["side"].sign * (found - with_more) >= 0


@given(positions(), MOVES)
def test_entry_with_wallet_margin_and_mark_with_margin_balance_agree(
    case: dict, move: float
) -> None:
    """The snapshot form is the entry form at another price: on isolated and cross margin."""
    from_entry = liquidation_price(**case)
    mark = case["price"] * move
    balance = case["margin"] + profit(
        case["kind"], case["side"], case["quantity"], case["price"], mark
    )
    from_mark = liquidation_price(**(case | {"price": mark, "margin": balance}))
    assume(from_entry is not None and from_mark is not None)
    assume(1e-3 < from_entry / case["price"] < 1e3)
    assert from_mark == pytest.approx(from_entry, rel=1e-6)


@given(QUANTITIES, PRICES, MARGIN_SHARES)
def test_without_maintenance_both_sides_of_a_linear_contract_are_equally_far(
    quantity: float, entry: float, share: float
) -> None:
    margin = quantity * entry * share
    long, short = (
        bankruptcy_price(
            ContractKind.LINEAR, side=side, quantity=quantity, price=entry, margin=margin
        )
        for side in (Side.LONG, Side.SHORT)
    )
    assert long is not None and short is not None
    assert entry - long == pytest.approx(short - entry, rel=1e-9)


@given(QUANTITIES, PRICES, MARGIN_SHARES)
def test_without_maintenance_both_sides_of_an_inverse_contract_are_equally_far_in_coin(
    quantity: float, entry: float, share: float
) -> None:
    margin = quantity / entry * share
    long, short = (
        bankruptcy_price(
            ContractKind.INVERSE, side=side, quantity=quantity, price=entry, margin=margin
        )
        for side in (Side.LONG, Side.SHORT)
    )
    assert long is not None and short is not None
    assert 1 / long - 1 / entry == pytest.approx(1 / entry - 1 / short, rel=1e-9)


@given(QUANTITIES, PRICES, MARGIN_SHARES, RATES)
def test_an_inverse_contract_is_a_linear_one_seen_from_the_coin(
    quantity: float, entry: float, share: float, rate: float
) -> None:
    """A long that pays in coin is a short of dollars priced in coin: L = 1/L'."""
    margin = quantity / entry * share
    inverse = liquidation_price_inverse(
        side=Side.LONG, quantity=quantity, price=entry, margin=margin, maintenance_rate=rate
    )
    mirrored = liquidation_price_linear(
        side=Side.SHORT, quantity=quantity, price=1 / entry, margin=margin, maintenance_rate=rate
    )
    assert inverse is not None and mirrored is not None
    assert inverse == pytest.approx(1 / mirrored, rel=1e-9)


@given(QUANTITIES, PRICES, st.floats(1.0, 5.0), RATES)
def test_a_fully_collateralised_long_of_a_linear_contract_has_no_liquidation_price(
    quantity: float, entry: float, share: float, rate: float
) -> None:
    found = liquidation_price_linear(
        side=Side.LONG,
        quantity=quantity,
        price=entry,
        margin=quantity * entry * share * 1.001,
        maintenance_rate=rate,
    )
    assert found is None


@given(QUANTITIES, PRICES, st.floats(1.0, 5.0), RATES)
def test_a_fully_collateralised_short_of_an_inverse_contract_has_no_liquidation_price(
    quantity: float, entry: float, share: float, rate: float
) -> None:
    found = liquidation_price_inverse(
        side=Side.SHORT,
        quantity=quantity,
        price=entry,
        margin=quantity / entry * share * 1.001,
        maintenance_rate=rate,
    )
    assert found is None


@pytest.mark.parametrize("rate", [1.0, 1.5])
@pytest.mark.parametrize(
    ("kind", "side"), [(ContractKind.LINEAR, Side.LONG), (ContractKind.INVERSE, Side.SHORT)]
)
def test_a_maintenance_rate_of_one_or_more_leaves_no_price_on_the_right_side(
    kind: ContractKind, side: Side, rate: float
) -> None:
    assert (
        liquidation_price(
            kind, side=side, quantity=1.0, price=100.0, margin=10.0, maintenance_rate=rate
        )
        is None
    )


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("field", ["quantity", "price", "margin", "maintenance_rate"])
@pytest.mark.parametrize("kind", ContractKind)
def test_a_number_that_is_none_never_becomes_a_price(
    kind: ContractKind, field: str, bad: float
) -> None:
    case = {"quantity": 1.0, "price": 100.0, "margin": 10.0, "maintenance_rate": 0.01}
    assert liquidation_price(kind, side=Side.LONG, **(case | {field: bad})) is None


@pytest.mark.parametrize("bad", [None, 0.0, -0.0, -110163.84, nan, inf, -inf])
def test_zero_negative_and_unreal_numbers_are_no_prices(bad: float | None) -> None:
    assert usable_price(bad) is None


def test_a_far_price_is_a_price() -> None:
    assert usable_price(16_881_583.0) == 16_881_583.0


@given(QUANTITIES, PRICES, MARGIN_SHARES, st.sampled_from([3, 5, 10, 20, 25, 40, 50]), SIDES)
def test_it_is_the_formula_hyperliquid_publishes(
    size: float, price: float, share: float, max_leverage: int, side: Side
) -> None:
    """https://hyperliquid.gitbook.io/hyperliquid-docs/trading/liquidations

    liq_price = price − side·margin_available / position_size / (1 − l·side), with l = 1 /
    maintenance leverage and margin_available = account value − maintenance margin.
    """
    rate = 1 / (2 * max_leverage)
    account_value = size * price * share
    available = account_value - size * price * rate
    theirs = price - side.sign * available / size / (1 - rate * side.sign)
    assume(theirs > price * 1e-6)
    ours = liquidation_price_linear(
        side=side, quantity=size, price=price, margin=account_value, maintenance_rate=rate
    )
    assert ours == pytest.approx(theirs, rel=1e-6)


@given(QUANTITIES, PRICES, st.floats(1.5, 100.0), RATES, SIDES)
def test_it_is_the_formula_bybit_publishes_for_inverse_contracts(
    size: float, entry: float, leverage: float, rate: float, side: Side
) -> None:
    """Bybit help center, "Liquidation Price Calculation under Isolated Mode (Unified Trading
    Account)", edition of 2026-05-27, without added margin:
    size·(1 ± MMR) / (size/entry ± size/entry/leverage).
    """
    value = size / entry
    theirs = size * (1 + side.sign * rate) / (value + side.sign * value / leverage)
    ours = liquidation_price_inverse(
        side=side, quantity=size, price=entry, margin=value / leverage, maintenance_rate=rate
    )
    assert ours == pytest.approx(theirs, rel=1e-9)


BINANCE_WALLET = 1_535_443.01
BINANCE_ETH = {"quantity": 3683.979, "price": 1456.84, "rate": 0.10, "amount": 135_365.0}
BINANCE_BTC = {"quantity": 109.488, "price": 32_481.98, "rate": 0.025, "amount": 16_300.0}


@pytest.mark.parametrize(
    ("own", "other", "other_mark", "expected"),
    [
        (BINANCE_ETH, BINANCE_BTC, 31_967.27, 1153.26),
        (BINANCE_BTC, BINANCE_ETH, 1335.18, 26_316.89),
    ],
)
def test_binances_own_example_of_two_longs_on_cross_margin(
    own: dict[str, float], other: dict[str, float], other_mark: float, expected: float
) -> None:
    """https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93

    Wallet 1,535,443.01 USDT; the other long's profit (−56,354.57 or −448,192.89) and
    maintenance margin (71,200.81 or 356,512.51) come off it. The same example stands in
    freqtrade's tests/exchange/test_binance.py.
    """
    other_profit = other["quantity"] * (other_mark - other["price"])
    other_maintenance = other["quantity"] * other_mark * other["rate"] - other["amount"]
    found = liquidation_price_linear(
        side=Side.LONG,
        quantity=own["quantity"],
        price=own["price"],
        margin=BINANCE_WALLET + other_profit - other_maintenance,
        maintenance_rate=own["rate"],
        maintenance_amount=own["amount"],
    )
    assert found == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(("amount", "expected"), [(11.605, 33_599.42), (11.81, 33_578.86)])
def test_binances_coin_margined_calculator(amount: float, expected: float) -> None:
    """https://dev.binance.vision/t/coin-margined-futures-liquidation-price-calculation-help-cm-variable/6292

    100,000 contracts of 100 USD long at 45,000 with 101 BTC in the wallet: Binance's
    calculator says 33,599.40. Rate 12.5 % and maintenance amount 11.605 BTC for 300 BTC are
    those of https://www.binance.com/en/support/faq/ceccfcfb4e3a45e3b48b0b1bb1a8ae46 (11.81 in
    an older edition, which gives the asker's own 33,578.86).
    """
    found = liquidation_price_inverse(
        side=Side.LONG,
        quantity=100_000 * 100.0,
        price=45_000.0,
        margin=101.0,
        maintenance_rate=0.125,
        maintenance_amount=amount,
    )
    assert found == pytest.approx(expected, abs=0.005)
    if amount == 11.605:
        assert found == pytest.approx(33_599.40, abs=0.03)


def test_bybits_own_example_of_an_isolated_usdt_long() -> None:
    """https://testnet.bybit.com/en-US/help-center/s/article/Liquidation-Price-USDT-Contract

    1 BTC at 20,000 with 50x and 0.5 %: 19,700, with maintenance margin reckoned at entry.
    Reckoned at the liquidation price itself, as the venue's engine does, it is 19,698.49.
    """
    found = liquidation_price_linear(
        side=Side.LONG, quantity=1.0, price=20_000.0, margin=400.0, maintenance_rate=0.005
    )
    assert found == pytest.approx(19_600 / 0.995, rel=1e-12)
    assert found == pytest.approx(19_700, rel=1e-4)


def test_bybits_own_example_of_a_linear_bankruptcy_price() -> None:
    """Bybit help center, "Bankruptcy Price (USDT Contract)": 1 BTC at 10,000, 50x: 9,800."""
    found = bankruptcy_price(
        ContractKind.LINEAR, side=Side.LONG, quantity=1.0, price=10_000.0, margin=200.0
    )
    assert found == pytest.approx(9_800)


def test_bybits_own_example_of_an_inverse_bankruptcy_price() -> None:
    """https://help.bybit.com/hc/en-us/articles/360039261334

    10,000 USD long at 8,000 with 0.5 BTC: 5,718.57 with a closing fee of 0.075 % on top.
    """
    found = bankruptcy_price(
        ContractKind.INVERSE, side=Side.LONG, quantity=10_000.0, price=8_000.0, margin=0.5
    )
    assert found == pytest.approx(10_000 / 1.75)
    assert found is not None and found * 1.00075 == pytest.approx(5_718.57, abs=0.005)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        # (2·100 − 20 − 1) / (2·0.99) = 179/1.98; (−2·100 − 20 − 1) / (2·−1.01) = 221/2.02
        (Side.LONG, 90.404040404),
        (Side.SHORT, 109.405940594),
    ],
)
def test_a_linear_example_worked_by_hand(side: Side, expected: float) -> None:
    """2 units at 100 with 20 of margin, rate 1 %, amount 1."""
    found = liquidation_price_linear(
        side=side,
        quantity=2.0,
        price=100.0,
        margin=20.0,
        maintenance_rate=0.01,
        maintenance_amount=1.0,
    )
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        # 60,000·1.005 / (0.12 + 1.2); 60,000·(−0.995) / (0.12 − 1.2)
        (Side.LONG, 45_681.818181818),
        (Side.SHORT, 55_277.777777778),
    ],
)
def test_an_inverse_example_worked_by_hand(side: Side, expected: float) -> None:
    """60,000 USD of BTCUSD at 50,000 with 10x: 1.2 BTC of value, 0.12 BTC of margin, 0.5 %."""
    found = liquidation_price_inverse(
        side=side, quantity=60_000.0, price=50_000.0, margin=0.12, maintenance_rate=0.005
    )
    assert found == pytest.approx(expected, rel=1e-9)
