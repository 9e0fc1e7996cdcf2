"""Binance's account settings: key permissions, coins, margin brackets, leverage, position mode.

https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api
"""

from __future__ import annotations

from app.domain.position import ContractKind
from app.sandbox.binance_account import positions
from app.sandbox.binance_market import each, error
from app.sandbox.contracts import INVERSE, LINEAR
from app.sandbox.wire import Call, Refusal

_CREATED = 1_698_645_219_000


def api_restrictions(call: Call) -> object:
    """What the key may do."""
    key = call.account
    trade = key is not None and "trade" in key.powers
    withdraw = key is not None and "withdraw" in key.powers
    return {
        "ipRestrict": key is not None and bool(key.ip),
        "createTime": _CREATED,
        "enableReading": True,
        "enableWithdrawals": withdraw,
        "enableInternalTransfer": withdraw,
        "enableMargin": False,
        "enableFutures": trade,
        "permitsUniversalTransfer": withdraw,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": True,
        "enableSpotAndMarginTrading": trade,
        "enablePortfolioMarginTrading": False,
    }


def coins(call: Call) -> object:
    """The wallet's coins, without networks."""
    return [
        {"coin": coin, "name": coin, "free": "0", "locked": "0", "trading": True,
         "depositAllEnable": True, "withdrawAllEnable": True, "isLegalMoney": False,
         "networkList": []}
        for coin in ("BTC", "ETH", "USDC", "USDT")
    ]  # fmt: skip


def _brackets(call: Call, kind: ContractKind, edge: str) -> object:
    return [
        {
            "symbol": spec.symbol,
            "notionalCoef": 1.0,
            "brackets": [
                {
                    "bracket": number,
                    "initialLeverage": tier.max_leverage,
                    f"{edge}Cap": spec.tiers[number].floor if number < len(spec.tiers) else 1e9,
                    f"{edge}Floor": tier.floor,
                    "maintMarginRatio": tier.rate,
                    "cum": tier.amount,
                }
                for number, tier in enumerate(spec.tiers, start=1)
            ],
        }
        for spec in each(call, kind)
    ]


def usdm_brackets(call: Call) -> object:
    """Margin tiers by notional, in quote."""
    return _brackets(call, LINEAR, "notional")


def coinm_brackets(call: Call) -> object:
    """Margin tiers by notional, in the base coin."""
    return _brackets(call, INVERSE, "qty")


def usdm_symbol_config(call: Call) -> object:
    """Leverage and margin type by contract, as the account set them."""
    held = {p.contract.symbol: p for p in positions(call, LINEAR)}
    rows = []
    for spec in each(call, LINEAR):
        p = held.get(spec.symbol)
        rows.append(
            {
                "symbol": spec.symbol,
                "marginType": "ISOLATED" if p is not None and p.isolated else "CROSSED",
                "isAutoAddMargin": False,
                "leverage": p.holding.leverage if p is not None else 20,
                "maxNotionalValue": "1000000",
            }
        )
    return rows


def usdm_position_mode(call: Call) -> object:
    """Hedge mode."""
    return {"dualSidePosition": True}


def coinm_position_mode(call: Call) -> object:
    """One-way mode."""
    return {"dualSidePosition": False}


def margin_pairs(call: Call) -> object:
    """Spot margin pairs: none here."""
    return []


def no_portfolio_account(call: Call) -> object:
    """A usual account is no portfolio margin account, and papi says so by refusing the key."""
    raise Refusal(error(401, -2015, "Invalid API-key, IP, or permissions for action"))


def no_portfolio_pro(call: Call) -> object:
    """Nor is it one of Portfolio Margin Pro."""
    raise Refusal(error(400, -21001, "User is not in portfolio margin mode."))
