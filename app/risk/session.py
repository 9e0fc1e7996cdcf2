"""What of the running session could still be taken back. docs/figures.md, "What can be taken back"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.loss_model import LossModel
from app.domain.position import AccountMargin, Position
from app.domain.session import SessionProfit, SessionRisk, SessionRule, TakenFrom
from app.risk.loss_taking import takes_from_winners

RATE: Final = "clawback_rate"
"""The kind of signal whose value is a share of profits; others hold amounts."""
NOT_KNOWN: Final = "What the account earned in this session is not known."
NOT_STATED: Final = "It is not stated that the venue takes profit back in ordinary trading."
BY_WITHDRAWAL: Final = "What is charged depends on what is withdrawn while a shortfall lasts."


def session_risk(
    position: Position,
    *,
    rule: SessionRule | None,
    margin: AccountMargin | None,
    signals: Sequence[AdlSignal],
    now: datetime,
    loss_model: LossModel | None = None,
) -> SessionRisk | None:
    """What the venue of ``position`` could take back now; ``None`` where it has no such rule.

    ``margin`` is the one the position belongs to, with the venue's own figures of the session,
    and ``signals`` those for its contract and pool. What is at risk is the account's, not the
    position's: booked and open profit of the session added up, never below 0. Where one of
    them is not known neither is the sum, nor where ``loss_model`` does not state that the venue
    takes from winners.
    """
    if rule is None:
        return None
    profit, note = _profit(position, rule, margin)
    newest = _newest_rate(signals)
    at_risk = None
    if loss_model is not None and not takes_from_winners(loss_model.steps):
        note = NOT_STATED
    elif profit is not None and profit.realized is not None and profit.unrealized is not None:
        at_risk = max(profit.realized + profit.unrealized, 0.0)
    return SessionRisk(
        taken_from=rule.taken_from,
        asset=profit.asset if profit else None,
        realized=profit.realized if profit else None,
        unrealized=profit.unrealized if profit else None,
        at_risk=at_risk,
        ends_at=next_settlement(rule.settles_at, now),
        instruction=rule.instruction,
        source=rule.source,
        rate=newest.value if newest else None,
        rate_at=newest.at if newest else None,
        note=note if at_risk is None else None,
    )


def next_settlement(settles_at: Iterable[time], now: datetime) -> datetime | None:
    """The first settlement after ``now``, in UTC; at the moment of one the next session runs."""
    utc = now.astimezone(UTC)
    today = [datetime.combine(utc.date(), at, UTC) for at in settles_at]
    coming = [at if at > utc else at + timedelta(days=1) for at in today]
    return min(coming, default=None)


def _profit(
    position: Position, rule: SessionRule, margin: AccountMargin | None
) -> tuple[SessionProfit | None, str]:
    """The ledger's figures in the position's own asset, and what to say where they fall short."""
    if rule.taken_from is TakenFrom.WITHDRAWALS:
        return None, BY_WITHDRAWAL
    found = margin.session if margin is not None else None
    if found is None:
        return None, NOT_KNOWN
    if found.asset != position.settle_asset:
        asset = position.settle_asset
        return None, f"The session's profit is known in {found.asset}, not in {asset}."
    return found, " ".join(dict.fromkeys(found.notes.values())) or NOT_KNOWN


def _newest_rate(signals: Iterable[AdlSignal]) -> AdlSignal | None:
    rates = [one for one in signals if one.kind == RATE and one.value is not None]
    return max(rates, key=lambda one: one.at, default=None)
