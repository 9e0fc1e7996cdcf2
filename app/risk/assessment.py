"""Everything said of one position, put together from the parts. docs/figures.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain.adl import AdlSignal
from app.domain.fund import FundState, MarketStat, PoolKind
from app.domain.loss_model import LossModel
from app.domain.position import Position
from app.domain.verdict import Assessment
from app.risk.distance import distance, distance_usd
from app.risk.liquidation import usable_price
from app.risk.liquidation_estimate import Prices, prices, quantity_of
from app.risk.loss_answer import answer, in_profit
from app.risk.margin import NO_SHARED_MARGIN, SharedMargin, position_margin_ratio
from app.risk.severity import (
    Thresholds,
    adl_reasons,
    fund_reasons,
    liquidation_reasons,
    verdict_of,
)

DEFAULT_THRESHOLDS = Thresholds()


def assess(
    position: Position,
    *,
    venue_name: str,
    loss_model: LossModel | None,
    shared: SharedMargin = NO_SHARED_MARGIN,
    fund: FundState | None = None,
    fund_note: str | None = None,
    mark: MarketStat | None = None,
    signals: Sequence[AdlSignal] = (),
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Assessment:
    """What ``position`` means now; constant time, so that thousands can be assessed.

    ``shared`` is what ``share_margin`` found for the account's cross positions, ``fund`` the
    pool behind the position (``fund_note`` why there is none), ``mark`` the contract's own
    market and ``signals`` the venue's warnings for it and its pool. The newer of the position's and the
    market's mark price counts, and is the one the assessed position carries. A headline fund is no fund behind a position.
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
        *fund_reasons(fund, thresholds),
        *adl_reasons(
            position,
            in_profit=in_profit(position),
            fund=fund,
            signals=signals,
            thresholds=thresholds,
        ),
    ]
    return Assessment(
        position=replace(position, mark_price=newest) if newest else position,
        liquidation_price=found.liquidation.price,
        liquidation_price_source=found.liquidation.source,
        liquidation_price_note=found.liquidation.note,
        bankruptcy_price=found.bankruptcy.price,
        bankruptcy_price_source=found.bankruptcy.source,
        distance=away,
        distance_usd=cost,
        margin_ratio=ratio.value,
        fund=fund,
        loss=answer(position, loss_model=loss_model, venue_name=venue_name, fund=fund),
        verdict=verdict_of(reasons),
        notes=notes,
    )


def _newest_mark(position: Position, mark: MarketStat | None) -> float | None:
    own = usable_price(position.mark_price)
    market = None if mark is None else usable_price(mark.mark_price)
    if own is None or (market is not None and mark is not None and mark.at > position.as_of):
        return market or own
    return own


def _explain(
    notes: dict[str, str],
    found: Prices,
    mark: float | None,
    away: float | None,
    cost: float | None,
) -> None:
    """Beside every figure that is missing, why it is."""
    notes["distance_daily_volatilities"] = "Daily volatility is not measured."
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
