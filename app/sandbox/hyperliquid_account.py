"""Hyperliquid's account payloads, public by address: margin state, role, fills.

https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from app.sandbox.accounts import ACCOUNTS, DemoAccount, find
from app.sandbox.funds import HLP, LIQUIDATORS
from app.sandbox.hyperliquid_market import STRATEGIES, dex, field, malformed
from app.sandbox.margin import GroupFigures, PositionFigures
from app.sandbox.wire import Call, Refusal, fixed, short

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_OPENED = 1_760_000_000_000


def _user(call: Call) -> str:
    address = field(call, "user")
    if not _ADDRESS.fullmatch(address):
        raise Refusal(malformed())
    return address.lower()


def _account(call: Call) -> DemoAccount | None:
    return find("hyperliquid", _user(call))


def clearinghouse_state(call: Call) -> object:
    """Positions and margin of an address on one dex; an unknown address or an agent has none."""
    address, name = _user(call), dex(call)
    nothing = GroupFigures(group=name, unit="USDC")
    if address in LIQUIDATORS:
        held = 0.0 if name else call.market.pool("hyperliquid", LIQUIDATORS[address]).usd
        return _state(call, [], replace(nothing, wallet=held))
    found = find("hyperliquid", address)
    figures = call.market.account("hyperliquid", found.book if found else "")
    group = figures.groups.get(name, nothing)
    return _state(call, [p for p in figures.positions if p.contract.dex == name], group)


def _state(
    call: Call, positions: Sequence[PositionFigures], group: GroupFigures
) -> dict[str, object]:
    cross = [p for p in positions if not p.isolated]
    apart = [p for p in positions if p.isolated]
    value = group.balance + sum(p.balance for p in apart)
    free = max(group.balance - group.initial, 0.0)
    return {
        "marginSummary": _summary(value, [*cross, *apart]),
        "crossMarginSummary": _summary(group.balance, cross),
        "crossMaintenanceMarginUsed": short(group.maintenance, 6),
        "withdrawable": short(free, 6),
        "assetPositions": [_position(p) for p in positions],
        "time": call.now_ms,
    }


def _used(p: PositionFigures) -> float:
    return p.balance if p.isolated else p.initial


def _summary(value: float, positions: Sequence[PositionFigures]) -> dict[str, object]:
    signed = sum(p.holding.side.sign * p.value for p in positions)
    return {
        "accountValue": short(value, 6),
        "totalNtlPos": short(sum(p.value for p in positions), 6),
        "totalRawUsd": short(value - signed, 6),
        "totalMarginUsed": short(sum(_used(p) for p in positions), 6),
    }


def _position(p: PositionFigures) -> dict[str, object]:
    leverage: dict[str, object] = {
        "type": "isolated" if p.isolated else "cross",
        "value": p.holding.leverage,
    }
    opened = p.value - p.holding.side.sign * p.pnl
    if p.isolated:
        leverage["rawUsd"] = short(p.balance - p.holding.side.sign * p.value, 6)
    return {
        "type": "oneWay",
        "position": {
            "coin": p.contract.symbol,
            "szi": short(p.signed, 6),
            "leverage": leverage,
            "entryPx": short(p.holding.entry, 6),
            "positionValue": short(p.value, 6),
            "unrealizedPnl": short(p.pnl, 6),
            "returnOnEquity": short(p.pnl / opened * p.holding.leverage, 10),
            "liquidationPx": None if p.liquidation is None else fixed(p.liquidation, 10),
            "marginUsed": short(_used(p), 6),
            "maxLeverage": p.contract.tiers[0].max_leverage,
            "cumFunding": {"allTime": "0.0", "sinceOpen": "0.0", "sinceChange": "0.0"},
        },
    }


def spot_state(call: Call) -> object:
    """Spot balances of an address: none of the demo's holds any but a little USDC."""
    found = _account(call)
    if found is None or found.name != "user":
        return {"balances": []}
    return {
        "balances": [
            {"coin": "USDC", "token": 0, "total": "250.0", "hold": "0.0", "entryNtl": "0.0"}
        ]
    }


def user_role(call: Call) -> object:
    """What an address is; an agent names the user it trades for."""
    address, found = _user(call), _account(call)
    if address in {HLP, *LIQUIDATORS, *STRATEGIES}:
        return {"role": "vault"}
    if found is None:
        return {"role": "missing"}
    if found.role == "agent":
        return {"role": "agent", "data": {"user": ACCOUNTS["hyperliquid"]["user"].public}}
    return {"role": found.role}


def user_abstraction(call: Call) -> object:
    """Whether collateral is shared between perps and spot: not here."""
    _user(call)
    return "default"


def sub_accounts(call: Call) -> object:
    """Sub-accounts of an address: ``null`` for none."""
    _user(call)
    return None


def user_fills(call: Call) -> object:
    """Fills since ``startTime``: the ones that opened the demo user's positions."""
    found, start = _account(call), json.loads(call.request.body).get("startTime")
    if not isinstance(start, int):
        raise Refusal(malformed())
    if found is None or start > _OPENED:
        return []
    figures = call.market.account("hyperliquid", found.book)
    return [_fill(number, p) for number, p in enumerate(figures.positions)]


def _fill(number: int, p: PositionFigures) -> dict[str, object]:
    buys = p.holding.side.sign > 0
    return {
        "coin": p.contract.symbol, "px": short(p.holding.entry, 6),
        "sz": short(p.holding.contracts, 6), "side": "B" if buys else "A", "time": _OPENED,
        "startPosition": "0.0", "dir": "Open Long" if buys else "Open Short", "closedPnl": "0.0",
        "hash": f"0x{number:064x}", "oid": 90542681 + number, "crossed": True, "fee": "0.0",
        "tid": 118906512037719 + number, "feeToken": "USDC", "twapId": None,
    }  # fmt: skip
