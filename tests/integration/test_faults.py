"""What goes wrong at one venue stays there: its figures stay, age and are marked, and recover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.sandbox.faults import SHAPES
from app.venues import transport
from tests.support.installation import LINKED, Installation

LOST = {
    "latency": ("binance", "hyperliquid"),
    "server_error": ("bybit", "okx"),
    "dropped": ("hyperliquid", "bybit"),
    "cut_off": ("okx", "binance"),
}
"""What the guard sees alike at every venue, tried at two each."""
KEY_VENUES = ("binance", "bybit", "okx")

FIRST_VENUES = (*KEY_VENUES, "hyperliquid")
"""Tried with every wrong shape; the others, read by the same parsing, with one."""

CASES = [
    *((venue, kind, {}, {"venue_unreachable"}) for kind in LOST for venue in LOST[kind]),
    *((venue, "rate_limited", {}, {"venue_rate_limited"}) for venue in LINKED),
    # A ban that says it is one is told from a door that stays shut.
    *((venue, "banned", {}, {"venue_rate_limited"}) for venue in ("binance", "bybit")),
    *((venue, "banned", {}, {"venue_unreachable"}) for venue in ("okx", "hyperliquid")),
    *((venue, "truncated", {}, {"venue_garbled"}) for venue in ("binance", "okx")),
    *(
        # Where the venue's own error code is of another type, it is an error all the same.
        (venue, "wrong_types", {"shape": shape}, {"venue_garbled", "venue_error"})
        for venue in LINKED
        for shape in (SHAPES if venue in FIRST_VENUES else list(SHAPES)[:1])
    ),
    *(
        (venue, "clock_skew", {"seconds": seconds}, {"clock_skew"})
        for venue, seconds in zip(KEY_VENUES, (120, -120, 120), strict=True)
    ),
    *((venue, "revoked", {}, {"venue_rejected"}) for venue in KEY_VENUES),
]
PRIVATE = {"clock_skew", "revoked"}
"""Faults that only signed requests meet."""

RARELY = {"funds:gate"}
"""Funds that change once a day, and are not asked for in every half hour; as are candles."""


@pytest.fixture
def well(linked: Installation, venue: str) -> Iterator[Installation]:
    """Everything was read just now, and before that the past of the venue's funds."""
    while any(state.source == f"history:{venue}" for state in linked.sources()):
        linked.wait(minutes=15)
    if failing(linked):
        linked.wait(hours=1)
    assert not failing(linked)
    yield linked
    linked.sandbox.faults.clear()


def failing(seawall: Installation) -> dict[str, str | None]:
    """The error code of every source that fails."""
    return {
        state.source: state.last_error_code
        for state in seawall.sources()
        if state.failing_since is not None
    }


def figures(seawall: Installation) -> dict[Any, Any]:
    """What must not change while the market stands still."""
    names = ("size", "entry_price", "mark_price", "liquidation_price", "distance", "margin_ratio")
    return {
        name: {field: shown[field] for field in names}
        for name, shown in seawall.positions().items()
    }


@pytest.mark.parametrize(
    ("venue", "kind", "details", "codes"),
    CASES,
    ids=["-".join((v, k, *map(str, d.values()))) for v, k, d, _ in CASES],
)
def test_a_fault_marks_its_own_venue_stale_and_nothing_else_and_passes(
    well: Installation,
    monkeypatch: pytest.MonkeyPatch,
    venue: str,
    kind: str,
    details: dict[str, Any],
    codes: set[str],
) -> None:
    before = figures(well)
    account_id = next(a["id"] for a in well.get("accounts")["items"] if a["venue"] == venue)
    own = {f"account:{account_id}"}
    if kind not in PRIVATE:
        own.add(f"markets:{venue}")
        own |= {f"funds:{venue}"} - RARELY
    if kind == "latency":
        monkeypatch.setattr(transport, "READ_SECONDS", 1.0)
        details = {"seconds": 2.0}

    with capture_logs() as log:
        well.sandbox.faults.add(kind, venue, **details)
        for _ in range(2):
            well.wait(minutes=15)
        own |= failing(well).keys() & {*RARELY, f"candles:{venue}"}
        assert failing(well).keys() == own
        assert set(failing(well).values()) <= codes

        assert figures(well) == before
        for account in well.get("accounts")["items"]:
            hurt = account["venue"] == venue
            assert (account["stale"], account["status"]) == (hurt, "active")
            assert (account["error"] is not None) is hurt
        for (at, *_), shown in well.positions().items():
            assert shown["stale"] is (at == venue)
            assert shown["age_seconds"] == (30 * 60 if at == venue else 0)
            reasons = [reason["code"] for reason in shown["reasons"]]
            assert ("data_stale" in reasons) is (at == venue)
        assert well.overlay(PAGES[venue])["stale"] is True

        well.sandbox.faults.clear()
        well.wait(minutes=15)
        assert not failing(well)
        assert not any(shown["stale"] for shown in well.positions().values())
        assert figures(well) == before

    lines = [(entry["event"], entry["source"]) for entry in log if "source" in entry]
    assert sorted(lines) == sorted(
        (event, source) for event in ("source failing", "source recovered") for source in own
    )


PAGES = {
    "binance": "https://www.binance.com/en/futures/BTCUSDT",
    "bybit": "https://www.bybit.com/trade/usdt/BTCUSDT",
    "okx": "https://www.okx.com/trade-swap/btc-usdt-swap",
    "hyperliquid": "https://app.hyperliquid.xyz/trade/BTC",
    "deribit": "https://www.deribit.com/futures/BTC-PERPETUAL",
    "gate": "https://www.gate.com/futures/USDT/BTC_USDT",
}
