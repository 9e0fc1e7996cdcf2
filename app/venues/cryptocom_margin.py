"""Crypto.com's margin accounts: the whole one, and that of each isolated position. Pure functions.

Source: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin
from app.domain.session import SessionProfit
from app.venues import wire
from app.venues.holding import session_profit
from app.venues.wire import Malformed, Row

SETTLE: Final = "USD"
NO_SESSION: Final = "Crypto.com did not say what was earned in this session."


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A margin account in USD: the whole one, or that of one isolated position.

    ``position_share`` is the part of the initial margin that positions and orders need; the
    rest is the haircut of collateral. ``session`` is what was earned since the last settlement.
    """

    margin: float | None
    maintenance: float | None
    position_share: float
    leverage: float | None
    liquidating: bool
    session: SessionProfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """The account, and its isolated positions by their ids."""

    account: Balance
    isolated: Mapping[str, Balance]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Published margin rates: at least 1 / leverage, more for large positions.

    ``unit`` is the additional rate for each base unit held. By base, with the default under "".
    """

    leverage: Mapping[str, float]
    unit: Mapping[str, float]

    def rate(self, base: str, size: float) -> float:
        """Initial margin as a fraction of the value of ``size`` base units.

        https://help.crypto.com/en/articles/4894436-leverage-and-margin, without the account's
        own leverage, which is the same for all its positions.
        """
        leverage = self.leverage.get(base, self.leverage[""])
        unit = self.unit.get(base, self.unit[""])
        return min(1.0, max(1 / leverage, unit * size))


def data_of(answer: object, what: str) -> tuple[Row, ...]:
    """The rows under ``result.data``."""
    result = wire.row(wire.row(answer, what).get("result"), f"the result of {what}")
    return wire.rows(result.get("data"), f"the data of {what}")


def balances(answer: object) -> Balances:
    """``private/user-balance``, amounts in USD."""
    accounts = data_of(answer, "the balance")
    if len(accounts) != 1:
        raise Malformed("the balance is not one account")
    listed = accounts[0].get("isolated_positions") or []
    return Balances(
        account=_balance(accounts[0]),
        isolated={
            isolation_id(row): _balance(row) for row in wire.rows(listed, "the isolated positions")
        },
    )


def _balance(data: Row) -> Balance:
    initial = wire.optional_number(data, "total_initial_margin")
    positions = wire.optional_number(data, "total_position_im")
    return Balance(
        margin=wire.optional_number(data, "total_margin_balance"),
        maintenance=wire.optional_number(data, "total_maintenance_margin"),
        position_share=min(1.0, positions / initial) if positions is not None and initial else 1.0,
        leverage=wire.optional_number(data, "leverage"),
        liquidating=data.get("is_liquidating") is True,
        session=session_profit(
            asset=SETTLE,
            realized=wire.optional_number(data, "total_session_realized_pnl"),
            unrealized=wire.optional_number(data, "total_session_unrealized_pnl"),
            missing=NO_SESSION,
        ),
    )


def account_margin(
    balance: Balance, *, as_of: datetime, others: Mapping[str, int], charged: str | None
) -> AccountMargin:
    """The cross margin of the account; liquidation when the balance falls to the maintenance.

    ``charged`` says what of a socialised loss this account paid lately.
    """
    held = ", ".join(f"{number} {kind}" for kind, number in sorted(others.items()))
    notes = (
        "Crypto.com is liquidating this account." if balance.liquidating else None,
        charged,
        f"It also backs {held} position(s), which Seawall does not read." if held else None,
    )
    margin, maintenance = balance.margin, balance.maintenance
    return AccountMargin(
        scope="account",
        asset=SETTLE,
        margin_balance=margin,
        maintenance_margin=maintenance,
        margin_ratio=ratio(maintenance, margin),
        as_of=as_of,
        note=" ".join(note for note in notes if note) or None,
        session=balance.session,
    )


def ratio(maintenance: float | None, balance: float | None) -> float | None:
    return maintenance / balance if maintenance is not None and balance and balance > 0 else None


def isolation_id(data: Row) -> str:
    """Crypto.com writes the id as a text and as a number."""
    return str(data.get("isolation_id"))
