"""Paradex's public payloads: markets, prices, open interest, the insurance fund, its vault.

When the fund owes more than it holds, every withdrawal is cut by the socialised loss factor.
https://docs.paradex.trade/api/prod/markets, https://docs.paradex.trade/risk/socialized-losses
"""

from __future__ import annotations

from app.sandbox.accounts import starknet
from app.sandbox.candles import hours
from app.sandbox.contracts import Contract
from app.sandbox.listings import contract, contracts
from app.sandbox.market import MarketState
from app.sandbox.wire import Answer, Call, Refusal, fixed, short

BALANCES_USD = 34_000_000.0
"""What all accounts of the exchange hold together."""
_GIGAVAULT, _OTHER_VAULT = starknet("gigavault"), starknet("another vault")
_VTOKEN_PRICE = 1.25
_CREATED = 1_717_065_600_000
_MOST_BARS, _HOURLY = 1_000, "60"


def error(status: int, code: str, message: str) -> Answer:
    """Paradex's error body."""
    return Answer(status=status, payload={"error": code, "message": message})


def time(call: Call) -> object:
    """The venue's clock."""
    return {"server_time": str(call.now_ms)}


def loss_factor(market: MarketState) -> float:
    """What withdrawals are cut by: the missing amount over all balances plus the missing amount."""
    missing = max(-market.pool("paradex", "insurance").usd, 0.0)
    return missing / (BALANCES_USD + missing)


def _market(spec: Contract) -> dict[str, object]:
    tier = spec.tiers[0]
    return {
        "symbol": spec.symbol,
        "base_currency": spec.base,
        "quote_currency": "USD",
        "settlement_currency": "USDC",
        "order_size_increment": short(spec.step),
        "price_tick_size": short(spec.tick),
        "min_notional": "10",
        "open_at": _CREATED,
        "expiry_at": 0,
        "asset_kind": "PERP",
        "market_kind": "cross",
        "position_limit": "2000000",
        "price_bands_width": "0.05",
        "max_open_orders": 100,
        "max_funding_rate": "0.05",
        "price_feed_id": "9LScEHse1ioZt2rUuhwiN6bmYnqpMqvZkQJDNUpxVHN5",
        "oracle_ewma_factor": "0.2",
        "max_order_size": "1000",
        "max_funding_rate_change": "0.0005",
        "max_tob_spread": "0.2",
        "delta1_cross_margin_params": {
            "imf_base": short(1 / tier.max_leverage),
            "imf_shift": "0",
            "imf_factor": "0",
            "mmf_factor": "0.5",
        },
    }


def markets(call: Call) -> object:
    """The listing; a spot market stands in it too."""
    spot = {"symbol": "ETH-USD", "asset_kind": "SPOT", "base_currency": "ETH"}
    unlike = {"delta1_cross_margin_params", *spot}
    rows = [_market(spec) for spec in contracts("paradex")]
    return {"results": [*rows, spot | {k: v for k, v in rows[0].items() if k not in unlike}]}


def _summary(call: Call, spec: Contract) -> dict[str, object]:
    last, mark = short(call.market.last(spec), 8), short(call.market.mark(spec), 8)
    return {
        "symbol": spec.symbol,
        "oracle_price": short(call.market.index(spec), 8),
        "mark_price": mark,
        "last_traded_price": last,
        "bid": mark,
        "ask": last,
        "volume_24h": "5815541.397939004",
        "total_volume": "584031465.525259686",
        "created_at": call.now_ms,
        "underlying_price": short(call.market.index(spec), 8),
        "open_interest": short(call.market.open_interest(spec), 4),
        "funding_rate": "0.0001",
        "price_change_rate_24h": "0",
    }


def summary(call: Call) -> object:
    """Prices and open interest (base units) of ``market``, or of ``ALL``."""
    wanted = call.params.get("market", "")
    if not wanted:
        raise Refusal(error(400, "VALIDATION_ERROR", "market: cannot be blank."))
    if wanted != "ALL" and contract("paradex", wanted) is None:
        raise Refusal(error(400, "MARKET_NOT_FOUND", f"market {wanted} not found"))
    listed = contracts("paradex")
    return {"results": [_summary(call, s) for s in listed if wanted in {"ALL", s.symbol}]}


def klines(call: Call) -> object:
    """Hours of a contract between two times; of too many the first."""
    spec = contract("paradex", call.params.get("symbol", ""))
    if spec is None:
        raise Refusal(error(400, "INVALID_SYMBOL", "symbol: not found."))
    if call.params.get("resolution") != _HOURLY:
        raise Refusal(error(400, "VALIDATION_ERROR", "resolution: must be a valid value."))
    start, end = (call.params.get(name, "") for name in ("start_at", "end_at"))
    if not (start.isdigit() and end.isdigit() and int(start) <= int(end)):
        raise Refusal(error(400, "VALIDATION_ERROR", "start_at: must be before end_at."))
    found = hours(call.market, spec, most=_MOST_BARS, since_ms=int(start), until_ms=int(end))
    return {
        "results": [
            [one.ms, *(round(price, 6) for price in (one.open, one.high, one.low, one.close)),
             round(one.contracts, 4)]
            for one in found
        ]
    }  # fmt: skip


def insurance(call: Call) -> object:
    """The fund's account: below zero it owes more than it holds."""
    fund = call.market.pool("paradex", "insurance")
    return {
        "account": starknet("insurance"),
        "account_value": fixed(fund.amounts["USDC"], 3),
        "settlement_asset": "USDC",
        "updated_at": int(fund.at.timestamp() * 1000),
    }


def vaults(call: Call) -> object:
    """A person's vault, and the one the insurance fund is a part of."""
    rows = (
        (_OTHER_VAULT, "user", "Basis", "Basis trade"),
        (_GIGAVAULT, "protocol", "Gigavault", "Insurance fund"),
    )
    return {
        "results": [
            {
                "address": address, "created_at": _CREATED, "description": name, "kind": kind,
                "last_updated_at": _CREATED, "lockup_period": 1, "max_tvl": 0, "name": name,
                "operator_account": starknet(f"{name} operator"),
                "owner_account": starknet(f"{name} owner"), "profit_share": 10,
                "status": "ACTIVE", "token_address": "",
                "strategies": [{"address": starknet(strategy), "name": strategy}],
            }
            for address, kind, name, strategy in rows
        ]
    }  # fmt: skip


def vaults_summary(call: Call) -> object:
    """Totals of the vault at ``address``, or of both."""
    value = call.market.pool("paradex", "gigavault").usd
    totals = {_OTHER_VAULT: 1_230_000.0, _GIGAVAULT: value}
    wanted = call.params.get("address", "")
    return {
        "results": [
            {
                "address": address,
                "net_deposits": "1000000",
                "tvl": short(total, 6),
                "vtoken_price": short(_VTOKEN_PRICE),
                "vtoken_supply": short(total / _VTOKEN_PRICE, 6),
                "total_pnl": "149.12",
            }
            for address, total in totals.items()
            if wanted in {"", address}
        ]
    }
