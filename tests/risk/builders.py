"""Positions, pools and loss models to start from; a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from app.domain.fund import FundBalance, FundHealth, FundSample, FundState, PoolKind, PoolReading
from app.domain.fund_series import AssetPast, micros
from app.domain.loss_model import LossModel, StepKind, Touches, WaterfallStep
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def a_position(**fields: Any) -> Position:
    """A long of 0.5 BTC at 64,000 with 20x on isolated margin, mark 65,000."""
    values: dict[str, Any] = {
        "venue": "binance",
        "scope": "linear",
        "symbol": "BTC/USDT:USDT",
        "native_symbol": "BTCUSDT",
        "kind": ContractKind.LINEAR,
        "side": Side.LONG,
        "contracts": 0.5,
        "contract_size": 1.0,
        "size": 0.5,
        "settle_asset": "USDT",
        "as_of": NOW,
        "notional_usd": 32_500.0,
        "leverage": 20.0,
        "margin_mode": MarginMode.ISOLATED,
        "entry_price": 64_000.0,
        "mark_price": 65_000.0,
        "unrealized_pnl": 500.0,
    }
    return Position(**(values | fields))


def an_inverse_position(**fields: Any) -> Position:
    """A long of 100 contracts of 100 USD on BTCUSD, mark 50,000, settled in BTC."""
    values: dict[str, Any] = {
        "scope": "inverse",
        "symbol": "BTC/USD:BTC",
        "native_symbol": "BTCUSD_PERP",
        "kind": ContractKind.INVERSE,
        "contracts": 100.0,
        "contract_size": 100.0,
        "size": 0.2,
        "settle_asset": "BTC",
        "notional_usd": 10_000.0,
        "entry_price": 50_000.0,
        "mark_price": 50_000.0,
        "unrealized_pnl": 0.0,
    }
    return a_position(**(values | fields))


def a_margin(**fields: Any) -> AccountMargin:
    values: dict[str, Any] = {
        "scope": "linear",
        "asset": "USDT",
        "margin_balance": 10_000.0,
        "maintenance_margin": None,
        "margin_ratio": None,
        "as_of": NOW,
    }
    return AccountMargin(**(values | fields))


def a_pool(**fields: Any) -> PoolReading:
    values: dict[str, Any] = {
        "venue": "binance",
        "key": "usdm:btc-eth-bnb",
        "name": "BTC, ETH and BNB",
        "kind": PoolKind.SHARED,
        "balances": (a_balance(1_040e6),),
        "symbols": ("BTCUSDT", "ETHUSDT", "BNBUSDT"),
        "cadence_seconds": 600,
    }
    return PoolReading(**(values | fields))


def a_balance(
    amount: float, *, asset: str = "USDT", price: float | None = 1.0, at: datetime = NOW
) -> FundBalance:
    return FundBalance(
        asset=asset, amount=amount, usd=None if price is None else amount * price, at=at
    )


def a_sample(
    amount: float, *, ago: timedelta, asset: str = "USDT", price: float | None = 1.0
) -> FundSample:
    return FundSample(
        pool_id="binance:usdm:btc-eth-bnb",
        asset=asset,
        at=NOW - ago,
        amount=amount,
        usd=None if price is None else amount * price,
    )


def pasts(samples: Iterable[FundSample]) -> tuple[AssetPast, ...]:
    """The samples as arrays, in the order they come in."""
    by_asset: dict[str, list[FundSample]] = {}
    for sample in samples:
        by_asset.setdefault(sample.asset, []).append(sample)
    return tuple(
        AssetPast(
            asset=asset,
            at=np.array([micros(one.at) for one in own], dtype=np.int64),
            amount=np.array([one.amount for one in own], dtype=np.float64),
            usd=np.array([np.nan if one.usd is None else one.usd for one in own], dtype=np.float64),
        )
        for asset, own in by_asset.items()
    )


def a_fund(health: FundHealth = FundHealth.STABLE, **fields: Any) -> FundState:
    values: dict[str, Any] = {
        "pool_id": "binance:usdm:btc-eth-bnb",
        "venue": "binance",
        "key": "usdm:btc-eth-bnb",
        "name": "BTC, ETH and BNB",
        "kind": PoolKind.SHARED,
        "health": health,
        "balance_usd": 1_040e6,
        "as_of": NOW,
        "cadence_seconds": 600,
        "changes": {"1h": 0.0, "8h": 0.0, "24h": 0.0, "7d": 0.0, "30d": 0.0},
        "coverage": 0.021,
    }
    return FundState(**(values | fields))


def a_step(kind: StepKind, **fields: Any) -> WaterfallStep:
    values: dict[str, Any] = {
        "kind": kind,
        "applies": Touches.YES,
        "title": kind.value,
        "text": "",
        "scope": "pool",
        "touches_profit": Touches.NO,
        "touches_position": Touches.NO,
        "touches_withdrawn": Touches.NO,
        "source": "https://venue.example/rules",
        "as_of": date(2026, 1, 1),
    }
    return WaterfallStep(**(values | fields))


def a_loss_model(*after_fund: WaterfallStep, fund: Touches | None = Touches.YES) -> LossModel:
    """Liquidation, the fund (none where ``fund`` is ``None``), then the steps given."""
    first = [a_step(StepKind.PARTIAL_LIQUIDATION)]
    if fund is not None:
        first.append(a_step(StepKind.INSURANCE_FUND, applies=fund))
    return LossModel(venue="binance", steps=(*first, *after_fund))


def deleveraging(**fields: Any) -> WaterfallStep:
    values: dict[str, Any] = {
        "touches_profit": Touches.YES,
        "touches_position": Touches.YES,
        "close_price": "the bankruptcy price of the liquidated order",
        "ranking": "profit and leverage, highest first",
    }
    return a_step(StepKind.AUTO_DELEVERAGING, **(values | fields))
