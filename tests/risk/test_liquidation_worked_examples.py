"""Liquidation prices that exchanges work out in their own documents, and what ours makes of them.

Several of them keep the maintenance margin at what it was at entry, and add the fee for closing.
Ours follows the price and leaves the fee out, so it may differ; both figures stand here. Put
their way (a maintenance margin that does not move is a negative amount, a fee a part of the
rate), the formulas give their figure to the digits they print.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.domain.joint import MoveKind
from app.domain.position import ContractKind, MarginMode, Side
from app.risk.joint import joint_liquidation
from app.risk.liquidation import bankruptcy_price, liquidation_price
from tests.risk.builders import NOW, a_margin, a_position

LINEAR, INVERSE = ContractKind.LINEAR, ContractKind.INVERSE


@dataclass(frozen=True, kw_only=True)
class Example:
    """``margin`` is what backs the position at entry; ``theirs`` is printed in ``source``.

    ``fee`` is for closing, at the liquidation price. ``kept`` says that maintenance margin is
    counted at the entry price. ``ours`` is by the rate alone, at the liquidation price.
    """

    source: str
    kind: ContractKind
    side: Side
    quantity: float
    entry: float
    margin: float
    rate: float
    theirs: float
    ours: float
    digits: float = 0.005
    fee: float = 0.0
    kept: bool = False
    fee_amount: float = 0.0


EXAMPLES = {
    # One BTC, 50x: initial margin 400, maintenance margin 100.
    "linear isolated, Bybit, long": Example(
        source="https://testnet.bybit.com/en-US/help-center/s/article/Liquidation-Price-USDT-Contract",
        kind=LINEAR,
        side=Side.LONG,
        quantity=1.0,
        entry=20_000.0,
        margin=400.0,
        rate=0.005,
        kept=True,
        theirs=19_700.0,
        ours=19_698.492,
    ),
    # An older edition: 40x.
    "linear isolated, Bybit, short": Example(
        source="https://help.bybit.com/hc/en-us/articles/900000181046-Liquidation-Price-USDT-Contract-",
        kind=LINEAR,
        side=Side.SHORT,
        quantity=1.0,
        entry=8000.0,
        margin=200.0,
        rate=0.005,
        kept=True,
        theirs=8160.0,
        ours=8159.204,
    ),
    # Five contracts of 0.001 BTC, 100x.
    "linear isolated, KuCoin, short": Example(
        source="https://www.kucoin.com/support/4408061803033",
        kind=LINEAR,
        side=Side.SHORT,
        quantity=0.005,
        entry=28_000.0,
        margin=1.4,
        rate=0.004,
        kept=True,
        theirs=28_168.0,
        ours=28_167.331,
    ),
    # 500 coins at 0.4, 5x; 0.096 of the margin is set aside for the fee of 0.06 %.
    "linear isolated, Phemex, long": Example(
        source="https://phemex.com/help-center/liq-price-for-USDTM",
        kind=LINEAR,
        side=Side.LONG,
        quantity=500.0,
        entry=0.4,
        margin=40.096,
        rate=0.01,
        fee=0.0006,
        theirs=0.3232,
        ours=0.3230384,
        digits=0.00005,
    ),
    # 20 ETH and 10,000 USDT in the wallet; the maintenance margin is 200.
    "linear cross, BitMEX, long": Example(
        source="https://www.bitmex.com/app/isolatedMarginExamples",
        kind=LINEAR,
        side=Side.LONG,
        quantity=20.0,
        entry=1000.0,
        margin=10_000.0,
        rate=0.01,
        kept=True,
        theirs=510.0,
        ours=505.051,
    ),
    # 10,000 contracts of 1 USD, 10x. They print 9139; at that price their own sum is just below 0.
    "inverse isolated, AAX, long": Example(
        source="https://aax.zendesk.com/hc/en-us/articles/360035381934-Example-of-Margin-Ratio",
        kind=INVERSE,
        side=Side.LONG,
        quantity=10_000.0,
        entry=10_000.0,
        margin=0.1,
        rate=0.005,
        fee=0.00075,
        kept=True,
        theirs=9139.0,
        ours=9136.364,
        digits=0.5,
    ),
    "inverse isolated, MCS, long": Example(
        source="https://help.mcs.io/hc/en-us/articles/360041008371-Isolated-Margin",
        kind=INVERSE,
        side=Side.LONG,
        quantity=2000.0,
        entry=2000.0,
        margin=0.1,
        rate=0.005,
        kept=True,
        theirs=1826.48,
        ours=1827.273,
    ),
    "inverse isolated, MCS, short": Example(
        source="https://help.mcs.io/hc/en-us/articles/360041008371-Isolated-Margin",
        kind=INVERSE,
        side=Side.SHORT,
        quantity=2000.0,
        entry=2000.0,
        margin=0.1,
        rate=0.005,
        kept=True,
        theirs=2209.94,
        ours=2211.111,
    ),
    # 1,000 contracts of 1 USD on a wallet of 0.01 BTC; no fee, and maintenance at the price itself.
    "inverse cross, Kraken, long": Example(
        source="https://support.kraken.com/hc/en-us/articles/360022835671-Equity-Protection-Process",
        kind=INVERSE,
        side=Side.LONG,
        quantity=1000.0,
        entry=8000.0,
        margin=0.01,
        rate=0.01,
        theirs=7481.0,
        ours=7481.481,
        digits=0.5,
    ),
    # 10,000 contracts of 1 USD and 0.5 BTC in the account; the fee is that at bankruptcy. Their
    # own sum comes to 5739.08.
    "inverse cross, Bybit, long": Example(
        source="https://help.bybit.com/hc/en-us/articles/360039261334-How-to-calculate-Liquidation-Price-Inverse-Contract-",
        kind=INVERSE,
        side=Side.LONG,
        quantity=10_000.0,
        entry=8000.0,
        margin=0.5,
        rate=0.005,
        fee_amount=10_000 * 0.00075 / 5718.57,
        kept=True,
        theirs=5739.50,
        ours=5742.857,
        digits=0.5,
    ),
}
each_example = pytest.mark.parametrize("name", EXAMPLES)


@each_example
def test_put_their_way_the_formula_gives_the_figure_they_print(name: str) -> None:
    one = EXAMPLES[name]
    value = one.quantity * one.entry if one.kind is LINEAR else one.quantity / one.entry
    kept = value * one.rate if one.kept else 0.0
    found = liquidation_price(
        one.kind,
        side=one.side,
        quantity=one.quantity,
        price=one.entry,
        margin=one.margin,
        maintenance_rate=one.fee + (0.0 if one.kept else one.rate),
        maintenance_amount=-kept - one.fee_amount,
    )
    assert found == pytest.approx(one.theirs, abs=one.digits)


@each_example
def test_ours_differs_by_what_the_maintenance_margin_does_on_the_way_and_by_the_fee(
    name: str,
) -> None:
    one = EXAMPLES[name]
    found = liquidation_price(
        one.kind,
        side=one.side,
        quantity=one.quantity,
        price=one.entry,
        margin=one.margin,
        maintenance_rate=one.rate,
    )
    assert found == pytest.approx(one.ours, rel=1e-6)
    assert found == pytest.approx(one.theirs, rel=0.01), "less than one per cent apart"


@pytest.mark.parametrize(
    ("source", "kind", "side", "leverage", "theirs"),
    [
        ("https://kucoin.com/fil/support/27619032569113", LINEAR, Side.SHORT, 100, 28_280.0),
        # They print 27,450; the fraction is left off.
        ("https://kucoin.com/fil/support/27619032569113", INVERSE, Side.LONG, 50, 27_450.98),
    ],
)
def test_kucoins_bankruptcy_prices(
    source: str, kind: ContractKind, side: Side, leverage: float, theirs: float
) -> None:
    """Opened at 28,000."""
    value = 28_000.0 if kind is LINEAR else 1 / 28_000
    found = bankruptcy_price(kind, side=side, quantity=1.0, price=28_000.0, margin=value / leverage)
    assert found == pytest.approx(theirs, abs=0.005), source


def test_bankruptcy_prices_on_cross_margin() -> None:
    """Of the examples above: BitMEX 500, Kraken 7407, Bybit 5718.57 with the fee of 0.075 %."""
    linear, inverse = EXAMPLES["linear cross, BitMEX, long"], EXAMPLES["inverse cross, Bybit, long"]
    kraken = EXAMPLES["inverse cross, Kraken, long"]
    assert bankruptcy_price(
        INVERSE, side=Side.LONG, quantity=1000.0, price=kraken.entry, margin=kraken.margin
    ) == pytest.approx(7407.0, abs=0.5)
    assert bankruptcy_price(
        LINEAR, side=Side.LONG, quantity=20.0, price=linear.entry, margin=linear.margin
    ) == pytest.approx(500.0)
    with_fee = liquidation_price(
        INVERSE,
        side=Side.LONG,
        quantity=inverse.quantity,
        price=inverse.entry,
        margin=inverse.margin,
        maintenance_rate=0.00075,
    )
    assert with_fee == pytest.approx(5718.57, abs=0.005)


@pytest.mark.parametrize(
    ("betas", "mark", "theirs"),
    [
        ({"ETHUSDT": 1.0, "BTCUSDT": 0.0}, 1335.18, 1153.26),
        ({"ETHUSDT": 0.0, "BTCUSDT": 1.0}, 31_967.27, 26_316.89),
    ],
)
def test_with_one_price_moving_and_the_other_held_the_account_breaks_at_binances_figures(
    betas: dict[str, float], mark: float, theirs: float
) -> None:
    """https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93

    Two longs on 1,535,443.01 USDT: 3,683.979 ETH from 1,456.84 at a rate of 10 % less 135,365,
    and 109.488 BTC from 32,481.98 at 2.5 % less 16,300.
    """
    eth = a_position(
        symbol="ETH/USDT:USDT",
        native_symbol="ETHUSDT",
        margin_mode=MarginMode.CROSS,
        size=3683.979,
        contracts=3683.979,
        mark_price=1335.18,
        maintenance_margin_rate=0.10,
        maintenance_amount=135_365.0,
    )
    btc = a_position(
        margin_mode=MarginMode.CROSS,
        size=109.488,
        contracts=109.488,
        mark_price=31_967.27,
        maintenance_margin_rate=0.025,
        maintenance_amount=16_300.0,
    )
    profit = 3683.979 * (1335.18 - 1456.84) + 109.488 * (31_967.27 - 32_481.98)
    joint = joint_liquidation(
        [eth, btc],
        [a_margin(margin_balance=1_535_443.01 + profit)],
        betas=betas,
        as_of=NOW,
    )
    moved = next(view for view in joint.views if view.kind is MoveKind.BETA)
    assert moved.down is not None
    assert mark * (1 + moved.down.move) == pytest.approx(theirs, abs=0.005)
