"""A market to play a scenario on."""

from __future__ import annotations

from app.domain.position import MarginMode, Side
from tests.support.api import Stage
from tests.support.nouns import NOON, a_fund_state, an_assessment


def with_market(stage: Stage) -> Stage:
    """A long and a short on Binance, their fund, and its contracts."""
    stage.fund(a_fund_state())
    for symbol, base, interest in (("BTCUSDT", "BTC", 8e9), ("ETHUSDT", "ETH", 4e9)):
        stage.market(
            native_symbol=symbol,
            symbol=f"{base}/USDT:USDT",
            mark_price=65000.0,
            open_interest_usd=interest,
            open_interest_at=NOON,
        )
    long = an_assessment(margin_mode=MarginMode.ISOLATED)
    short = an_assessment(
        native_symbol="ETHUSDT",
        symbol="ETH/USDT:USDT",
        side=Side.SHORT,
        mark_price=65000.0,
        liquidation_price=90000.0,
    )
    stage.holds(stage.account(), [long, short])
    return stage
