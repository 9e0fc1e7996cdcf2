"""What a facts file says of how a venue chooses whom it deleverages: ``[adl_rule]``."""

from __future__ import annotations

from app.domain.adl import AdlChoice
from app.domain.adl_rule import AdlExample, AdlFormula, AdlGain, AdlJoin, AdlRule, AdlWeight
from app.domain.position import MarginMode, Side
from app.venues.table import Table


def adl_rule(table: Table | None) -> AdlRule | None:
    """``[adl_rule]``. Raises ``FactsError``."""
    if table is None:
        return None
    note = table.optional_text("note")
    choice = table.choice("choice", AdlChoice)
    scored = choice is AdlChoice.SCORE
    rule = AdlRule(
        choice=choice,
        text=table.text("text"),
        source=table.source(note=note),
        secondary="secondary" in table and table.boolean("secondary"),
        spares_hedged="spares_hedged" in table and table.boolean("spares_hedged"),
        note=note,
        formula=_formula(table) if scored else None,
        example=_example(table.table("example")) if scored else None,
    )
    if rule.note is None and (rule.secondary or choice is AdlChoice.UNKNOWN):
        raise table.error("note", "must say what is not known, or whose word this is")
    table.done()
    return rule


def _formula(table: Table) -> AdlFormula:
    """The keys of a formula stand beside the others of the rule."""
    formula = AdlFormula(
        gain=table.choice("gain", AdlGain),
        weight=table.choice("weight", AdlWeight),
        in_profit=table.choice("in_profit", AdlJoin),
        at_loss=table.choice("at_loss", AdlJoin),
        sides_apart=table.boolean("sides_apart"),
        modes=table.choices("modes", MarginMode),
    )
    if not formula.modes:
        raise table.error("modes", "must name the margin modes the formula is published for")
    return formula


def _example(table: Table) -> AdlExample:
    def optional(key: str) -> float | None:
        return table.number(key) if key in table else None

    example = AdlExample(
        side=table.choice("side", Side),
        entry_price=table.number("entry_price"),
        mark_price=table.number("mark_price"),
        size=table.number("size"),
        score=table.number("score"),
        published=table.boolean("published"),
        leverage=optional("leverage"),
        margin_balance=optional("margin_balance"),
        maintenance_margin=optional("maintenance_margin"),
        bankruptcy_price=optional("bankruptcy_price"),
    )
    table.done()
    return example
