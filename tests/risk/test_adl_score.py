"""The scores by published formulas, worked out by hand, and what must hold for all of them."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.adl import AdlChoice
from app.domain.adl_rule import AdlFormula, AdlGain, AdlJoin, AdlRule, AdlWeight
from app.domain.position import ContractKind, MarginMode, Position, Side
from app.risk.adl_score import score
from tests.risk.builders import a_margin, a_position, an_inverse_position

MULTIPLY, DIVIDE = AdlJoin.MULTIPLY, AdlJoin.DIVIDE


def a_rule(
    gain: AdlGain,
    weight: AdlWeight,
    *,
    at_loss: AdlJoin = DIVIDE,
    modes: tuple[MarginMode, ...] = tuple(MarginMode),
    **fields: Any,
) -> AdlRule:
    return AdlRule(
        choice=AdlChoice.SCORE,
        text="gain x weight",
        source="https://example.org/adl",
        formula=AdlFormula(
            gain=gain,
            weight=weight,
            in_profit=MULTIPLY,
            at_loss=at_loss,
            sides_apart=True,
            modes=modes,
        ),
        **fields,
    )


# https://support.bitmex.com/hc/en-gb/articles/18589621443357-What-is-Auto-Deleveraging
BITMEX = a_rule(AdlGain.PNL_ON_ENTRY_VALUE, AdlWeight.BANKRUPTCY_LEVERAGE)
# https://adl.finance
BINANCE = a_rule(AdlGain.PNL_ON_MARK_VALUE, AdlWeight.EQUITY_LEVERAGE)
BYBIT = a_rule(AdlGain.PRICE_CHANGE, AdlWeight.NOMINAL_LEVERAGE)
OKX = a_rule(AdlGain.PNL_ON_BALANCE, AdlWeight.BALANCE_LEVERAGE, at_loss=MULTIPLY)
# https://hyperliquid.gitbook.io/hyperliquid-docs/trading/auto-deleveraging
HYPERLIQUID = a_rule(AdlGain.PRICE_RATIO, AdlWeight.EQUITY_LEVERAGE, at_loss=MULTIPLY)
# https://help.grvt.io/en/articles/9637899-how-does-auto-deleveraging-adl-work-on-grvt
GRVT = a_rule(AdlGain.PNL_ON_ENTRY_VALUE, AdlWeight.MARGIN_RATIO)
# https://docs.asterdex.com/trading/perpetuals/fees-and-specs/auto-deleveraging-adl
ASTER = a_rule(AdlGain.PNL_ON_BALANCE, AdlWeight.MARGIN_RATIO, at_loss=AdlJoin.NOTHING)


def scored(
    position: Position, rule: AdlRule, *, mark: float | None, bankruptcy: float | None = None
) -> float:
    found, note = score(position, rule=rule, margin=None, mark=mark, bankruptcy_price=bankruptcy)
    assert found is not None, note
    assert note is None
    return found.score


def why_not(position: Position, rule: AdlRule, **given: Any) -> str:
    values = {"margin": None, "mark": 65_000.0, "bankruptcy_price": None} | given
    found, note = score(position, rule=rule, **values)
    assert found is None
    assert note
    return note


def test_bitmex_multiplies_the_profit_by_the_leverage_to_bankruptcy() -> None:
    # Profit 3,000 of 30,000; value 33,000 is 6,000 above bankruptcy: 0.1 x 5.5.
    position = a_position(entry_price=60_000.0)
    assert scored(position, BITMEX, mark=66_000.0, bankruptcy=54_000.0) == pytest.approx(0.55)


def test_bitmex_divides_a_loss_by_the_leverage_to_bankruptcy() -> None:
    # Loss 1,500 of 30,000; value 28,500 is 1,500 above bankruptcy at 54,000: -0.05 / 19.
    position = a_position(entry_price=60_000.0)
    found = scored(position, BITMEX, mark=57_000.0, bankruptcy=54_000.0)
    assert found == pytest.approx(-0.05 / 19)


def test_bitmex_takes_the_coin_values_of_an_inverse_contract() -> None:
    # 10,000 USD long from 40,000, now 50,000: 0.25 BTC shrank to 0.20, a profit of 0.05 of
    # 0.25; at a bankruptcy price of 32,000 it is worth 0.3125: 0.2 / 0.1125.
    position = an_inverse_position(entry_price=40_000.0)
    found = scored(position, BITMEX, mark=50_000.0, bankruptcy=32_000.0)
    assert found == pytest.approx(0.2 * 0.2 / 0.1125)


def test_binance_measures_profit_by_value_and_leverage_by_what_is_left() -> None:
    # Short 0.5 from 66,000 at 60,000: profit 3,000 of 30,000, margin 2,000 + 3,000: 0.1 x 6.
    position = a_position(side=Side.SHORT, entry_price=66_000.0, collateral=5_000.0)
    assert scored(position, BINANCE, mark=60_000.0) == pytest.approx(0.6)


def test_binance_ranks_a_loss_on_much_margin_below_one_on_little() -> None:
    # Loss 1,500 of 28,500 at a leverage of 28,500 / 2,850 = 10, or of 1.
    little = a_position(entry_price=60_000.0, collateral=2_850.0)
    much = a_position(entry_price=60_000.0, collateral=28_500.0)
    assert scored(little, BINANCE, mark=57_000.0) == pytest.approx(-1_500 / 28_500 / 10)
    assert scored(much, BINANCE, mark=57_000.0) == pytest.approx(-1_500 / 28_500)


def test_bybit_multiplies_the_price_change_by_the_leverage_set() -> None:
    position = a_position(entry_price=60_000.0, leverage=10.0)
    assert scored(position, BYBIT, mark=66_000.0) == pytest.approx(1.0)


def test_bybit_takes_entry_over_mark_for_a_short() -> None:
    # 66,000 / 55,000 - 1 = 0.2, at 5x.
    position = a_position(side=Side.SHORT, entry_price=66_000.0, leverage=5.0)
    assert scored(position, BYBIT, mark=55_000.0) == pytest.approx(1.0)


def test_okx_divides_the_return_by_the_margin_ratio() -> None:
    # Profit 3,000 on a balance of 3,000 is a return of 1; 3,000 / 33,000 the margin ratio.
    position = a_position(entry_price=60_000.0, collateral=6_000.0)
    assert scored(position, OKX, mark=66_000.0) == pytest.approx(11.0)


def test_hyperliquid_multiplies_the_price_ratio_by_value_over_account_value() -> None:
    position = a_position(entry_price=60_000.0, margin_mode=MarginMode.CROSS)
    found, note = score(
        position,
        rule=HYPERLIQUID,
        margin=a_margin(asset="USDC", margin_balance=6_000.0),
        mark=66_000.0,
        bankruptcy_price=None,
    )
    assert found is not None, note
    assert found.score == pytest.approx(1.1 * 5.5)
    assert (found.formula, found.source) == ("gain x weight", "https://example.org/adl")


def test_hyperliquid_takes_entry_over_mark_for_a_short() -> None:
    # 66,000 / 60,000 = 1.1; value 30,000 over 5,000.
    position = a_position(side=Side.SHORT, entry_price=66_000.0, collateral=5_000.0)
    assert scored(position, HYPERLIQUID, mark=60_000.0) == pytest.approx(6.6)


def test_grvt_ranks_a_profit_by_the_margin_ratio() -> None:
    # 10 % at a margin balance 50 times the maintenance margin.
    position = a_position(entry_price=60_000.0, collateral=6_000.0, maintenance_margin=120.0)
    assert scored(position, GRVT, mark=66_000.0) == pytest.approx(0.002)


def test_aster_multiplies_profit_over_the_wallet_by_the_margin_ratio() -> None:
    # Profit 3,000 on a wallet of 3,000 is 1; maintenance 120 of 3,000 + 3,000.
    position = a_position(entry_price=60_000.0, collateral=6_000.0, maintenance_margin=120.0)
    assert scored(position, ASTER, mark=66_000.0) == pytest.approx(0.02)


def test_aster_counts_a_loss_as_nothing() -> None:
    position = a_position(entry_price=60_000.0, collateral=6_000.0, maintenance_margin=120.0)
    assert scored(position, ASTER, mark=57_000.0) == 0


def test_who_told_a_formula_goes_with_the_score() -> None:
    rule = a_rule(
        AdlGain.PRICE_CHANGE, AdlWeight.NOMINAL_LEVERAGE, secondary=True, note="Third party."
    )
    found, _ = score(a_position(), rule=rule, margin=None, mark=65_000.0, bankruptcy_price=None)
    assert found is not None
    assert found.secondary
    assert found.note == "Third party."


@pytest.mark.parametrize("choice", set(AdlChoice) - {AdlChoice.SCORE})
def test_a_venue_without_a_formula_gives_no_score_and_says_why(choice: AdlChoice) -> None:
    rule = AdlRule(choice=choice, text="as it does", source=None)
    assert why_not(a_position(), rule)
    told = AdlRule(choice=choice, text="as it does", source=None, note="As found.")
    assert why_not(a_position(), told) == "As found."


def test_a_score_without_its_ingredients_is_none_with_a_note() -> None:
    isolated = a_position(collateral=None)
    cross = a_position(margin_mode=MarginMode.CROSS)
    assert "mark price" in why_not(isolated, BINANCE, mark=None)
    assert "entry price" in why_not(a_position(entry_price=None), BINANCE)
    assert "margin of this position" in why_not(isolated, BINANCE)
    assert "margin balance is not known" in why_not(cross, BINANCE)
    assert "counted in BTC" in why_not(cross, BINANCE, margin=a_margin(asset="BTC"))
    assert "used up" in why_not(a_position(collateral=-5.0), BINANCE)
    assert "cross or isolated" in why_not(a_position(margin_mode=None), BINANCE)
    assert "leverage" in why_not(a_position(leverage=None), BYBIT)
    assert "bankruptcy price" in why_not(isolated, BITMEX)
    assert "side" in why_not(isolated, BITMEX, bankruptcy_price=70_000.0)
    assert "own profit" in why_not(a_position(collateral=400.0), OKX)
    assert "account" in why_not(cross, GRVT)
    assert "size" in why_not(a_position(size=0.0), BYBIT)


def test_a_loss_divided_by_a_margin_ratio_of_zero_has_no_score() -> None:
    position = a_position(collateral=6_000.0, maintenance_margin=0.0)
    assert "divides" in why_not(position, GRVT, mark=60_000.0)


def test_a_formula_for_cross_margin_says_nothing_of_an_isolated_position() -> None:
    rule = a_rule(AdlGain.PNL_ON_ENTRY_VALUE, AdlWeight.MARGIN_RATIO, modes=(MarginMode.CROSS,))
    assert "cross margin only" in why_not(a_position(), rule)


PRICES = st.floats(0.001, 100_000.0)
RULES = [
    a_rule(gain, weight, at_loss=at_loss)
    for gain, weight, at_loss in product(AdlGain, AdlWeight, AdlJoin)
]


def position_of(kind: ContractKind, **fields: Any) -> Position:
    return a_position(
        kind=kind,
        margin_mode=MarginMode.ISOLATED,
        leverage=7.0,
        contracts=3.0,
        contract_size=1.0,
        size=3.0,
        **fields,
    )


@given(
    rule=st.sampled_from(RULES),
    side=st.sampled_from(Side),
    entry=PRICES,
    better=st.floats(1.0, 20.0),
    move=st.floats(1.0, 20.0),
    margin=st.floats(0.01, 1e6),
)
def test_a_better_entry_never_lowers_the_score_of_a_position_in_profit(
    rule: AdlRule, side: Side, entry: float, better: float, move: float, margin: float
) -> None:
    mark = entry * move**side.sign
    bankruptcy = min(entry, mark) / 2 if side is Side.LONG else max(entry, mark) * 2
    found = []
    for at in (entry, entry / better**side.sign):
        position = position_of(
            ContractKind.LINEAR,
            side=side,
            entry_price=at,
            collateral=margin + 3.0 * abs(mark - entry / better**side.sign),
            maintenance_margin=margin / 100,
        )
        found.append(scored(position, rule, mark=mark, bankruptcy=bankruptcy))
    assert found[1] >= found[0] * (1 - 1e-9)


@given(rule=st.sampled_from(RULES), entry=PRICES, mark=PRICES, margin=st.floats(0.01, 1e6))
def test_a_long_scores_as_the_inverse_short_at_the_reciprocal_prices(
    rule: AdlRule, entry: float, mark: float, margin: float
) -> None:
    bankruptcy = mark / 2
    behind = {"collateral": margin + 3.0 * abs(mark - entry), "maintenance_margin": margin / 100}
    long = position_of(ContractKind.LINEAR, side=Side.LONG, entry_price=entry, **behind)
    short = position_of(ContractKind.INVERSE, side=Side.SHORT, entry_price=1 / entry, **behind)
    assume(abs(mark / entry - 1) > 1e-6)
    assert scored(short, rule, mark=1 / mark, bankruptcy=1 / bankruptcy) == pytest.approx(
        scored(long, rule, mark=mark, bankruptcy=bankruptcy), rel=1e-6
    )


@given(rule=st.sampled_from(RULES), side=st.sampled_from(Side), entry=PRICES, mark=PRICES)
def test_the_score_has_the_sign_of_the_profit_where_the_gain_has(
    rule: AdlRule, side: Side, entry: float, mark: float
) -> None:
    position = position_of(
        ContractKind.LINEAR,
        side=side,
        entry_price=entry,
        collateral=1.0 + 6.0 * max(mark, entry),
        maintenance_margin=1.0,
    )
    bankruptcy = mark / 2 if side is Side.LONG else mark * 2
    found = scored(position, rule, mark=mark, bankruptcy=bankruptcy)
    assert rule.formula is not None
    if rule.formula.at_loss is AdlJoin.NOTHING and side.sign * (mark - entry) < 0:
        assert found == 0
    elif rule.formula.gain is AdlGain.PRICE_RATIO:
        assert found > 0
    else:
        assert found * side.sign * (mark - entry) >= 0
