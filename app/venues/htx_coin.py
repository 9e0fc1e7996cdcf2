"""HTX's coin-margined positions and the margin accounts behind them. Pure functions.

A swap has a margin account of its own, the futures of one coin share one. Sources:
https://huobiapi.github.io/docs/coin_margined_swap/v1/en/ and
https://huobiapi.github.io/docs/dm/v1/en/, the pages on account and position information.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.domain.position import AccountMargin, MarginMode, Position
from app.venues import wire
from app.venues.holding import amounts, contract_of, present, session_profit
from app.venues.htx_account import (
    VENUE,
    adl_level,
    data_of,
    no_adl,
    open_rows,
    side,
    why_no_liquidation,
)
from app.venues.markets import Contract
from app.venues.wire import Row

COIN_MARGIN: Final = "The whole margin account of this coin backs this position."
NO_RATIO: Final = "The margin account of this coin was not read, or is used up."
NO_MARK: Final = "HTX's list of coin-margined positions gives the last traded price, no mark."
AT_LAST: Final = "Worked out at the last traded price."
NO_FACTOR: Final = "HTX's adjustment factor, which it is worked out from, was not read."
FACTOR: Final = "Maintenance is the position margin times HTX's adjustment factor."
NO_SESSION: Final = "HTX did not say what was earned since the last settlement."
SEVERAL: Final = "Each coin has a margin account of its own; its positions have its ratio."


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinAccount:
    """A margin account: of one swap, or of all futures of a coin; amounts in ``asset``.

    It is liquidated when ``balance`` falls to ``position_margin`` × ``factor``. ``realized`` and
    ``unrealized`` are the profit of the running settlement period.
    """

    asset: str
    balance: float
    position_margin: float
    factor: float
    liquidation_price: float | None
    realized: float | None
    unrealized: float | None

    @property
    def ratio(self) -> float | None:
        """Maintenance / balance, 1 at liquidation."""
        return self.position_margin * self.factor / self.balance if self.balance > 0 else None


def coin_accounts(answer: object, sentinels: Collection[float]) -> dict[str, CoinAccount]:
    """The accounts of ``swap_account_info`` by contract, of ``contract_account_info`` by coin."""
    listed = wire.rows(data_of(answer, "the margin accounts"), "the margin accounts")
    return {
        wire.optional_text(row, "contract_code") or wire.text(row, "symbol"): CoinAccount(
            asset=wire.text(row, "symbol"),
            balance=wire.number(row, "margin_balance"),
            position_margin=wire.number(row, "margin_position"),
            factor=wire.number(row, "adjust_factor"),
            liquidation_price=wire.liquidation_price(row, "liquidation_price", sentinels),
            realized=wire.optional_number(row, "profit_real"),
            unrealized=wire.optional_number(row, "profit_unreal"),
        )
        for row in listed
    }


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    accounts: Mapping[str, CoinAccount],
    scope: str,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """Every open position of one list. Raises ``Malformed``, also for an unlisted contract."""
    rows = open_rows(answer)
    as_of = wire.moment(wire.row(answer, "the positions"), "ts") if rows else None
    return tuple(
        position(
            row,
            contract_of(wire.text(row, "contract_code"), contracts),
            account=account_of(row, rows, accounts),
            scope=scope,
            as_of=as_of,
            sentinels=sentinels,
        )
        for row in rows
        if as_of is not None
    )


def account_of(
    data: Row, rows: Sequence[Row], accounts: Mapping[str, CoinAccount]
) -> CoinAccount | None:
    """The account behind a row; shared by several contracts it has no price for this one."""
    own = accounts.get(wire.text(data, "contract_code"))
    if own is not None:
        return own
    coin = wire.text(data, "symbol")
    shared = accounts.get(coin)
    held = {wire.text(row, "contract_code") for row in rows if row.get("symbol") == coin}
    if shared is None or len(held) == 1:
        return shared
    return replace(shared, liquidation_price=None)


def position(
    data: Row,
    contract: Contract,
    *,
    account: CoinAccount | None,
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row of ``swap_position_info`` or ``contract_position_info``; profit in the coin.

    A row has no mark, so its size in coins is worked out at the last price. ``liq_px`` is its
    liquidation price; where it is missing, the one of its margin account.
    """
    held = abs(wire.number(data, "volume"))
    size, notional = amounts(
        contract, contracts=held, mark=wire.optional_number(data, "last_price")
    )
    liquidation = wire.liquidation_price(data, "liq_px", sentinels)
    if wire.optional_number(data, "liq_px") is None and account is not None:
        liquidation = account.liquidation_price
    margin = wire.optional_number(data, "position_margin")
    ratio = account.ratio if account is not None else None
    known = account is not None and margin is not None
    adl = adl_level(data)
    notes = {
        "liquidation_price": why_no_liquidation(data, "liq_px") if liquidation is None else None,
        "mark_price": NO_MARK,
        "size": AT_LAST,
        "collateral": COIN_MARGIN,
        "maintenance_margin": None if known else NO_FACTOR,
        "margin_ratio": NO_RATIO if ratio is None else None,
        "adl": no_adl(adl),
    }
    return Position(
        venue=VENUE,
        scope=scope,
        symbol=contract.symbol,
        native_symbol=contract.native_symbol,
        kind=contract.kind,
        side=side(data),
        contracts=held,
        contract_size=contract.contract_size,
        size=size,
        settle_asset=contract.settle,
        as_of=as_of,
        notional_usd=notional,
        leverage=wire.optional_number(data, "lever_rate"),
        margin_mode=MarginMode.CROSS,
        entry_price=wire.optional_number(data, "cost_open"),
        liquidation_price=liquidation,
        maintenance_margin=margin * account.factor if account and margin is not None else None,
        margin_ratio=ratio,
        unrealized_pnl=wire.optional_number(data, "profit_unreal"),
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def margin(
    answer: object, accounts: Mapping[str, CoinAccount], *, scope: str, as_of: datetime
) -> AccountMargin | None:
    """The margin account behind the open positions; of several no figure holds for all."""
    rows = open_rows(answer)
    names = {
        name
        for row in rows
        for name in (wire.text(row, "contract_code"), wire.text(row, "symbol"))
        if name in accounts
    }
    if not names:
        return None
    first = accounts[min(names)]
    alone = len(names) == 1
    return AccountMargin(
        scope=scope,
        asset=first.asset if alone else "USD",
        margin_balance=first.balance if alone else None,
        maintenance_margin=first.position_margin * first.factor if alone else None,
        margin_ratio=first.ratio if alone else None,
        as_of=as_of,
        note=FACTOR if alone else f"{SEVERAL} {FACTOR}",
        session=session_profit(
            asset=first.asset,
            realized=first.realized,
            unrealized=first.unrealized,
            missing=NO_SESSION,
        )
        if alone
        else None,
    )
