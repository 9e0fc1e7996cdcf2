"""How long the joint picture of one account takes: 50 positions with ten maintenance tiers each.

Three accounts: dollars on cross margin, coins on cross margin (inverse contracts, each with a
beta of its own, the hardest roots), and a mix with isolated positions. The tiers lie close around
today's value, so that a move crosses most of them, and the margin is deep enough that the way is
walked to its end. Both views, both directions, the whole curve.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    Side,
)
from app.risk.joint import joint_liquidation

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
POSITIONS, TIERS = 50, 10
RUNS = 41
BUDGET_SECONDS = 0.005


def main() -> None:
    for name, inverse, isolated in (
        ("dollars", 0.0, 0.0),
        ("coins", 1.0, 0.0),
        ("mixed", 0.3, 0.3),
    ):
        held, margins, betas = account(inverse, isolated)
        taken = []
        for _ in range(RUNS):
            began = time.perf_counter()
            found = joint_liquidation(held, margins, betas=betas, as_of=NOW)
            taken.append(time.perf_counter() - began)
        assert len(found.views) == 2
        seconds = statistics.median(taken)
        line = {
            "figure": f"joint_liquidation_of_50_positions_{name}",
            "positions": POSITIONS,
            "tiers_each": TIERS,
            "seconds": round(seconds, 5),
            "slowest_seconds": round(max(taken), 5),
            "budget_seconds": BUDGET_SECONDS,
            "met": seconds <= BUDGET_SECONDS,
            "runs": RUNS,
        }
        print(json.dumps(line), flush=True)


def account(
    inverse: float, isolated: float
) -> tuple[list[Position], list[AccountMargin], dict[str, float | None]]:
    """``inverse`` and ``isolated`` are the shares of such positions."""
    chance = random.Random(50)
    held = [
        made(n, chance, inverse=n < inverse * POSITIONS, isolated=chance.random() < isolated)
        for n in range(POSITIONS)
    ]
    margins = [
        margin(scope, asset, [p for p in held if p.scope == scope])
        for scope, asset in (("linear", "USDT"), ("inverse", "BTC"))
    ]
    return held, margins, {p.native_symbol: chance.uniform(0.6, 1.9) for p in held}


def margin(scope: str, asset: str, held: list[Position]) -> AccountMargin:
    """Deep enough for a move of 60 % against all of it."""
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=sum(value_of(p) for p in held) * 9,
        maintenance_margin=None,
        margin_ratio=None,
        as_of=NOW,
    )


def value_of(p: Position) -> float:
    assert p.mark_price is not None
    return p.size if p.kind is ContractKind.INVERSE else p.size * p.mark_price


def made(number: int, chance: random.Random, *, inverse: bool, isolated: bool) -> Position:
    mark, dollars = 10 ** chance.uniform(-2, 4.8), 10 ** chance.uniform(3, 6)
    value = dollars / mark if inverse else dollars
    tiers, rate, amount = [], 0.004, 0.0
    for place in range(TIERS - 1):
        border = value * (0.45 + 0.12 * place)
        tiers.append(MaintenanceTier(up_to=border, rate=rate, amount=amount))
        amount += border * 0.003
        rate += 0.003
    tiers.append(MaintenanceTier(up_to=None, rate=rate, amount=amount))
    return Position(
        venue="made-up",
        scope="inverse" if inverse else "linear",
        symbol=f"C{number}/USD:BTC" if inverse else f"C{number}/USDT:USDT",
        native_symbol=f"C{number}",
        kind=ContractKind.INVERSE if inverse else ContractKind.LINEAR,
        side=chance.choice(tuple(Side)),
        contracts=dollars if inverse else dollars / mark,
        contract_size=1.0,
        size=dollars / mark,
        settle_asset="BTC" if inverse else "USDT",
        as_of=NOW,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        mark_price=mark,
        collateral=value * 9 if isolated else None,
        tiers=tuple(tiers),
    )


if __name__ == "__main__":
    main()
