"""What a position says whatever the venue: its contract's part, its notes, a margin unknown.

Pure functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from app.domain.errors import VenueError
from app.domain.position import AccountMargin, ContractKind
from app.domain.session import SessionProfit
from app.venues.markets import Contract
from app.venues.wire import Malformed


class Holding(TypedDict):
    """The fields of a ``Position`` that follow from its contract, how many are held, and the mark."""

    symbol: str
    native_symbol: str
    kind: ContractKind
    contracts: float
    contract_size: float
    size: float
    settle_asset: str
    notional_usd: float | None
    mark_price: float | None


def holding(contract: Contract, *, contracts: float, mark: float | None) -> Holding:
    """``contracts`` of a contract, valued at ``mark`` as ``amounts`` does."""
    size, notional_usd = amounts(contract, contracts=contracts, mark=mark)
    return Holding(
        symbol=contract.symbol,
        native_symbol=contract.native_symbol,
        kind=contract.kind,
        contracts=contracts,
        contract_size=contract.contract_size,
        size=size,
        settle_asset=contract.settle,
        notional_usd=notional_usd,
        mark_price=mark,
    )


def amounts(
    contract: Contract, *, contracts: float, mark: float | None
) -> tuple[float, float | None]:
    """Size in base units and value in USD; quote units count as dollars.

    Linear contracts hold base units, inverse ones quote units: then the value needs no price
    and the size does. Without a mark the size of an inverse position is 0 and unknown value
    is ``None``.
    """
    held = contracts * contract.contract_size
    if contract.kind is ContractKind.LINEAR:
        return held, held * mark if mark else None
    return held / mark if mark else 0.0, held


def contract_of(symbol: str, contracts: Mapping[str, Contract]) -> Contract:
    """The contract a position is in. Raises ``Malformed`` where the market list lacks it."""
    contract = contracts.get(symbol)
    if contract is None:
        raise Malformed("a position is in a contract that is not in the market list")
    return contract


def present(notes: Mapping[str, str | None]) -> dict[str, str]:
    """The notes that say something."""
    return {field: note for field, note in notes.items() if note is not None}


def session_profit(
    *, asset: str, realized: float | None, unrealized: float | None, missing: str
) -> SessionProfit:
    """A session's profit; ``missing`` says why a figure is ``None``."""
    figures = {"realized": realized, "unrealized": unrealized}
    return SessionProfit(
        asset=asset,
        realized=realized,
        unrealized=unrealized,
        notes={name: missing for name, figure in figures.items() if figure is None},
    )


def no_margin(*, scope: str, asset: str, as_of: datetime, note: str) -> AccountMargin:
    """An account margin that is not known, and why."""
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=None,
        maintenance_margin=None,
        margin_ratio=None,
        as_of=as_of,
        note=note,
    )


def margin_not_read(
    failure: VenueError | None, *, scope: str, asset: str, as_of: datetime
) -> AccountMargin:
    """Not knowing the margin costs a note, not the positions."""
    return no_margin(
        scope=scope,
        asset=asset,
        as_of=as_of,
        note=f"The account's margin was not read: {failure}",
    )
