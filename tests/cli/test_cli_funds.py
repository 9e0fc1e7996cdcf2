"""``seawall funds``: the board, one venue drawn, and the past out of a file and into one."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.cli.funds import BARS, sparkline
from app.cli.place import Place
from app.domain.fund import (
    Divergence,
    DivergenceKind,
    FundBalance,
    FundHealth,
    FundSample,
    FundState,
)
from app.store import funds
from app.store.database import Database
from tests.cli.conftest import Seawall, told
from tests.support.nouns import a_fund_state, a_pool_reading

OKX = "okx:usdm"
HEADER = "venue,pool,asset,at,amount\n"


def keep(place: Place, state: FundState, *, hours: int = 0) -> None:
    """Store a pool, and so many hours of it growing to what it is."""
    now = clock.now().replace(microsecond=0)
    usd = state.balance_usd or 0.0
    newest = FundBalance(asset="USDT", amount=usd, usd=usd, at=now)
    reading = a_pool_reading(venue=state.venue, key=state.key, name=state.name, balances=(newest,))
    past = [
        FundSample(
            pool_id=state.pool_id,
            asset="USDT",
            at=now - timedelta(hours=hour),
            amount=usd - hour,
            usd=usd - hour,
        )
        for hour in range(1, hours)
    ]
    with place.database.write() as connection:
        funds.record_pool_reading(connection, reading=reading, now=now)
        funds.import_samples(connection, pool_id=state.pool_id, samples=past, now=now)
        funds.save_state(connection, state=replace(state, as_of=now), recent=[], now=now)


@pytest.fixture
def known(place: Place) -> Place:
    """A draining fund of Binance and a calm one of OKX with 40 hours of past."""
    alone = Divergence(kind=DivergenceKind.ALONE, others=6, score=-9.0)
    keep(place, a_fund_state(divergence=alone, changes={"1h": -0.02, "24h": -0.154}))
    calm = a_fund_state(
        venue="okx", key="usdm", pool_id=OKX, name="USDT fund", health=FundHealth.STABLE,
        balance_usd=5e6, coverage=None,
    )  # fmt: skip
    keep(place, calm, hours=40)
    return place


def test_the_board_has_a_line_for_every_fund(known: Place, seawall: Seawall) -> None:
    shown = seawall("funds").output.replace("\u2009", " ")
    (line,) = [line for line in shown.splitlines() if line.startswith("Binance")]
    for figure in ("draining", "$1.04 B", "−2.0 %", "−15.4 %", "2.1 %", "drains alone"):
        assert figure in line
    assert "USDT fund" in shown
    assert not set(BARS) & set(shown)


def test_one_venue_is_drawn(known: Place, seawall: Seawall) -> None:
    shown = seawall("funds", "okx").output.replace("\u2009", " ")
    assert "Binance" not in shown
    line = shown.strip().splitlines()[-1]
    assert line.startswith(BARS[0])
    assert BARS[-1] in line
    assert "USDT fund, 30 days: $5.00 M to $5.00 M" in line


def test_what_has_no_past_yet_says_so(known: Place, seawall: Seawall) -> None:
    assert "BTC, ETH and BNB: no past to draw yet." in seawall("funds", "binance").output


def test_the_same_is_told_to_machines(known: Place, seawall: Seawall) -> None:
    every = told(seawall("funds", "--json"))["items"]
    assert [one["id"] for one in every] == ["binance:usdm:btc-eth-bnb", OKX]
    assert [one["id"] for one in told(seawall("funds", "okx", "--json"))["items"]] == [OKX]
    assert [one["id"] for one in told(seawall("funds", "--venue", "okx", "--json"))["items"]] == [
        OKX
    ]


def test_before_anything_was_read_it_says_what_reads_funds(place: Place, seawall: Seawall) -> None:
    assert "No fund has been read yet." in seawall("funds").output
    assert told(seawall("funds", "--json")) == {"items": []}


def test_a_venue_nobody_knows_is_a_plain_error(place: Place, seawall: Seawall) -> None:
    result = seawall("funds", "mtgox")
    assert result.exit_code == 1
    assert "mtgox" in result.stderr
    assert "Traceback" not in result.output


@given(st.lists(st.floats(min_value=-1e12, max_value=1e12), min_size=1, max_size=60))
def test_a_spark_line_has_a_bar_a_value_and_the_lowest_is_never_the_tallest(
    values: list[float],
) -> None:
    bars = sparkline(values)
    assert len(bars) == len(values)
    assert set(bars) <= set(BARS)
    heights = [BARS.index(bar) for bar in bars]
    assert heights[values.index(max(values))] == max(heights)
    assert heights[values.index(min(values))] == min(heights)


def test_a_fund_that_never_moved_is_a_flat_line() -> None:
    assert sparkline([7.0, 7.0, 7.0]) == BARS[3] * 3


# Files


def test_what_is_exported_is_taken_in_elsewhere_once(
    known: Place, seawall: Seawall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "funds.csv"
    result = seawall("funds", "export", "--to", str(path))
    assert result.exit_code == 0
    assert f"41 balances, in {path}." in result.stderr
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 41
    assert {row["pool"] for row in rows} == {"usdm", "usdm:btc-eth-bnb"}
    again = told(seawall("funds", "import", str(path), "--json"))
    assert again == {"added": 0, "known": 41, "revised": 0, "pools": []}
    _another_place(tmp_path, monkeypatch)
    told_once = seawall("funds", "import", str(path)).output
    assert "New: 41. Corrections: 0. Known before: 0." in told_once
    assert "Never read here, and listed by these records: binance:usdm:btc-eth-bnb, okx:usdm." in (
        told_once
    )
    assert "unknown" in seawall("funds").output


def _another_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cli.place import prepare
    from app.settings import load_settings
    from app.store import users
    from tests.support.databases import open_database

    folder = tmp_path / "another"
    folder.mkdir()
    monkeypatch.setenv("SEAWALL_DATA_DIR", str(folder))
    with open_database("sqlite", folder):
        pass
    settings = load_settings()
    prepare(settings)
    with Database(settings.database_url).write() as connection:
        users.ensure_owner(connection, now=clock.now())


def test_an_export_goes_to_a_pipe_and_can_be_of_one_venue_or_pool(
    known: Place, seawall: Seawall
) -> None:
    every = seawall("funds", "export").stdout.splitlines()
    assert every[0].startswith("venue,pool,name,kind,asset,at,amount")
    assert len(every) == 42
    assert len(seawall("funds", "export", "--venue", "okx").stdout.splitlines()) == 41
    assert len(seawall("funds", "export", "--pool", OKX).stdout.splitlines()) == 41


def test_what_is_piped_in_is_taken_in(known: Place, seawall: Seawall) -> None:
    line = "okx,usdm,USDT,2026-01-02T03:00:00Z,5\n"
    result = seawall("funds", "import", "-", input=HEADER + line)
    assert "New: 1. Corrections: 0. Known before: 0." in result.output


def test_records_of_a_venue_nobody_wrote_facts_for_are_shown(
    known: Place, seawall: Seawall
) -> None:
    lines = "ftx,main,USD,2022-11-01T00:00:00Z,900\n"
    assert seawall("funds", "import", "-", input=HEADER + lines).exit_code == 0
    assert "unknown" in seawall("funds", "ftx").output


def test_an_export_of_nothing_says_so(known: Place, seawall: Seawall) -> None:
    assert "No balance is stored." in seawall("funds", "export", "--venue", "gate").stderr
    result = seawall("funds", "export", "--pool", "okx:none")
    assert (result.exit_code, result.stderr.strip()) == (1, "There is no such pool.")


def test_a_pool_that_is_none_makes_no_file(known: Place, seawall: Seawall, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("as it was")
    assert seawall("funds", "export", "--pool", "okx:none", "--to", str(path)).exit_code == 1
    assert path.read_text() == "as it was"


def test_a_place_that_cannot_be_written_is_a_plain_error(
    known: Place, seawall: Seawall, tmp_path: Path
) -> None:
    path = tmp_path / "nowhere" / "funds.csv"
    result = seawall("funds", "export", "--to", str(path))
    assert result.exit_code == 1
    assert result.stderr.strip() == f"{path} cannot be written: No such file or directory."


def test_a_wrong_line_is_named_and_nothing_is_taken_in(known: Place, seawall: Seawall) -> None:
    lines = "okx,usdm,USDT,2026-01-02T03:00:00Z,5\nokx,usdm,USDT,yesterday,5\n"
    result = seawall("funds", "import", "-", input=HEADER + lines)
    assert result.exit_code == 1
    assert result.stderr.startswith("Nothing was imported. Line 3: at is no time with a zone")
    assert len(seawall("funds", "export", "--venue", "okx").stdout.splitlines()) == 41


def test_what_is_no_text_is_a_plain_error(known: Place, seawall: Seawall, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe\x00")
    result = seawall("funds", "import", str(path))
    assert result.exit_code == 1
    assert result.stderr.strip() == f"Nothing was imported. {path} is no text in UTF-8."
