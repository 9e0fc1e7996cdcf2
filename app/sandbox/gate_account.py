"""Gate's account payloads: keys with their permissions, positions, margin by settle currency.

https://www.gate.com/docs/developers/apiv4/en/#get-user-position-list
"""

from __future__ import annotations

from app.sandbox.accounts import ACCOUNTS, DemoAccount
from app.sandbox.gate_market import error, listed, place
from app.sandbox.margin import GroupFigures, PositionFigures
from app.sandbox.wire import Call, Refusal, short

_USER = 10_000
_OPENED = 1_760_000_000
_UNIFIED = "UNIFIED"
_TRADING = ("futures", "delivery", "unified")
_SHOWN = 12
"""Letters of a key that Gate shows."""
_BARS = 5


def main_keys(call: Call) -> object:
    """All keys of the main account, each shortened to its first letters."""
    book = call.account.book if call.account else ""
    return [_key(number, a) for number, a in enumerate(ACCOUNTS["gate"].values()) if a.book == book]


def _key(number: int, key: DemoAccount) -> dict[str, object]:
    trades, withdraws = "trade" in key.powers, "withdraw" in key.powers
    perms = [{"name": "account", "read_only": True}]
    perms += [{"name": name, "read_only": not trades} for name in _TRADING]
    if withdraws:
        perms += [{"name": name, "read_only": False} for name in ("wallet", "withdraw")]
    return {
        "state": 1, "mode": 1, "name": f"sandbox{number}", "user_id": _USER, "perms": perms,
        "ip_whitelist": [key.ip] if key.ip else [], "currency_pairs": [],
        "key": f"{key.fields['api_key'][:_SHOWN]}*****", "created_at": _OPENED,
        "update_at": _OPENED, "last_access": _OPENED,
    }  # fmt: skip


def positions(call: Call) -> object:
    """Open positions of a settle currency, paged; without ``holding`` also an empty one.

    Who sends ``X-Gate-Size-Decimal`` is given sizes as text.
    """
    here = {spec.symbol: spec for spec in listed(call)}
    held = [p for p in call.figures("gate").positions if p.contract.symbol in here]
    rows = [_position(p) for p in held]
    kind, _ = place(call)
    if kind == "futures" and call.params.get("holding") != "true" and rows:
        rows.append(rows[0] | {"size": 0, "value": "0", "margin": "0", "adl_ranking": 6})
    if call.request.header("x-gate-size-decimal") == "1":
        rows = [row | {"size": str(row["size"])} for row in rows]
    limit, offset = call.params.get("limit") or "100", call.params.get("offset") or "0"
    if not limit.isdigit() or not offset.isdigit() or not 1 <= int(limit) <= 100:
        raise Refusal(error(400, "INVALID_PARAM_VALUE", "invalid argument: limit or offset"))
    return rows[int(offset) :][: int(limit)]


def _position(p: PositionFigures) -> dict[str, object]:
    """One row. ``adl_ranking`` counts from the other end: of five bars, five are rank 1."""
    leverage = str(p.holding.leverage)
    return {
        "user": _USER,
        "contract": p.contract.symbol,
        "size": int(p.signed),
        "leverage": leverage if p.isolated else "0",
        "lever": leverage,
        "risk_limit": "1000000",
        "leverage_max": str(p.contract.tiers[0].max_leverage),
        "maintenance_rate": short(p.rate),
        "average_maintenance_rate": short(p.maintenance / p.value, 12),
        "maintenance_margin": short(p.maintenance, 12),
        "initial_margin": short(p.initial, 12),
        "value": short(p.value, 12),
        "margin": short(p.holding.margin if p.isolated else p.initial, 12),
        "entry_price": short(p.holding.entry, 8),
        "liq_price": "0" if p.liquidation is None else short(p.liquidation, 8),
        "mark_price": short(p.mark, 8),
        "unrealised_pnl": short(p.pnl, 12),
        **dict.fromkeys(
            (
                "realised_pnl", "pnl_pnl", "pnl_fund", "pnl_fee", "history_pnl",
                "last_close_pnl", "realised_point", "history_point",
            ),
            "0",
        ),
        "adl_ranking": _BARS + 1 - p.adl,
        "pending_orders": 0,
        "close_order": None,
        "mode": "single",
        "pos_margin_mode": "isolated" if p.isolated else "cross",
        "update_time": _OPENED,
        "update_id": 1,
        "open_time": _OPENED,
        "cross_leverage_limit": "0" if p.isolated else leverage,
        "risk_limit_table": "",
    }  # fmt: skip


def futures_account(call: Call) -> object:
    """What backs cross positions of a settle currency; ``margin_mode`` 1 is a unified account."""
    _, settle = place(call)
    figures = call.figures("gate")
    unified = _UNIFIED in figures.groups
    nothing = GroupFigures(group=settle.upper(), unit=settle.upper())
    group = nothing if unified else figures.groups.get(settle.upper(), nothing)
    apart = [p for p in figures.positions if p.isolated and p.contract.settle == group.unit]
    isolated = sum(p.holding.margin for p in apart if p.contract.expires is None)
    return {
        "user": _USER,
        "currency": group.unit,
        "total": short(group.wallet + isolated, 12),
        "unrealised_pnl": short(group.pnl, 12),
        "position_margin": short(isolated, 12),
        "order_margin": "0",
        "available": short(max(group.balance - group.initial, 0.0), 12),
        "point": "0",
        "bonus": "0",
        "in_dual_mode": False,
        "enable_evolved_classic": True,
        "cross_initial_margin": short(group.initial, 12),
        "cross_maintenance_margin": short(group.maintenance, 12),
        "cross_order_margin": "0",
        "cross_unrealised_pnl": short(group.pnl, 12),
        "cross_available": short(max(group.balance - group.initial, 0.0), 12),
        "cross_margin_balance": short(group.balance, 12),
        "cross_mmr": short(group.balance / group.maintenance, 8) if group.maintenance else "0",
        "cross_imr": short(group.balance / group.initial, 8) if group.initial else "0",
        "isolated_position_margin": short(isolated, 12),
        "margin_mode": 1 if unified else 0,
        "enable_tiered_mm": True,
        "history": {"dnw": short(group.wallet, 12), "pnl": "0", "fee": "0"},
    }


def unified_account(call: Call) -> object:
    """The account as a whole, in USD; a classic account has none."""
    figures = call.figures("gate")
    group = figures.groups.get(_UNIFIED)
    if group is None:
        raise Refusal(error(400, "USER_NOT_FOUND", "user is not a unified account"))
    rate = group.balance / group.maintenance if group.maintenance else 0.0
    return {
        "user_id": _USER,
        "refresh_time": call.now_ms // 1000,
        "locked": False,
        "balances": {
            wallet.asset: {"available": short(wallet.amount, 12), "freeze": "0", "borrowed": "0"}
            for wallet in figures.book.wallets
        },
        "total": short(group.wallet, 12),
        "borrowed": "0",
        "total_initial_margin": short(group.initial, 12),
        "total_margin_balance": short(group.balance, 12),
        "total_maintenance_margin": short(group.maintenance, 12),
        "total_initial_margin_rate": short(group.balance / group.initial, 8) if rate else "0",
        "total_maintenance_margin_rate": short(rate, 8),
        "total_available_margin": short(max(group.balance - group.initial, 0.0), 12),
        "unified_account_total": short(group.balance, 12),
        "unified_account_total_liab": "0",
        "unified_account_total_equity": short(group.balance, 12),
        "leverage": "3",
    }
