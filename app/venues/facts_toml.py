"""Reads one ``facts/<id>.toml`` into ``VenueFacts``; whatever is wrong names file and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import tomli

from app.domain.closure import Closure
from app.domain.fund import LiquidationRecord
from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.permissions import PowerKind
from app.domain.position import ContractKind, Source
from app.venues.facts import (
    AdlFacts,
    AdlSubject,
    Ban,
    ClientFacts,
    ClockFacts,
    CredentialField,
    FactsError,
    FundFacts,
    Incident,
    Limits,
    Linking,
    LinkKind,
    PermissionCheck,
    PositionFacts,
    Refusal,
    Scope,
    VenueFacts,
    VenueKind,
    VenueStatus,
)
from app.venues.facts_adl import adl_rule
from app.venues.facts_check import check
from app.venues.facts_pages import page_rules
from app.venues.facts_reads import reads
from app.venues.facts_risk import candles, session
from app.venues.table import Table

CREDENTIALS = {
    "api_key": ("apiKey",),
    "secret": ("secret",),
    "passphrase": ("password", "uid"),
    "address": ("walletAddress",),
    "account_id": ("accountId", "uid", "options.accountId"),
    "token": ("token", "options.authToken"),
}
"""Our names, and the attributes of a ccxt client they may go to. A private key is no name."""


def load(path: Path) -> VenueFacts:
    """Raises ``FactsError``."""
    try:
        data = tomli.loads(path.read_text(encoding="utf-8"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FactsError(f"{path.name}: is no TOML: {error}") from error
    return parse(data, path.name)


def parse(data: Mapping[str, object], file_name: str) -> VenueFacts:
    """``file_name`` is ``<id>.toml``. Raises ``FactsError``."""
    top = Table(data, f"{file_name}: ")
    venue = top.text("id")
    if f"{venue}.toml" != file_name:
        raise top.error("id", f"is {venue!r}, which belongs in {venue}.toml")
    closed = _closed(top.optional_table("closed"))
    facts = VenueFacts(
        id=venue,
        name=top.text("name"),
        kind=top.choice("kind", VenueKind),
        status=top.choice("status", VenueStatus),
        website=top.url("website"),
        adapter=top.optional_text("adapter"),
        linking=_linking(top.optional_table("linking")),
        permission_check=_permission_check(top.table("permission_check")),
        clock=_clock(top.optional_table("clock")),
        clients=tuple(_client(table) for table in top.tables("clients")),
        scopes=tuple(_scope(table) for table in top.tables("scopes")),
        positions=_positions(top.optional_table("positions")),
        pages=page_rules(top.tables("pages")),
        reads=reads(top.tables("reads")),
        fund=_fund(top.table("fund")),
        adl=tuple(_adl(table) for table in top.tables("adl")),
        loss_model=LossModel(
            venue=venue,
            steps=tuple(_step(table) for table in top.tables("waterfall")),
            not_known=_not_known(top.optional_table("loss_model")),
            closed_on=closed.on if closed is not None else None,
        ),
        incidents=tuple(_incident(table) for table in top.tables("incidents")),
        limits=_limits(top.optional_table("limits")),
        sentinels=_sentinels(top.optional_table("liquidation_price")),
        closed=closed,
        candles=candles(top.optional_table("candles")),
        session=session(top.optional_table("session")),
        adl_rule=adl_rule(top.optional_table("adl_rule")),
    )
    top.done()
    check(facts, top)
    return facts


def _linking(table: Table | None) -> Linking | None:
    if table is None:
        return None
    linking = Linking(
        kind=table.choice("kind", LinkKind),
        fields=tuple(_credential(item) for item in table.tables("fields")),
        how_to=table.text("how_to"),
        how_to_url=table.optional_url("how_to_url"),
    )
    if not linking.fields:
        raise table.error("fields", "names nothing to give")
    table.done()
    return linking


def _credential(table: Table) -> CredentialField:
    credential = CredentialField(
        name=table.text("name"),
        label=table.text("label"),
        ccxt=table.text("ccxt"),
        hidden=table.boolean("hidden"),
        pattern=table.pattern("pattern") if "pattern" in table else None,
        example=table.optional_text("example"),
    )
    if credential.name not in CREDENTIALS:
        raise table.error("name", f"must be one of {', '.join(CREDENTIALS)}")
    if credential.ccxt not in CREDENTIALS[credential.name]:
        allowed = ", ".join(CREDENTIALS[credential.name])
        raise table.error("ccxt", f"must be one of {allowed}; never a wallet's private key")
    if credential.pattern and not credential.pattern.fullmatch(credential.example or ""):
        raise table.error("example", "must be a made-up value that the pattern matches")
    table.done()
    return credential


def _permission_check(table: Table) -> PermissionCheck:
    note = table.optional_text("note")
    check = PermissionCheck(
        verifiable=table.boolean("verifiable"),
        read=table.optional_text("read"),
        powers=table.choices("powers", PowerKind),
        source=table.source(note=note),
        note=note,
        refusal=_refusal(table.optional_table("refusal")),
    )
    table.done()
    return check


def _refusal(table: Table | None) -> Refusal | None:
    if table is None:
        return None
    refusal = Refusal(status=table.integer("status"), text=table.text("text"))
    table.done()
    return refusal


def _clock(table: Table | None) -> ClockFacts | None:
    if table is None:
        return None
    note = table.optional_text("note")
    clock = ClockFacts(
        read=table.text("read"),
        ahead_ms=table.integer("ahead_ms"),
        behind_ms=table.integer("behind_ms"),
        source=table.source(note=note),
        note=note,
    )
    table.done()
    return clock


def _client(table: Table) -> ClientFacts:
    client = ClientFacts(
        ccxt=table.text("ccxt"),
        maker=table.optional_text("maker"),
        urls=table.mapping("urls"),
        options=table.mapping("options"),
        markets=table.texts("markets"),
        codes=table.value_lists("codes"),
    )
    table.done()
    return client


def _scope(table: Table) -> Scope:
    scope = Scope(
        id=table.text("id"),
        label=table.text("label"),
        kind=table.choice("kind", ContractKind),
        ccxt=table.text("ccxt"),
        params=table.mapping("params"),
        reads=table.texts("reads"),
        settle=table.text("settle"),
    )
    table.done()
    return scope


def _positions(table: Table | None) -> PositionFacts | None:
    if table is None:
        return None
    note = table.optional_text("note")
    positions = PositionFacts(
        hedge_mode=table.boolean("hedge_mode"),
        liquidation_price=table.choice("liquidation_price", Source),
        source=table.source(note=note),
        note=note,
    )
    table.done()
    return positions


def _fund(table: Table) -> FundFacts:
    note = table.optional_text("note")
    uncovered = table.mapping("uncovered")
    for scope, text in uncovered.items():
        if not isinstance(text, str) or not text.strip():
            raise table.error(f"uncovered.{scope}", "must be a sentence")
    fund = FundFacts(
        published=table.boolean("published"),
        cadence_seconds=table.optional_integer("cadence_seconds"),
        reads=table.texts("reads"),
        page=table.optional_url("page"),
        uncovered={scope: str(text) for scope, text in uncovered.items()},
        source=table.source(note=note),
        note=note,
        history_reads=table.texts("history_reads"),
        largest_liquidation=_largest_liquidation(table.optional_table("largest_liquidation")),
        history_note=table.optional_text("history_note"),
    )
    table.done()
    return fund


def _largest_liquidation(table: Table | None) -> LiquidationRecord | None:
    if table is None:
        return None
    note = table.optional_text("note")
    record = LiquidationRecord(
        usd=table.number("usd"), on=table.day("on"), source=table.source(note=note), note=note
    )
    table.done()
    return record


def _adl(table: Table) -> AdlFacts:
    note = table.optional_text("note")
    adl = AdlFacts(
        subject=table.choice("subject", AdlSubject),
        scale=table.text("scale"),
        cadence_seconds=table.optional_integer("cadence_seconds"),
        read=table.text("read"),
        source=table.source(note=note),
        note=note,
    )
    table.done()
    return adl


def _step(table: Table) -> WaterfallStep:
    note = table.optional_text("note")
    step = WaterfallStep(
        kind=table.choice("kind", StepKind),
        applies=table.choice("applies", Touches),
        title=table.text("title"),
        text=table.text("text"),
        scope=table.text("scope"),
        touches_profit=table.choice("touches_profit", Touches),
        touches_position=table.choice("touches_position", Touches),
        touches_withdrawn=table.choice("touches_withdrawn", Touches),
        source=table.source(note=note),
        as_of=table.optional_day("as_of"),
        close_price=table.optional_text("close_price"),
        ranking=table.optional_text("ranking"),
        note=note,
    )
    if step.as_of is None and note is None:
        raise table.error("as_of", "is missing, and no note says that the source has no date")
    if step.source is None and step.applies is not Touches.UNKNOWN:
        raise table.error("applies", "must be unknown where there is no source")
    table.done()
    return step


def _not_known(table: Table | None) -> tuple[str, ...]:
    if table is None:
        return ()
    not_known = table.texts("not_known")
    table.done()
    return not_known


def _closed(table: Table | None) -> Closure | None:
    if table is None:
        return None
    note = table.optional_text("note")
    closure = Closure(
        on=table.day("on"),
        announced_on=table.optional_day("announced_on"),
        withdrawals_until=table.optional_day_or_moment("withdrawals_until"),
        text=table.text("text"),
        source=table.source(note=note),
        note=note,
    )
    if closure.announced_on is not None and closure.announced_on > closure.on:
        raise table.error("announced_on", "is later than the closure")
    table.done()
    return closure


def _incident(table: Table) -> Incident:
    note = table.optional_text("note")
    incident = Incident(
        date=table.day("date"),
        title=table.text("title"),
        text=table.text("text"),
        source=table.source(note=note),
        amount=table.optional_text("amount"),
        note=note,
    )
    table.done()
    return incident


def _limits(table: Table | None) -> Limits | None:
    if table is None:
        return None
    note = table.optional_text("note")
    limits = Limits(
        per_minute=table.number("per_minute"),
        scope=table.text("scope"),
        source=table.source(note=note),
        note=note,
        ban=_ban(table.optional_table("ban")),
    )
    if limits.scope not in {"ip", "uid"}:
        raise table.error("scope", "must be one of ip, uid")
    table.done()
    return limits


def _ban(table: Table | None) -> Ban | None:
    if table is None:
        return None
    ban = Ban(
        status=table.integer("status"), text=table.text("text"), seconds=table.integer("seconds")
    )
    table.done()
    return ban


def _sentinels(table: Table | None) -> frozenset[float]:
    if table is None:
        return frozenset()
    sentinels = frozenset(table.numbers("sentinels"))
    table.done()
    return sentinels
