"""Gate's answers about an account: its positions and what backs them. Pure functions.

Source: https://www.gate.com/docs/developers/apiv4/en/ (perpetual futures, delivery, unified
account).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, no_margin, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "gate"
BARS: Final = 5
NOT_QUEUED: Final = 6
"""``adl_ranking`` of a position that is none, or is being liquidated."""
UNIFIED_MODES: Final = frozenset({1, 2})
"""``margin_mode`` of accounts that Gate margins as a whole: cross-currency, and combined."""
DUAL: Final[Mapping[str, Side]] = {"dual_long": Side.LONG, "dual_short": Side.SHORT}

NO_LIQUIDATION: Final = (
    "Gate gives none: at today's balance no price of this contract alone would liquidate it."
)
REFERENCE: Final = (
    "Gate's estimate: on cross margin the account's maintenance margin decides, and the price "
    "moves with everything else in it."
)
SHARED: Final = "The whole account's margin backs this position."
SHARED_RATIO: Final = "In cross margin the whole account's margin ratio counts."
FROM_RATE: Final = "Computed from Gate's maintenance rate; its closing fee is left out."
NO_RANK: Final = "Gate gives no rank from 1 to 5 for this position: it may be in liquidation."


def symbols(answer: object) -> tuple[str, ...]:
    """The contracts that a page of positions names."""
    return tuple(wire.text(row, "contract") for row in wire.rows(answer, "the positions"))


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """The open positions of a page, rows without a size left out. Raises ``Malformed``."""
    found = []
    for data in wire.rows(answer, "the positions"):
        if wire.number(data, "size") == 0:
            continue
        contract = contract_of(wire.text(data, "contract"), contracts)
        if contract.kind is ContractKind.INVERSE and contract.base != contract.settle:
            raise Malformed("a position settles neither in its quote nor in its base")
        found.append(
            position(data, contract=contract, scope=scope, as_of=as_of, sentinels=sentinels)
        )
    return tuple(found)


def position(
    data: Row,
    *,
    contract: Contract,
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Position:
    """One row; amounts of margin and profit are in the settle currency.

    In dual mode ``mode`` says the side, else the sign of ``size``. ``margin`` is the margin
    of an isolated position without its unrealised profit.
    """
    held = abs(wire.number(data, "size"))
    mark = wire.optional_number(data, "mark_price") or None
    mode = _margin_mode(data)
    isolated = mode is MarginMode.ISOLATED
    pnl = wire.optional_number(data, "unrealised_pnl")
    margin = wire.optional_number(data, "margin") if isolated else None
    collateral = margin + (pnl or 0.0) if margin is not None else None
    rate = wire.optional_number(data, "average_maintenance_rate") or wire.optional_number(
        data, "maintenance_rate"
    )
    stated = wire.optional_number(data, "maintenance_margin") or None
    value = wire.optional_number(data, "value")
    computed = rate * value if rate and value else None
    maintenance = computed if stated is None else stated
    ratio = maintenance / collateral if maintenance is not None and collateral else None
    liquidation = wire.liquidation_price(data, "liq_price", sentinels)
    leverage = _leverage(data)
    adl = _adl(data)
    notes = {
        "liquidation_price": _liquidation_note(liquidation, mode),
        "leverage": "Gate gives no leverage for this position." if leverage is None else None,
        "maintenance_margin": _maintenance_note(stated, computed),
        "collateral": None if isolated else SHARED,
        "margin_ratio": SHARED_RATIO if ratio is None else None,
        "adl": NO_RANK if adl is None else None,
    }
    return Position(
        **holding(contract, contracts=held, mark=mark),
        venue=VENUE,
        scope=scope,
        side=_side(data),
        as_of=as_of,
        leverage=leverage,
        margin_mode=mode,
        entry_price=wire.optional_number(data, "entry_price") or None,
        liquidation_price=liquidation,
        collateral=collateral,
        maintenance_margin=maintenance,
        maintenance_margin_rate=rate,
        margin_ratio=ratio,
        unrealized_pnl=pnl,
        hedged=wire.optional_text(data, "mode") in DUAL,
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def is_unified(answer: object) -> bool:
    """Whether ``/futures/{settle}/accounts`` says that Gate margins the account as a whole."""
    account = wire.row(answer, "the futures account")
    return wire.optional_number(account, "margin_mode") in UNIFIED_MODES


def futures_margin(answer: object, *, scope: str, as_of: datetime) -> AccountMargin:
    """The cross margin of one settle currency, from ``/futures/{settle}/accounts``.

    The ratio is taken from its parts. An account in Gate's older classic mode has none of the
    cross figures, so its health is not known.
    """
    account = wire.row(answer, "the futures account")
    asset = wire.text(account, "currency")
    balance = wire.optional_number(account, "cross_margin_balance") or None
    if balance is None:
        note = "Gate gives no cross margin figures for this account."
        return no_margin(scope=scope, asset=asset, as_of=as_of, note=note)
    maintenance = wire.number(account, "cross_maintenance_margin")
    return AccountMargin(
        scope=scope,
        asset=asset,
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / balance if balance > 0 else None,
        as_of=as_of,
        note=f"Backs the cross positions settled in {asset} only.",
    )


def unified_margin(answer: object, *, as_of: datetime) -> AccountMargin:
    """The margin of a unified account in USD, from ``/unified/accounts``.

    Gate's own rate is balance / maintenance; ours is the other way round, 1 at liquidation.
    """
    account = wire.row(answer, "the unified account")
    balance = wire.number(account, "total_margin_balance")
    maintenance = wire.number(account, "total_maintenance_margin")
    return AccountMargin(
        scope="unified",
        asset="USD",
        margin_balance=balance,
        maintenance_margin=maintenance,
        margin_ratio=maintenance / balance if balance > 0 else None,
        as_of=as_of,
        note="The unified account: it backs spot, margin, options and all cross positions together."
        " Only perpetuals and futures are assessed.",
    )


def _liquidation_note(liquidation: float | None, mode: MarginMode) -> str | None:
    if liquidation is None:
        return NO_LIQUIDATION
    return REFERENCE if mode is MarginMode.CROSS else None


def _maintenance_note(stated: float | None, computed: float | None) -> str | None:
    if stated is not None:
        return None
    return "Gate gave no maintenance rate." if computed is None else FROM_RATE


def _margin_mode(data: Row) -> MarginMode:
    """``pos_margin_mode``; older answers only have a ``leverage`` of 0 for cross margin."""
    stated = wire.optional_text(data, "pos_margin_mode")
    if stated is None:
        cross = wire.number(data, "leverage") == 0
        return MarginMode.CROSS if cross else MarginMode.ISOLATED
    if stated not in {"cross", "isolated"}:
        raise Malformed("pos_margin_mode is neither cross nor isolated")
    return MarginMode(stated)


def _leverage(data: Row) -> float | None:
    """A leverage of 0 means cross margin, whose own stands in ``lever`` or its limit."""
    keys = ("lever", "leverage", "cross_leverage_limit")
    return next((value for key in keys if (value := wire.optional_number(data, key))), None)


def _side(data: Row) -> Side:
    side = DUAL.get(wire.optional_text(data, "mode") or "")
    if side is not None:
        return side
    return Side.LONG if wire.number(data, "size") > 0 else Side.SHORT


def _adl(data: Row) -> AdlStanding | None:
    """``adl_ranking``: 1 comes first and 5 last, the other way round than elsewhere."""
    ranking = wire.optional_number(data, "adl_ranking")
    if ranking is None or not 1 <= ranking <= BARS:
        return None
    return AdlStanding(
        standing=(NOT_QUEUED - ranking) / BARS, raw=ranking, scale="1-5, 1 comes first"
    )
