"""``seawall funds``: the board, one venue with its past drawn, and the past as a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from app.cli.command import PlainError, json_option

if TYPE_CHECKING:
    from datetime import datetime

    from rich.text import Text
    from sqlalchemy import Connection

    from app.cli.place import Place
    from app.store.funds import StoredFund

NO_FUNDS = "No fund has been read yet. The worker reads them once it runs: `seawall up`."
COLUMNS = (
    "Venue", "Fund", "Health", ">Balance", ">1 h", ">24 h", ">7 d", ">Coverage", "Beside others",
    ">Age",
)  # fmt: skip
BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60
DRAWN = timedelta(days=30)
MOST_DRAWN = 12
"""So many pools of a venue are drawn; the others stand in the table alone."""


class FundGroup(click.Group):
    """``seawall funds deribit`` is short for ``seawall funds show deribit``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=FundGroup, invoke_without_command=True)
@click.option("--venue", help="Only of this venue.")
@json_option
@click.pass_context
def funds(ctx: click.Context, venue: str | None, as_json: bool) -> None:
    """Insurance funds: balance, change, coverage; `seawall funds VENUE` draws their past.

    Balances are what the venues report; nobody audits them here.
    """
    if ctx.invoked_subcommand is None:
        _show(venue, as_json=as_json)


@funds.command()
@click.argument("venue")
@json_option
def show(venue: str, as_json: bool) -> None:
    """One venue: every pool, and the last 30 days of the largest drawn."""
    _show(venue, as_json=as_json, drawn=True)


@funds.command("export")
@click.option("--venue", help="Only of this venue.")
@click.option("--pool", help="Only this pool, by its id.")
@click.option(
    "--to", "path", type=click.Path(dir_okay=False, path_type=Path), help="A file [default: here]."
)
def export(venue: str | None, pool: str | None, path: Path | None) -> None:
    """Every stored balance as CSV, corrections by the venue among them."""
    from app.cli.place import opened
    from app.store import fund_csv

    written = -1
    with opened() as place, place.database.read() as connection:
        lines = fund_csv.export(connection, venue=venue, pool_id=pool)
        with _sink(path) as out:
            for line in lines:
                out.write(line)
                written += 1
    if path is not None or not written:
        told = f"{written} balances" if written else "No balance is stored"
        click.echo(f"{told}{f', in {path}' if path else ''}.", err=True)


@funds.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@json_option
def import_(file: IO[str], as_json: bool) -> None:
    """Take in balances from a CSV that `export` wrote, or one with the same columns.

    It needs venue, pool, asset, at and amount. What is known already is left as it is; a file
    with a wrong line changes nothing. `-` reads what is piped in.
    """
    from dataclasses import asdict

    from app import clock
    from app.cli.output import print_json
    from app.cli.place import opened
    from app.store import fund_csv

    with opened() as place, place.database.write() as connection:
        try:
            done = fund_csv.import_(connection, file, now=clock.now())
        except UnicodeDecodeError as error:
            raise PlainError(f"Nothing was imported. {file.name} is no text in UTF-8.") from error
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"New: {done.added}. Corrections: {done.revised}. Known before: {done.known}.")
    if done.pools:
        click.echo(f"Never read here, and listed by these records: {', '.join(done.pools)}.")


def _show(venue: str | None, *, as_json: bool, drawn: bool = False) -> None:
    from app import clock
    from app.api.shapes.fund import FundSchema, fund
    from app.api.shapes.venue import venue_name
    from app.cli.output import print_items, print_table
    from app.cli.place import opened
    from app.store import funds as stored
    from app.venues.catalogue import catalogue

    now = clock.now()
    with opened() as place:
        with place.database.read() as connection:
            found = stored.states(connection, venue=venue)
        if venue is not None and not found:
            # Imported records may be of a venue that nobody wrote facts for.
            catalogue().venue(venue)
        shown = [fund(one, venue_name=venue_name(one.state.venue), now=now) for one in found]
        if as_json:
            print_items(FundSchema(), shown, now)
        elif not shown:
            click.echo(NO_FUNDS)
        else:
            print_table(COLUMNS, [_row(one) for one in shown])
            if drawn:
                _draw(place, found, now)


def _row(one: Mapping[str, Any]) -> tuple[str | Text, ...]:
    from app.cli.output import NOTHING, age
    from app.risk.wording import money, percent

    def change(window: str) -> str:
        value = one["changes"][window]
        return NOTHING if value is None else percent(value, signed=True)

    return (
        one["venue_name"],
        one["name"],
        str(one["health"]),
        NOTHING if one["balance_usd"] is None else money(one["balance_usd"]),
        change("1h"),
        change("24h"),
        change("7d"),
        NOTHING if one["coverage"] is None else percent(one["coverage"]),
        _beside(one["divergence"]),
        age(one["as_of"], stale=one["stale"]),
    )


def _beside(divergence: Mapping[str, Any] | None) -> str:
    from app.cli.output import NOTHING

    if divergence is None:
        return NOTHING
    words = {
        "alone": "drains alone",
        "market_wide": "all drain",
        "in_line": "in line",
        "not_enough_venues": "too few venues",
    }
    return words[str(divergence["kind"])]


def _draw(place: Place, found: Sequence[StoredFund], now: datetime) -> None:
    """The last 30 days of the largest pools, lows kept."""
    from app.cli.output import console
    from app.risk.wording import money

    largest = sorted(found, key=lambda one: -(one.state.balance_usd or 0.0))[:MOST_DRAWN]
    out = console()
    out.print()
    with place.database.read() as connection:
        for one in largest:
            lows = _lows(connection, one.state.pool_id, now)
            if len(lows) < 2:
                out.print(f"{one.state.name}: no past to draw yet.", markup=False)
                continue
            line, low, high = sparkline(lows), money(min(lows)), money(max(lows))
            out.print(f"{line}  {one.state.name}, 30 days: {low} to {high}", markup=False)


def _lows(connection: Connection, pool_id: str, now: datetime) -> list[float]:
    from app.store import fund_points

    buckets = fund_points.points(
        connection, pool_id=pool_id, since=now - DRAWN, until=now, count=WIDTH
    )
    return [bucket.low_usd for bucket in buckets]


def sparkline(values: Sequence[float]) -> str:
    """Values as bars of eight heights, the lowest the shortest; all alike are a flat line."""
    low, high = min(values), max(values)
    if high == low:
        return BARS[3] * len(values)
    top = len(BARS) - 1
    return "".join(BARS[round((value - low) / (high - low) * top)] for value in values)


@contextmanager
def _sink(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise PlainError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        yield file
