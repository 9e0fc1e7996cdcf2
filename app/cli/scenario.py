"""``seawall scenario``: what a crash would do to funds and to your positions."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from app.cli.command import json_option

if TYPE_CHECKING:
    from rich.text import Text

NAMED_COLUMNS = ("Name", "What happens", "")
VENUE_COLUMNS = (
    "Venue", "Fund", ">Balance", ">Forced out", ">Shortfall", ">Left", "Runs out", "Then",
)  # fmt: skip
POSITION_COLUMNS = (
    "Account", "Venue", "Contract", "Side", ">Value", ">Price moves", ">Liquidated",
    ">That brings", ">Taken from it", "",
)  # fmt: skip
BAR, FULL, EMPTY = 10, "█", "░"
SLOW_DRAWS = 2_000
PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%")
AFTER = {
    "auto_deleveraging": "deleveraging",
    "haircut": "a haircut",
    "withdrawals": "charged on withdrawals",
    "unknown": "not known",
}


class Move(click.ParamType[float]):
    """``-20%`` or ``-0.2``, as a fraction."""

    name = "move"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = PERCENT.fullmatch(value.strip())
        try:
            return float(found[1]) / 100 if found else float(value)
        except ValueError:
            self.fail(f"{value!r} is no move like -20% or -0.2", param, ctx)


class CoinMove(click.ParamType[tuple[str, float]]):
    """``BTC=-15%``; ``rest=-40%`` for every other coin."""

    name = "coin=move"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        if isinstance(value, tuple):
            return value
        coin, given, move = str(value).partition("=")
        if not given:
            self.fail(f"{value!r} is no move of a coin like BTC=-15%", param, ctx)
        return coin if coin == "rest" else coin.upper(), Move().convert(move, param, ctx)


@click.command()
@click.argument("name", required=False)
@click.option("--move", type=Move(), help="BTC moves by so much (-20%), the others by their betas.")
@click.option("--coin", "coins", type=CoinMove(), multiple=True, help="One coin's own move.")
@click.option("--cascade", type=float, help="So many USD are forced out at --venue.")
@click.option("--venue", help="Where the cascade is.")
@click.option("--up", is_flag=True, help="The cascade drives prices up.")
@click.option("--at", "venues", multiple=True, help="Only this venue, held something there or not.")
@click.option("--draws", type=int, help="How many draws of what is not known [default: 2000].")
@click.option("--seed", type=int, help="The same seed gives the same answer.")
@json_option
def scenario(
    name: str | None,
    coins: tuple[tuple[str, float], ...],
    up: bool,
    venues: tuple[str, ...],
    as_json: bool,
    **given: float | str | None,
) -> None:
    """What a crash would do: who is forced out, what funds lose, what you lose.

    `seawall scenario` alone lists the named ones; docs/scenarios.md says how it works.
    """
    question: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if "cascade" in question:
        question["cascade_usd"] = question.pop("cascade")
    question |= {"name": name} if name is not None else {}
    question |= {"moves": dict(coins)} if coins else {}
    question |= {"direction": "up"} if up else {}
    question |= {"venues": list(venues)} if venues else {}
    if not {"name", "move", "moves", "cascade_usd"} & question.keys():
        if question:
            raise click.UsageError("Say what happens: a NAME, --move, --coin or --cascade.")
        _list(as_json=as_json)
    else:
        _run(question, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from app import clock
    from app.api.shapes.scenario import ScenariosSchema, named_scenario
    from app.cli.output import print_document, print_table
    from app.risk.scenario_named import NAMED

    if as_json:
        shown = {"items": [named_scenario(one) for one in NAMED]}
        print_document(ScenariosSchema(), shown, clock.now())
    else:
        print_table(NAMED_COLUMNS, [(one.name, one.title, one.text) for one in NAMED])


def _run(question: Mapping[str, Any], *, as_json: bool) -> None:
    from marshmallow import ValidationError

    from app import clock
    from app.api.scenario_reading import scenario_venues
    from app.api.shapes.scenario import ScenarioAnswerSchema, scenario_answer
    from app.api.shapes.scenario_question import ScenarioQuestionSchema, scenario_of
    from app.cli.output import print_document
    from app.cli.place import opened

    try:
        valid = ScenarioQuestionSchema().load(question)
    except ValidationError as error:
        raise click.UsageError(_in_words(error.messages_dict)) from error
    one, event = scenario_of(valid)
    now = clock.now()
    with opened() as place, place.database.read() as connection:
        asked = scenario_venues(
            connection, user_id=place.user_id, event=event, only=valid["venues"], now=now
        )
    if valid["draws"] > SLOW_DRAWS and sys.stderr.isatty():
        click.echo(f"Working out {valid['draws']:,} draws …", err=True)
    from app.risk.scenario import simulate

    found = simulate(
        event,
        asked,
        draws=valid["draws"],
        seed=valid["seed"],
        told=one.figures if one is not None else (),
    )
    shown = scenario_answer(found, event, one, notes={}, computed_at=now)
    if as_json:
        print_document(ScenarioAnswerSchema(), shown, now)
    else:
        _print(shown)


def _in_words(errors: Mapping[str, Any]) -> str:
    """Every complaint, each after the field it is about."""
    told = []
    for field, found in errors.items():
        if isinstance(found, Mapping):
            told.append(f"{field}: {_in_words({str(key): one for key, one in found.items()})}")
        else:
            told.append(f"{field}: {' '.join(map(str, found))}")
    return " ".join(told)


def _print(shown: Mapping[str, Any]) -> None:
    from app.cli.output import print_table
    from app.risk.wording import percent

    heading = shown["title"] or "As asked"
    draws = f"{shown['draws']:,} draws, seed {shown['seed']}"
    btc = shown["move"] and f", BTC {percent(shown['move']['p50'], signed=True)}"
    click.echo(f"{heading}: {draws}{btc or ''}. Middle draw, and where nine of ten lie.\n")
    if shown["unreached"]:
        share = percent(shown["unreached"])
        click.echo(f"In {share} of the draws no move forces out so much.\n")
    rows = [_fund_row(venue, pool) for venue in shown["venues"] for pool in venue["pools"]]
    if rows:
        print_table(VENUE_COLUMNS, rows)
    else:
        click.echo("No venue to look at: you hold nothing that is known here. Name one with --at.")
    if shown["positions"]:
        click.echo()
        print_table(POSITION_COLUMNS, [_position_row(one) for one in shown["positions"]])
    _print_assumptions(shown["assumptions"])


def bar(share: float | None) -> str:
    """How likely, drawn and in figures."""
    from app.cli.output import NOTHING
    from app.risk.wording import percent

    if share is None:
        return NOTHING
    full = round(share * BAR)
    return f"{FULL * full}{EMPTY * (BAR - full)} {percent(share)}"


def _fund_row(venue: Mapping[str, Any], pool: Mapping[str, Any]) -> tuple[str | Text, ...]:
    from app.cli.output import NOTHING
    from app.risk.wording import money, percent

    if pool["adl_usd"] is not None:
        then = f"deleveraging of {_range(pool['adl_usd'], money)}"
    elif pool["haircut"] is not None:
        then = f"haircut of {_range(pool['haircut'], percent)}"
    else:
        why = next(
            (pool["notes"][key] for key in ("forced_usd", "paid_usd") if key in pool["notes"]), ""
        )
        then = why or AFTER[venue["after_fund"]]
    return (
        venue["name"],
        pool["name"],
        NOTHING if pool["balance_usd"] is None else money(pool["balance_usd"]),
        _range(pool["forced_usd"], money),
        _range(pool["shortfall_usd"], money),
        _range(pool["left_usd"], money),
        bar(pool["depleted"]),
        then,
    )


def _position_row(one: Mapping[str, Any]) -> tuple[str | Text, ...]:
    from app.cli.output import NOTHING
    from app.risk.wording import money, percent

    liquidated, value = one["liquidated"], one["notional_usd"]
    told = [one["notes"][key] for key in ("liquidated", "lost_usd") if key in one["notes"]]
    return (
        one["account"],
        one["venue"],
        one["symbol"],
        str(one["side"]),
        NOTHING if value is None else money(value),
        _range(one["move"], lambda move: percent(move, signed=True)),
        NOTHING if liquidated is None else percent(liquidated),
        _range(one["gain_usd"], money),
        _range(one["lost_usd"], money),
        " ".join(told),
    )


def _print_assumptions(assumptions: Sequence[Mapping[str, Any]]) -> None:
    """Each with its reason and its source below it, in full."""
    from rich.padding import Padding
    from rich.text import Text

    from app.cli.output import console

    out = console()
    out.print("\nWhat this rests on", style="bold")
    for one in assumptions:
        value = f"{one['value']} {one['unit']}".strip()
        out.print(Text(f"{one['kind']!s:<8} {one['name']}: {value}"))
        for line in filter(None, (one["why"], one["source"])):
            out.print(Padding(Text(line, style="dim", overflow="fold"), (0, 0, 0, 9)))


def _range(spread: Mapping[str, float] | None, how: Any) -> str:
    """The middle draw, and behind it where nine of ten lie."""
    from app.cli.output import NOTHING

    if spread is None:
        return NOTHING
    low, middle, high = (str(how(spread[part])) for part in ("p5", "p50", "p95"))
    return middle if low == high else f"{middle} ({low} … {high})"
