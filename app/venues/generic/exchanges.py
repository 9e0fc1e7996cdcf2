"""The exchanges of ``exchanges.toml``, each as facts that say how little is known.

The process that faces the browser reads them too, so nothing here needs ccxt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.position import ContractKind, Source
from app.venues.candle_facts import CandleFacts
from app.venues.facts import (
    ClientFacts,
    CredentialField,
    FundFacts,
    Limits,
    Linking,
    LinkKind,
    PermissionCheck,
    PositionFacts,
    Read,
    ReadPurpose,
    Scope,
    VenueFacts,
    VenueKind,
    VenueStatus,
)
from app.venues.table import Table

FILE: Final = Path(__file__).parent / "exchanges.toml"
PREFIX: Final = "ccxt-"
"""What the id of such a venue begins with; the rest is the name of its class."""

REQUESTS_A_MINUTE: Final = 120
"""Taken as allowed where nothing is known: few exchanges allow less, most many times more."""

CANDLES_AT_ONCE: Final = 100
"""Few interfaces give less in one answer."""

FIELDS: Final[Mapping[str, CredentialField]] = {
    "apiKey": CredentialField(name="api_key", label="API key", ccxt="apiKey", hidden=False),
    "secret": CredentialField(name="secret", label="Secret", ccxt="secret", hidden=True),
    "password": CredentialField(
        name="passphrase", label="Passphrase of the key", ccxt="password", hidden=True
    ),
    "uid": CredentialField(name="account_id", label="User id", ccxt="uid", hidden=False),
    "accountId": CredentialField(
        name="account_id", label="Account id", ccxt="accountId", hidden=False
    ),
}
"""What may be asked for, by ccxt's words for it."""

STEPS: Final[Mapping[StepKind, str]] = {
    StepKind.PARTIAL_LIQUIDATION: "Liquidation",
    StepKind.INSURANCE_FUND: "Insurance fund",
    StepKind.BACKSTOP_LIQUIDATOR: "Backstop liquidator",
    StepKind.TREASURY_TOP_UP: "Top-up by the exchange",
    StepKind.AUTO_DELEVERAGING: "Auto-deleveraging",
    StepKind.SOCIALIZED_LOSS: "Socialized loss",
    StepKind.CLAWBACK: "Clawback of realised profit",
}
UNREAD: Final = "Seawall has not gathered this exchange's documents, so there is no source."


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericVenue:
    """An exchange of the file; ``classes`` are all that ccxt has for it."""

    facts: VenueFacts
    classes: frozenset[str]


@cache
def generic_venues() -> Mapping[str, GenericVenue]:
    """All of them by id. Raises ``FactsError`` when the file cannot be used."""
    found = {}
    for name, data in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        table = Table(data, f"{FILE.name}: {name}.")
        classes = frozenset({name, *table.texts("same_as")})
        found[f"{PREFIX}{name}"] = GenericVenue(facts=facts(name, table), classes=classes)
        table.done()
    return MappingProxyType(found)


def facts(name: str, table: Table) -> VenueFacts:
    """The facts of the exchange that ccxt calls ``name``. Raises ``FactsError``."""
    venue, shown, hosts = f"{PREFIX}{name}", table.text("name"), table.texts("hosts")
    website, is_dex = table.url("website"), table.boolean("dex")
    fields = tuple(FIELDS[field] for field in table.texts("credentials"))
    reads = tuple(_any_get(host) for host in hosts)
    asked = tuple(read.id for read in reads)
    return VenueFacts(
        id=venue,
        name=shown,
        kind=VenueKind.DEX if is_dex else VenueKind.CEX,
        status=VenueStatus.POSITIONS_ONLY,
        website=website,
        adapter="app.venues.generic.reader:GenericReader",
        linking=Linking(kind=LinkKind.KEY, fields=fields, how_to=_how_to(shown), how_to_url=None),
        permission_check=PermissionCheck(
            verifiable=False,
            read=None,
            powers=(),
            source=None,
            note=f"Seawall does not know how to ask {shown} what a key may do: look there "
            "yourself that this one can only read.",
        ),
        clock=None,
        clients=(ClientFacts(ccxt=name, options=OPTIONS, markets=asked),),
        scopes=(
            Scope(
                id="positions",
                label="Positions",
                kind=ContractKind.LINEAR,
                ccxt=name,
                params={},
                reads=asked,
                settle="what the exchange answers at once, which may not be all",
            ),
        ),
        positions=PositionFacts(
            hedge_mode=True, liquidation_price=Source.VENUE, source=None, note=UNREAD
        ),
        pages=(),
        reads=reads,
        fund=FundFacts(
            published=False,
            cadence_seconds=None,
            reads=(),
            page=None,
            uncovered={},
            source=None,
            note=f"Whether {shown} has an insurance fund, and how large it is, is not known here.",
        ),
        adl=(),
        loss_model=_unknown_model(venue, shown),
        incidents=(),
        limits=Limits(
            per_minute=REQUESTS_A_MINUTE,
            scope="ip",
            source=None,
            note=f"How many requests {shown} allows is not known here; this is a careful guess.",
        ),
        sentinels=frozenset(),
        candles=_candles(shown, asked) if table.boolean("candles") else None,
    )


OPTIONS: Final[Mapping[str, object]] = {
    "fetchCurrencies": False,
    "fetchMargins": False,
    "defaultType": "swap",
}


def _how_to(name: str) -> str:
    return (
        f"Make an API key at {name} that can only read; then paste it here. Seawall knows {name} "
        "only in general. It cannot see what the key may do, so you have to; it shows positions "
        "as the exchange's interface lists them at once, and those settled in another coin or "
        f"held in a sub-account may be missing; and it knows neither the insurance fund of {name} "
        "nor what happens when that runs out."
    )


def _any_get(host: str) -> Read:
    """Every GET to ``host`` that does not smell of a change."""
    return Read(
        id=host,
        method="GET",
        host=host,
        path="/",
        signed=True,
        weight=1,
        purpose=ReadPurpose.POSITIONS,
        any_path=True,
    )


def _candles(name: str, reads: tuple[str, ...]) -> CandleFacts:
    return CandleFacts(
        reads=reads,
        limit=CANDLES_AT_ONCE,
        reference=None,
        source=None,
        note=f"The hours are those {name}'s interface gives; how many it gives at once was not "
        f"checked, so {CANDLES_AT_ONCE} are asked for.",
    )


def _unknown_model(venue: str, name: str) -> LossModel:
    steps = tuple(
        WaterfallStep(
            kind=kind,
            applies=Touches.UNKNOWN,
            title=title,
            text=f"It is not known here whether {name} does this.",
            scope="venue",
            touches_profit=Touches.UNKNOWN,
            touches_position=Touches.UNKNOWN,
            touches_withdrawn=Touches.UNKNOWN,
            source=None,
            as_of=None,
            note=UNREAD,
        )
        for kind, title in STEPS.items()
    )
    return LossModel(
        venue=venue,
        steps=steps,
        not_known=(
            f"Everything {name} does with a loss that margin does not cover is not known here.",
        ),
    )
