"""``seawall positions`` and ``venues``: what is known now.

With ``--json`` these print what the API answers, field by field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from app.cli.command import json_option
from app.domain.errors import Conflict

if TYPE_CHECKING:
    from rich.text import Text

    from app.domain.closure import Closure
    from app.store.funds import StoredFund
    from app.store.sources import SourceState
    from app.venues.facts import VenueFacts

NO_POSITIONS = "No open positions. `seawall accounts` shows what is linked and how it goes there."

POSITION_COLUMNS = (
    "",
    "Account",
    "Contract",
    "Side",
    ">Value",
    ">Lever",
    ">Mark",
    ">Liquidation",
    ">Distance",
    ">In days",
    ">Fund 24 h",
    ">Age",
    "Why",
)


@click.command()
@click.option("--venue", help="Only of this venue.")
@click.option("--account", "account_label", help="Only of the account with this label or id.")
@click.option("--symbol", help="Only this contract (BTC/USDT:USDT, or the venue's own name).")
@json_option
def positions(
    venue: str | None, account_label: str | None, symbol: str | None, as_json: bool
) -> None:
    """Open positions, worst first."""
    from app import clock
    from app.api.shapes.position import PositionSchema, position
    from app.cli.accounts import find
    from app.cli.output import print_items, print_table
    from app.cli.place import opened
    from app.store import positions as stored

    now = clock.now()
    with opened() as place:
        account = find(place, account_label) if account_label else None
        with place.database.read() as connection:
            found = stored.list_for(
                connection,
                user_id=place.user_id,
                venue=venue,
                account_id=account.id if account else None,
                symbol=symbol,
                limit=10_000,
            )
    shown = [position(one, now=now) for one in found]
    if as_json:
        print_items(PositionSchema(), shown, now)
    elif not shown:
        click.echo(NO_POSITIONS)
    else:
        print_table(
            POSITION_COLUMNS,
            [_position_row(one) for one in shown],
        )


@click.command()
@click.option("--explain", "venue_id", metavar="ID", help="What this venue does with a loss.")
@json_option
def venues(venue_id: str | None, as_json: bool) -> None:
    """Venues, and what each does with a loss."""
    from app.venues.catalogue import catalogue

    if venue_id is not None:
        _explain(catalogue().venue(venue_id), as_json=as_json)
    elif as_json:
        _print_venues(catalogue().venues())
    else:
        _tabulate_venues(catalogue().venues())


def _position_row(one: Mapping[str, Any]) -> tuple[str | Text, ...]:
    from app.cli.output import NOTHING, age, severity_text
    from app.risk.wording import money, percent, plain_number, price

    def told(value: float | None, how: Any) -> str:
        return NOTHING if value is None else str(how(value))

    fund = one["fund"]
    liquidation = told(one["liquidation_price"], price)
    if one["liquidation_price_source"] == "estimated":
        liquidation = f"≈ {liquidation}"
    return (
        severity_text(one["severity"]),
        one["account"]["label"],
        one["symbol"],
        str(one["side"]),
        told(one["notional_usd"], money),
        told(one["leverage"], lambda value: f"{plain_number(value)}×"),
        told(one["mark_price"], price),
        liquidation,
        told(one["distance"], percent),
        told(one["distance_daily_volatilities"], lambda value: f"{value:.1f} σ"),
        told(fund and fund["change_24h"], lambda value: percent(value, signed=True)),
        age(one["as_of"], stale=one["stale"]),
        " ".join(reason["text"] for reason in one["reasons"][:2]),
    )


def _tabulate_venues(known: Sequence[VenueFacts]) -> None:
    from app.cli.output import NOTHING, print_table

    rows = []
    for venue in known:
        link = NOTHING if venue.linking is None else str(venue.linking.kind)
        checked = "yes" if venue.permission_check.verifiable else "the venue cannot say"
        rows.append(
            (
                venue.id,
                venue.name,
                link,
                checked if link == "key" else NOTHING,
                "yes" if venue.fund.published else "no",
                _after(venue),
            )
        )
    print_table(("Id", "Venue", "Link by", "Key checked", "Fund published", "After the fund"), rows)


def _after(venue: VenueFacts) -> str:
    """What follows an empty fund, or since when nothing does."""
    from app.risk.wording import day

    if venue.closed is not None:
        return f"closed since {day(venue.closed.on)}"
    after = venue.loss_model.after_fund()
    return after[0].title if after else "not known"


def _print_venues(known: Sequence[VenueFacts]) -> None:
    """As the API answers them; where there is no database yet, with nothing read."""
    from app import clock
    from app.api.shapes.venue import VenueSchema, venue
    from app.cli.output import print_items
    from app.cli.place import opened
    from app.store import funds as stored
    from app.store import sources

    pools: list[StoredFund] = []
    states: Mapping[str, SourceState] = {}
    names = {facts.id: sources.funds_source(facts.id) for facts in known}
    with suppress(Conflict), opened() as place, place.database.read() as connection:
        pools += stored.states(connection)
        states = sources.get_many(connection, names=list(names.values()))
    now = clock.now()
    shown = [
        venue(
            facts,
            [pool for pool in pools if pool.state.venue == facts.id],
            states.get(names[facts.id]),
            now=now,
        )
        for facts in known
    ]
    print_items(VenueSchema(), shown, now)


def _closure(closure: Closure) -> str:
    from app.risk.wording import day, day_or_moment

    until = closure.withdrawals_until
    return " ".join(
        (
            f"Closed since {day(closure.on)}.",
            closure.text,
            f"Last moment for withdrawals: {day_or_moment(until)}."
            if until is not None
            else "Until when money can be withdrawn is not known.",
            closure.source or "no source",
        )
    )


def _explain(venue: VenueFacts, *, as_json: bool) -> None:
    """The waterfall, step by step, each with its source."""
    from rich.padding import Padding
    from rich.text import Text

    from app import clock
    from app.api.shapes.loss import LossModelSchema, loss_model
    from app.cli.output import console, print_document

    shown = loss_model(venue.loss_model, venue_name=venue.name)
    if as_json:
        print_document(LossModelSchema(), shown, clock.now())
        return
    out = console()
    out.print(f"{venue.name}: {shown['answer']}\n", markup=False)
    if venue.closed is not None:
        out.print(f"{_closure(venue.closed)}\n", markup=False)
    for sentence in shown["summary"].values():
        out.print(f"• {sentence}", markup=False)
    out.print()
    for number, step in enumerate(venue.loss_model.steps, start=1):
        unsure = "" if step.applies == "yes" else f" (applies: {step.applies})"
        out.print(f"{number}. {step.title}{unsure}", style="bold", markup=False)
        source = (step.source or "no source") + (f" ({step.as_of})" if step.as_of else "")
        lines = [
            step.text,
            step.close_price and f"Closed at: {step.close_price}",
            step.ranking and f"Who first: {step.ranking}",
            source,
        ]
        for line in filter(None, lines):
            out.print(Padding(Text(line, style="dim" if line is source else ""), (0, 0, 0, 3)))
    for sentence in venue.loss_model.not_known:
        out.print(f"Not known: {sentence}", markup=False)
