"""What Kraken Derivatives answers a key: what it may do, positions, wallets, queue. Pure functions.

Sources: https://docs.kraken.com/api-reference/api-keys/check-v3-api-key,
https://docs.kraken.com/api-reference/account-information/get-wallets,
https://docs.kraken.com/api-reference/account-information/get-open-positions,
https://docs.kraken.com/api-reference/instrument-details/get-instruments
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import Side
from app.venues import wire
from app.venues.wire import Malformed, Row

VENUE: Final = "krakenfutures"
FLEX: Final = "flex"
MULTI: Final = "F"
"""The second letter of a multi-collateral contract: PF_XBTUSD, FF_XBTUSD_261225."""
ASSETS: Final[Mapping[str, str]] = {"XBT": "BTC", "XDG": "DOGE"}
AREAS: Final[Mapping[str, PowerKind]] = {
    "general": PowerKind.TRADE,
    "transfer": PowerKind.TRANSFER,
}
HARMLESS: Final = frozenset({"NO_ACCESS", "READ_ONLY"})
EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A margin wallet; equity and maintenance margin in ``asset``."""

    asset: str
    equity: float
    maintenance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """From ``threshold`` on (contracts; USD for multi-collateral) this maintenance rate holds."""

    threshold: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One row of the open positions; ``symbol`` in capitals, ``max_leverage`` if isolated."""

    symbol: str
    side: Side
    contracts: float
    entry: float
    max_leverage: float | None
    raw: Row

    @property
    def wallet(self) -> str:
        """``flex``, or the single-collateral wallet: PI_XBTUSD is margined in fi_xbtusd."""
        kind, _, rest = self.symbol.partition("_")
        if kind[1:] == MULTI:
            return FLEX
        return f"f{kind[1:]}_{rest.split('_')[0]}".lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What other answers say; ``None`` for one that was not read."""

    wallets: Mapping[str, Wallet] | None = None
    marks: Mapping[str, float] | None = None
    levels: Mapping[str, tuple[Level, ...]] | None = None
    queue: Mapping[str, float] | None = None


def success(answer: object, what: str) -> Row:
    """An answer whose ``result`` is ``success``."""
    data = wire.row(answer, what)
    if data.get("result") != "success":
        raise Malformed(f"{what}: the result is not success")
    return data


def server_time(answer: object) -> datetime:
    stated = wire.text(wire.row(answer, "the answer"), "serverTime")
    at = datetime.fromisoformat(stated)
    if at.tzinfo is None:
        raise Malformed("serverTime has no time zone")
    return at


def key_permissions(answer: object, checked_at: datetime) -> KeyPermissions:
    """What the key check says: ``general`` must not be FULL_ACCESS, nor ``transfer``.

    A level or an area nobody knows is a power of kind ``unknown``. Raises ``Malformed`` when
    one of the two areas is missing.
    """
    data = wire.row(answer, "the key check")
    levels = wire.row(data.get("permissions"), "permissions")
    for area in AREAS:
        wire.text(levels, area)
    powers = []
    for area in sorted(levels):
        level = wire.text(levels, area)
        if level not in HARMLESS:
            kind = AREAS.get(area) if level == "FULL_ACCESS" else None
            powers.append(Power(kind=kind or PowerKind.UNKNOWN, flag=f"{area}: {level}"))
    blocks = data.get("allowedCidrBlocks")
    return KeyPermissions(
        verdict=KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY,
        powers=tuple(powers),
        asked="Kraken, GET /api/auth/v1/api-keys/v3/check: permissions",
        checked_at=checked_at,
        ip_bound=bool(blocks) and not EVERYWHERE & set(map(str, blocks))
        if isinstance(blocks, list)
        else None,
    )


def held(answer: object) -> tuple[Held, ...]:
    """The open positions of all wallets. Raises ``Malformed``, also where the list is missing."""
    listed = wire.rows(success(answer, "the positions").get("openPositions"), "openPositions")
    return tuple(_held(row) for row in listed if wire.number(row, "size") != 0)


def _held(data: Row) -> Held:
    side, size = wire.text(data, "side"), wire.number(data, "size")
    if side not in {"long", "short"} or size < 0:
        raise Malformed("a position has no side, or a negative size")
    return Held(
        symbol=wire.text(data, "symbol").upper(),
        side=Side(side),
        contracts=size,
        entry=wire.number(data, "price"),
        max_leverage=wire.optional_number(data, "maxFixedLeverage"),
        raw=data,
    )


def wallets(answer: object) -> dict[str, Wallet]:
    """The multi-collateral wallet and each single-collateral one; cash backs nothing.

    ``marginEquity`` is the collateral after haircuts and the profit usable as margin.
    """
    accounts = wire.row(success(answer, "the wallets").get("accounts"), "accounts")
    found = {}
    for name in accounts:
        data = wire.row(accounts[name], "a wallet")
        if data.get("type") == "multiCollateralMarginAccount":
            found[name] = Wallet(
                asset="USD",
                equity=wire.number(data, "marginEquity"),
                maintenance=wire.number(data, "maintenanceMargin"),
            )
        elif data.get("type") == "marginAccount":
            currency = wire.text(data, "currency").upper()
            found[name.lower()] = Wallet(
                asset=ASSETS.get(currency, currency),
                equity=wire.number(wire.row(data.get("auxiliary"), "auxiliary"), "pv"),
                maintenance=wire.number(
                    wire.row(data.get("marginRequirements"), "marginRequirements"), "mm"
                ),
            )
    return found


def margin_levels(answer: object) -> dict[str, tuple[Level, ...]]:
    """The published margin levels of each contract; an index has none."""
    listed = success(answer, "the instruments").get("instruments")
    found = {}
    for instrument in wire.rows(listed, "the list of instruments"):
        levels = instrument.get("marginLevels")
        if not levels:
            continue
        found[wire.text(instrument, "symbol").upper()] = tuple(
            Level(
                threshold=wire.number(
                    level, "contracts" if "contracts" in level else "numNonContractUnits"
                ),
                rate=wire.number(level, "maintenanceMargin"),
            )
            for level in wire.rows(levels, "marginLevels")
        )
    return found


def queue(answer: object) -> dict[str, float]:
    """The percentile of each position in the unwind queue, 20 to 100."""
    listed = wire.rows(success(answer, "the unwind queue").get("queue"), "queue")
    return {wire.text(row, "symbol").upper(): wire.number(row, "percentile") for row in listed}
