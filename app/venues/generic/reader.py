"""An exchange nobody described: positions and candles as ccxt's unified calls give them.

What nobody checked against the exchange's documents is left out rather than shown wrong:
margins and ratios, whose meaning differs between exchanges, and dollars of another money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.domain.position import Position, ScopeReading
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.facts import Scope
from app.venues.markets import Contract
from app.venues.wire import optional_text, rows

DOLLARS: Final = frozenset({"USD", "USDT", "USDC", "FDUSD", "USDE", "DAI"})
"""Counted as one USD each."""

UNCHECKED: Final = "What this exchange means by its margins was not checked, so none is shown."
NO_MARK: Final = "The exchange gives no mark price with its positions."


class GenericReader(VenueReader):
    """One account at an exchange of ``exchanges.toml``."""

    def read_scope(self, scope: Scope) -> ScopeReading:
        answer = self.connection.unified(scope.ccxt, "fetch_positions", None, dict(scope.params))
        held = {optional_text(row, "symbol") or "" for row in rows(answer, "positions")}
        contracts = self.connection.contracts(scope.ccxt)
        if held - {contract.symbol for contract in contracts.values()}:
            contracts = self.connection.contracts(scope.ccxt, needed=held)
        found = unified.positions(
            answer, contracts=contracts, facts=self.facts, scope=scope, as_of=self.clock()
        )
        return ScopeReading(
            scope=scope.id,
            positions=tuple(sure_of(one, contracts) for one in found),
        )


def sure_of(position: Position, contracts: Mapping[str, Contract]) -> Position:
    """``position`` without the figures whose meaning was not checked, and the reasons."""
    quote = contracts[position.native_symbol].quote
    notes = dict(position.notes)
    for name in ("collateral", "maintenance_margin", "margin_ratio"):
        notes[name] = UNCHECKED
    if position.mark_price is None:
        notes["mark_price"] = NO_MARK
    worth = position.notional_usd
    if worth is None:
        notes["notional_usd"] = NO_MARK
    elif quote not in DOLLARS:
        worth = None
        notes["notional_usd"] = f"This contract is priced in {quote}, not in dollars."
    return replace(
        position,
        notional_usd=worth,
        collateral=None,
        maintenance_margin=None,
        maintenance_margin_rate=None,
        margin_ratio=None,
        notes=notes,
    )
