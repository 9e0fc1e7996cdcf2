"""A market that falls, and a fund that drains: verdicts follow, in order, where they apply."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest

from app.domain.reason import Severity
from tests.support.installation import Installation

ORDER = [severity.value for severity in Severity]


@pytest.fixture
def crash(seawall: Installation) -> Installation:
    seawall.remember_funds()
    seawall.link_all()
    seawall.settle()
    seawall.sandbox.market.play("crash", still=True)
    seawall.wait(minutes=2)
    return seawall


def test_a_crash_turns_severities_in_order(crash: Installation) -> None:
    seen: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for _ in range(21):
        for name, shown in crash.positions().items():
            if seen[name][-1:] != [shown["severity"]]:
                seen[name].append(shown["severity"])
        crash.sandbox.market.advance(10)
        crash.wait(minutes=2)

    assert seen["binance", "BTCUSDT", "long"] == ["ok", "watch", "warning", "critical"]
    # What moved so much within the hour is likely to move as much again.
    assert seen["binance", "WIFUSDT", "long"] == ["ok", "watch", "warning", "critical"]
    assert seen["binance", "BTCUSD_PERP", "long"] == ["ok", "watch", "warning"]
    assert seen["hyperliquid", "ETH", "long"] == ["ok", "watch", "warning", "critical"]
    assert seen["hyperliquid", "xyz:XYZ100", "long"] == ["watch", "warning"]
    assert seen["okx", "ETH-USDT-SWAP", "long"] == ["ok", "watch", "warning"]
    assert seen["bybit", "BTCUSDT", "long"] == ["ok", "watch"]
    for (venue, _, side), severities in seen.items():
        if side == "long" and venue != "binance":
            assert all(ORDER.index(a) < ORDER.index(b) for a, b in pairwise(severities))
    # A short gains by a crash; what still speaks against it is the fund, its
    # place in the queue, or that it is one leg of a hedge.
    held = crash.positions()
    reasons = held["okx", "BTC-USD-SWAP", "short"]["reasons"]
    assert [reason["code"] for reason in reasons] == ["adl_high", "adl_hedge"]
    assert held["okx", "SOL-USDT-SWAP", "short"]["severity"] == "ok"
    listed = crash.get("positions?limit=200")["items"]
    ranks = [ORDER.index(one["severity"]) for one in listed]
    assert ranks == sorted(ranks, reverse=True), "the worst stand first"
    assert listed[0]["native_symbol"] == "BTCUSDT"


def test_danger_tightens_the_interval_within_the_venues_limit(crash: Installation) -> None:
    ids = {a["venue"]: a["id"] for a in crash.get("accounts")["items"]}
    before = {venue: crash.source(name).interval_seconds for venue, name in ids.items()}
    crash.sandbox.market.advance(400)
    crash.wait(minutes=2)
    crash.wait(minutes=2)
    after = {venue: crash.source(name).interval_seconds for venue, name in ids.items()}
    assert (before["bybit"], after["bybit"]) == (60, 10)
    for venue, name in ids.items():
        facts = crash.context.catalogue.venue(venue)
        reads = [r for scope in facts.scopes for r in facts.reads_of(scope.id)]
        weight = sum(read.weight for read in reads if read.cached_seconds is None)
        assert facts.limits is not None
        a_minute = weight * 60 / crash.source(name).interval_seconds
        assert a_minute <= facts.limits.per_minute / 10


def test_funds_that_drain_or_run_out_are_named_and_no_other(seawall: Installation) -> None:
    seawall.remember_funds()
    seawall.link_all()
    seawall.settle()
    calm = {one["id"]: one["health"] for one in seawall.get("funds?limit=200")["items"]}
    assert set(calm.values()) <= {"stable", "growing", "unknown"}

    seawall.sandbox.market.play("fund_drain", elapsed=300, still=True)
    seawall.wait(minutes=2)

    drained = {one["id"]: one for one in seawall.get("funds?limit=200")["items"]}
    healths = {name: one["health"] for name, one in drained.items()}
    main = drained["binance:usdm:btc-eth-bnb"]
    assert main["health"] == "draining"
    # USDT lost 21.15 %, USDC 6.35 %, the bitcoin nothing:
    # 1 - (640 616 825 + 196 665 000 + 61.73 * 98 500) / (1 022 450 000 + 61.73 * 98 500)
    then = 812_450_000 + 210_000_000 + 61.73 * 98_500
    now = 812_450_000 * 0.7885 + 210_000_000 * 0.9365 + 61.73 * 98_500
    assert main["drawdown_8h"] == pytest.approx(1 - now / then, abs=5e-4)
    assert main["balance_usd"] == pytest.approx(now)
    assert {name for name, health in healths.items() if health == "draining"} == {main["id"]}
    assert {name for name, health in healths.items() if health == "critical"} == {
        "paradex:insurance",
        "cryptocom:usd",
    }
    assert not {"declining", "stale"} & set(healths.values())

    behind = {
        name[1:]: shown["severity"]
        for name, shown in seawall.positions().items()
        if shown["fund"] and shown["fund"]["id"] == main["id"]
    }
    assert behind == {
        ("BTCUSDT", "long"): "warning",
        ("BTCUSDT", "short"): "warning",
        ("ETHUSDT", "long"): "warning",
        ("ETHUSDT", "short"): "warning",
    }
    others = [
        shown
        for name, shown in seawall.positions().items()
        if not shown["fund"] or shown["fund"]["id"] != main["id"]
    ]
    assert not any("fund" in r["code"] for shown in others for r in shown["reasons"])


def test_positions_are_judged_anew_when_the_market_is_read_though_their_account_is_not(
    seawall: Installation,
) -> None:
    seawall.link("okx")
    seawall.settle()
    before = seawall.positions()["okx", "ETH-USDT-SWAP", "long"]
    seawall.sandbox.faults.add("server_error", "okx", endpoint="/api/v5/account/*")
    seawall.sandbox.market.play("crash", elapsed=180, still=True)
    seawall.wait(minutes=1)
    after = seawall.positions()["okx", "ETH-USDT-SWAP", "long"]
    assert after["mark_price"] == pytest.approx(4_000 * 0.63)
    assert after["as_of"] == before["as_of"], "what the account said stays as old as it is"
    assert (before["severity"], after["severity"]) == ("ok", "warning")
