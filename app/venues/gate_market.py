"""What Gate publishes: funds by settle currency, ADL risk states, marks. Pure functions.

Source: https://www.gate.com/docs/developers/apiv4/en/, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from app.domain.adl import AdlSignal
from app.domain.fund import FundBalance, MarketStat, PoolKind, PoolReading
from app.domain.position import ContractKind
from app.venues import wire
from app.venues.facts import Scope
from app.venues.gate_account import VENUE
from app.venues.markets import Contract
from app.venues.wire import Row

CADENCE: Final = 86_400
DOLLARS: Final = frozenset({"USDT", "USD1"})
RATINGS: Final[Mapping[str, str]] = {"normal": "low", "warning": "medium", "adl_risk": "high"}
SIDES: Final = "Gate does not say whether it counts one side or both; taken as one."
DAILY: Final = "Refreshed once a day at 00:00 UTC, so a loss within the day does not show yet."


def pool(answer: object, scope: Scope, prices: Mapping[str, float]) -> tuple[PoolReading, ...]:
    """The fund behind one scope, from ``/futures/{settle}/insurance`` or delivery's.

    About a month of daily balances in the settle currency, the newest first; the price of a
    coin then is not known, so only the newest of a coin has a value. None where Gate lists no
    balance. Raises ``Malformed``.
    """
    rows = wire.rows(answer, "the insurance fund")
    newest_first = sorted(rows, key=lambda row: wire.number(row, "t"), reverse=True)
    if not newest_first:
        return ()
    balances = [
        _balance(row, scope.settle, prices if number == 0 else {})
        for number, row in enumerate(newest_first)
    ]
    reading = PoolReading(
        venue=VENUE,
        key=scope.id,
        name=f"Insurance fund of {scope.label}",
        kind=PoolKind.SHARED,
        balances=tuple({balance.at: balance for balance in reversed(balances)}.values())[::-1],
        scopes=(scope.id,),
        cadence_seconds=CADENCE,
        note=DAILY,
    )
    return (reading,)


def _balance(data: Row, asset: str, prices: Mapping[str, float]) -> FundBalance:
    amount = wire.number(data, "b")
    usd = 1.0 if asset in DOLLARS else prices.get(asset)
    return FundBalance(
        asset=asset,
        amount=amount,
        usd=amount * usd if usd is not None else None,
        at=wire.milliseconds(wire.number(data, "t") * 1000, "t"),
    )


def adl_signals(answer: object) -> tuple[AdlSignal, ...]:
    """Each contract's state from ``/futures/{settle}/adl_risk_states``.

    The figures behind the states are not published, so there is no way to a trigger. A state
    nobody knows has no rating and says so.
    """
    states = wire.row(wire.row(answer, "the ADL risk states").get("states"), "states")
    return tuple(
        _signal(contract, wire.row(state, "a state")) for contract, state in states.items()
    )


def _signal(contract: str, data: Row) -> AdlSignal:
    state = wire.text(data, "state")
    rating = RATINGS.get(state)
    return AdlSignal(
        venue=VENUE,
        native_symbol=contract,
        kind="rating",
        at=wire.moment(data, "calculated_at_ms"),
        rating=rating,
        note=f"Gate's own word is {state}; the figure behind it is not published."
        if rating
        else "Gate gives a state that is not known here.",
    )


def market_stats(
    answer: object, contracts: Mapping[str, Contract], *, at: datetime
) -> tuple[MarketStat, ...]:
    """Marks and open interest from the tickers of one settle currency, read ``at``.

    ``total_size`` is in contracts: coins at the mark for linear ones, a dollar each for
    inverse ones.
    """
    return tuple(_stat(row, contracts, at) for row in wire.rows(answer, "the tickers"))


def _stat(data: Row, contracts: Mapping[str, Contract], at: datetime) -> MarketStat:
    native = wire.text(data, "contract")
    mark = wire.optional_number(data, "mark_price") or None
    contract = contracts.get(native)
    value = _interest(data, mark, contract) if contract is not None else None
    return MarketStat(
        venue=VENUE,
        native_symbol=native,
        at=at,
        symbol=contract.symbol if contract else None,
        mark_price=mark,
        open_interest_usd=value,
        open_interest_at=at if value is not None else None,
        note=SIDES if value is not None else None,
    )


def _interest(data: Row, mark: float | None, contract: Contract) -> float | None:
    held = wire.optional_number(data, "total_size")
    price = 1.0 if contract.kind is ContractKind.INVERSE else mark
    return held * contract.contract_size * price if held is not None and price else None
