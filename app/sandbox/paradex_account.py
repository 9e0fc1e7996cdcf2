"""Paradex's account payloads: margin by account, positions, transfers.

An isolated position lives in an account of its own, which the same token reads.
https://docs.paradex.trade/api/prod/account
"""

from __future__ import annotations

from collections.abc import Sequence

from app.sandbox.accounts import starknet
from app.sandbox.listings import contract, contracts
from app.sandbox.margin import AccountFigures, GroupFigures, PositionFigures
from app.sandbox.paradex_market import error, loss_factor
from app.sandbox.wire import Call, Refusal, short

_OPENED = 1_760_000_000_000
_NOTHING = GroupFigures(group="CROSS", unit="USDC")


def _address(call: Call, p: PositionFigures | None = None) -> str:
    """The account a position is in: its own when it is isolated."""
    book = call.account.book if call.account else ""
    return starknet(f"{book} {p.contract.symbol}" if p is not None and p.isolated else book)


def positions(call: Call) -> object:
    """Every position, one that was closed among them."""
    held = call.figures("paradex").positions
    rows = [_position(call, p) for p in held]
    closed = [_closed(row) for row in rows[:1]]
    return {"results": [*rows, *closed]}


def _position(call: Call, p: PositionFigures) -> dict[str, object]:
    address, entry = _address(call, p), short(p.holding.entry, 8)
    cost = short(p.holding.contracts * p.holding.entry, 8)
    return {
        "id": f"{address}-{p.contract.symbol}",
        "account": address,
        "market": p.contract.symbol,
        "status": "OPEN",
        "side": p.holding.side.value.upper(),
        "size": short(p.signed),
        "average_entry_price": entry,
        "average_entry_price_usd": entry,
        "average_exit_price": "",
        "realized_positional_pnl": "0",
        "unrealized_pnl": short(p.pnl, 8),
        "unrealized_funding_pnl": "0",
        "leverage": str(p.holding.leverage),
        "cost": cost,
        "cost_usd": cost,
        "cached_funding_index": "35202.1002351",
        "created_at": _OPENED,
        "last_updated_at": call.now_ms,
        "last_fill_id": "1718947571560201703986670001",
        "seq_no": 1718950074249176253,
        "liquidation_price": "" if p.liquidation is None else short(p.liquidation, 8),
    }


def _closed(row: dict[str, object]) -> dict[str, object]:
    nothing = dict.fromkeys(("size", "unrealized_pnl", "cost", "cost_usd"), "0")
    market = {"id": f"{row['account']}-ETH-USD-PERP", "market": "ETH-USD-PERP"}
    return row | nothing | market | {"status": "CLOSED", "liquidation_price": ""}


def summary(call: Call) -> object:
    """The account, and those of isolated positions: value, margin, health."""
    figures = call.figures("paradex")
    group = figures.groups.get("CROSS", _NOTHING)
    main = _account(call, _address(call), group.balance, group.initial, group.maintenance)
    apart = [
        _account(call, _address(call, p), p.balance, p.initial, p.maintenance)
        for p in _isolated(figures)
    ]
    return {"results": [main, *apart]}


def _account(
    call: Call, address: str, value: float, initial: float, maintenance: float
) -> dict[str, object]:
    return {
        "account": address,
        "account_value": short(value, 8),
        "free_collateral": short(max(value - initial, 0.0), 8),
        "initial_margin_requirement": short(initial, 8),
        "maintenance_margin_requirement": short(maintenance, 8),
        "margin_cushion": short(value - maintenance, 8),
        "seq_no": 1718950074249176253,
        "settlement_asset": "USDC",
        "status": "ACTIVE" if value > maintenance or not value else "LIQUIDATION",
        "total_collateral": short(value, 8),
        "updated_at": call.now_ms,
    }


def _isolated(figures: AccountFigures) -> Sequence[PositionFigures]:
    return [p for p in figures.positions if p.isolated]


def info(call: Call) -> object:
    """What kind each account is, and which market an isolated one is for."""
    main = _address(call)
    kinds = [(main, "", "", "main")] + [
        (_address(call, p), p.contract.symbol, main, "isolated_margin")
        for p in _isolated(call.figures("paradex"))
    ]
    return {
        "results": [
            {
                "account": address, "created_at": _OPENED, "derivation_path": "",
                "isolated_market": market, "kind": kind, "parent_account": parent,
                "public_key": starknet("public key"), "username": "sandbox",
            }
            for address, market, parent, kind in kinds
        ]
    }  # fmt: skip


def margin(call: Call) -> object:
    """The margin settings of ``market``, or of every market."""
    wanted = call.params.get("market", "")
    if wanted and contract("paradex", wanted) is None:
        raise Refusal(error(400, "MARKET_NOT_FOUND", f"market {wanted} not found"))
    apart = {p.contract.symbol for p in _isolated(call.figures("paradex"))}
    return {
        "account": _address(call),
        "configs": [
            {
                "market": spec.symbol,
                "margin_type": "ISOLATED" if spec.symbol in apart else "CROSS",
                "leverage": spec.tiers[0].max_leverage,
                "isolated_margin_leverage": spec.tiers[0].max_leverage,
            }
            for spec in contracts("paradex")
            if wanted in {"", spec.symbol}
        ],
        "margin_methodology": "cross_margin",
    }


def transfers(call: Call) -> object:
    """A deposit, and a withdrawal under way, which is cut by the factor of this moment."""
    opened = int(call.market.opened_at.timestamp() * 1000)
    factor = short(loss_factor(call.market), 8)
    if not call.figures("paradex").positions:
        return {"next": None, "prev": None, "results": []}
    rows = (
        ("WITHDRAWAL", "PENDING", "250", opened, factor),
        ("DEPOSIT", "COMPLETED", "12500", _OPENED, ""),
    )
    return {
        "next": None,
        "prev": None,
        "results": [
            {
                "id": f"{at}201703986670001", "account": _address(call), "kind": kind,
                "status": status, "amount": amount, "token": "USDC", "created_at": at,
                "last_updated_at": at, "txn_hash": f"0x{at:064x}", "external_txn_hash": "",
                "socialized_loss_factor": cut,
            }
            for kind, status, amount, at, cut in rows
        ],
    }  # fmt: skip
