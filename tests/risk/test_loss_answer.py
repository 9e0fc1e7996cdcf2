"""What happens to this position if the fund runs out: only what the loss model holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.adl import AdlStanding
from app.domain.fund import FundState, PoolKind
from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.position import Position, Side
from app.domain.verdict import LossAnswer
from app.risk.loss_answer import answer, in_profit
from tests.risk.builders import a_fund, a_loss_model, a_position, a_step, deleveraging

KNOWN_FUND = a_fund()
CLOSED_ON = date(2026, 9, 3)
SPREAD_OVER_PROFIT = a_step(StepKind.SOCIALIZED_LOSS, touches_profit=Touches.YES)
SPREAD_OVER_POSITIONS = a_step(StepKind.SOCIALIZED_LOSS, touches_position=Touches.YES)


def ask(
    *after_fund: WaterfallStep,
    position: Position | None = None,
    fund: FundState | None = KNOWN_FUND,
    model: LossModel | None = None,
) -> LossAnswer:
    return answer(
        position or a_position(),
        loss_model=model or a_loss_model(*after_fund),
        venue_name="Binance",
        fund=fund,
    )


def queued(standing: float, raw: float, **fields: object) -> Position:
    return a_position(adl=AdlStanding(standing=standing, raw=raw, scale="0-4"), **fields)


def test_auto_deleveraging_says_at_which_price_and_where_in_the_queue() -> None:
    found = ask(deleveraging(), position=queued(1.0, 4))
    assert found.next_step == "auto_deleveraging"
    assert found.answer == (
        "If this fund ran out, Binance could close your long without your order"
        " (auto-deleveraging), at the bankruptcy price of the liquidated order."
        " It is in profit and near the front of the queue (4 on a scale of 0-4)."
    )


def test_a_position_is_named_by_its_side() -> None:
    found = ask(deleveraging(), position=a_position(side=Side.SHORT, unrealized_pnl=-5.0))
    assert "close your short without your order (auto-deleveraging), at" in found.answer


def test_whose_loss_it_pays_is_not_said_where_venues_differ() -> None:
    # Bitfinex picks over the whole platform, GMX closes against its pool.
    assert "against" not in ask(deleveraging()).answer


@pytest.mark.parametrize(
    ("standing", "raw", "where"),
    [
        (1.0, 4, "near the front of the queue (4 on"),
        (0.75, 3, "in the middle of the queue (3 on"),
        (0.0, 0, "near the back of the queue (0 on"),
    ],
)
def test_the_place_in_the_queue_is_the_positions_own(
    standing: float, raw: float, where: str
) -> None:
    assert where in ask(deleveraging(), position=queued(standing, raw)).answer


def test_at_a_loss_it_is_not_promised_to_be_spared() -> None:
    found = ask(deleveraging(), position=queued(0.25, 1, unrealized_pnl=-20.0))
    assert found.answer.endswith(
        "It is not in profit now, which may not spare it; it is in the middle of the queue"
        " (1 on a scale of 0-4)."
    )


def test_without_a_standing_the_venues_rule_is_told() -> None:
    found = ask(deleveraging())
    assert found.answer.endswith(
        "It is in profit; its place in the queue, which goes by profit and leverage, highest"
        " first, is not known."
    )


@pytest.mark.parametrize(
    "told",
    [
        "by profit and leverage",
        "By profit and leverage.",
        "profit and leverage: p / c × m, in steps",
    ],
)
def test_a_rule_is_fitted_into_the_sentence_too(told: str) -> None:
    assert ask(deleveraging(ranking=told)).answer.endswith(
        "which goes by profit and leverage, is not known."
    )


def test_a_rule_too_long_for_a_sentence_is_left_to_the_steps() -> None:
    found = ask(deleveraging(ranking="profit " * 40))
    assert found.answer.endswith("its place in the queue of Binance is not known.")


def test_without_a_standing_or_a_rule_nothing_is_said_of_the_order() -> None:
    found = ask(deleveraging(ranking=None))
    assert found.answer.endswith("It is in profit; how Binance picks positions is not known.")


def test_a_price_the_venue_does_not_state_is_not_made_up() -> None:
    assert "at a price it does not state" in ask(deleveraging(close_price=None)).answer


@pytest.mark.parametrize(
    ("told", "fitted"),
    [
        ("Previous mark price.", "at the previous mark price."),
        ("the previous mark price", "at the previous mark price."),
        ("At the previous mark price", "at the previous mark price."),
        ("at OKX's mark price", "at OKX's mark price."),
        ("A price of its own", "at a price of its own."),
    ],
)
def test_the_facts_words_fit_into_the_sentence(told: str, fitted: str) -> None:
    assert f"(auto-deleveraging), {fitted}" in ask(deleveraging(close_price=told)).answer


def test_unknown_profit_is_said_to_be_unknown() -> None:
    position = a_position(unrealized_pnl=None, mark_price=None)
    assert "Whether it is in profit is not known" in ask(deleveraging(), position=position).answer


def test_deleveraging_that_leaves_open_positions_alone_says_so() -> None:
    found = ask(deleveraging(touches_position=Touches.NO))
    assert found.answer.endswith("your open long would not be touched.")


def test_deleveraging_nobody_says_the_reach_of_is_not_said_to_reach_you() -> None:
    found = ask(deleveraging(touches_position=Touches.UNKNOWN))
    assert found.answer.endswith("Whether that reaches your open long is not said.")


def test_a_step_without_a_source_is_said_to_be_without_one() -> None:
    found = ask(deleveraging(source=None))
    assert "of the liquidated order, which no source confirms. It is" in found.answer


def test_a_step_the_venue_is_silent_about_becomes_does_not_say_whether() -> None:
    found = ask(
        deleveraging(applies=Touches.UNKNOWN), a_step(StepKind.CLAWBACK, applies=Touches.UNKNOWN)
    )
    assert found.next_step is None
    assert found.answer == (
        "If this fund ran out, Binance does not say whether it would close positions of other"
        " traders (auto-deleveraging) or take back profit already booked (clawback)."
    )


def test_a_step_the_venue_rules_out_is_not_the_next_one() -> None:
    found = ask(deleveraging(applies=Touches.NO), a_step(StepKind.CLAWBACK, applies=Touches.NO))
    assert found.next_step is None
    assert found.answer == "If this fund ran out, what Binance does then is not known."


@pytest.mark.parametrize("model", [None, LossModel(venue="binance", steps=())])
def test_a_venue_nothing_is_known_of_is_said_to_be_unknown(model: LossModel | None) -> None:
    found = answer(a_position(), loss_model=model, venue_name="Binance", fund=a_fund())
    assert found.next_step is None
    assert "is not known" in found.answer


def test_who_pays_first_is_told_before_what_reaches_you() -> None:
    found = ask(
        a_step(StepKind.BACKSTOP_LIQUIDATOR), a_step(StepKind.TREASURY_TOP_UP), deleveraging()
    )
    assert found.next_step == "backstop_liquidator"
    assert found.answer.startswith(
        "If this fund ran out, Binance would first hand bankrupt positions to a backstop"
        " liquidator, then put in money of its own, and could then close your long without"
        " your order (auto-deleveraging), at"
    )


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (StepKind.TREASURY_TOP_UP, "put in money of its own"),
        (StepKind.BACKSTOP_LIQUIDATOR, "hand bankrupt positions to a backstop liquidator"),
    ],
)
def test_when_nothing_is_known_beyond_a_backstop_that_is_said(kind: StepKind, what: str) -> None:
    found = ask(a_step(kind), deleveraging(applies=Touches.UNKNOWN))
    assert found.next_step == kind.value
    assert found.answer == (
        f"If this fund ran out, Binance would {what}; what follows when that falls short is"
        " not published."
    )


def test_a_vault_that_is_the_fund_is_not_what_comes_after_it() -> None:
    """Hyperliquid: the liquidator vault is what a loss is paid from."""
    model = a_loss_model(a_step(StepKind.BACKSTOP_LIQUIDATOR), deleveraging(), fund=None)
    found = ask(model=model, fund=a_fund(kind=PoolKind.VAULT))
    assert found.next_step == "auto_deleveraging"
    assert found.answer.startswith("If this vault ran out, Binance could close your long")


def test_no_known_fund_is_said_first() -> None:
    found = ask(deleveraging(), fund=None)
    assert found.answer.startswith(
        "No fund is known behind BTCUSDT; if a loss went uncovered, Binance could close"
    )


def clawback(**fields: object) -> WaterfallStep:
    return a_step(StepKind.CLAWBACK, **({"touches_profit": Touches.YES} | fields))


@pytest.mark.parametrize("pnl", [5.0, -5.0])
def test_clawback_reaches_the_profit_of_the_session(pnl: float) -> None:
    found = ask(clawback(), position=a_position(unrealized_pnl=pnl))
    assert found.next_step == "clawback"
    mine = "what you booked in it, and what your long gained in it"
    assert f"could be taken back in part: {mine}" in found.answer


@pytest.mark.parametrize(
    ("withdrawn", "said"),
    [
        (Touches.NO, "money already withdrawn is not touched"),
        (Touches.YES, "money already withdrawn is within its reach too"),
        (Touches.UNKNOWN, "whether it reaches money already withdrawn is not said"),
    ],
)
def test_whether_withdrawn_money_is_safe_is_what_the_venue_says(
    withdrawn: Touches, said: str
) -> None:
    assert said in ask(clawback(touches_withdrawn=withdrawn)).answer


def test_withdrawn_money_is_not_called_safe_without_a_source() -> None:
    assert "withdrawn" not in ask(clawback(source=None)).answer


@pytest.mark.parametrize(
    ("pnl", "mine"),
    [
        (5.0, "Your long is in profit now, and part of that could be taken"),
        (-5.0, "Your long is not in profit now and has no profit to give"),
    ],
)
def test_a_socialized_loss_that_takes_profit_says_what_of_yours_it_could_take(
    pnl: float, mine: str
) -> None:
    found = ask(SPREAD_OVER_PROFIT, position=a_position(unrealized_pnl=pnl))
    assert found.next_step == "socialized_loss"
    assert "would spread the loss over other users (socialized loss)" in found.answer
    assert mine in found.answer


@pytest.mark.parametrize("pnl", [5.0, -5.0])
def test_a_socialized_loss_that_charges_open_positions_reaches_them_in_profit_or_not(
    pnl: float,
) -> None:
    found = ask(SPREAD_OVER_POSITIONS, position=a_position(unrealized_pnl=pnl))
    assert found.answer == (
        "If this fund ran out, Binance would spread the loss over everybody with an open position"
        " (socialized loss). Your open long could be charged a part; money already withdrawn is"
        " not touched."
    )


def test_who_shares_a_loss_is_not_guessed_where_profit_and_positions_are_both_in_reach() -> None:
    step = replace(SPREAD_OVER_PROFIT, touches_position=Touches.YES)
    assert "over other users (socialized loss). Your open long could be" in ask(step).answer


def test_a_socialized_loss_that_leaves_profit_and_positions_alone_says_so() -> None:
    found = ask(a_step(StepKind.SOCIALIZED_LOSS))
    assert found.answer.endswith("the profit of your long would not be touched.")


@pytest.mark.parametrize("kind", [StepKind.CLAWBACK, StepKind.SOCIALIZED_LOSS])
def test_whether_your_profit_is_reached_is_not_guessed(kind: StepKind) -> None:
    found = ask(a_step(kind, touches_profit=Touches.UNKNOWN))
    assert found.answer.endswith("Whether that reaches the profit of your long is not said.")


@pytest.mark.parametrize("kind", StepKind)
@pytest.mark.parametrize("applies", Touches)
@pytest.mark.parametrize("source", [None, "https://venue.example/rules"])
@pytest.mark.parametrize("fund", [None, KNOWN_FUND])
def test_every_step_gives_one_or_two_plain_sentences(
    kind: StepKind, applies: Touches, source: str | None, fund: FundState | None
) -> None:
    step = a_step(kind, applies=applies, source=source, touches_profit=Touches.YES)
    found = ask(step, fund=fund)
    assert found.answer.endswith(".")
    assert 1 <= found.answer.count(". ") + 1 <= 2
    assert found.answer[0].isupper() and "!" not in found.answer and "  " not in found.answer
    if applies is not Touches.YES:
        assert found.next_step is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"unrealized_pnl": 0.0}, False),
        ({"unrealized_pnl": None}, True),
        ({"unrealized_pnl": None, "side": Side.SHORT}, False),
        ({"unrealized_pnl": None, "entry_price": None}, None),
    ],
)
def test_profit_is_the_venues_figure_else_mark_against_entry(
    fields: dict[str, object], expected: bool | None
) -> None:
    assert in_profit(a_position(**fields)) is expected


def test_a_position_at_a_closed_venue_is_promised_nothing() -> None:
    found = ask(model=replace(a_loss_model(deleveraging()), closed_on=CLOSED_ON))
    assert found.next_step is None
    assert found.answer.startswith("Binance closed on 3 September 2026: ")
    assert "would" not in found.answer and "could" not in found.answer
