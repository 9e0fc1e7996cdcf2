"""Everything said of one position, put together from the parts. docs/figures.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.adl import AdlScore, AdlSignal
from app.domain.adl_rule import AdlRule
from app.domain.fund import FundState, MarketStat, PoolKind
from app.domain.hedge import Hedge
from app.domain.loss_model import LossModel
from app.domain.market_risk import Touch
from app.domain.position import Position
from app.domain.session import SessionRule
from app.domain.thresholds import Thresholds
from app.domain.verdict import Assessment
from app.risk.adl_score import score
from app.risk.adl_trigger import nearest_trigger, why_no_trigger
from app.risk.distance import distance, distance_usd
from app.risk.liquidation import usable_price
from app.risk.liquidation_estimate import Prices, prices, quantity_of
from app.risk.loss_answer import answer, in_profit
from app.risk.margin import NO_SHARED_MARGIN, SharedMargin, position_margin_ratio
from app.risk.outlook_reasons import hedge_reasons, session_reasons, touch_reasons
from app.risk.session import session_risk
from app.risk.severity import (
    adl_reasons,
    fund_reasons,
    liquidation_reasons,
    verdict_of,
)
from app.risk.volatility import distance_in_volatilities

if TYPE_CHECKING:
    from app.risk.price_past import PricePast

DEFAULT_THRESHOLDS = Thresholds()
NO_PRICES = "The past prices of this contract were not read yet."
NO_RULE = "How this venue chooses whom it deleverages is not gathered here."
OUTLOOK = ("daily_volatility", "distance_daily_volatilities", "touch")


def assess(
    position: Position,
    *,
    venue_name: str,
    loss_model: LossModel | None,
    shared: SharedMargin = NO_SHARED_MARGIN,
    fund: FundState | None = None,
    fund_note: str | None = None,
    mark: MarketStat | None = None,
    prices_past: PricePast | None = None,
    signals: Sequence[AdlSignal] = (),
    adl_rule: AdlRule | None = None,
    session_rule: SessionRule | None = None,
    hedge: Hedge | None = None,
    now: datetime | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Assessment:
    """What ``position`` means now; constant time, so that thousands can be assessed.

    ``shared`` is what ``share_margin`` found for the account's cross positions, ``fund`` the
    pool behind the position (``fund_note`` why there is none), ``mark`` the contract's own
    market, ``prices_past`` its past, and ``signals`` the venue's warnings for it and its pool.
    ``hedge`` is what offsets the position, ``now`` (by default when it was read) the moment a
    session is looked at. The newer of the position's and the market's mark price counts, and is
    the one the assessed position carries. A headline fund is no fund behind a position.
    """
    notes = dict(position.notes)
    if fund is not None and fund.kind is PoolKind.HEADLINE:
        fund, fund_note = None, fund_note or "The published total is not what absorbs a loss."
    if fund is None:
        notes["fund"] = fund_note or "No fund is known behind this contract."
    newest = _newest_mark(position, mark)
    found = prices(position, shared=shared, mark_price=newest)
    away = distance(side=found.side, mark_price=newest, liquidation_price=found.liquidation.price)
    ratio = position_margin_ratio(position, shared)
    cost = distance_usd(
        kind=position.kind,
        distance=away,
        mark_price=newest,
        quantity=found.quantity,
        settle_asset=position.settle_asset,
        notional_usd=position.notional_usd if found.quantity == quantity_of(position) else None,
    )
    _explain(notes, found, newest, away, cost)
    outlook = _outlook(prices_past, found, newest, notes)
    marked = _with_mark(position, newest)
    scored, adl_note = _scored(marked, adl_rule, shared, found.bankruptcy.price)
    trigger = nearest_trigger(signals)
    session = session_risk(
        marked,
        rule=session_rule,
        margin=shared.margin,
        signals=signals,
        now=now or position.as_of,
        loss_model=loss_model,
    )
    if adl_note is not None:
        notes["adl_score"] = adl_note
    if trigger is None:
        notes["adl_trigger"] = why_no_trigger(signals)
    if ratio.value is None and ratio.note is not None:
        notes["margin_ratio"] = ratio.note
    reasons = [
        *liquidation_reasons(
            distance=away,
            liquidation_price=found.liquidation.price,
            source=found.liquidation.source,
            covered=found.covered,
            ratio=ratio,
            thresholds=thresholds,
        ),
        *touch_reasons(outlook.touches, thresholds),
        *fund_reasons(fund, thresholds),
        *session_reasons(session, fund, thresholds),
        *adl_reasons(
            position,
            in_profit=in_profit(position),
            fund=fund,
            signals=signals,
            thresholds=thresholds,
        ),
        *hedge_reasons(hedge, position.adl, fund, thresholds),
    ]
    choice = None if adl_rule is None else adl_rule.choice
    return Assessment(
        position=marked,
        liquidation_price=found.liquidation.price,
        liquidation_price_source=found.liquidation.source,
        liquidation_price_note=found.liquidation.note,
        bankruptcy_price=found.bankruptcy.price,
        bankruptcy_price_source=found.bankruptcy.source,
        distance=away,
        distance_usd=cost,
        margin_ratio=ratio.value,
        fund=fund,
        loss=answer(
            position,
            loss_model=loss_model,
            venue_name=venue_name,
            fund=fund,
            session=session,
            adl_score=scored,
            adl_choice=choice,
            hedge=hedge,
        ),
        verdict=verdict_of(reasons),
        daily_volatility=outlook.daily_volatility,
        distance_daily_volatilities=outlook.distance,
        touches=outlook.touches,
        adl_choice=choice,
        adl_score=scored,
        adl_trigger=trigger,
        hedge=hedge,
        session=session,
        notes=notes,
    )


def _scored(
    position: Position, rule: AdlRule | None, shared: SharedMargin, bankruptcy_price: float | None
) -> tuple[AdlScore | None, str | None]:
    if rule is None:
        return None, NO_RULE
    return score(
        position,
        rule=rule,
        margin=shared.margin,
        mark=position.mark_price,
        bankruptcy_price=bankruptcy_price,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlook:
    """What a day can do, by the contract's past prices."""

    daily_volatility: float | None = None
    distance: float | None = None
    touches: tuple[Touch, ...] = ()


def _outlook(
    past: PricePast | None, found: Prices, mark: float | None, notes: dict[str, str]
) -> _Outlook:
    """In daily volatilities and as probabilities; why not goes into ``notes``."""
    if past is None:
        for name in ("daily_volatility", "distance_daily_volatilities", "touch"):
            notes[name] = NO_PRICES
        return _Outlook()
    notes |= {name: past.notes[name] for name in OUTLOOK if name in past.notes}
    volatility, liquidation = past.risk.daily_volatility, found.liquidation.price
    if mark is None or liquidation is None:
        missing = "mark price" if mark is None else "liquidation price"
        notes["distance_daily_volatilities"] = notes["touch"] = f"There is no {missing}."
        return _Outlook(daily_volatility=volatility)
    return _Outlook(
        daily_volatility=volatility,
        distance=distance_in_volatilities(mark, liquidation, volatility),
        touches=past.touches(side=found.side, mark=mark, liquidation=liquidation),
    )


def _newest_mark(position: Position, mark: MarketStat | None) -> float | None:
    own = usable_price(position.mark_price)
    market = None if mark is None else usable_price(mark.mark_price)
    if own is None or (market is not None and mark is not None and mark.at > position.as_of):
        return market or own
    return own


def _with_mark(position: Position, newest: float | None) -> Position:
    """The position at the newest mark; what margin was read with is kept beside it."""
    if newest is None or newest == position.mark_price:
        return position
    read_with = position.read_mark_price or position.mark_price
    return replace(position, mark_price=newest, read_mark_price=read_with)


def _explain(
    notes: dict[str, str],
    found: Prices,
    mark: float | None,
    away: float | None,
    cost: float | None,
) -> None:
    """Beside every figure that is missing, why it is."""
    if found.bankruptcy.note is not None:
        notes["bankruptcy_price"] = found.bankruptcy.note
    if found.liquidation.note is not None:
        notes["liquidation_price"] = found.liquidation.note
    if away is None:
        missing = "mark price" if mark is None else "liquidation price"
        notes["distance"] = f"There is no {missing}."
        notes["distance_usd"] = notes["distance"]
    elif cost is None:
        notes["distance_usd"] = "The worth of this contract in USD is not known."
