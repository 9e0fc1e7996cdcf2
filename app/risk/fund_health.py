"""One word for a pool, with the reasons that made it. docs/figures.md, "Health"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from app.domain.adl import AdlSignal
from app.domain.fund import (
    FundBalance,
    FundHealth,
    FundSample,
    FundState,
    MarketStat,
    PoolKind,
    PoolReading,
)
from app.domain.reason import Reason, Severity
from app.risk.coverage import OpenInterest, coverage, pool_open_interest
from app.risk.fund_change import WINDOWS, BalanceHistory, Figure, balance_history, change, drawdown
from app.risk.severity import worst_first
from app.risk.staleness import fund_is_stale, stale_fund_reason
from app.risk.wording import duration, money, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class FundThresholds:
    """Where a health begins, as fractions; what each rests on stands in docs/figures.md."""

    draining_24h: float = -0.05
    draining_1h: float = -0.03
    draining_drawdown_8h: float = 0.10
    declining_24h: float = -0.01
    declining_7d: float = -0.05
    growing_24h: float = 0.01
    growing_7d: float = 0.005
    depleted_drawdown_30d: float = 0.80
    trigger_reached: float = 1.0
    open_interest_max_age: timedelta = timedelta(hours=1)
    signal_max_age: timedelta = timedelta(minutes=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trigger:
    """How far the nearest of the pool's contracts is to the venue's own ADL trigger."""

    progress: float | None
    symbol: str | None = None
    note: str | None = None


def fund_state(
    reading: PoolReading,
    samples: Iterable[FundSample],
    *,
    markets: Mapping[str, MarketStat],
    signals: Sequence[AdlSignal],
    now: datetime,
    thresholds: FundThresholds | None = None,
) -> FundState:
    """Everything that can be said of one pool at ``now``.

    ``samples`` are this pool's, 30 days back where there are so many (they may be thinned
    beyond the last day); ``reading`` itself counts as the newest, and
    may bring older balances of an asset along as history. ``markets`` holds every
    contract of the venue by native symbol; a pool that lists no symbols stands behind all
    the markets handed in, so hand in those of its scopes. ``signals`` are the venue's warnings
    about the pool and its contracts (``adl_signals.concerning``).
    """
    limits = thresholds or FundThresholds()
    notes: dict[str, str] = {}
    newest = _newest(reading.balances)
    balance_usd = _balance_usd(newest, notes)
    as_of = max((balance.at for balance in newest), default=None)
    history = balance_history(samples, reading.balances)
    changes = {
        window: _noted(notes, f"change_{window}", _change(history, window, reading))
        for window in WINDOWS
    }
    drawdown_8h = _noted(notes, "drawdown_8h", _drawdown(history, "8h", reading))
    drawdown_30d = _drawdown(history, "30d", reading).value
    if reading.kind is PoolKind.HEADLINE:
        interest = OpenInterest(usd=None, note="This total stands behind no contract.")
    else:
        interest = pool_open_interest(
            reading.symbols or tuple(markets),
            markets,
            now=now,
            max_age=limits.open_interest_max_age,
        )
    share = coverage(balance_usd, interest.usd)
    if share is None:
        notes["coverage"] = interest.note or "There is no balance and open interest to compare."
    trigger = _trigger(signals, now, limits)
    if trigger.note is not None:
        notes["trigger_progress"] = trigger.note
    reasons = _reasons(
        limits,
        changes=changes,
        drawdown_8h=drawdown_8h,
        drawdown_30d=drawdown_30d,
        trigger=trigger,
        empty=_empty(newest, balance_usd),
    )
    known = any(isfinite(balance.amount) for balance in newest)
    if not known:
        reasons.append(
            Reason(
                code="fund_unknown",
                severity=Severity.WATCH,
                text="The balance of the fund is not known.",
            )
        )
    elif fund_is_stale(as_of, now, reading.cadence_seconds):
        reasons.append(stale_fund_reason(as_of, now, reading.cadence_seconds))
    health = _health(limits, reasons, changes)
    telling = (reason.text for reason in worst_first(reasons) if reason.code == f"fund_{health}")
    notes["health"] = next(telling, None) or _calm(health, changes, notes)
    return FundState(
        pool_id=reading.id,
        venue=reading.venue,
        key=reading.key,
        name=reading.name,
        kind=reading.kind,
        health=health,
        balance_usd=balance_usd,
        as_of=as_of,
        cadence_seconds=reading.cadence_seconds,
        changes=changes,
        drawdown_8h=drawdown_8h,
        coverage=share,
        open_interest_usd=interest.usd,
        trigger_progress=trigger.progress,
        assets=newest,
        notes=notes,
        reasons=worst_first(reasons),
    )


def _reasons(
    limits: FundThresholds,
    *,
    changes: Mapping[str, float | None],
    drawdown_8h: float | None,
    drawdown_30d: float | None,
    trigger: _Trigger,
    empty: float | None,
) -> list[Reason]:
    reasons = []
    if empty is not None:
        text = f"The fund is used up: its balance is {money(empty)}."
        reasons.append(_reason(FundHealth.CRITICAL, text, empty, 0.0))
    if trigger.progress is not None and trigger.progress >= limits.trigger_reached:
        text = f"{trigger.symbol} is at the venue's own trigger for auto-deleveraging."
        reasons.append(_reason(FundHealth.CRITICAL, text, trigger.progress, limits.trigger_reached))
    if drawdown_30d is not None and drawdown_30d >= limits.depleted_drawdown_30d:
        text = f"The fund is {percent(drawdown_30d)} below its highest balance of 30 days."
        reasons.append(
            _reason(FundHealth.CRITICAL, text, drawdown_30d, limits.depleted_drawdown_30d, "30d")
        )
    if drawdown_8h is not None and drawdown_8h >= limits.draining_drawdown_8h:
        text = f"The fund is {percent(drawdown_8h)} below its highest balance of 8 hours."
        reasons.append(
            _reason(FundHealth.DRAINING, text, drawdown_8h, limits.draining_drawdown_8h, "8h")
        )
    for window, draining, declining in (
        ("24h", limits.draining_24h, limits.declining_24h),
        ("1h", limits.draining_1h, None),
        ("7d", None, limits.declining_7d),
    ):
        value = changes[window]
        if value is None:
            continue
        text = f"The fund lost {percent(-value)} in {_spoken(window)}."
        if draining is not None and value <= draining:
            reasons.append(_reason(FundHealth.DRAINING, text, value, draining, window))
        elif declining is not None and value <= declining:
            reasons.append(_reason(FundHealth.DECLINING, text, value, declining, window))
    return reasons


THE_FUND = "The fund"
SEVERITY_OF = {
    FundHealth.CRITICAL: Severity.CRITICAL,
    FundHealth.DRAINING: Severity.WARNING,
    FundHealth.DECLINING: Severity.WATCH,
}


def _reason(
    health: FundHealth, text: str, value: float, threshold: float, window: str | None = None
) -> Reason:
    return Reason(
        code=f"fund_{health}",
        severity=SEVERITY_OF[health],
        text=text,
        value=value,
        threshold=threshold,
        window=window,
    )


def _health(
    limits: FundThresholds, reasons: list[Reason], changes: Mapping[str, float | None]
) -> FundHealth:
    codes = {reason.code for reason in reasons}
    for health in (FundHealth.UNKNOWN, FundHealth.STALE, *SEVERITY_OF):
        if f"fund_{health}" in codes:
            return health
    day, week = changes["24h"], changes["7d"]
    if day is None:
        return FundHealth.UNKNOWN
    if day >= limits.growing_24h or (week is not None and week >= limits.growing_7d and day >= 0):
        return FundHealth.GROWING
    return FundHealth.STABLE


def _calm(health: FundHealth, changes: Mapping[str, float | None], notes: Mapping[str, str]) -> str:
    day = changes["24h"]
    if health is FundHealth.UNKNOWN or day is None:
        wait = notes.get("change_24h", "")
        return f"The balance is known, its trend not yet. {wait}".strip()
    return f"The fund changed by {percent(day, signed=True)} in 24 hours."


def _newest(balances: tuple[FundBalance, ...]) -> tuple[FundBalance, ...]:
    """One balance an asset, in the order the venue lists them."""
    newest: dict[str, FundBalance] = {}
    for balance in balances:
        known = newest.get(balance.asset)
        if known is None or balance.at > known.at:
            newest[balance.asset] = balance
    return tuple(newest.values())


def _balance_usd(balances: tuple[FundBalance, ...], notes: dict[str, str]) -> float | None:
    if not balances:
        notes["balance_usd"] = "The venue gave no balance."
        return None
    unpriced = [b.asset for b in balances if b.usd is None or not isfinite(b.usd)]
    if len(unpriced) == len(balances):
        notes["balance_usd"] = f"The worth of {', '.join(unpriced)} in USD is not known."
        return None
    if unpriced:
        notes["balance_usd"] = f"Without {', '.join(unpriced)}, whose worth is not known."
    return sum(b.usd for b in balances if b.usd is not None and isfinite(b.usd))


def _empty(balances: tuple[FundBalance, ...], balance_usd: float | None) -> float | None:
    """The balance, if it is zero or less in USD, or in every asset where USD is unknown."""
    if balance_usd is not None:
        return balance_usd if balance_usd <= 0 else None
    amounts = [b.amount for b in balances if isfinite(b.amount)]
    return 0.0 if amounts and max(amounts) <= 0 else None


def _trigger(signals: Sequence[AdlSignal], now: datetime, limits: FundThresholds) -> _Trigger:
    """The contract furthest on its way; an old figure counts only if it was at the trigger."""
    figures = [
        (signal.progress, signal)
        for signal in signals
        if signal.progress is not None and isfinite(signal.progress)
    ]
    if not figures:
        return _Trigger(progress=None, note="The venue publishes no way to its trigger here.")
    telling = [
        (progress, signal)
        for progress, signal in figures
        if now - signal.at <= limits.signal_max_age or progress >= limits.trigger_reached
    ]
    if not telling:
        age = now - max(signal.at for _, signal in figures)
        return _Trigger(progress=None, note=f"The venue's own figure is {duration(age)} old.")
    progress, nearest = max(telling, key=lambda figure: figure[0])
    return _Trigger(progress=progress, symbol=nearest.native_symbol or THE_FUND)


def _change(history: BalanceHistory | None, window: str, reading: PoolReading) -> Figure:
    if history is None:
        return Figure(note="There is no balance that could be compared.")
    return change(history, window, cadence_seconds=reading.cadence_seconds)


def _drawdown(history: BalanceHistory | None, window: str, reading: PoolReading) -> Figure:
    if history is None:
        return Figure(note="There is no balance that could be compared.")
    return drawdown(history, window, cadence_seconds=reading.cadence_seconds)


def _noted(notes: dict[str, str], name: str, figure: Figure) -> float | None:
    if figure.note is not None:
        notes[name] = figure.note
    return figure.value


def _spoken(window: str) -> str:
    return {"1h": "1 hour", "24h": "24 hours", "7d": "7 days"}[window]
