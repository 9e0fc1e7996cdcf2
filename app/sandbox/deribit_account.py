"""Deribit's account payloads: the scope of a key, positions, margin by currency.

https://docs.deribit.com/api-reference, account management
"""

from __future__ import annotations

import hashlib

from app.sandbox.contracts import INVERSE, Contract
from app.sandbox.deribit_market import OPTION, chosen
from app.sandbox.listings import contracts
from app.sandbox.margin import AccountFigures, GroupFigures, PositionFigures
from app.sandbox.wire import Call

_YEAR = 31_536_000
_LISTED = ("BTC", "ETH", "USDC", "USDT")


def auth(call: Call) -> object:
    """A token, which opens nothing here, and what it may do."""
    powers = call.account.powers if call.account else frozenset()
    token = hashlib.sha256(f"sandbox token {call.now_ms}".encode()).hexdigest()[:32]
    areas = {
        "account": "read",
        "block_trade": "read",
        "custody": "none",
        "trade": "read_write" if "trade" in powers else "read",
        "wallet": "read_write" if "withdraw" in powers else "read",
    }
    scope = [f"{area}:{level}" for area, level in areas.items()]
    return {
        "access_token": f"{call.now_ms}.1{token}",
        "expires_in": _YEAR,
        "refresh_token": f"{call.now_ms}.2{token}",
        "scope": " ".join(sorted([*scope, "connection", "mainaccount", "name:sandbox"])),
        "enabled_features": [],
        "token_type": "bearer",
        "sid": None,
    }


def positions(call: Call) -> object:
    """Positions of every kind, or of ``currency`` or ``kind``: a closed future and an option too."""
    currency, kind = chosen(call)
    held = call.figures("deribit").positions
    symbols = {p.contract.symbol for p in held}
    closed = [s for s in contracts("deribit") if s.expires and s.symbol not in symbols]
    rows = [(p.contract.settle, _position(call, p)) for p in held]
    if held:
        rows += [(spec.settle, _closed(call, spec)) for spec in closed]
        rows += [("BTC", _option())]
    return [row for settle, row in rows if currency in {"", settle} and kind in {"", row["kind"]}]


def _position(call: Call, p: PositionFigures) -> dict[str, object]:
    """A future; ``size`` is dollars where inverse, base units where linear. 0 is no price."""
    spec, sign = p.contract, p.holding.side.sign
    units = sign * p.holding.contracts * spec.size
    coins = sign * p.value if spec.kind is INVERSE else units
    return _closed(call, spec) | {
        "average_price": p.holding.entry,
        "delta": round(coins, 9),
        "direction": "buy" if sign > 0 else "sell",
        "estimated_liquidation_price": round(p.liquidation or 0.0, 4),
        "floating_profit_loss": round(p.pnl, 9),
        "initial_margin": round(p.initial, 9),
        "maintenance_margin": round(p.maintenance, 9),
        "size": round(units, 9),
        "size_currency": round(coins, 9),
        "total_profit_loss": round(p.pnl, 9),
    }


def _closed(call: Call, spec: Contract) -> dict[str, object]:
    """A future that is held no more, as Deribit goes on listing it."""
    return {
        "average_price": 0.0, "delta": 0.0, "direction": "zero",
        "estimated_liquidation_price": 0.0, "floating_profit_loss": 0.0,
        "index_price": round(call.market.index(spec), 4), "initial_margin": 0.0,
        "instrument_name": spec.symbol, "interest_value": 0.0, "kind": "future",
        "leverage": 50, "maintenance_margin": 0.0, "mark_price": round(call.market.mark(spec), 4),
        "open_orders_margin": 0.0, "realized_funding": 0.0, "realized_profit_loss": 0.0,
        "settlement_price": round(call.market.index(spec), 4), "size": 0.0,
        "size_currency": 0.0, "total_profit_loss": 0.0,
    }  # fmt: skip


def _option() -> dict[str, object]:
    """A bought call, whose premium is paid: it needs no margin."""
    return {
        "average_price": 0.05, "average_price_usd": 5_000.0, "delta": 0.04, "direction": "buy",
        "floating_profit_loss": 0.0, "floating_profit_loss_usd": 0.0, "gamma": 0.0,
        "index_price": 100_000.0, "initial_margin": 0.0, "instrument_name": OPTION,
        "kind": "option", "maintenance_margin": 0.0, "mark_price": 0.05, "open_orders_margin": 0.0,
        "realized_profit_loss": 0.0, "settlement_price": 0.05, "size": 0.1, "theta": -1.0,
        "total_profit_loss": 0.0, "vega": 9.0,
    }  # fmt: skip


def summaries(call: Call) -> object:
    """Every currency by itself: segregated standard margin."""
    figures = call.figures("deribit")
    return {
        "id": 10,
        "email": "",
        "system_name": "sandbox",
        "username": "sandbox",
        "type": "main",
        "creation_timestamp": 1_760_000_000_000,
        "mmp_enabled": False,
        "summaries": [_summary(figures, currency) for currency in _LISTED],
    }


def _summary(figures: AccountFigures, currency: str) -> dict[str, object]:
    group = figures.groups.get(currency) or GroupFigures(group=currency, unit=currency)
    ratios = {
        f"{p.contract.base}_{p.contract.quote}".lower(): round(p.liquidation / p.mark, 9)
        for p in figures.positions
        if p.contract.settle == currency and p.liquidation is not None
    }
    free = round(max(group.balance - group.initial, 0.0), 9)
    return {
        "available_funds": free,
        "available_withdrawal_funds": free,
        "balance": round(group.wallet, 9),
        "cross_collateral_enabled": False,
        "currency": currency,
        "delta_total": 0.0,
        "equity": round(group.balance, 9),
        "estimated_liquidation_ratio": max(ratios.values(), default=0.0),
        "estimated_liquidation_ratio_map": ratios,
        "futures_pl": round(group.pnl, 9),
        "futures_session_upl": round(group.pnl, 9),
        "futures_session_rpl": 0.0,
        "initial_margin": round(group.initial, 9),
        "maintenance_margin": round(group.maintenance, 9),
        "margin_balance": round(group.balance, 9),
        "margin_model": "segregated_sm",
        "options_value": 0.0,
        "portfolio_margining_enabled": False,
        "session_rpl": 0.0,
        "session_upl": round(group.pnl, 9),
        "spot_reserve": 0.0,
        "total_pl": round(group.pnl, 9),
    }
