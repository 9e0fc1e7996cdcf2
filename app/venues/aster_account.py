"""What anybody may read of an address on Aster Chain: its positions and balances. Pure functions.

Source: https://github.com/asterdex/api-docs/blob/master/RPC/aster-chain-rpc.md. The live answer
leaves out what is empty and, for many accounts, entry and mark price, leverage, margin mode and
auto-deleveraging rank; the prices follow from value, size and profit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.errors import VenueError, VenueRejected, VenueUnreachable
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "aster"
PERPETUALS: Final = "perps"
ADL_LEVELS: Final = 4
SIDES: Final = {"LONG": Side.LONG, "SHORT": Side.SHORT}

NO_LIQUIDATION: Final = (
    "Aster shows it only to the holder of the account's key, and its margin tiers too, so it "
    "cannot be estimated either."
)
NO_TIERS: Final = "Aster gives its margin tiers only to the holder of a key."
NO_ADL: Final = "Aster's public answer has no rank of this position."
NO_MODE: Final = "Aster's public answer does not say whether this is cross or isolated margin."
NO_LEVERAGE: Final = "Aster's public answer has no leverage of this position."
SHARED: Final = "The whole account's margin backs this position."
FROM_PROFIT: Final = "Worked out from the position's value, size and open profit."
NO_MAINTENANCE: Final = f"The maintenance margin is not known. {NO_TIERS}"
NOT_ALL_CROSS: Final = (
    "Not every position is known to be on cross margin, so the balance behind the others is not "
    "known."
)
SEVERAL_ASSETS: Final = "The margin is held in several assets, which are not added up here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Open rows of perpetuals, how many of other products, and wallet balances by asset."""

    rows: tuple[Row, ...]
    others: int
    wallets: Mapping[str, float]
    hidden: bool

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(wire.text(data, "symbol") for data in self.rows)


def refusal(answer: object) -> VenueError | None:
    """The error in a JSON-RPC answer, which comes with HTTP 200; ``None`` if it is none."""
    error = wire.row(answer, "the answer").get("error")
    if error is None:
        return None
    data = wire.row(error, "the error")
    if "not exist" in str(data.get("message")):
        return VenueRejected(
            "Aster has no futures account at this address. Check that it is the address you "
            "trade with.",
            venue=VENUE,
        )
    return VenueUnreachable(
        f"Aster Chain answered with an error of its own (code {wire.number(data, 'code'):.0f}).",
        venue=VENUE,
    )


def holdings(answer: object) -> Holdings:
    """From ``aster_getBalance``. Raises ``Malformed``; a privacy it does not know hides."""
    result = wire.row(wire.row(answer, "the answer").get("result"), "the result")
    privacy = wire.text(result, "accountPrivacy")
    rows, others = [], 0
    for group in wire.rows(result.get("positions") or [], "the positions"):
        listed = wire.rows(group.get("positions") or [], "the positions of a product")
        held = [data for data in listed if wire.number(data, "positionAmount") != 0]
        if wire.text(group, "tradingProduct") == PERPETUALS:
            rows += held
        else:
            others += len(held)
    assets = wire.rows(result.get("perpAssets") or [], "the balances")
    wallets = {wire.text(data, "asset"): wire.number(data, "walletBalance") for data in assets}
    return Holdings(
        rows=tuple(rows),
        others=others,
        wallets={asset: amount for asset, amount in wallets.items() if amount},
        hidden=privacy != "disabled",
    )


def positions(
    held: Holdings, *, contracts: Mapping[str, Contract], scope: str, as_of: datetime
) -> tuple[Position, ...]:
    """Raises ``Malformed``, also for a contract that is not in the market list."""
    found = []
    for data in held.rows:
        contract = contract_of(wire.text(data, "symbol"), contracts)
        found.append(position(data, contract, scope=scope, as_of=as_of))
    return tuple(found)


def position(data: Row, contract: Contract, *, scope: str, as_of: datetime) -> Position:
    """One row, amounts in the contract's margin asset; a wallet's dollars count as dollars.

    In hedge mode the side is named and the amount has no sign of its own.
    """
    side, size = _side(data), abs(wire.number(data, "positionAmount"))
    value = abs(wire.number(data, "notionalValue"))
    pnl = wire.number(data, "unrealizedProfit")
    mark = wire.optional_number(data, "markPrice") or value / size
    entry = wire.optional_number(data, "entryPrice") or mark - side.sign * pnl / size
    mode = _mode(data)
    backing = _isolated_margin(data, pnl) if mode is MarginMode.ISOLATED else None
    leverage = wire.optional_number(data, "leverage")
    adl = _standing(data)
    notes = {
        "liquidation_price": NO_LIQUIDATION,
        "maintenance_margin": NO_TIERS,
        "margin_ratio": NO_TIERS,
        "margin_mode": NO_MODE if mode is None else None,
        "leverage": NO_LEVERAGE if leverage is None else None,
        "collateral": _why_no_collateral(mode, backing),
        "adl": NO_ADL if adl is None else None,
        "entry_price": FROM_PROFIT if not data.get("entryPrice") else None,
    }
    return Position(
        venue=VENUE,
        scope=scope,
        symbol=contract.symbol,
        native_symbol=contract.native_symbol,
        kind=contract.kind,
        side=side,
        contracts=size,
        contract_size=contract.contract_size,
        size=size * contract.contract_size,
        settle_asset=contract.settle,
        as_of=as_of,
        notional_usd=value,
        leverage=leverage,
        margin_mode=mode,
        entry_price=entry,
        mark_price=mark,
        collateral=backing,
        unrealized_pnl=pnl,
        hedged=data.get("positionSide") in SIDES,
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(
    held: Holdings, found: Sequence[Position], *, scope: str, as_of: datetime
) -> AccountMargin:
    """Wallet balance and open profit, where one asset holds all and every position is cross."""
    only = next(iter(held.wallets)) if len(held.wallets) == 1 else None
    crossed = all(position.margin_mode is MarginMode.CROSS for position in found)
    known = only is not None and crossed and all(p.settle_asset == only for p in found)
    notes = (
        NO_MAINTENANCE,
        SEVERAL_ASSETS if len(held.wallets) > 1 else None,
        NOT_ALL_CROSS if not crossed else None,
        f"{held.others} position(s) of other products of Aster are not shown."
        if held.others
        else None,
    )
    return AccountMargin(
        scope=scope,
        asset=only or "USDT",
        margin_balance=held.wallets[only] + sum(p.unrealized_pnl or 0.0 for p in found)
        if known and only is not None
        else None,
        maintenance_margin=None,
        margin_ratio=None,
        as_of=as_of,
        note=" ".join(filter(None, notes)),
    )


def _side(data: Row) -> Side:
    named = wire.text(data, "positionSide")
    if named in SIDES:
        return SIDES[named]
    if named != "BOTH":
        raise Malformed("positionSide is none that is documented")
    return Side.LONG if wire.number(data, "positionAmount") > 0 else Side.SHORT


def _mode(data: Row) -> MarginMode | None:
    if data.get("isolated") is None:
        return None
    return MarginMode.ISOLATED if wire.boolean(data, "isolated") else MarginMode.CROSS


def _isolated_margin(data: Row, pnl: float) -> float | None:
    wallet = wire.optional_number(data, "isolatedWallet")
    return wallet + pnl if wallet is not None else None


def _why_no_collateral(mode: MarginMode | None, backing: float | None) -> str | None:
    if backing is not None:
        return None
    return SHARED if mode is MarginMode.CROSS else NO_MODE


def _standing(data: Row) -> AdlStanding | None:
    raw = wire.optional_number(data, "adl")
    if raw is None or not 0 <= raw <= ADL_LEVELS:
        return None
    return AdlStanding(standing=raw / ADL_LEVELS, raw=raw, scale=f"0-{ADL_LEVELS}")
