"""The unknowns of a scenario, drawn. Needs numpy.

Every venue and every coin has a stream of its own, named after it: what is drawn for one does
not depend on what else is asked. So scenarios that differ in one thing are compared draw by
draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from app.risk.scenario_parameters import Around, Between, Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VenueDraws:
    """One value a draw. ``levered`` is the share of open interest a move can liquidate,
    ``log_way`` the logarithm of its median way to liquidation."""

    levered: Floats
    log_way: Floats
    shape: Floats
    buffer: Floats
    volume: Floats
    feedback: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draws:
    """``impact`` is the constant of the impact law with the lost depth in it; ``coins`` are
    standard normal."""

    count: int
    impact: Floats
    venues: Mapping[str, VenueDraws]
    coins: Mapping[str, Floats]


def draw(
    parameters: Parameters,
    *,
    venues: Iterable[str],
    coins: Iterable[str],
    count: int,
    seed: int,
) -> Draws:
    """``count`` draws of every unknown; the same for the same ``seed``."""
    market = _stream(seed, "market")
    low, high = np.log(parameters.depth_left.low), np.log(parameters.depth_left.high)
    depth = np.exp(low + (high - low) * market.random(count))
    return Draws(
        count=count,
        impact=_around(market, parameters.impact, count) / np.sqrt(depth),
        venues={name: _venue(_stream(seed, f"venue {name}"), parameters, count) for name in venues},
        coins={name: _stream(seed, f"coin {name}").standard_normal(count) for name in coins},
    )


def _venue(stream: np.random.Generator, parameters: Parameters, count: int) -> VenueDraws:
    return VenueDraws(
        levered=1 - _between(stream, parameters.unlevered, count),
        log_way=np.log(_around(stream, parameters.way, count)),
        shape=_between(stream, parameters.shape, count),
        buffer=_between(stream, parameters.buffer, count),
        volume=_around(stream, parameters.volume, count),
        feedback=_between(stream, parameters.feedback, count),
    )


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64([seed, crc32(name.encode())]))


def _between(stream: np.random.Generator, range_: Between, count: int) -> Floats:
    return range_.low + (range_.high - range_.low) * stream.random(count)


def _around(stream: np.random.Generator, range_: Around, count: int) -> Floats:
    drawn: Floats = range_.median * np.exp(range_.spread * stream.standard_normal(count))
    return drawn
