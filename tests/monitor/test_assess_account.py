"""Whatever a venue answers, every position has a verdict and every document can be stored."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, nan
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.fund import MarketStat
from app.domain.position import (
    AccountMargin,
    ContractKind,
    MaintenanceTier,
    MarginMode,
    Position,
    Side,
)
from app.domain.thresholds import Thresholds
from app.monitor.assessing import Judged, Part, VenuePicture, assess_account
from app.risk.pool_match import PoolIndex
from app.risk.price_past import Reference, price_past
from app.store.codec import to_json
from app.venues.catalogue import catalogue
from tests.risk.builders import NOW, a_margin, a_position
from tests.risk.price_builders import a_walk, series_of

ODD = (0.0, 1e-9, 1e15, 1e100, 1.7e308, -1.0, -1e15, 1e-300, 5e-324, nan, inf, -inf)
PRICES = (
    a_walk(200),
    series_of([100.0] * 200),
    series_of([100.0]),
    series_of([]),
    series_of([100.0 * 1000 ** (hour % 2) for hour in range(200)]),
)
PASTS = tuple(
    price_past(
        venue="binance",
        native_symbol="ETHUSDT",
        prices=prices,
        reference=Reference(native_symbol="BTCUSDT", prices=a_walk(200, seed=5)),
        now=prices.ends or NOW,
    )
    for prices in PRICES
)
PERFECT = a_position(
    native_symbol="BTCUSDT", collateral=2000.0, maintenance_margin=130.0, liquidation_price=61_750.0
)


def odd(usual: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(usual), st.just(usual), st.sampled_from(ODD))


def odd_or_none(usual: float) -> st.SearchStrategy[float | None]:
    return st.one_of(odd(usual), st.none())


@st.composite
def positions(draw: st.DrawFn) -> Position:
    kind = draw(st.sampled_from(ContractKind))
    coin = draw(st.sampled_from(["ETH", "1000PEPE"]))
    linear = kind is ContractKind.LINEAR
    tiers = draw(
        st.lists(
            st.builds(MaintenanceTier, up_to=odd(1e4), rate=odd(0.004), amount=odd(0.0)), max_size=2
        )
    )
    return a_position(
        scope=draw(st.sampled_from(["linear", "inverse"])),
        symbol=f"{coin}/USDT:USDT" if linear else f"{coin}/USD:{coin}",
        native_symbol=draw(st.sampled_from(["ETHUSDT", "OTHER"])),
        kind=kind,
        side=draw(st.sampled_from(Side)),
        settle_asset="USDT" if linear else coin,
        contracts=draw(odd(2.0)),
        contract_size=draw(odd(1.0)),
        size=draw(odd(2.0)),
        margin_mode=draw(st.sampled_from([None, *MarginMode])),
        notional_usd=draw(odd_or_none(200.0)),
        leverage=draw(odd_or_none(10.0)),
        entry_price=draw(odd_or_none(100.0)),
        mark_price=draw(odd_or_none(101.0)),
        read_mark_price=draw(odd_or_none(100.0)),
        liquidation_price=draw(odd_or_none(80.0)),
        collateral=draw(odd_or_none(30.0)),
        maintenance_margin=draw(odd_or_none(1.0)),
        maintenance_margin_rate=draw(odd_or_none(0.004)),
        maintenance_amount=draw(odd_or_none(0.0)),
        margin_ratio=draw(odd_or_none(0.3)),
        unrealized_pnl=draw(odd_or_none(3.0)),
        tiers=tuple(tiers),
    )


@st.composite
def margins(draw: st.DrawFn) -> AccountMargin:
    return a_margin(
        scope=draw(st.sampled_from(["linear", "inverse"])),
        asset=draw(st.sampled_from(["USDT", "USD", "ETH"])),
        margin_balance=draw(odd_or_none(1000.0)),
        maintenance_margin=draw(odd_or_none(30.0)),
        margin_ratio=draw(odd_or_none(0.03)),
    )


def judged(parts: list[Part], *, past: int = 0, **stat: Any) -> Judged:
    values: dict[str, Any] = {"venue": "binance", "native_symbol": "ETHUSDT", "at": NOW}
    picture = VenuePicture(
        facts=catalogue().venue("binance"),
        pools=PoolIndex(()),
        states={},
        stats={"ETHUSDT": MarketStat(**(values | stat))},
        signals=(),
        prices={"ETHUSDT": PASTS[past]},
    )
    return assess_account(picture, parts, thresholds=Thresholds(), now=NOW)


@settings(deadline=None, max_examples=300)
@given(
    st.lists(positions(), max_size=5),
    st.none() | margins(),
    st.integers(0, len(PASTS) - 1),
    odd_or_none(99.0),
)
def test_whatever_is_answered_can_be_judged_and_stored(
    held: list[Position], margin: AccountMargin | None, past: int, mark: float | None
) -> None:
    found = judged([Part(positions=held, margin=margin)], past=past, mark_price=mark)
    assert len(found.assessments) == len(held)
    documents = [to_json(found.joint)]
    for assessment in found.assessments:
        documents.append(
            to_json(replace(assessment, position=replace(assessment.position, raw={})))
        )
    json.dumps(documents, allow_nan=False)


@settings(deadline=None)
@given(positions().filter(lambda one: one.margin_mode is MarginMode.ISOLATED))
def test_a_broken_position_leaves_the_verdicts_of_the_others_as_they_are(broken: Position) -> None:
    alone = judged([Part(positions=[PERFECT], margin=None)])
    beside = judged([Part(positions=[PERFECT, broken], margin=None)])
    assert beside.assessments[0] == alone.assessments[0]
