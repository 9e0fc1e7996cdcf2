"""Binance's public payloads: listings, prices, open interest, insurance pools, ADL risk.

https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain.position import ContractKind
from app.sandbox.contracts import INVERSE, LINEAR, Contract
from app.sandbox.funds import pool_of
from app.sandbox.listings import contract, contracts
from app.sandbox.market import MarketState, PoolFigures
from app.sandbox.wire import Answer, Call, Refusal, decimals, fixed, short

_PERPETUAL_DELIVERY = 4_133_404_800_000
_ONBOARD = 1_569_398_400_000
_HOUR_MS = 3_600_000


def error(status: int, code: int, message: str) -> Answer:
    """Binance's error body."""
    return Answer(status=status, payload={"code": code, "msg": message})


def missing(name: str) -> Answer:
    """The error for a parameter that has to be there."""
    return error(
        400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def ping(call: Call) -> object:
    """Nothing, to say it is there."""
    return {}


def time(call: Call) -> object:
    """The venue's clock."""
    return {"serverTime": call.now_ms}


def find(call: Call, kind: ContractKind) -> Contract:
    """The contract ``symbol`` names. Raises the venue's errors."""
    symbol = call.params.get("symbol", "")
    if not symbol:
        raise Refusal(missing("symbol"))
    found = contract("binance", symbol)
    if found is None or found.kind is not kind:
        raise Refusal(error(400, -1121, "Invalid symbol."))
    return found


def each(call: Call, kind: ContractKind) -> Iterator[Contract]:
    """The contract ``symbol`` names, or all of a kind when it is not given."""
    if call.params.get("symbol"):
        return iter((find(call, kind),))
    return contracts("binance", kind)


def _one_or_all(call: Call, kind: ContractKind, show: Callable[[Contract], object]) -> object:
    rows = [show(spec) for spec in each(call, kind)]
    return rows[0] if call.params.get("symbol") else rows


def _listing(spec: Contract) -> dict[str, object]:
    kind = "PERPETUAL" if spec.expires is None else "CURRENT_QUARTER"
    row: dict[str, object] = {
        "symbol": spec.symbol,
        "pair": f"{spec.base}{spec.quote}",
        "contractType": kind,
        "deliveryDate": spec.expires or _PERPETUAL_DELIVERY,
        "onboardDate": _ONBOARD,
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": spec.base,
        "quoteAsset": spec.quote,
        "marginAsset": spec.settle,
        "pricePrecision": decimals(spec.tick),
        "quantityPrecision": decimals(spec.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": short(spec.tick),
                "maxPrice": "4529764",
                "tickSize": short(spec.tick),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": short(spec.step),
                "maxQty": "10000000",
                "stepSize": short(spec.step),
            },
            {
                "filterType": "MARKET_LOT_SIZE",
                "minQty": short(spec.step),
                "maxQty": "1000000",
                "stepSize": short(spec.step),
            },
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
        ],
        "orderTypes": ["LIMIT", "MARKET", "STOP", "TAKE_PROFIT", "TRAILING_STOP_MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
    }
    if spec.kind is LINEAR:
        return row | {"status": "TRADING"}
    return row | {
        "contractStatus": "TRADING",
        "contractSize": int(spec.size),
        "equalQtyPrecision": 4,
    }


def _exchange_info(call: Call, limit: int, symbols: list[dict[str, object]]) -> object:
    return {
        "timezone": "UTC",
        "serverTime": call.now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": limit,
            }
        ],
        "exchangeFilters": [],
        "assets": [],
        "symbols": symbols,
    }


def usdm_exchange_info(call: Call) -> object:
    """The USD-M listing."""
    return _exchange_info(call, 2400, [_listing(spec) for spec in contracts("binance", LINEAR)])


def coinm_exchange_info(call: Call) -> object:
    """The COIN-M listing."""
    return _exchange_info(call, 2400, [_listing(spec) for spec in contracts("binance", INVERSE)])


def spot_exchange_info(call: Call) -> object:
    """A spot listing of three pairs: what an untrimmed client asks for."""
    rows: list[dict[str, object]] = [
        {
            "symbol": f"{base}USDT",
            "status": "TRADING",
            "baseAsset": base,
            "baseAssetPrecision": 8,
            "quoteAsset": "USDT",
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": True,
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": "0.01000000",
                    "maxPrice": "1000000.00000000",
                    "tickSize": "0.01000000",
                }
            ],
            "permissions": [],
        }
        for base in ("BTC", "ETH", "BNB")
    ]
    return _exchange_info(call, 6000, rows)


def _premium(call: Call, spec: Contract) -> dict[str, object]:
    perpetual = spec.expires is None
    row: dict[str, object] = {
        "symbol": spec.symbol,
        "markPrice": fixed(call.market.mark(spec)),
        "indexPrice": fixed(call.market.index(spec)),
        "estimatedSettlePrice": fixed(call.market.index(spec)),
        "lastFundingRate": "0.00010000" if perpetual else "",
        "interestRate": "0.00010000" if perpetual else "",
        "nextFundingTime": _next_funding(call) if perpetual else 0,
        "time": call.now_ms,
    }
    if spec.kind is INVERSE:
        row["pair"] = f"{spec.base}USD"
    return row


def _next_funding(call: Call) -> int:
    return (call.now_ms // (8 * _HOUR_MS) + 1) * 8 * _HOUR_MS


def usdm_premium_index(call: Call) -> object:
    """Mark price and funding: one object with ``symbol``, else a list."""
    return _one_or_all(call, LINEAR, lambda spec: _premium(call, spec))


def coinm_premium_index(call: Call) -> object:
    """Mark price and funding; COIN-M always answers a list."""
    return [_premium(call, spec) for spec in each(call, INVERSE)]


def _last(call: Call, spec: Contract) -> dict[str, object]:
    price = fixed(call.market.last(spec), decimals(spec.tick))
    return {"symbol": spec.symbol, "price": price, "time": call.now_ms}


def usdm_prices(call: Call) -> object:
    """Last prices: one object with ``symbol``, else a list."""
    return _one_or_all(call, LINEAR, lambda spec: _last(call, spec))


def coinm_prices(call: Call) -> object:
    """Last prices; COIN-M always answers a list and names the pair."""
    return [_last(call, spec) | {"ps": f"{spec.base}USD"} for spec in each(call, INVERSE)]


def usdm_open_interest(call: Call) -> object:
    """Open interest of one contract, in base units, one side."""
    spec = find(call, LINEAR)
    interest = fixed(call.market.open_interest(spec), decimals(spec.step))
    return {"symbol": spec.symbol, "openInterest": interest, "time": call.now_ms}


def coinm_open_interest(call: Call) -> object:
    """Open interest of one contract, in contracts, one side."""
    spec = find(call, INVERSE)
    return {
        "symbol": spec.symbol,
        "pair": f"{spec.base}USD",
        "openInterest": fixed(call.market.open_interest(spec), 0),
        "contractType": "PERPETUAL" if spec.expires is None else "CURRENT_QUARTER",
        "time": call.now_ms,
    }


def _fund(figures: PoolFigures) -> dict[str, object]:
    updated = int(figures.at.timestamp() * 1000)
    return {
        "symbols": list(figures.pool.symbols),
        "assets": [
            {"asset": asset, "marginBalance": short(amount, 8), "updateTime": updated}
            for asset, amount in figures.amounts.items()
        ],
    }


def insurance_balance(call: Call) -> object:
    """Insurance pools: the one behind ``symbol`` as an object, else all of them."""
    if not call.params.get("symbol"):
        return [_fund(figures) for figures in call.market.pools("binance")]
    behind = pool_of("binance", find(call, LINEAR).symbol)
    if behind is None:
        raise Refusal(error(400, -1121, "Invalid symbol."))
    return _fund(call.market.pool("binance", behind.key))


def risk_word(market: MarketState, symbol: str) -> str:
    """Binance's ADL risk of a contract: the stress of the market, and of the pool behind it."""
    stress = market.stress("binance")
    behind = pool_of("binance", symbol)
    drains = behind is not None and behind.key == "usdm:btc-eth-bnb"
    level = stress if drains else stress * 0.5
    return "high" if level >= 0.7 else "medium" if level >= 0.3 else "low"


def symbol_adl_risk(call: Call) -> object:
    """ADL risk by contract, refreshed every 30 minutes."""

    def row(spec: Contract) -> dict[str, object]:
        return {
            "symbol": spec.symbol,
            "adlRisk": risk_word(call.market, spec.symbol),
            "updateTime": call.now_ms,
        }

    return _one_or_all(call, LINEAR, row)
