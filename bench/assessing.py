"""How long it takes to assess positions: 1,000 of them, each with everything that is said of one.

Twenty accounts with 50 positions on eight contracts of Binance: cross and isolated, long and
short, with a draining fund, the contract's market and thirty days of prices, warnings of the
venue, a hedge, the venue's rule of auto-deleveraging, session rules, and cross margin. The
accounts as one are not in it; bench/joint.py measures those.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from app.domain.adl import AdlSignal, AdlStanding
from app.domain.fund import FundHealth, FundState, MarketStat, PoolKind
from app.domain.hedge import Hedge
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.domain.price_series import SECONDS_AN_HOUR, PriceSeries
from app.domain.reason import Severity
from app.domain.session import SessionProfit
from app.domain.verdict import Assessment
from app.risk.assessment import assess
from app.risk.margin import share_margin
from app.risk.price_past import PricePast, Reference, price_past
from app.venues.catalogue import catalogue
from app.venues.facts import VenueFacts

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ACCOUNTS, EACH, CONTRACTS = 20, 50, 8
HOURS = 30 * 24
RUNS = 15
BUDGET_SECONDS = 0.1
HEDGE = Hedge(
    base="BTC", share=0.8, legs=("short on Bybit (other)",), venues=("bybit",), lost_to_adl=True
)


def main() -> None:
    facts, sessions = catalogue().venue("binance"), catalogue().venue("deribit")
    chance = random.Random(1000)
    accounts = [account(chance, number) for number in range(ACCOUNTS)]
    market = Market(chance)
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        found = [one for held in accounts for one in judged(held, market, facts, sessions)]
        taken.append(time.perf_counter() - began)
    assert len(found) == ACCOUNTS * EACH
    check(found)
    seconds = statistics.median(taken)
    line = {
        "figure": "assess_1000_positions",
        "positions": len(found),
        "seconds": round(seconds, 4),
        "slowest_seconds": round(max(taken), 4),
        "microseconds_each": round(seconds / len(found) * 1e6, 1),
        "budget_seconds": BUDGET_SECONDS,
        "met": seconds <= BUDGET_SECONDS,
        "runs": RUNS,
    }
    print(json.dumps(line), flush=True)


class Market:
    """What is known beside the positions: the fund, marks, warnings and the past of prices."""

    def __init__(self, chance: random.Random) -> None:
        self.fund = FundState(
            pool_id="binance:usdm:all",
            venue="binance",
            key="usdm:all",
            name="All",
            kind=PoolKind.SHARED,
            health=FundHealth.DRAINING,
            balance_usd=1e9,
            as_of=NOW,
            cadence_seconds=60,
            changes={"24h": -0.15},
            coverage=0.0015,
        )
        self.stats: dict[str, MarketStat] = {}
        self.signals: dict[str, tuple[AdlSignal, ...]] = {}
        self.pasts: dict[str, PricePast] = {}
        reference = Reference(native_symbol="C0USDT", prices=walk(0))
        for number in range(CONTRACTS):
            symbol = f"C{number}USDT"
            self.stats[symbol] = MarketStat(
                venue="binance",
                native_symbol=symbol,
                at=NOW + timedelta(seconds=5),
                mark_price=100.0 * chance.uniform(0.99, 1.01),
            )
            self.signals[symbol] = tuple(
                AdlSignal(
                    venue="binance",
                    kind=kind,
                    at=NOW,
                    native_symbol=symbol,
                    value=-0.08,
                    trigger=-0.3,
                    progress=chance.random(),
                )
                for kind in ("drawdown", "rating")
            )
            self.pasts[symbol] = price_past(
                venue="binance",
                native_symbol=symbol,
                prices=walk(number),
                reference=reference,
                now=NOW,
            )


def walk(number: int) -> PriceSeries:
    """Thirty days of hours, three percent a day."""
    steps = np.random.default_rng(number).normal(0.0, 0.03 / np.sqrt(24), HOURS)
    close = 100.0 * np.exp(np.cumsum(steps))
    last = int(NOW.timestamp()) // SECONDS_AN_HOUR
    hours = np.arange(last - HOURS, last, dtype=np.int64)
    return PriceSeries(hours=hours, high=close * 1.004, low=close * 0.996, close=close)


def account(chance: random.Random, number: int) -> tuple[list[Position], AccountMargin]:
    """One account's positions and the margin its cross positions share."""
    held = [position(chance, number) for _ in range(EACH)]
    session = SessionProfit(asset="USDT", realized=400.0, unrealized=250.0)
    margin = AccountMargin(
        scope="linear",
        asset="USDT",
        margin_balance=200_000.0,
        maintenance_margin=None,
        margin_ratio=None,
        as_of=NOW,
        session=session,
    )
    return held, margin


def position(chance: random.Random, number: int) -> Position:
    """Every other one has no liquidation price of the venue's, and is estimated."""
    side, entry, size = chance.choice(tuple(Side)), chance.uniform(80, 120), chance.uniform(1, 90)
    isolated = chance.random() < 0.4
    return Position(
        venue="binance",
        scope="linear",
        symbol="BTC/USDT:USDT",
        native_symbol=f"C{chance.randrange(CONTRACTS)}USDT",
        kind=ContractKind.LINEAR,
        side=side,
        contracts=size,
        contract_size=1.0,
        size=size,
        settle_asset="USDT",
        as_of=NOW,
        notional_usd=size * 100,
        leverage=10.0,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        entry_price=entry,
        mark_price=100.0,
        liquidation_price=100 * (1 - side.sign * chance.uniform(0.01, 0.3))
        if chance.random() < 0.5
        else None,
        collateral=size * 12 if isolated else None,
        maintenance_margin=size * 0.4,
        maintenance_margin_rate=0.004,
        unrealized_pnl=side.sign * size * (100 - entry),
        adl=AdlStanding(standing=chance.random(), raw=3, scale="0-4"),
    )


def judged(
    held: tuple[list[Position], AccountMargin],
    market: Market,
    facts: VenueFacts,
    sessions: VenueFacts,
) -> list[Assessment]:
    """What the monitor makes of one account; the session rule is another venue's."""
    positions, margin = held
    shared = share_margin(positions, margin)
    return [
        assess(
            one,
            venue_name=facts.name,
            loss_model=facts.loss_model,
            shared=shared,
            fund=market.fund,
            mark=market.stats[one.native_symbol],
            prices_past=market.pasts[one.native_symbol],
            signals=market.signals[one.native_symbol],
            adl_rule=facts.adl_rule,
            session_rule=sessions.session,
            hedge=HEDGE,
            now=NOW,
        )
        for one in positions
    ]


def check(found: list[Assessment]) -> None:
    """Nothing that takes time was left out."""
    touched = [one for one in found if one.liquidation_price is not None]
    assert all(one.distance_daily_volatilities is not None for one in touched)
    assert all(len(one.touches) == 3 for one in touched)
    assert all(one.adl_trigger is not None and one.hedge is HEDGE for one in found)
    assert sum(one.adl_score is not None for one in found) > len(found) / 2
    assert all(one.session is not None for one in found)
    assert any(one.verdict.severity is Severity.CRITICAL for one in found)


if __name__ == "__main__":
    main()
