"""Bitget's answers about an account: its positions, their queue places, its margin.

A unified account (``/api/v3``) and a classic one (``/api/v2``) name the same things
differently; each has its names here. Pure functions. Sources:
https://www.bitget.com/api-doc/uta/trade/Get-Position,
https://www.bitget.com/api-doc/contract/position/get-all-position and the account pages
beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "bitget"
UNIFIED: Final = "unified"
"""The scope of a unified account's margin: it backs every scope at once."""
MODES: Final = {"crossed": MarginMode.CROSS, "isolated": MarginMode.ISOLATED}

NO_LIQUIDATION: Final = "Bitget gives none: it says that this position is at low risk for now."
SHARED: Final = "The whole account's margin backs this position."
SHARED_RATIO: Final = "In cross margin the whole account's margin ratio counts."
FROM_RATE: Final = (
    "Computed from Bitget's maintenance rate; the fee for closing, which Bitget adds, is left out."
)
FROM_RATIO: Final = "Computed from the margin ratio that Bitget gives for this position."
IN_COINS: Final = (
    "Bitget gives the size in coins; the dollars behind it are taken at the entry price."
)
NO_RANK: Final = "Bitget lists no place in the auto-deleveraging queue for this position."

Ranks = Mapping[tuple[str, Side], AdlStanding]
"""By native symbol and side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the fields of a position are called, and in what coin-margined ones are counted."""

    side: str
    hold_mode: str
    entry: str
    margin: str
    pnl: str
    rate: str
    inverse_in_coins: bool


CLASSIC: Final = Names(
    side="holdSide",
    hold_mode="posMode",
    entry="openPriceAvg",
    margin="marginSize",
    pnl="unrealizedPL",
    rate="keepMarginRate",
    inverse_in_coins=True,
)
UTA: Final = Names(
    side="posSide",
    hold_mode="holdMode",
    entry="avgPrice",
    margin="positionBalance",
    pnl="unrealisedPnl",
    rate="mmr",
    inverse_in_coins=False,
)


def data_of(answer: object, what: str) -> object:
    return wire.row(answer, what).get("data")


def classic_rows(answer: object) -> tuple[Row, ...]:
    """The open positions of ``/api/v2/mix/position/all-position``."""
    return _open(data_of(answer, "the positions") or [])


def unified_rows(answer: object) -> tuple[Row, ...]:
    """The open positions of ``/api/v3/position/current-position``."""
    return _open(wire.row(data_of(answer, "the positions"), "the positions").get("list") or [])


def _open(listed: object) -> tuple[Row, ...]:
    rows = wire.rows(listed, "the list of positions")
    return tuple(row for row in rows if wire.number(row, "total") != 0)


def answered_at(answer: object) -> datetime:
    """Bitget's own time of an answer."""
    return wire.moment(wire.row(answer, "the answer"), "requestTime")


def position(
    data: Row, contract: Contract, names: Names, *, scope: str, as_of: datetime
) -> Position:
    """One open position.

    ``total`` is in coins; only a unified account counts coin-margined contracts in dollars,
    and the classic one's dollars are ``total`` at the entry price, which gives the profit
    Bitget gives. The margin ratio has our sense: 1 at liquidation.
    """
    count = wire.number(data, "total")
    mark, entry = wire.optional_number(data, "markPrice"), wire.optional_number(data, names.entry)
    inverse = contract.kind is ContractKind.INVERSE
    in_coins = inverse and names.inverse_in_coins
    if in_coins:
        count *= wire.number(data, names.entry)
    counted = replace(contract, contract_size=1.0, settle=wire.text(data, "marginCoin"))
    held = holding(counted, contracts=count, mark=mark)
    mode = _mode(data)
    pnl = wire.optional_number(data, names.pnl)
    isolated = mode is MarginMode.ISOLATED
    margin = wire.optional_number(data, names.margin) if isolated else None
    collateral = margin + (pnl or 0.0) if margin is not None else None
    rate = wire.optional_number(data, names.rate)
    stated = wire.optional_number(data, "marginRatio")
    value = held["size"] if inverse else held["notional_usd"]
    maintenance = rate * value if rate is not None and value is not None else None
    how = FROM_RATE if maintenance is not None else "Bitget gave no maintenance rate."
    if stated is not None and collateral is not None:
        maintenance, how = stated * collateral, FROM_RATIO
    computed = maintenance / collateral if maintenance is not None and collateral else None
    ratio = computed if stated is None else stated
    liquidation = wire.liquidation_price(data, "liquidationPrice")
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "maintenance_margin": how,
        "collateral": None if isolated else SHARED,
        "margin_ratio": SHARED_RATIO if ratio is None else None,
        "size": IN_COINS if in_coins else None,
        "adl": NO_RANK,
    }
    return Position(
        **held,
        venue=VENUE,
        scope=scope,
        side=_side(data, names.side),
        as_of=as_of,
        leverage=wire.optional_number(data, "leverage"),
        margin_mode=mode,
        entry_price=entry,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=maintenance,
        maintenance_margin_rate=rate,
        margin_ratio=ratio,
        unrealized_pnl=pnl,
        hedged=wire.optional_text(data, names.hold_mode) == "hedge_mode",
        notes=present(notes),
        raw=dict(data),
    )


def ranks(answer: object, key: str) -> Ranks:
    """Each position's place: nearer to 1 is deleveraged earlier.

    It is ``adlRank`` in a unified account and ``rank`` in a classic one, whose old
    ``adlRank`` counts the other way round. What lies outside 0 to 1 is no rank.
    """
    found = {}
    for row in wire.rows(data_of(answer, "the ADL ranks") or [], "the ADL ranks"):
        rank = wire.optional_number(row, key)
        if rank is not None and 0 <= rank <= 1:
            standing = AdlStanding(standing=rank, raw=rank, scale="0-1")
            found[wire.text(row, "symbol"), _side(row, "holdSide")] = standing
    return found


def ranked(position: Position, ranks: Ranks) -> Position:
    standing = ranks.get((position.native_symbol, position.side))
    if standing is None:
        return position
    notes = {field: note for field, note in position.notes.items() if field != "adl"}
    return replace(position, adl=standing, notes=notes)


def unranked(position: Position, why: str) -> Position:
    return replace(position, notes={**position.notes, "adl": why})


def unified_margin(answer: object) -> AccountMargin:
    """The margin of a unified account in USD, from ``/api/v3/account/assets``.

    The ratio is taken from its parts: what sense Bitget's own ``mgnRatio`` has, its
    documents do not say.
    """
    data = wire.row(data_of(answer, "the assets"), "the assets")
    balance = wire.number(data, "effEquity")
    maintenance = wire.number(data, "mmr")
    listed = wire.rows(data.get("assets") or [], "the list of assets")
    owed = [wire.text(coin, "coin") for coin in listed if wire.optional_number(coin, "debt")]
    return AccountMargin(
        scope=UNIFIED,
        asset="USD",
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / balance if balance > 0 else None,
        as_of=answered_at(answer),
        note="The unified account: it backs all cross positions together."
        + (f" Borrowed {', '.join(owed)} draws on it too and is not assessed." if owed else ""),
    )


def classic_margin(answer: object, scope: str) -> AccountMargin | None:
    """The cross margin of one product type, from ``/api/v2/mix/account/accounts``.

    Each margin coin is an account of its own: the only one in use is given, of several the
    one nearest to liquidation, because different coins back different positions. In
    multi-assets mode all coins are one account. ``None`` where nothing is on cross margin.
    """
    listed = wire.rows(data_of(answer, "the accounts") or [], "the list of accounts")
    used = [row for row in listed if _is_crossed(row)]
    if not used:
        return None
    weakest = max(used, key=lambda row: wire.optional_number(row, "crossedRiskRate") or 0.0)
    union = wire.optional_text(weakest, "assetMode") == "union"
    several = len(used) > 1
    equity = wire.optional_number(weakest, "accountEquity")
    apart = sum(
        wire.optional_number(weakest, key) or 0.0
        for key in ("isolatedMargin", "isolatedUnrealizedPL")
    )
    asset = wire.text(weakest, "marginCoin")
    note = (
        "Multi-assets mode: Bitget's balance of one coin is not what backs the positions."
        if union
        else "Each margin coin is an account of its own; the weakest is shown."
        if several
        else f"Backs the cross positions margined in {asset} only."
    )
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=equity - apart if equity is not None and not (union or several) else None,
        maintenance_margin=wire.optional_number(weakest, "unionMm") if union else None,
        margin_ratio=wire.optional_number(weakest, "crossedRiskRate"),
        as_of=answered_at(answer),
        note=note,
    )


def _is_crossed(data: Row) -> bool:
    keys = ("crossedMargin", "crossedRiskRate")
    return any(wire.optional_number(data, key) for key in keys)


def _mode(data: Row) -> MarginMode:
    mode = MODES.get(wire.text(data, "marginMode"))
    if mode is None:
        raise Malformed("marginMode is neither crossed nor isolated")
    return mode


def _side(data: Row, key: str) -> Side:
    side = wire.text(data, key)
    if side not in {"long", "short"}:
        raise Malformed(f"{key} is neither long nor short")
    return Side(side)
