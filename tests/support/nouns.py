"""Domain objects for tests that need one and care about a field or two of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.adl import AdlChoice, AdlScore, AdlStanding, AdlTrigger
from app.domain.fund import FundBalance, FundHealth, FundState, PoolKind, PoolReading
from app.domain.hedge import Hedge
from app.domain.market_risk import Touch
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MarginMode,
    Position,
    Side,
    Source,
)
from app.domain.session import SessionRisk, TakenFrom
from app.domain.verdict import Assessment, LossAnswer, Reason, Severity, Verdict

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def later(**delta: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(**delta)


def a_position(**fields: Any) -> Position:
    """A long of half a bitcoin on Binance."""
    return replace(
        Position(
            venue="binance",
            scope="linear",
            symbol="BTC/USDT:USDT",
            native_symbol="BTCUSDT",
            kind=ContractKind.LINEAR,
            side=Side.LONG,
            contracts=0.5,
            contract_size=1.0,
            size=0.5,
            settle_asset="USDT",
            as_of=NOON,
            notional_usd=32500.0,
            leverage=20.0,
            margin_mode=MarginMode.CROSS,
            entry_price=64000.0,
            mark_price=65000.0,
            liquidation_price=61750.0,
            collateral=1620.0,
            maintenance_margin=130.0,
            unrealized_pnl=500.0,
            adl=AdlStanding(standing=0.75, raw=3, scale="0-4"),
            notes={"margin_ratio": "The venue gives one for the whole account."},
            raw={"symbol": "BTCUSDT", "positionAmt": "0.5", "adl": 3},
        ),
        **fields,
    )


def a_fund_state(**fields: Any) -> FundState:
    """The state of the pool behind ``a_position``."""
    return replace(
        FundState(
            pool_id="binance:usdm:btc-eth-bnb",
            venue="binance",
            key="usdm:btc-eth-bnb",
            name="BTC, ETH and BNB",
            kind=PoolKind.SHARED,
            health=FundHealth.DRAINING,
            balance_usd=1.04e9,
            as_of=NOON,
            cadence_seconds=60,
            changes={"24h": -0.15, "30d": None},
            coverage=0.021,
            assets=(FundBalance(asset="USDT", amount=1.04e9, usd=1.04e9, at=NOON),),
            notes={"30d": "Watched for two days so far."},
        ),
        **fields,
    )


def an_assessment(
    severity: Severity = Severity.WARNING,
    *,
    distance: float | None = 0.05,
    fund: FundState | None = None,
    **position: Any,
) -> Assessment:
    """``a_position`` (with these fields of it changed), judged."""
    held = a_position(**position)
    reason = Reason(
        code="distance",
        severity=severity,
        text="Liquidation is near.",
        value=distance,
        threshold=0.05,
    )
    return Assessment(
        position=held,
        liquidation_price=held.liquidation_price,
        liquidation_price_source=Source.VENUE,
        liquidation_price_note=None,
        bankruptcy_price=61430.0,
        bankruptcy_price_source=Source.ESTIMATED,
        distance=distance,
        distance_usd=1625.0,
        margin_ratio=0.08,
        fund=fund,
        loss=LossAnswer(next_step="auto_deleveraging", answer="If this fund ran out, …"),
        verdict=Verdict(severity=severity, reasons=(reason,)),
        notes={"fund": "Not read yet."} if fund is None else {},
    )


def an_outlook() -> dict[str, Any]:
    """What an assessment can say beyond today: a day's moves, auto-deleveraging, a session."""
    return {
        "daily_volatility": 0.03,
        "distance_daily_volatilities": 1.71,
        "touches": (
            Touch(
                window="24h",
                probability=0.09,
                model=0.087,
                fat_tail=0.04,
                historical=0.09,
                past_windows=700,
            ),
        ),
        "adl_choice": AdlChoice.SCORE,
        "adl_score": AdlScore(
            score=0.42,
            formula="profit × leverage",
            source="https://venue.example/adl",
            secondary=True,
        ),
        "adl_trigger": AdlTrigger(
            progress=0.25, subject="BTCUSDT", value=-0.08, trigger=-0.3, as_of=NOON
        ),
        "hedge": Hedge(
            base="BTC",
            share=0.8,
            legs=("short on Bybit (other)",),
            venues=("bybit",),
            lost_to_adl=True,
        ),
        "session": SessionRisk(
            taken_from=TakenFrom.SESSION_PROFIT,
            asset="USDC",
            realized=-20.0,
            unrealized=520.0,
            at_risk=500.0,
            ends_at=NOON + timedelta(hours=4),
            instruction="Profit that is settled is out of reach.",
            source="https://venue.example/sessions",
            rate=0.01,
            rate_at=NOON - timedelta(days=3),
        ),
    }


def a_margin(**fields: Any) -> AccountMargin:
    """The cross margin behind ``a_position``."""
    return replace(
        AccountMargin(
            scope="linear",
            asset="USDT",
            margin_balance=1620.0,
            maintenance_margin=130.0,
            margin_ratio=0.08,
            as_of=NOON,
        ),
        **fields,
    )


def a_pool_reading(**fields: Any) -> PoolReading:
    """The pool behind ``a_position``, as the venue publishes it."""
    return replace(
        PoolReading(
            venue="binance",
            key="usdm:btc-eth-bnb",
            name="BTC, ETH and BNB",
            kind=PoolKind.SHARED,
            balances=(FundBalance(asset="USDT", amount=1000.0, usd=999.0, at=NOON),),
            symbols=("BTCUSDT", "ETHUSDT"),
            scopes=("linear",),
            cadence_seconds=60,
        ),
        **fields,
    )
