"""The ``[[pages]]`` of a facts file: which addresses are trading pages, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

from app.domain.position import ContractKind
from app.venues.facts import PageExample, PageRule
from app.venues.facts_reads import HOST
from app.venues.pages import STEPS
from app.venues.table import Table


def page_rules(tables: Sequence[Table]) -> tuple[PageRule, ...]:
    """Raises ``FactsError``."""
    return tuple(_rule(table) for table in tables)


def _rule(table: Table) -> PageRule:
    rule = PageRule(
        host=table.text("host"),
        pattern=table.pattern("pattern"),
        fragment=table.named_patterns("fragment"),
        kind=table.choice("kind", ContractKind),
        label=table.text("label"),
        native=table.optional_text("native") or "{symbol}",
        transform=table.texts("transform"),
        exclude=table.patterns("exclude"),
        examples=tuple(_example(item) for item in table.tables("examples")),
        near_misses=table.texts("near_misses"),
    )
    if not HOST.fullmatch(rule.host):
        raise table.error("host", f"{rule.host!r} is no plain lower-case host name")
    for step in rule.transform:
        if step not in STEPS:
            raise table.error("transform", f"{step!r} is not one of {', '.join(STEPS)}")
    groups = {name for _, name, _, _ in Formatter().parse(rule.native) if name is not None}
    there = [*rule.pattern.groupindex, *(n for p in rule.fragment.values() for n in p.groupindex)]
    for group in groups:
        if group not in there:
            raise table.error("pattern", f"has no group named {group!r}")
    if len(set(there)) != len(there):
        raise table.error("fragment", "names a group that is there already")
    if rule.fragment and all(pattern.fullmatch("") for pattern in rule.fragment.values()):
        raise table.error("fragment", "would match a page that has none")
    if not groups:
        raise table.error("native", "names no group")
    if not rule.examples or not rule.near_misses:
        raise table.error("examples", "and near_misses must each hold at least one address")
    table.done()
    return rule


def _example(table: Table) -> PageExample:
    example = PageExample(
        url=table.url("url"),
        kind=table.choice("kind", ContractKind),
        native_symbol=table.text("native_symbol"),
    )
    table.done()
    return example
