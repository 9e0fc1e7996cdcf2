"""``seawall backtest``: what would have been said of a fund, and when, on a past that is known."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.cli.command import json_option

if TYPE_CHECKING:
    from app.monitor.backtest import Replayed, Said
    from app.monitor.backtest_figures import Figures, Score
    from app.monitor.backtest_incidents import Told
    from app.risk.fund_histories import FundHistory

Item = TypeVar("Item")

MADE_COLUMNS = (
    "Made-up history",
    ">Venue-years",
    ">False alarms",
    ">Naive rule's",
    ">Losses",
    ">Flagged",
    ">By the naive rule",
    ">Median delay",
    ">Naive rule's",
)
INCIDENT_COLUMNS = ("Case", ">First said on", "Word", "Worst", ">Naive rule on", "Why")
SAID_COLUMNS = ("Since", "Venue", "Fund", "Health", ">Balance", "Why")


@click.command()
@click.option("--generated", is_flag=True, help="Made-up histories of known truth [default].")
@click.option("--venue", help="The stored history of this venue's funds.")
@click.option(
    "--csv",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The histories in a file as `seawall funds export` writes it.",
)
@json_option
def backtest(generated: bool, venue: str | None, path: Path | None, as_json: bool) -> None:
    """What would have been said of a fund, and when.

    Replays a past through the rules that judge funds live, with what was known at each time.
    Made-up histories, whose truth is known, show how fast falls are found and how often an
    alarm is false; docs/fund-health.md says more.
    """
    if sum((generated, venue is not None, path is not None)) > 1:
        raise click.UsageError("Choose one of --generated, --venue and --csv.")
    if path is not None:
        _show_said(_replayed(_from_file(path), None), as_json=as_json)
    elif venue is not None:
        _show_said(_replayed(_from_store(venue), venue), as_json=as_json)
    else:
        _show_made(as_json=as_json)


def _from_file(path: Path) -> Sequence[FundHistory]:
    from app import clock
    from app.monitor.backtest_stored import imported_histories

    with path.open(encoding="utf-8", newline="") as lines:
        return imported_histories(lines, now=clock.now())


def _from_store(venue: str) -> Sequence[FundHistory]:
    from app import clock
    from app.cli.place import opened
    from app.monitor.backtest_stored import stored_histories
    from app.venues.catalogue import catalogue

    known = catalogue().venue(venue)
    with opened() as place, place.database.read() as connection:
        return stored_histories(connection, venue=known.id, now=clock.now())


def _replayed(histories: Sequence[FundHistory], venue: str | None) -> list[Replayed]:
    from app.monitor.backtest import replay

    wanted = sum(venue in (None, one.venue) for one in histories)
    return list(_with_progress(replay(histories, only=venue), wanted))


def _show_said(replayed: Sequence[Replayed], *, as_json: bool) -> None:
    from app.cli.output import print_json, print_table

    if as_json:
        print_json({"items": [_said_document(one, said) for one in replayed for said in one.said]})
        return
    print_table(SAID_COLUMNS, [_said_row(one, said) for one in replayed for said in one.said])
    judged = sum(one.judged for one in replayed)
    click.echo(f"{len(replayed)} funds, {judged} judgements.")


def _show_made(*, as_json: bool) -> None:
    from app.cli.output import print_json, print_table
    from app.monitor.backtest_figures import score_suite
    from app.monitor.backtest_incidents import incidents, tell
    from app.risk.fund_histories_suite import suite

    markets = _with_progress(score_suite(), len(suite()))
    scores = [score for market in markets for score in market]
    told = [tell(incident) for incident in incidents()]
    if as_json:
        rows = [_figures_document(kind, found) for kind, found in _by_kind(scores)]
        print_json({"generated": rows, "incidents": [_told_document(one) for one in told]})
        return
    print_table(MADE_COLUMNS, [_made_row(kind, found) for kind, found in _by_kind(scores)])
    click.echo()
    print_table(INCIDENT_COLUMNS, [_told_row(one) for one in told])


def _with_progress(items: Iterable[Item], count: int) -> Iterator[Item]:
    """A line on standard error while it lasts; nothing where that is no terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length=count, label="Replaying", file=sys.stderr) as bar:
        yield from bar


def _by_kind(scores: Sequence[Score]) -> list[tuple[str, Figures]]:
    from app.monitor.backtest_figures import figures

    def kind(score: Score) -> str:
        return str(score.truth.kind)

    order = list(dict.fromkeys(map(kind, scores)))
    groups = groupby(sorted(scores, key=lambda one: order.index(kind(one))), kind)
    return [*((word, figures(group)) for word, group in groups), ("all", figures(scores))]


def _made_row(kind: str, found: Figures) -> tuple[str, ...]:
    from app.cli.output import NOTHING

    def delay(microseconds: float | None) -> str:
        from app.domain.fund_series import MICROSECOND
        from app.risk.wording import duration

        return NOTHING if microseconds is None else duration(microseconds * MICROSECOND)

    losses = found.losses > 0
    return (
        kind,
        f"{found.years:.1f}",
        str(found.false_alarms),
        str(found.naive_false_alarms),
        str(found.losses) if losses else NOTHING,
        str(found.flagged) if losses else NOTHING,
        str(found.naive_flagged) if losses else NOTHING,
        delay(found.median_after),
        delay(found.naive_median_after),
    )


def _figures_document(kind: str, found: Figures) -> dict[str, Any]:
    """The figures of one row, times in seconds."""
    figures = asdict(found)
    for name in ("worst_after", "median_after", "naive_median_after"):
        microseconds = figures.pop(name)
        figures[f"{name}_seconds"] = None if microseconds is None else microseconds / 1e6
    return {"kind": kind, **figures}


def _told_row(told: Told) -> tuple[str, ...]:
    from app.cli.output import NOTHING

    first = told.first_alarm
    return (
        told.incident.title,
        NOTHING if first is None else _day(first.at),
        NOTHING if first is None else str(first.state.health),
        str(told.worst),
        NOTHING if told.naive_at is None else _day(told.naive_at),
        "" if first is None else first.state.reasons[0].text,
    )


def _told_document(told: Told) -> dict[str, Any]:
    from app.domain.fund_series import when

    incident = told.incident
    return {
        "case": incident.case,
        "title": incident.title,
        "sources": incident.sources,
        "assumed": incident.assumed,
        "naive_at": None if told.naive_at is None else when(told.naive_at),
        "said": [_state_document(one) for one in told.said],
    }


def _said_row(replayed: Replayed, said: Said) -> tuple[str, ...]:
    from app.cli.output import NOTHING
    from app.domain.fund_series import when
    from app.risk.wording import money

    state = said.state
    return (
        f"{when(said.at):%Y-%m-%d %H:%M}",
        replayed.history.venue,
        replayed.history.name,
        str(state.health),
        NOTHING if state.balance_usd is None else money(state.balance_usd),
        " ".join(reason.text for reason in state.reasons) or state.notes["health"],
    )


def _said_document(replayed: Replayed, said: Said) -> dict[str, Any]:
    history = replayed.history
    return {"venue": history.venue, "pool": history.key, **_state_document(said)}


def _state_document(said: Said) -> dict[str, Any]:
    from app.domain.fund_series import when

    state = said.state
    return {
        "at": when(said.at),
        "health": state.health,
        "confidence": state.confidence,
        "balance_usd": state.balance_usd,
        "balances": {one.asset: one.amount for one in state.assets},
        "divergence": said.divergence,
        "reasons": [asdict(reason) for reason in state.reasons],
    }


def _day(at: int) -> str:
    from app.domain.fund_series import when

    return f"{when(at):%Y-%m-%d}"
