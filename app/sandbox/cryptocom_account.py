"""Crypto.com's account payloads: positions, balance, journal.

An isolated position has an id and a margin account of its own. Once a session has ended with a
loss that the fund could not bear, an account that won in it is charged its part.
https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from app.sandbox.contracts import OPENING_PRICES
from app.sandbox.cryptocom_market import WON_USD, body_of, uncovered
from app.sandbox.margin import AccountFigures, GroupFigures, PositionFigures, profit
from app.sandbox.wire import Call, fixed, short

_ACCOUNT = "5a5a5a5a-22fd-49fa-bff4-d342d98a8acb"
_FIRST_ID = 19_848_526
_FUNDING = "-1.250000"


def positions(call: Call) -> object:
    """Open positions, or those of ``instrument_name``; a closed one stands among them."""
    wanted = (body_of(call.request).get("params") or {}).get("instrument_name", "")
    held = call.figures("cryptocom").positions
    rows = [_position(call, held, p) for p in held]
    rows += [_closed(row) for row in rows[:1]]
    return {"data": [row for row in rows if wanted in {"", row["instrument_name"]}]}


def _session_profit(p: PositionFigures) -> float:
    """Since the session began, at the market's opening price."""
    spec, opening = p.contract, OPENING_PRICES[p.contract.base]
    return profit(spec, p.holding.side, p.holding.contracts, opening, p.mark)


def _isolation_id(held: tuple[PositionFigures, ...], p: PositionFigures) -> str:
    return str(_FIRST_ID + held.index(p))


def _position(
    call: Call, held: tuple[PositionFigures, ...], p: PositionFigures
) -> dict[str, object]:
    cost = fixed(p.signed * p.contract.size * p.holding.entry, 6)
    row: dict[str, object] = {
        "account_id": _ACCOUNT,
        "quantity": short(p.signed),
        "cost": cost,
        "open_position_pnl": fixed(p.pnl, 6),
        "open_pos_cost": cost,
        "session_pnl": fixed(_session_profit(p), 6),
        "update_timestamp_ms": call.now_ms,
        "instrument_name": p.contract.symbol,
        "type": "PERPETUAL_SWAP" if p.contract.expires is None else "FUTURE",
    }
    if not p.isolated:
        return row
    return row | {
        "isolation_id": _isolation_id(held, p),
        "isolation_type": "ISOLATED_MARGIN",
        "leverage": str(p.holding.leverage),
        "liquidation_price": fixed(p.liquidation or 0.0, 6),
        "isolated_margin_balance": fixed(p.balance, 6),
    }


def _closed(row: dict[str, object]) -> dict[str, object]:
    names = ("cost", "open_position_pnl", "open_pos_cost", "session_pnl")
    return row | dict.fromkeys(names, "0.000000") | {"quantity": "0.0000"}


def charge(call: Call) -> float:
    """What of the session's uncovered loss this account pays: by its part of all that was won."""
    won = sum(_session_profit(p) for p in call.figures("cryptocom").positions)
    return max(won, 0.0) * uncovered(call.market) / WON_USD


def user_balance(call: Call) -> object:
    """The account in USD, and the margin accounts of its isolated positions."""
    figures = call.figures("cryptocom")
    held = figures.positions
    group = figures.groups.get("CROSS") or GroupFigures(group="CROSS", unit="USD")
    paid = charge(call)
    cross = [p for p in held if not p.isolated]
    isolated = [p for p in held if p.isolated]
    row = _balance(group.balance - paid, group, cross) | {
        "total_cash_balance": fixed(group.wallet - paid),
        "total_session_realized_pnl": fixed(0.0),
        "total_session_unrealized_pnl": fixed(sum(_session_profit(p) for p in held)),
        "total_effective_leverage": fixed(_effective_leverage(group, cross), 6),
        "position_limit": "3000000.00000000",
        "used_position_limit": fixed(sum(p.value_usd for p in held)),
        "total_isolated_cash_balance": fixed(sum(p.holding.margin for p in isolated)),
        "position_balances": _coins(figures, paid),
        "isolated_positions": [_isolated(held, p) for p in isolated],
    }
    return {"data": [row]}


def _balance(
    balance: float, needs: GroupFigures | PositionFigures, held: Iterable[PositionFigures]
) -> dict[str, object]:
    return {
        "instrument_name": "USD",
        "is_liquidating": False,
        "total_available_balance": fixed(max(balance - needs.initial, 0.0)),
        "total_margin_balance": fixed(balance),
        "total_initial_margin": fixed(needs.initial),
        "total_position_im": fixed(needs.initial),
        "total_haircut": fixed(0.0),
        "total_maintenance_margin": fixed(needs.maintenance),
        "total_position_cost": fixed(sum(p.value_usd for p in held)),
        "total_collateral_value": fixed(balance),
    }


def _effective_leverage(group: GroupFigures, cross: Iterable[PositionFigures]) -> float:
    return sum(p.value_usd for p in cross) / group.balance if group.balance > 0 else 0.0


def _isolated(held: tuple[PositionFigures, ...], p: PositionFigures) -> dict[str, object]:
    return _balance(p.balance, p, (p,)) | {
        "isolation_id": _isolation_id(held, p),
        "isolation_type": "ISOLATED_MARGIN",
        "leverage": str(p.holding.leverage),
        "total_cash_balance": fixed(p.holding.margin),
        "position_balances": [],
    }


def _coins(figures: AccountFigures, paid: float) -> list[dict[str, object]]:
    """The wallet, whose dollars a charge is taken from."""
    return [
        {
            "instrument_name": wallet.asset,
            "quantity": fixed(wallet.amount - paid),
            "market_value": fixed(wallet.amount - paid),
            "collateral_eligible": "true",
            "haircut": "0",
            "collateral_amount": fixed(wallet.amount - paid),
            "max_withdrawal_balance": fixed(wallet.amount - paid),
            "reserved_qty": "0.00000000",
        }
        for wallet in figures.book.wallets
    ]


def transactions(call: Call) -> object:
    """The journal, or what it has of ``journal_type``: funding, and a loss that was shared."""
    params = body_of(call.request).get("params") or {}
    paid, settled, opened = charge(call), call.market.settled_at, call.market.opened_at
    rows = []
    if paid and settled is not None:
        rows.append(_entry("SOCIALIZED_LOSS", fixed(-paid, 6), settled))
    if call.figures("cryptocom").positions:
        rows.append(_entry("FUNDING", _FUNDING, opened))
    wanted = params.get("journal_type", "")
    return {"data": [row for row in rows if wanted in {"", row["journal_type"]}]}


def _entry(kind: str, amount: str, at: datetime) -> dict[str, object]:
    stamp = int(at.timestamp() * 1000)
    return {
        "account_id": _ACCOUNT, "event_date": f"{at:%Y-%m-%d}", "journal_type": kind,
        "journal_id": str(stamp), "transaction_qty": "0", "transaction_cost": amount,
        "realized_pnl": amount, "order_id": "", "trade_id": "", "trade_match_id": "0",
        "event_timestamp_ms": stamp, "event_timestamp_ns": f"{stamp}000000", "client_oid": "",
        "taker_side": "", "instrument_name": "BTCUSD-PERP",
    }  # fmt: skip
