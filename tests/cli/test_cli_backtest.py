"""``seawall backtest``, on stored and imported histories; the made-up ones take longer."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app import clock
from app.cli.place import Place
from app.domain.fund import FundBalance
from app.monitor import backtest_figures
from app.risk.fund_histories_suite import suite
from app.store import funds
from tests.support.nouns import a_pool_reading

HOUR = timedelta(hours=1)


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    """A fund of hundred dollars that loses a fifth in the last two days."""
    start = clock.now() - 200 * HOUR
    path = tmp_path / "funds.csv"
    rows = [
        f"okx,usdm,USDT,{start + hour * HOUR:%Y-%m-%dT%H:%M:%SZ},{amount},{amount}"
        for hour, amount in enumerate([100.0] * 150 + [80.0] * 50)
    ]
    path.write_text("\n".join(["venue,pool,asset,at,amount,usd", *rows]) + "\n")
    return path


@pytest.fixture
def stored(place: Place) -> Place:
    now = clock.now()
    balances = tuple(
        FundBalance(
            asset="USDT",
            amount=100.0 if hour < 250 else 70.0,
            usd=100.0 if hour < 250 else 70.0,
            at=now - (300 - hour) * HOUR,
        )
        for hour in range(300)
    )
    reading = a_pool_reading(venue="binance", balances=balances, cadence_seconds=3600, events=())
    with place.database.write() as connection:
        funds.record_pool_reading(connection, reading=reading, now=now)
    return place


def test_a_file_is_told_line_by_line(seawall: Any, csv_file: Path) -> None:
    result = seawall("backtest", "--csv", str(csv_file))
    assert result.exit_code == 0, result.output
    assert "draining" in result.stdout
    assert "The fund lost 20\u2009% in 24 hours." in result.stdout


def test_a_file_as_json_names_reasons_with_number_and_threshold(
    seawall: Any, csv_file: Path
) -> None:
    items = json.loads(seawall("backtest", "--csv", str(csv_file), "--json").stdout)["items"]
    draining = next(one for one in items if one["health"] == "draining")
    assert draining["venue"] == "okx"
    assert draining["balance_usd"] == 80.0
    day = next(one for one in draining["reasons"] if one["window"] == "24h")
    assert day["code"] == "fund_draining"
    assert day["value"] == pytest.approx(-0.2)
    assert day["threshold"] == -0.05


def test_the_stored_history_of_a_venue_is_told(seawall: Any, stored: Place) -> None:
    result = seawall("backtest", "--venue", "binance")
    assert result.exit_code == 0, result.output
    assert "draining" in result.stdout


def test_a_venue_without_a_history_is_said(seawall: Any, place: Place) -> None:
    result = seawall("backtest", "--venue", "okx")
    assert result.exit_code == 1
    assert "No history of a fund of okx is stored." in result.stderr


def test_two_sources_at_once_are_refused(seawall: Any, csv_file: Path) -> None:
    result = seawall("backtest", "--venue", "okx", "--csv", str(csv_file))
    assert result.exit_code == 2


def test_made_up_histories_stand_by_kind_and_the_incidents_below(
    seawall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = tuple(plan for plan in suite() if plan.name.endswith("daily"))[:60:8]
    monkeypatch.setattr(backtest_figures, "suite", lambda seed: daily)
    result = seawall("backtest", "--generated")
    assert result.exit_code == 0, result.output
    assert "cascade" in result.stdout
    assert "Binance: 10 October 2025" in result.stdout
    document = json.loads(seawall("backtest", "--json").stdout)
    assert {row["kind"] for row in document["generated"]} >= {"cascade", "all"}
    cascades = next(row for row in document["generated"] if row["kind"] == "cascade")
    assert 0 < cascades["median_after_seconds"] < 2 * 86400
    case = next(one for one in document["incidents"] if one["case"] == "binance-2025")
    assert case["said"][1]["health"] == "draining"
    assert case["sources"]
