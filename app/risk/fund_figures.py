"""Every figure that a pool's past gives, and a sentence for each it does not give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.fund import Confidence, FundEvent, PoolReading, TopUp
from app.domain.fund_series import MICROSECOND, AssetPast
from app.risk import fund_trend
from app.risk.fund_balances import BalanceHistory, balance_history
from app.risk.fund_change import WINDOWS, Figure, change, drawdown
from app.risk.fund_steps import steps_of, top_ups
from app.risk.staleness import MISSED, UNKNOWN_CADENCE_SECONDS, fund_is_stale

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
UNCOMPARED = "There is no balance that could be compared."


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFigures:
    """Named as in ``FundState``. ``last_step`` is the newest step as a fraction of the balance
    before it; ``flat_age`` how long the balance has not moved."""

    changes: Mapping[str, float | None]
    drawdown_8h: float | None = None
    drawdown_30d: float | None = None
    drawdown_all: float | None = None
    slope_7d: float | None = None
    shock: float | None = None
    last_step: float | None = None
    runway_days: float | None = None
    flat_updates: int | None = None
    flat_age: timedelta = timedelta(0)
    top_ups: tuple[TopUp, ...] = ()
    confidence: Confidence = Confidence.LOW


def fund_figures(
    reading: PoolReading,
    past: Sequence[AssetPast],
    events: Sequence[FundEvent],
    *,
    now: datetime,
    was_flat: bool,
    notes: dict[str, str],
) -> FundFigures:
    """Figures of a pool; ``notes`` receives a sentence under the name of each that is ``None``."""
    cadence = reading.cadence_seconds
    history = balance_history(past, reading.balances, events)
    if history is None:
        names = [f"change_{window}" for window in WINDOWS]
        notes |= dict.fromkeys([*names, *_NAMES], UNCOMPARED)
        return FundFigures(changes=dict.fromkeys(WINDOWS))

    def noted(name: str, figure: Figure) -> float | None:
        if figure.note is not None:
            notes[name] = figure.note
        return figure.value

    changes = {window: change(history, window, cadence_seconds=cadence) for window in WINDOWS}
    steps = steps_of(history, events, cadence_seconds=cadence)
    flat = fund_trend.flat(history, steps, now=now, cadence_seconds=cadence, was_flat=was_flat)
    if flat.note is not None:
        notes["flat_updates"] = flat.note
    falls = {
        name: noted(name, drawdown(history, window, cadence_seconds=cadence))
        for name, window in _DRAWDOWNS.items()
    }
    return FundFigures(
        changes={window: noted(f"change_{window}", figure) for window, figure in changes.items()},
        **falls,
        slope_7d=noted("slope_7d", fund_trend.slope(steps)),
        shock=noted("shock", fund_trend.shock(steps)),
        last_step=fund_trend.last_step(steps),
        runway_days=noted(
            "runway_days",
            fund_trend.runway(steps, balance=history.balance, change_7d=changes["7d"]),
        ),
        flat_updates=flat.updates,
        flat_age=flat.age,
        top_ups=top_ups(steps),
        confidence=_confidence(history, reading, now),
    )


_DRAWDOWNS = {"drawdown_8h": "8h", "drawdown_30d": "30d", "drawdown_all": "all"}
_NAMES = (*_DRAWDOWNS, "slope_7d", "shock", "runway_days", "flat_updates")


def _confidence(history: BalanceHistory, reading: PoolReading, now: datetime) -> Confidence:
    """How long the past is, and how few gaps of its last week are longer than three updates."""
    reach = (history.newest - history.oldest) * MICROSECOND
    as_of = max(balance.at for balance in reading.balances)
    every = max(timedelta(seconds=reading.cadence_seconds or UNKNOWN_CADENCE_SECONDS), HOUR)
    week = history.at[int(history.at.searchsorted(history.newest - WEEK // MICROSECOND)) :]
    gap = int((week[1:] - week[:-1]).max()) if len(week) > 1 else 0
    whole = gap * MICROSECOND <= MISSED * every
    if reach >= WEEK and whole and not fund_is_stale(as_of, now, reading.cadence_seconds):
        return Confidence.HIGH
    return Confidence.MEDIUM if reach >= DAY else Confidence.LOW
