"""The plain answer at every venue of the catalogue: no claim that its facts do not hold."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from app.domain.adl import AdlChoice, AdlScore
from app.domain.fund import FundState
from app.domain.hedge import Hedge
from app.domain.loss_model import StepKind, Touches, WaterfallStep
from app.domain.position import Side
from app.domain.session import SessionProfit
from app.risk.loss_answer import CHARGES_POSITIONS, WOULD, answer, charges_positions
from app.risk.session import session_risk
from app.venues.catalogue import catalogue
from app.venues.facts import VenueFacts
from tests.risk.builders import NOW, a_fund, a_margin, a_position

ASKED = "does not say whether it would "
TAKES = ("could be taken", "could be cut", "earned nothing")
KNOWN_FUND = a_fund()
HEDGE = Hedge(
    base="BTC", share=1.0, legs=("short on Bybit (main)",), venues=("bybit",), lost_to_adl=True
)
each_venue = pytest.mark.parametrize("venue", catalogue().ids())


def answers(facts: VenueFacts) -> list[str]:
    """What is said of positions of either side, ahead or not, hedged or not, in any session."""
    sides, gains, earned = Side, (500.0, -20.0, None), (812.5, -5_000.0, None)
    funds: tuple[FundState | None, ...] = (KNOWN_FUND, None)
    return [_answer(facts, *given) for given in product(sides, gains, earned, funds, (HEDGE, None))]


def _answer(
    facts: VenueFacts,
    side: Side,
    gain: float | None,
    earned: float | None,
    fund: FundState | None,
    hedge: Hedge | None,
) -> str:
    position = a_position(venue=facts.id, side=side, unrealized_pnl=gain, mark_price=None)
    ledger = SessionProfit(asset="USDT", realized=earned, unrealized=0.0)
    rule = facts.adl_rule
    score = None
    if rule is not None and rule.choice is AdlChoice.SCORE:
        score = AdlScore(
            score=0.15625, formula=rule.text, source=rule.source, secondary=rule.secondary
        )
    return answer(
        position,
        loss_model=facts.loss_model,
        venue_name=facts.name,
        fund=fund,
        session=session_risk(
            position,
            rule=facts.session,
            margin=a_margin(session=ledger),
            signals=(),
            now=NOW + timedelta(hours=3),
            loss_model=facts.loss_model,
        ),
        adl_score=score,
        adl_choice=rule.choice if rule is not None else None,
        hedge=hedge,
    ).answer


def is_stated(step: WaterfallStep | None) -> bool:
    return step is not None and step.applies is Touches.YES and not step.unsourced


@each_venue
def test_a_step_is_told_as_a_fact_only_where_a_source_states_it(venue: str) -> None:
    facts = catalogue().venue(venue)
    for step in facts.loss_model.steps:
        deed = CHARGES_POSITIONS if charges_positions(step) else WOULD.get(step.kind)
        if deed is None or is_stated(step):
            continue
        for said in answers(facts):
            assert deed not in said or ASKED in said, said


@each_venue
def test_positions_are_closed_only_where_the_venue_says_that_it_closes_them(venue: str) -> None:
    facts = catalogue().venue(venue)
    step = facts.loss_model.step(StepKind.AUTO_DELEVERAGING)
    closes = is_stated(step) and facts.closed is None
    price = step.close_price if step is not None else None
    for said in answers(facts):
        if not closes:
            assert "could close your" not in said, said
            assert "scores" not in said and "queue" not in said and "leave your" not in said, said
        elif "could close your" in said:
            assert ("at a price it does not state" in said) is (price is None), said


@each_venue
def test_profit_is_within_reach_only_where_a_source_says_so(venue: str) -> None:
    facts = catalogue().venue(venue)
    kinds = (StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK)
    steps = [facts.loss_model.step(kind) for kind in kinds]
    takes = any(is_stated(s) and s and s.touches_profit is Touches.YES for s in steps)
    for said in answers(facts):
        if not takes or facts.closed is not None:
            assert not any(words in said for words in TAKES), said
            if facts.session is not None:
                assert facts.session.instruction not in said, said


@each_venue
def test_a_place_in_the_queue_is_never_told_without_the_venues_own_standing(venue: str) -> None:
    for said in answers(catalogue().venue(venue)):
        assert "of the queue (" not in said, said
        if "scores" in said:
            assert "queue" not in said and "what others score is not known" in said, said


@each_venue
def test_the_answer_is_two_plain_sentences_or_three_with_an_instruction(venue: str) -> None:
    facts = catalogue().venue(venue)
    for said in answers(facts):
        third = facts.session is not None and said.endswith(f" {facts.session.instruction}")
        assert said.count(". ") + 1 <= (3 if third else 2), said
        assert said[0].isupper() and said.endswith("."), said
        assert not any(wrong in said for wrong in ("  ", "..", ";.", ",.", " ,", " .", "None")), (
            said
        )
        assert len(said) <= 520, said
