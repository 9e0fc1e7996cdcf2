"""Everything to be said of one pool: its figures, one word, and why. docs/figures.md, "Health"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import isfinite

from app.domain.adl import AdlSignal
from app.domain.fund import (
    Divergence,
    DivergenceKind,
    FundBalance,
    FundEvent,
    FundHealth,
    FundState,
    MarketStat,
    PoolKind,
    PoolReading,
)
from app.domain.fund_series import AssetPast
from app.domain.reason import Reason, Severity
from app.risk.coverage import OpenInterest, cascade_coverage, coverage, pool_open_interest
from app.risk.divergence import LEAST_OTHERS
from app.risk.fund_figures import fund_figures
from app.risk.fund_reasons import FLAT, Bar, divergence_reason, reasons, word
from app.risk.fund_thresholds import FundThresholds
from app.risk.fund_trigger import nearest_trigger
from app.risk.severity import worst_first
from app.risk.staleness import fund_is_stale, stale_fund_reason
from app.risk.wording import percent


def fund_state(
    reading: PoolReading,
    past: Sequence[AssetPast],
    *,
    events: Sequence[FundEvent] = (),
    markets: Mapping[str, MarketStat],
    signals: Sequence[AdlSignal],
    now: datetime,
    thresholds: FundThresholds | None = None,
    previous: FundState | None = None,
    divergence: Divergence | None = None,
    largest_liquidation_usd: float | None = None,
) -> FundState:
    """Everything that can be said of one pool at ``now``.

    ``past`` is this pool's, 36 days back where there is so much (it may be thinned beyond the
    last day, to highs and last balances); ``reading`` itself counts as the newest, and may
    bring older balances of an asset along as history. ``events`` are what the venue labelled,
    and its regroupings: nothing is compared across the newest of those. ``markets`` holds
    every contract of the venue by native symbol; a pool that lists no symbols stands behind
    all the markets handed in, so hand in those of its scopes. ``signals`` are the venue's
    warnings about the pool and its contracts (``adl_signals.concerning``). ``previous`` is
    what was said of the pool last. ``largest_liquidation_usd`` is the venue's largest known
    volume of liquidations within 24 hours.
    """
    limits = thresholds or FundThresholds()
    bar = Bar(limits, previous)
    notes: dict[str, str] = {}
    newest = _newest(reading.balances)
    balance_usd = _balance_usd(newest, notes)
    as_of = max((balance.at for balance in newest), default=None)
    was_flat = previous is not None and any(one.code == FLAT for one in previous.reasons)
    figures = fund_figures(reading, past, events, now=now, was_flat=was_flat, notes=notes)
    interest = _open_interest(reading, markets, now, limits)
    share = coverage(balance_usd, interest.usd)
    if share is None:
        notes["coverage"] = interest.note or "There is no balance and open interest to compare."
    cascade = cascade_coverage(balance_usd, largest_liquidation_usd)
    if cascade is None:
        notes["cascade_coverage"] = "No volume of liquidations is known for this venue."
    trigger = nearest_trigger(signals, now, limits)
    if trigger.note is not None:
        notes["trigger_progress"] = trigger.note
    said = reasons(figures, bar, trigger=trigger, empty=_empty(newest, balance_usd))
    if not any(isfinite(balance.amount) for balance in newest):
        said.append(UNREAD)
    elif fund_is_stale(as_of, now, reading.cadence_seconds):
        said = [one for one in said if one.code != FLAT]
        said.append(stale_fund_reason(as_of, now, reading.cadence_seconds))
    _, note = _beside(reading.kind, None)
    notes["divergence"] = note or ""
    health = word(said, figures.changes, bar)
    notes["health"] = _telling(said, health) or _calm(health, figures.changes, notes)
    state = FundState(
        pool_id=reading.id,
        venue=reading.venue,
        key=reading.key,
        name=reading.name,
        kind=reading.kind,
        health=health,
        balance_usd=balance_usd,
        as_of=as_of,
        cadence_seconds=reading.cadence_seconds,
        changes=figures.changes,
        drawdown_8h=figures.drawdown_8h,
        drawdown_30d=figures.drawdown_30d,
        drawdown_all=figures.drawdown_all,
        slope_7d=figures.slope_7d,
        shock=figures.shock,
        runway_days=figures.runway_days,
        flat_updates=figures.flat_updates,
        top_ups=figures.top_ups,
        confidence=figures.confidence,
        since=_since(previous, health, now),
        coverage=share,
        cascade_coverage=cascade,
        open_interest_usd=interest.usd,
        trigger_progress=trigger.progress,
        assets=newest,
        notes=notes,
        reasons=worst_first(said),
    )
    return state if divergence is None else with_divergence(state, divergence, limits)


UNREAD = Reason(
    code="fund_unknown", severity=Severity.WATCH, text="The balance of the fund is not known."
)


def with_divergence(
    state: FundState, divergence: Divergence | None, limits: FundThresholds | None = None
) -> FundState:
    """``state`` beside the funds of the other venues; the word for its health stays.

    ``divergence`` is ``None`` where it is not known how the venue's own funds moved.
    """
    own = [one for one in state.reasons if one.code not in BESIDE_OTHERS]
    shown, note = _beside(state.kind, divergence)
    notes = {name: text for name, text in state.notes.items() if name != "divergence"}
    if note is not None:
        notes["divergence"] = note
    reason = shown and divergence_reason(shown, own, limits or FundThresholds())
    reasons = worst_first([*own, reason]) if reason else tuple(own)
    return replace(state, divergence=shown, notes=notes, reasons=reasons)


def _beside(kind: PoolKind, divergence: Divergence | None) -> tuple[Divergence | None, str | None]:
    """What is shown of the other venues, and why it is nothing or no comparison."""
    if kind is PoolKind.HEADLINE:
        return None, "This total pays for no loss."
    if divergence is None:
        return None, "It is not known yet how the venue's funds moved in 24 hours."
    if divergence.kind is DivergenceKind.NOT_ENOUGH_VENUES:
        return divergence, (
            f"Not enough venues: it takes {LEAST_OTHERS} others whose last 24 hours are known,"
            f" and there are {divergence.others}."
        )
    return divergence, None


BESIDE_OTHERS = frozenset({"fund_alone", "market_cascade"})


def _open_interest(
    reading: PoolReading,
    markets: Mapping[str, MarketStat],
    now: datetime,
    limits: FundThresholds,
) -> OpenInterest:
    if reading.kind is PoolKind.HEADLINE:
        return OpenInterest(usd=None, note="This total stands behind no contract.")
    symbols = reading.symbols or tuple(markets)
    return pool_open_interest(symbols, markets, now=now, max_age=limits.open_interest_max_age)


def _since(previous: FundState | None, health: FundHealth, now: datetime) -> datetime:
    if previous is not None and previous.health is health and previous.since is not None:
        return previous.since
    return now


def _telling(said: Sequence[Reason], health: FundHealth) -> str | None:
    """The worst of the reasons that made the word."""
    codes = {f"fund_{health}"} | ({FLAT} if health is FundHealth.STALE else set())
    return next((one.text for one in worst_first(said) if one.code in codes), None)


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
