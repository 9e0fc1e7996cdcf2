"""What a case of KuCoin cannot show: pages of positions, and what is asked how often."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.case import load
from tests.support.exchange import without_waiting
from tests.support.venue_stage import Stage

CASES = Path(__file__).parent / "cases"


def answer(case: str, path: str) -> Any:
    """The body by which a case answers requests to ``path``."""
    entries = load(CASES / f"{case}.json").bundle.entries
    return next(entry.body for entry in entries if entry.url.split("?")[0].endswith(path))


@pytest.fixture
def kucoin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    without_waiting(monkeypatch)
    stage = Stage("kucoin", tmp_path, CASES)
    stage.answers("contracts", answer("markets", "/contracts/active"))
    return stage


def in_mode(stage: Stage, word: str) -> None:
    body = {"code": "200000", "data": {"selfAccountMode": word}}
    url = "https://api.kucoin.com/api/ua/v1/account/mode"
    stage.adapter.register_uri("GET", url, json=body)


def unified(stage: Stage, page: int, rows: list[dict[str, Any]]) -> None:
    url = f"https://api.kucoin.com/api/ua/v1/unified/position/open-list?pageNumber={page}"
    stage.adapter.register_uri("GET", url, json={"code": "200000", "data": rows})


def test_every_page_of_a_unified_accounts_positions_is_read(kucoin: Stage) -> None:
    row = answer("positions_unified", "/open-list")["data"][1]
    in_mode(kucoin, "UNIFIED")
    unified(kucoin, 1, [row] * 200)
    unified(kucoin, 2, [row, {**row, "size": "0"}])

    (scope,) = kucoin.account().read_account().scopes

    assert scope.error is None
    assert len(scope.positions) == 201


def test_a_list_without_an_end_is_a_failure(kucoin: Stage) -> None:
    row = answer("positions_unified", "/open-list")["data"][1]
    in_mode(kucoin, "UNIFIED")
    for page in range(1, 20):
        unified(kucoin, page, [row] * 200)

    with pytest.raises(Exception, match="has no end"):
        kucoin.account().read_account()


def test_an_account_that_becomes_unified_is_read_anew_within_a_minute(kucoin: Stage) -> None:
    in_mode(kucoin, "CLASSIC")
    kucoin.answers("positions", answer("empty", "/positions"))
    reader = kucoin.account()
    reader.read_account()

    in_mode(kucoin, "UNIFIED")
    unified(kucoin, 1, [answer("positions_unified", "/open-list")["data"][1]])
    reader.read_account()
    assert len(reader.read_account().scopes[0].positions) == 0

    kucoin.later(seconds=60)
    assert len(reader.read_account().scopes[0].positions) == 1


def test_a_refresh_without_cross_positions_is_one_request(kucoin: Stage) -> None:
    in_mode(kucoin, "CLASSIC")
    kucoin.answers("positions", answer("positions_classic_short", "/positions"))
    reader = kucoin.account()
    reader.read_account()
    kucoin.forget()
    reader.read_account()

    assert kucoin.asked() == ["positions"]
