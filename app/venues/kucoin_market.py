"""What KuCoin publishes of its contracts: marks and open interest. Pure functions.

Source: https://www.kucoin.com/docs-new/rest/futures-trading/market-data/get-all-symbols
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.fund import MarketStat
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.kucoin_account import VENUE, data_of
from app.venues.markets import Contract
from app.venues.wire import Row

SIDES: Final = "KuCoin does not say whether it counts one side or both; taken as one."


def market_stats(
    answer: object, contracts: Mapping[str, Contract], at: datetime
) -> tuple[MarketStat, ...]:
    """Marks and open interest from ``/api/v1/contracts/active``, which has no time of its own.

    ``openInterest`` is in contracts: base units after the multiplier, at the mark, for linear
    ones; one or more dollars each for inverse ones. A contract too new for the market list has
    no open interest in USD yet.
    """
    listed = wire.rows(data_of(answer, "the contracts"), "the list of contracts")
    return tuple(_stat(row, contracts.get(wire.text(row, "symbol")), at) for row in listed)


def _stat(data: Row, contract: Contract | None, at: datetime) -> MarketStat:
    mark = wire.optional_number(data, "markPrice") or None
    held = wire.optional_number(data, "openInterest")
    price = 1.0 if contract is not None and contract.kind is ContractKind.INVERSE else mark
    known = contract is not None and held is not None and price is not None
    return MarketStat(
        venue=VENUE,
        native_symbol=wire.text(data, "symbol"),
        at=at,
        symbol=contract.symbol if contract else None,
        mark_price=mark,
        open_interest_usd=held * contract.contract_size * price
        if contract is not None and held is not None and price is not None
        else None,
        open_interest_at=at if known else None,
        note=SIDES if known else None,
    )
