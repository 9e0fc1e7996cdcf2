"""Whether auto-deleveraging would pick a position: standing, choice, score, and its hedge."""

from __future__ import annotations

import pytest

from app.domain.adl import AdlChoice, AdlScore, AdlStanding
from app.domain.hedge import Hedge
from app.domain.loss_model import StepKind, Touches
from app.domain.position import Position, Side
from app.risk.loss_answer import answer
from tests.risk.builders import a_fund, a_loss_model, a_position, a_step, deleveraging

SOURCE = "https://venue.example/adl"
QUEUED = a_position(adl=AdlStanding(standing=1.0, raw=4, scale="0-4"))


def a_score(value: object = 0.15625, **fields: object) -> AdlScore:
    values: dict[str, object] = {"score": value, "formula": "p × m", "source": SOURCE}
    return AdlScore(**(values | fields))  # type: ignore[arg-type]


def a_hedge(*legs: str, lost: bool = True) -> Hedge:
    return Hedge(base="BTC", share=1.0, legs=legs, venues=("bybit",), lost_to_adl=lost)


def ask(
    position: Position | None = None,
    *,
    score: AdlScore | None = None,
    choice: AdlChoice | None = None,
    hedge: Hedge | None = None,
) -> str:
    """The sentence that follows the first one."""
    found = answer(
        position or a_position(),
        loss_model=a_loss_model(deleveraging()),
        venue_name="Binance",
        fund=a_fund(),
        adl_score=score,
        adl_choice=choice,
        hedge=hedge,
    ).answer
    return found[found.index(" It is ") + 1 :] if " It is " in found else found


def test_a_score_is_told_with_its_formula_and_never_as_a_place() -> None:
    said = ask(score=a_score(), choice=AdlChoice.SCORE)
    assert said == (
        "It is in profit and scores 0.156 by the formula Binance publishes (highest first); what"
        " others score is not known."
    )
    assert "queue" not in said


def test_at_a_loss_the_score_is_told_too() -> None:
    said = ask(a_position(unrealized_pnl=-3.0), score=a_score(-0.02), choice=AdlChoice.SCORE)
    assert said.startswith("It is not in profit now, which may not spare it; it scores -0.02 by")


@pytest.mark.parametrize(
    ("fields", "whose"),
    [
        ({"source": SOURCE}, "by the formula Binance publishes ("),
        ({"secondary": True}, "by a formula that others tell of Binance ("),
        ({"source": None}, "by a formula that no source confirms ("),
    ],
)
def test_a_formula_is_the_venues_only_where_the_venue_publishes_it(
    fields: dict[str, object], whose: str
) -> None:
    assert whose in ask(score=a_score(**fields))


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0"), (12.0, "12"), (1234.567, "1,235"), (0.000012345, "0.0000123"), (-1.5, "-1.5")],
)
def test_a_score_has_three_digits_that_matter(value: float, told: str) -> None:
    assert f"scores {told} by" in ask(score=a_score(value))


def test_the_venues_own_standing_wins_over_a_score() -> None:
    said = ask(QUEUED, score=a_score(), choice=AdlChoice.SCORE)
    assert said == "It is in profit and near the front of the queue (4 on a scale of 0-4)."


def test_where_the_choice_is_random_no_place_and_no_rule_is_told() -> None:
    said = ask(choice=AdlChoice.RANDOM)
    assert said == (
        "It is in profit; Binance picks at random, so nothing tells beforehand whether it is picked."
    )


def test_where_the_gain_over_the_whole_platform_counts_it_is_said_and_not_scored() -> None:
    said = ask(score=a_score(), choice=AdlChoice.ACCOUNT_GAIN)
    assert "compares percentage gains over its whole platform, not contract by contract" in said
    assert "scores" not in said and "queue" not in said


@pytest.mark.parametrize("choice", [None, AdlChoice.SCORE, AdlChoice.UNKNOWN])
def test_without_a_score_the_rule_is_told_in_the_venues_words(choice: AdlChoice | None) -> None:
    assert ask(choice=choice).endswith(
        "its place in the queue, which goes by profit and leverage, highest first, is not known."
    )


@pytest.mark.parametrize("choice", AdlChoice)
@pytest.mark.parametrize("pnl", [5.0, -5.0])
def test_however_a_venue_chooses_there_are_two_sentences(choice: AdlChoice, pnl: float) -> None:
    said = ask(a_position(unrealized_pnl=pnl), score=a_score(), choice=choice)
    assert said.count(". ") == 0 and said.endswith(".")


def test_a_hedge_that_would_be_torn_apart_is_said() -> None:
    said = ask(QUEUED, hedge=a_hedge("short on Bybit (main)"))
    assert said.endswith("0-4); closing it would leave your short on Bybit (main) open.")


def test_two_legs_are_named_and_more_are_counted() -> None:
    two = a_hedge("short on Bybit (main)", "short on OKX (second)")
    assert "leave your short on Bybit (main) and short on OKX (second) open" in ask(hedge=two)
    three = a_hedge("short on Bybit (a)", "short on OKX (b)", "short on Gate (c)")
    assert ask(hedge=three).endswith("closing it would leave your 3 other legs in BTC open.")


@pytest.mark.parametrize(
    "hedge", [None, a_hedge("short on Bybit (main)", lost=False), a_hedge(lost=True)]
)
def test_a_hedge_that_stays_whole_is_not_mentioned(hedge: Hedge | None) -> None:
    assert "leave your" not in ask(hedge=hedge)


@pytest.mark.parametrize(
    "step",
    [
        deleveraging(touches_position=Touches.NO),
        deleveraging(touches_position=Touches.UNKNOWN),
        deleveraging(applies=Touches.UNKNOWN),
        a_step(StepKind.CLAWBACK, touches_profit=Touches.YES),
    ],
)
@pytest.mark.parametrize("side", Side)
def test_score_choice_and_hedge_are_only_told_where_positions_are_closed(
    step: object, side: Side
) -> None:
    said = answer(
        a_position(side=side),
        loss_model=a_loss_model(step),  # type: ignore[arg-type]
        venue_name="Binance",
        fund=a_fund(),
        adl_score=a_score(),
        adl_choice=AdlChoice.RANDOM,
        hedge=a_hedge("short on Bybit (main)"),
    ).answer
    assert not any(word in said for word in ("scores", "random", "leave your"))
