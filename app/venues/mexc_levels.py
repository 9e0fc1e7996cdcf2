"""MEXC's risk levels: which share of its value a position must keep. Pure functions.

Source: https://www.mexc.com/api-docs/futures/market-endpoints (contract detail).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.venues import wire
from app.venues.wire import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Up to ``volume`` contracts a position must keep ``rate`` of its whole value."""

    volume: float
    rate: float


Levels = tuple[Level, ...]


def levels(answer: object, symbols: Collection[str]) -> dict[str, Levels]:
    """The levels of ``symbols`` from ``contract/detail``; those counted by value are left out."""
    listed = wire.rows(wire.row(answer, "the contracts").get("data"), "the list of contracts")
    return {
        wire.text(row, "symbol"): _custom(row) if _is_custom(row) else _regular(row)
        for row in listed
        if row.get("symbol") in symbols and row.get("riskLimitType", "BY_VOLUME") == "BY_VOLUME"
    }


def rate(levels: Levels, contracts: float) -> float | None:
    """The maintenance rate of a whole position; ``None`` where no level is that large."""
    return next((level.rate for level in levels if contracts <= level.volume), None)


def _is_custom(data: Row) -> bool:
    return data.get("riskLimitMode") == "CUSTOM"


def _regular(data: Row) -> Levels:
    """Each level is ``riskIncrVol`` larger and ``riskIncrMmr`` dearer than the one before."""
    volume, volume_step = wire.number(data, "riskBaseVol"), wire.number(data, "riskIncrVol")
    share, share_step = wire.number(data, "maintenanceMarginRate"), wire.number(data, "riskIncrMmr")
    return tuple(
        Level(volume=volume + n * volume_step, rate=share + n * share_step)
        for n in range(int(wire.number(data, "riskLevelLimit")))
    )


def _custom(data: Row) -> Levels:
    """A table of its own, which then counts instead of the steps."""
    table = wire.rows(data.get("riskLimitCustom"), "riskLimitCustom")
    found = (Level(volume=wire.number(r, "maxVol"), rate=wire.number(r, "mmr")) for r in table)
    return tuple(sorted(found, key=lambda level: level.volume))
