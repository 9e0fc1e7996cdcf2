"""Falls that happened, as far as their figures were published. Data: ``data/incidents.csv``.

A case's known balances are joined by straight lines with one balance a day; before the first of
them the fund is taken to have stood still for five weeks, and after the last for ten days. What
else had to be assumed stands beside each figure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from itertools import groupby
from operator import itemgetter
from typing import Final

import numpy as np

from app.domain.fund import FundEvent, FundHealth
from app.domain.fund_series import micros, when
from app.monitor.backtest import ALARM, Said, replay
from app.monitor.backtest_figures import naive_alarms
from app.risk.fund_histories import DAY, SECOND, Feed, FundHistory

BEFORE: Final = 35
AFTER: Final = 10
DOLLARS: Final = frozenset({"USDT", "USDC"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Incident:
    """One case, the history made of it, where its figures are from and what was assumed.

    ``began`` is the last balance before the fall, in microseconds since 1970 UTC.
    """

    case: str
    title: str
    history: FundHistory
    began: int
    sources: tuple[str, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What the rules say of an incident from its beginning on, and what the naive rule does."""

    incident: Incident
    said: tuple[Said, ...]
    naive_at: int | None

    @property
    def first_alarm(self) -> Said | None:
        return next((one for one in self.said if one.codes & ALARM), None)

    @property
    def worst(self) -> FundHealth:
        """The worst word while the case lasts."""
        words = list(FundHealth)
        return min((one.state.health for one in self.said), key=words.index)


def tell(incident: Incident) -> Told:
    """Replay one incident."""
    (replayed,) = replay((incident.history,))
    naive = (begin for begin, _ in naive_alarms(incident.history))
    before = [one for one in replayed.said if one.at <= incident.began + SECOND]
    after = [one for one in replayed.said if one.at > incident.began + SECOND]
    return Told(
        incident=incident,
        said=(*before[-1:], *after),
        naive_at=next((at for at in naive if at >= incident.began), None),
    )


def incidents() -> tuple[Incident, ...]:
    """Every case, oldest first."""
    text = resources.files("app.monitor").joinpath("data/incidents.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return tuple(_incident(case, list(of)) for case, of in groupby(rows, itemgetter("case")))


def _incident(case: str, rows: Sequence[dict[str, str]]) -> Incident:
    first = rows[0]
    days, amounts = zip(*_known(rows), strict=True)
    reach = np.arange(days[0] - BEFORE, days[-1] + AFTER + 1)
    at = reach.astype(np.int64) * DAY
    amount = np.interp(reach, days, amounts)
    feed = Feed(
        asset=first["asset"],
        at=at,
        known_at=at + SECOND,
        amount=amount,
        usd=amount if first["asset"] in DOLLARS else np.full(len(at), np.nan),
    )
    events = tuple(
        FundEvent(
            kind="top_up",
            at=when(_day(row) * DAY),
            asset=row["asset"],
            amount=float(row["amount"]),
        )
        for row in rows
        if row["what"] == "top_up"
    )
    return Incident(
        case=case,
        title=first["title"],
        history=FundHistory(
            name=first["title"],
            venue=first["venue"],
            cadence_seconds=DAY // SECOND,
            feeds=(feed,),
            events=events,
        ),
        began=_fell_from(at, amount),
        sources=tuple(dict.fromkeys(row["source"] for row in rows)),
        assumed=tuple(row["assumed"] for row in rows if row["assumed"]),
    )


def _known(rows: Sequence[dict[str, str]]) -> Iterator[tuple[int, float]]:
    """Days since 1970 and balances; money put in comes on top of the balance before it."""
    balance = 0.0
    for row in rows:
        amount = float(row["amount"])
        balance = balance + amount if row["what"] == "top_up" else amount
        yield _day(row), balance


def _day(row: dict[str, str]) -> int:
    at = datetime.combine(date.fromisoformat(row["at"]), datetime.min.time(), tzinfo=UTC)
    return micros(at) // DAY


def _fell_from(at: np.ndarray, amount: np.ndarray) -> int:
    return int(at[np.flatnonzero(np.diff(amount) < 0)[0]])
