"""OKX's answers about an account: what a key may do, its margin, its positions. Pure functions.

OKX's ``mgnRatio`` has the opposite sense of ours: equity / (maintenance margin + liquidation
fees), so that it falls to 1 at liquidation. One divided by it is the margin ratio here, 1 at
liquidation too. Sources: https://www.okx.com/docs-v5/en/ (each endpoint), and for the level
of liquidation https://www.okx.com/help/v-tiered-maintenance-margin-ratio-rules (16 May 2025).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import amounts, contract_of, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "okx"
ADL_LEVELS: Final = 5
CONTRACTS: Final = frozenset({"SWAP", "FUTURES"})
POWERS: Final[Mapping[str, PowerKind]] = {
    "trade": PowerKind.TRADE,
    "withdraw": PowerKind.WITHDRAW,
}
NO_LIQUIDATION: Final = (
    "OKX gives none: at today's balance no price of this contract alone would liquidate it."
)
SHARED: Final = "The whole account's margin backs this position."
NO_LEVERAGE: Final = "OKX gives none for a cross position in portfolio margin mode."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The contracts held, and how many positions of other kinds (``MARGIN``, ``OPTION``)."""

    positions: tuple[Position, ...]
    others: Mapping[str, int]


def data_of(answer: object, what: str) -> tuple[Row, ...]:
    """The rows under ``data``."""
    return wire.rows(wire.row(answer, what).get("data"), f"the data of {what}")


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/account/config`` says: ``perm`` must be exactly ``read_only``.

    Anything beside it is a power, of kind ``unknown`` where nobody knows the word. Raises
    ``Malformed`` when ``perm`` is missing or does not even allow reading.
    """
    configs = data_of(answer, "the account's configuration")
    if len(configs) != 1:
        raise Malformed("the account's configuration is not one object")
    config = configs[0]
    words = {word.strip() for word in wire.text(config, "perm").split(",")}
    powers = tuple(
        Power(kind=POWERS.get(word, PowerKind.UNKNOWN), flag=f"perm: {word}")
        for word in sorted(words - {"read_only"})
    )
    if not powers and words != {"read_only"}:
        raise Malformed("perm does not name read_only")
    ip = config.get("ip")
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="OKX, GET /api/v5/account/config: perm",
        checked_at=checked_at,
        ip_bound=bool(ip) if isinstance(ip, str) else None,
    )


def symbols(answer: object) -> tuple[str, ...]:
    """The perpetuals and futures that ``/account/positions`` names."""
    listed = data_of(answer, "the positions")
    return tuple(wire.text(row, "instId") for row in listed if row.get("instType") in CONTRACTS)


def holdings(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    as_of: datetime,
    sentinels: Collection[float],
) -> Holdings:
    """Everything ``/account/positions`` lists. Raises ``Malformed``."""
    found, others = [], Counter[str]()
    for data in data_of(answer, "the positions"):
        held = wire.optional_number(data, "pos")
        if not held:
            continue
        kind = wire.text(data, "instType")
        if kind not in CONTRACTS:
            others[kind] += 1
            continue
        contract = contract_of(wire.text(data, "instId"), contracts)
        found.append(position(data, contract, scope=scope, as_of=as_of, sentinels=sentinels))
    return Holdings(positions=tuple(found), others=others)


def position(
    data: Row, contract: Contract, *, scope: str, as_of: datetime, sentinels: Collection[float]
) -> Position:
    """One row of ``/account/positions``; amounts of margin and profit in the settle currency.

    ``contracts`` are OKX's contracts (0.01 BTC each for BTC-USDT-SWAP), ``size`` is in base
    units. A cross position's own ``imr`` + ``upl`` is not what backs it, so it has no
    collateral here.
    """
    signed = wire.number(data, "pos")
    mark = wire.optional_number(data, "markPx")
    size, notional = amounts(contract, contracts=abs(signed), mark=mark)
    mode = _margin_mode(data)
    pnl = wire.optional_number(data, "upl")
    margin = wire.optional_number(data, "margin") if mode is MarginMode.ISOLATED else None
    liquidation = wire.liquidation_price(data, "liqPx", sentinels)
    leverage = wire.optional_number(data, "lever")
    ratio = inverted(wire.optional_number(data, "mgnRatio"))
    adl = _adl(data)
    notes = {
        "liquidation_price": NO_LIQUIDATION if liquidation is None else None,
        "leverage": NO_LEVERAGE if leverage is None else None,
        "collateral": SHARED if mode is MarginMode.CROSS else None,
        "margin_ratio": "OKX gives none for this position." if ratio is None else None,
        "adl": "OKX gives no rank from 0 to 5 for this position." if adl is None else None,
    }
    return Position(
        venue=VENUE,
        scope=scope,
        symbol=contract.symbol,
        native_symbol=contract.native_symbol,
        kind=contract.kind,
        side=_side(data, signed),
        contracts=abs(signed),
        contract_size=contract.contract_size,
        size=size,
        settle_asset=contract.settle,
        as_of=as_of,
        notional_usd=wire.optional_number(data, "notionalUsd") or notional,
        leverage=leverage,
        margin_mode=mode,
        entry_price=wire.optional_number(data, "avgPx"),
        mark_price=mark,
        liquidation_price=liquidation,
        collateral=margin + (pnl or 0.0) if margin is not None else None,
        maintenance_margin=wire.optional_number(data, "mmr"),
        margin_ratio=ratio,
        unrealized_pnl=pnl,
        hedged=wire.text(data, "posSide") != "net",
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def account_margin(
    answer: object, *, as_of: datetime, others: Mapping[str, int] | None = None
) -> AccountMargin | None:
    """The cross margin of the account, from ``/account/balance``.

    Multi-currency and portfolio accounts have one, in USD. In futures mode each currency is a
    margin account of its own: the only one in use is given, of several only the weakest
    ratio, because balances of different currencies back different positions. ``None`` where
    nothing is margined (spot mode, or no cross position).
    """
    accounts = data_of(answer, "the balance")
    if len(accounts) != 1:
        raise Malformed("the balance is not one object")
    account = accounts[0]
    beside = _beside(others or {})
    ratio = inverted(wire.optional_number(account, "mgnRatio"))
    if ratio is not None:
        return AccountMargin(
            scope="account",
            asset="USD",
            margin_balance=wire.optional_number(account, "adjEq"),
            maintenance_margin=wire.optional_number(account, "mmr"),
            margin_ratio=ratio,
            as_of=as_of,
            note=beside,
        )
    currencies = [
        _currency_margin(row, as_of, beside)
        for row in wire.rows(account.get("details"), "the currencies")
        if inverted(wire.optional_number(row, "mgnRatio")) is not None
    ]
    if len(currencies) <= 1:
        return currencies[0] if currencies else None
    weakest = max(currencies, key=lambda margin: margin.margin_ratio or 0.0)
    return AccountMargin(
        scope="account",
        asset=weakest.asset,
        margin_balance=None,
        maintenance_margin=None,
        margin_ratio=weakest.margin_ratio,
        as_of=as_of,
        note=_joined("Each currency is margined by itself; the weakest is shown.", beside),
    )


def _currency_margin(data: Row, as_of: datetime, beside: str | None) -> AccountMargin:
    """One currency of an account in futures mode: its equity less that of isolated positions."""
    equity = wire.optional_number(data, "eq")
    isolated = wire.optional_number(data, "isoEq") or 0.0
    asset = wire.text(data, "ccy")
    return AccountMargin(
        scope="account",
        asset=asset,
        margin_balance=equity - isolated if equity is not None else None,
        maintenance_margin=wire.optional_number(data, "mmr"),
        margin_ratio=inverted(wire.optional_number(data, "mgnRatio")),
        as_of=as_of,
        note=_joined(f"Backs the cross positions settled in {asset} only.", beside),
    )


def inverted(margin_ratio: float | None) -> float | None:
    """Our margin ratio (1 at liquidation, higher is worse) from OKX's (lower is worse)."""
    return 1.0 / margin_ratio if margin_ratio is not None and margin_ratio > 0 else None


def _beside(others: Mapping[str, int]) -> str | None:
    if not others:
        return None
    named = " and ".join(
        f"{n} {kind.lower()} position{'s' * (n > 1)}" for kind, n in others.items()
    )
    return f"{named} on this account draw on the same margin and are not assessed."


def _joined(*notes: str | None) -> str:
    return " ".join(note for note in notes if note)


def _margin_mode(data: Row) -> MarginMode:
    mode = wire.text(data, "mgnMode")
    if mode not in {"cross", "isolated"}:
        raise Malformed("mgnMode is neither cross nor isolated")
    return MarginMode(mode)


def _side(data: Row, signed: float) -> Side:
    """``posSide``; in net mode the sign of ``pos``."""
    side = wire.text(data, "posSide")
    if side in {"long", "short"}:
        return Side(side)
    if side != "net":
        raise Malformed("posSide is none of long, short, net")
    return Side.LONG if signed > 0 else Side.SHORT


def _adl(data: Row) -> AdlStanding | None:
    """``adl``: 0 to 5, "the smaller the number, the weaker the adl intensity"."""
    level = wire.optional_number(data, "adl")
    if level is None or not 0 <= level <= ADL_LEVELS:
        return None
    return AdlStanding(standing=level / ADL_LEVELS, raw=level, scale="0-5")
