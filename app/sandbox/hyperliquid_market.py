"""Hyperliquid's public payloads: universes, contexts, builder dexes, spot tokens, vaults.

https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from app.sandbox.candles import HOUR_MS, hours
from app.sandbox.contracts import Contract
from app.sandbox.funds import HLP, LIQUIDATOR
from app.sandbox.funds import pool as find_pool
from app.sandbox.listings import contract, contracts
from app.sandbox.wire import Answer, Call, Refusal, decimals, fixed, short

STRATEGIES = (
    "0x010461c14e146ac35fe42271bdc1134ee31c703a",
    "0x31ca8395cf837de08b24da3f660e77761dfb974b",
)
DEXES = ("xyz",)
_TOKENS = (("USDC", 0, 8, 8), ("PURR", 1, 0, 5), ("HYPE", 2, 2, 8))
_KEPT = 5_000
_SPOT_PAIRS = (("PURR/USDC", 1, "0.21"), ("@1", 2, "38.5"))


def malformed() -> Answer:
    """What the venue says to a body it cannot read."""
    return Answer(
        status=422,
        text="Failed to deserialize the JSON body into the target type",
        content_type="text/plain; charset=utf-8",
    )


def field(call: Call, name: str) -> str:
    """A string of the request's body, empty when it is not there."""
    value = json.loads(call.request.body).get(name)
    return value if isinstance(value, str) else ""


def dex(call: Call) -> str:
    """The perp dex asked for: empty is the main one. Raises for one that does not exist."""
    name = field(call, "dex")
    if name and name not in DEXES:
        raise Refusal(Answer(status=500, text="null"))
    return name


def universe(name: str) -> Iterator[Contract]:
    """The contracts of a perp dex."""
    return (spec for spec in contracts("hyperliquid") if spec.dex == name)


def table_id(spec: Contract) -> int:
    """Margin tables of one tier are numbered by their leverage; tiered ones have their own."""
    leverage = spec.tiers[0].max_leverage
    return leverage if len(spec.tiers) == 1 else leverage + 14


def _meta(name: str) -> dict[str, object]:
    listed = list(universe(name))
    tables = {table_id(spec): spec for spec in listed}
    return {
        "universe": [
            {
                "szDecimals": decimals(spec.step),
                "name": spec.symbol,
                "maxLeverage": spec.tiers[0].max_leverage,
                "marginTableId": table_id(spec),
            }
            | ({"onlyIsolated": True, "marginMode": "strictIsolated"} if name else {})
            for spec in listed
        ],
        "marginTables": [
            [
                number,
                {
                    "description": "" if len(spec.tiers) == 1 else f"tiered {number}x",
                    "marginTiers": [
                        {"lowerBound": f"{tier.floor:.1f}", "maxLeverage": tier.max_leverage}
                        for tier in spec.tiers
                    ],
                },
            ]
            for number, spec in sorted(tables.items())
        ],
        "collateralToken": 0,
    }


def _context(call: Call, spec: Contract) -> dict[str, object]:
    mark = call.market.mark(spec)
    return {
        "funding": "0.0000125",
        "openInterest": short(call.market.open_interest(spec), 4),
        "prevDayPx": short(mark, 6),
        "dayNtlVlm": "1169046297.4",
        "premium": "0.0",
        "oraclePx": short(call.market.index(spec), 6),
        "markPx": short(mark, 6),
        "midPx": short(call.market.last(spec), 6),
        "impactPxs": [short(mark * 0.9999, 6), short(mark * 1.0001, 6)],
        "dayBaseVlm": "0.0",
    }


def meta(call: Call) -> object:
    """Contracts and margin tables of a dex."""
    return _meta(dex(call))


def meta_and_contexts(call: Call) -> object:
    """Contracts of a dex, and in the same order their prices and open interest in coins."""
    name = dex(call)
    return [_meta(name), [_context(call, spec) for spec in universe(name)]]


def perp_dexs(call: Call) -> object:
    """The dexes: ``null`` for the main one, then those of builders."""
    return [
        None,
        {
            "name": "xyz",
            "fullName": "XYZ",
            "deployer": "0x88806a71d74ad0a510b350545c9ae490912f0888",
            "oracleUpdater": "0x1234567890545d1df9ee64b35fdd16966e08acec",
            "feeRecipient": "0x79c0650064b10f73649b7b64c5ebf0b319606140",
            "assetToStreamingOiCap": [["xyz:XYZ100", "100000000.0"]],
        },
    ]


def _spot() -> dict[str, object]:
    return {
        "tokens": [
            {
                "name": name, "szDecimals": size, "weiDecimals": wei, "index": index,
                "tokenId": f"0x{index:032x}", "isCanonical": True, "evmContract": None,
                "fullName": None,
            }
            for name, index, size, wei in _TOKENS
        ],
        "universe": [
            {"name": name, "tokens": [token, 0], "index": index, "isCanonical": index == 0}
            for index, (name, token, _) in enumerate(_SPOT_PAIRS)
        ],
    }  # fmt: skip


def spot_meta(call: Call) -> object:
    """Spot tokens; index 0 is USDC, every dex's collateral here."""
    return _spot()


def spot_meta_and_contexts(call: Call) -> object:
    """Spot tokens and prices."""
    contexts = [
        {"dayNtlVlm": "8906.0", "markPx": price, "midPx": price, "prevDayPx": price}
        for _, _, price in _SPOT_PAIRS
    ]
    return [_spot(), contexts]


def all_mids(call: Call) -> object:
    """Mid prices of a dex by coin."""
    return {spec.symbol: short(call.market.last(spec), 6) for spec in universe(dex(call))}


def candles(call: Call) -> object:
    """Hours of a coin, oldest first, from one time to another; only the last 5,000 are there."""
    asked = json.loads(call.request.body).get("req")
    if not isinstance(asked, dict) or asked.get("interval") != "1h":
        raise Refusal(malformed())
    since, until = asked.get("startTime"), asked.get("endTime")
    if not isinstance(since, int) or not isinstance(until, int):
        raise Refusal(malformed())
    spec = contract("hyperliquid", str(asked.get("coin")))
    if spec is None:
        raise Refusal(Answer(status=500, text="null"))
    since = max(since, (call.now_ms // HOUR_MS - _KEPT + 1) * HOUR_MS)
    places = decimals(spec.tick)
    return [
        {
            "t": hour.ms,
            "T": hour.ms + HOUR_MS - 1,
            "s": spec.symbol,
            "i": "1h",
            "o": fixed(hour.open, places),
            "c": fixed(hour.close, places),
            "h": fixed(hour.high, places),
            "l": fixed(hour.low, places),
            "v": short(hour.contracts, 5),
            "n": int(hour.contracts % 90_000) + 100,
        }
        for hour in hours(call.market, spec, most=_KEPT, since_ms=since, until_ms=until)
    ]


def vault_details(call: Call) -> object:
    """The HLP vault and its children; ``null`` for an address that is no vault."""
    address = field(call, "vaultAddress").lower()
    if address == HLP:
        children = {"childAddresses": [STRATEGIES[0], LIQUIDATOR, STRATEGIES[1]]}
        relationship: dict[str, object] = {"type": "parent", "data": children}
        return _vault(call, "Hyperliquidity Provider (HLP)", HLP, "hlp", relationship)
    if address == LIQUIDATOR:
        relationship = {"type": "child", "data": {"parentAddress": HLP}}
        return _vault(call, "HLP Liquidator 2", LIQUIDATOR, "liquidator", relationship)
    return None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _stamps(now: datetime, step: timedelta, count: int) -> list[datetime]:
    """The last ``count`` times on a fixed grid, and the minute it is: the past keeps its stamps."""
    seconds = now.timestamp()
    latest = datetime.fromtimestamp(seconds - seconds % step.total_seconds(), tz=now.tzinfo)
    minute = now.replace(second=0, microsecond=0)
    past = [latest - back * step for back in range(count - 1, -1, -1)]
    return past if minute == latest else [*past, minute]


_PERIODS = {
    "day": (timedelta(hours=1), 24),
    "week": (timedelta(hours=7), 24),
    "month": (timedelta(hours=30), 24),
    "allTime": (timedelta(days=7), 4),
}


def _vault(
    call: Call, name: str, address: str, key: str, relationship: dict[str, object]
) -> dict[str, object]:
    pool, now = find_pool("hyperliquid", key), call.market.at
    portfolio: list[list[object]] = []
    for prefix in ("", "perp"):
        for period, (step, count) in _PERIODS.items():
            stamps = _stamps(now, step, count)
            values = [[_ms(at), fixed(call.market.past(pool, "USDC", at))] for at in stamps]
            gains = [[_ms(at), "0.0"] for at in stamps]
            title = f"perp{period[0].upper()}{period[1:]}" if prefix else period
            portfolio.append(
                [title, {"accountValueHistory": values, "pnlHistory": gains, "vlm": "0.0"}]
            )
    return {
        "name": name,
        "vaultAddress": address,
        "leader": "0x677d831aef5328190852e24f13c46cac05f984e7",
        "description": "This community-owned vault provides liquidity to Hyperliquid.",
        "portfolio": portfolio,
        "apr": 0.12,
        "followerState": None,
        "leaderFraction": 0.0007,
        "leaderCommission": 0,
        "followers": [],
        "maxDistributable": 94856870.164485,
        "maxWithdrawable": 742557.680863,
        "isClosed": False,
        "relationship": relationship,
        "allowDeposits": True,
        "alwaysCloseOnWithdraw": False,
    }
