"""HTX's answers about an account: what its key may do, its USDT-margined positions.

Pure functions. Source: https://www.htx.com/en-us/opend/newApiPages/, the pages of each endpoint.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from app.domain.adl import AdlStanding
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import MarginMode, Position, Side
from app.venues import wire
from app.venues.holding import contract_of, holding, present
from app.venues.markets import Contract
from app.venues.wire import Malformed, Row

VENUE: Final = "htx"
READING: Final = "readOnly"
POWERS: Final[Mapping[str, PowerKind]] = {
    "trade": PowerKind.TRADE,
    "withdraw": PowerKind.WITHDRAW,
}
NOT_OPENED: Final = 1220
"""The error by which HTX says that an account never opened contracts of this kind."""
FOREVER: Final = -1
ADL_LEVELS: Final = 5

UNREACHABLE: Final = (
    "HTX's own figure lies below zero: at today's balance no price of this contract alone would "
    "liquidate it."
)
NO_LIQUIDATION: Final = "HTX gives none for this position."
SHARED_MARGIN: Final = "The margin of the whole account backs this position."
UNCLEAR_MARGIN: Final = (
    "HTX gives the margin put up for this position, not its balance with unrealised profit."
)
NO_ADL: Final = "HTX gives no level from 1 to 5 for this position."


def data_of(answer: object, what: str) -> object:
    """What stands under ``data`` of an answer that says it is well."""
    row = wire.row(answer, what)
    if row.get("status") != "ok" and row.get("code") not in {200, "200"}:
        raise Malformed(f"{what} came with an error")
    return row.get("data")


def uid(answer: object) -> str:
    """The user's number, from ``/v2/user/uid``."""
    value = data_of(answer, "the user")
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isdigit():
        raise Malformed("the user has no number")
    return str(value)


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What ``/v2/user/api-key`` says of one key: ``permission`` must be ``readOnly``.

    Anything beside it is a power, of kind ``unknown`` where nobody knows the word. Raises
    ``Malformed`` when the answer is about another number of keys than one, or when the key is not in
    use.
    """
    keys = wire.rows(data_of(answer, "the key"), "the list of keys")
    if len(keys) != 1:
        raise Malformed("the answer is not about one key")
    key = keys[0]
    if wire.text(key, "status") != "normal":
        raise Malformed("the key is not in normal state")
    words = {word.strip() for word in wire.text(key, "permission").split(",")} - {""}
    powers = tuple(
        Power(kind=POWERS.get(word, PowerKind.UNKNOWN), flag=f"permission: {word}")
        for word in sorted(words - {READING})
    )
    if not powers and words != {READING}:
        raise Malformed(f"permission does not name {READING}")
    addresses = key.get("ipAddresses")
    days = wire.optional_number(key, "validDays")
    ends = days is not None and days != FOREVER
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=powers,
        asked="HTX, GET /v2/user/api-key: permission",
        checked_at=checked_at,
        ip_bound=bool(addresses.strip()) if isinstance(addresses, str) else None,
        expires_at=checked_at + timedelta(days=days) if ends and days is not None else None,
        note="HTX states the end in whole days from now." if ends else None,
    )


def open_rows(answer: object) -> tuple[Row, ...]:
    """The rows of a list of positions whose ``volume`` is not 0.

    An account that never opened contracts of this kind has none.
    """
    if isinstance(answer, dict) and answer.get("err_code") == NOT_OPENED:
        return ()
    listed = wire.rows(data_of(answer, "the positions"), "the list of positions")
    return tuple(row for row in listed if wire.number(row, "volume") != 0)


def symbols(found: Collection[Row]) -> tuple[str, ...]:
    """The contracts the rows are about."""
    return tuple(wire.text(row, "contract_code") for row in found)


def positions(
    answer: object,
    *,
    contracts: Mapping[str, Contract],
    scope: str,
    sentinels: Collection[float],
) -> tuple[Position, ...]:
    """Every open USDT-margined position. Raises ``Malformed``, also for an unlisted contract."""
    return tuple(
        position(
            row,
            contract_of(wire.text(row, "contract_code"), contracts),
            scope=scope,
            as_of=wire.moment(wire.row(answer, "the positions"), "ts"),
            sentinels=sentinels,
        )
        for row in open_rows(answer)
    )


def position(
    data: Row, contract: Contract, *, scope: str, as_of: datetime, sentinels: Collection[float]
) -> Position:
    """One row of ``/v5/trade/position/opens``.

    ``margin_rate`` is maintenance / margin balance: the account's on cross margin, the
    position's own on isolated. The value is that at the mark.
    """
    held = abs(wire.number(data, "volume"))
    mark = wire.optional_number(data, "mark_price") or None
    mode = _mode(data)
    liquidation = wire.liquidation_price(data, "liquidation_price", sentinels)
    adl = adl_level(data)
    notes = {
        "liquidation_price": why_no_liquidation(data, "liquidation_price"),
        "collateral": SHARED_MARGIN if mode is MarginMode.CROSS else UNCLEAR_MARGIN,
        "adl": no_adl(adl),
    }
    return Position(
        **holding(contract, contracts=held, mark=mark),
        venue=VENUE,
        scope=scope,
        side=side(data),
        as_of=as_of,
        leverage=wire.optional_number(data, "lever_rate"),
        margin_mode=mode,
        entry_price=wire.optional_number(data, "open_avg_price"),
        liquidation_price=liquidation,
        maintenance_margin=wire.optional_number(data, "maintenance_margin"),
        margin_ratio=wire.optional_number(data, "margin_rate"),
        unrealized_pnl=wire.optional_number(data, "profit_unreal"),
        hedged=data.get("position_side") in {"long", "short"},
        adl=adl,
        notes=present(notes),
        raw=dict(data),
    )


def no_adl(adl: AdlStanding | None) -> str | None:
    return NO_ADL if adl is None else None


def why_no_liquidation(data: Row, key: str) -> str | None:
    """The note that goes with a liquidation price that is none."""
    stated = wire.optional_number(data, key)
    if stated is None or stated == 0:
        return NO_LIQUIDATION
    return UNREACHABLE if stated < 0 else None


def _mode(data: Row) -> MarginMode:
    word = wire.text(data, "margin_mode")
    if word not in {"cross", "isolated"}:
        raise Malformed("margin_mode is neither cross nor isolated")
    return MarginMode(word)


def side(data: Row) -> Side:
    """By ``position_side`` in hedge mode (elsewhere it is ``both``), else by ``direction``."""
    match data.get("position_side"), data.get("direction"):
        case ("long", _):
            return Side.LONG
        case ("short", _):
            return Side.SHORT
        case (_, "buy"):
            return Side.LONG
        case (_, "sell"):
            return Side.SHORT
    raise Malformed("direction is neither buy nor sell")


def adl_level(data: Row) -> AdlStanding | None:
    """``adl_risk_percent``: 1 is the lowest risk, 5 the highest; it may be null."""
    level = wire.optional_number(data, "adl_risk_percent")
    if level is None or not 1 <= level <= ADL_LEVELS:
        return None
    return AdlStanding(standing=(level - 1) / (ADL_LEVELS - 1), raw=level, scale="1-5")
