"""Every venue says how it chooses whom it deleverages, and every formula's example holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli

from app.domain.adl import AdlChoice
from app.domain.adl_rule import AdlExample, AdlGain, AdlJoin, AdlRule, AdlWeight
from app.domain.loss_model import StepKind, Touches
from app.domain.position import ContractKind, MarginMode, Position
from app.risk.adl_score import score
from app.venues.catalogue import FACTS, catalogue
from app.venues.facts import FactsError, VenueStatus
from app.venues.facts_adl import adl_rule
from app.venues.table import Table, is_web_address
from tests.risk.builders import NOW, a_margin

FULL = [facts.id for facts in catalogue().venues() if facts.status is VenueStatus.FULL]
RULES = {facts.id: facts.adl_rule for facts in catalogue().venues() if facts.adl_rule is not None}
EXAMPLES = {
    venue: (rule, rule.example) for venue, rule in RULES.items() if rule.example is not None
}
PAGE = Path(__file__).parents[2] / "docs" / "figures.md"
WORDS = {
    AdlGain.PNL_ON_ENTRY_VALUE: "profit / entry value",
    AdlGain.PNL_ON_MARK_VALUE: "profit / value",
    AdlGain.PNL_ON_BALANCE: "profit / balance",
    AdlGain.PRICE_CHANGE: "mark / entry − 1",
    AdlGain.PRICE_RATIO: "mark / entry",
    AdlWeight.BANKRUPTCY_LEVERAGE: "value / (value − value at bankruptcy)",
    AdlWeight.EQUITY_LEVERAGE: "value / margin balance",
    AdlWeight.BALANCE_LEVERAGE: "value / balance",
    AdlWeight.NOMINAL_LEVERAGE: "leverage set",
    AdlWeight.MARGIN_RATIO: "maintenance margin / margin balance",
    AdlJoin.MULTIPLY: "×",
    AdlJoin.DIVIDE: "/",
    AdlJoin.NOTHING: "0",
}
TAKING = (StepKind.SOCIALIZED_LOSS, StepKind.CLAWBACK)


def test_every_full_venue_has_a_rule() -> None:
    assert set(RULES) == set(FULL)


@pytest.mark.parametrize("venue", sorted(RULES))
def test_a_rule_agrees_with_the_waterfall(venue: str) -> None:
    model, rule = catalogue().venue(venue).loss_model, RULES[venue]
    step = model.step(StepKind.AUTO_DELEVERAGING)
    assert step is not None
    if rule.choice is AdlChoice.NONE:
        taken = [other.applies for kind in TAKING if (other := model.step(kind)) is not None]
        assert step.applies is not Touches.YES
        assert Touches.YES in taken
    elif rule.choice is not AdlChoice.UNKNOWN:
        assert step.applies is Touches.YES
        assert step.ranking is not None


@pytest.mark.parametrize("venue", sorted(RULES))
def test_a_rule_has_a_source_or_says_what_is_not_known(venue: str) -> None:
    rule = RULES[venue]
    assert rule.source is None or is_web_address(rule.source)
    assert rule.source or rule.note
    assert (rule.formula is not None) == (rule.choice is AdlChoice.SCORE)
    assert rule.note is None or rule.note.endswith(".")
    if rule.choice is not AdlChoice.SCORE:
        assert rule.note, "shown where the score would be"


def test_a_word_of_a_third_party_is_marked_as_one() -> None:
    for venue, rule in RULES.items():
        site = catalogue().venue(venue).website.split("//")[1].removeprefix("www.")
        own = site.split("/")[0].split(".")[-2]
        elsewhere = rule.source is not None and own not in rule.source
        assert rule.secondary == (elsewhere and rule.choice is AdlChoice.SCORE), venue


@pytest.mark.parametrize("venue", sorted(EXAMPLES))
@pytest.mark.parametrize("mode", MarginMode)
def test_the_example_of_a_formula_gives_its_result(venue: str, mode: MarginMode) -> None:
    rule, example = EXAMPLES[venue]
    assert rule.formula is not None
    found, note = score(
        position_of(example, mode),
        rule=rule,
        margin=None
        if mode is MarginMode.ISOLATED
        else a_margin(
            margin_balance=example.margin_balance, maintenance_margin=example.maintenance_margin
        ),
        mark=example.mark_price,
        bankruptcy_price=example.bankruptcy_price,
    )
    if mode not in rule.formula.modes:
        assert found is None
        assert note is not None
        return
    assert found is not None, note
    assert found.score == pytest.approx(example.score)
    assert found.formula == rule.text
    assert found.source == rule.source
    assert found.secondary is rule.secondary


@pytest.mark.parametrize(("venue", "name"), [("hyperliquid", "account value"), ("dydx", "random")])
def test_the_text_says_it_for_people(venue: str, name: str) -> None:
    assert name in RULES[venue].text


def test_the_page_of_figures_has_the_formulas_of_the_facts() -> None:
    section = (
        PAGE.read_text(encoding="utf-8").split("\n## Auto-deleveraging\n")[1].split("\n## ")[0]
    )
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    for venue, rule in RULES.items():
        name = catalogue().venue(venue).name
        assert name in section
        if rule.formula is not None:
            cells = next(row for row in rows if name in row[0])
            joined = (rule.formula.in_profit, rule.formula.at_loss)
            parts = (rule.formula.gain, rule.formula.weight, *joined)
            assert cells[1:] == [WORDS[part] for part in parts]
            assert (f"{name}*" in cells[0]) is rule.secondary


def position_of(example: AdlExample, mode: MarginMode) -> Position:
    return Position(
        venue="any",
        scope="any",
        symbol="BTC/USDT:USDT",
        native_symbol="BTCUSDT",
        kind=ContractKind.LINEAR,
        side=example.side,
        contracts=example.size,
        contract_size=1.0,
        size=example.size,
        settle_asset="USDT",
        as_of=NOW,
        margin_mode=mode,
        entry_price=example.entry_price,
        mark_price=example.mark_price,
        leverage=example.leverage,
        collateral=example.margin_balance if mode is MarginMode.ISOLATED else None,
        maintenance_margin=example.maintenance_margin,
    )


def the_rule_of(venue: str, **changes: Any) -> AdlRule | None:
    """A venue's ``[adl_rule]`` with some keys changed, or left out where ``None``."""
    table = tomli.loads((FACTS / f"{venue}.toml").read_text())["adl_rule"] | changes
    kept = {key: value for key, value in table.items() if value is not None}
    return adl_rule(Table(kept, "adl_rule."))


def test_a_venue_that_spares_hedged_positions_says_so_in_words() -> None:
    sparing = [rule for rule in RULES.values() if rule.spares_hedged]
    assert sparing
    assert all("hedged" in rule.text for rule in sparing)


def test_a_venue_may_have_no_rule() -> None:
    assert adl_rule(None) is None


@pytest.mark.parametrize(
    ("venue", "changes", "message"),
    [
        ("mexc", {"choice": "luck"}, "choice"),
        ("mexc", {"gain": None}, "gain: is missing"),
        ("mexc", {"example": None}, "example: is missing"),
        ("mexc", {"weight": "profit"}, "weight"),
        ("mexc", {"modes": None}, "modes"),
        ("mexc", {"choice": "random"}, "is not a key known here"),
        ("binance", {"note": None}, "note"),
        ("lighter", {"note": None}, "note"),
        ("dydx", {"source": None}, "source: is missing"),
    ],
)
def test_a_rule_that_lacks_something_is_refused(
    venue: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(FactsError, match=message):
        the_rule_of(venue, **changes)
