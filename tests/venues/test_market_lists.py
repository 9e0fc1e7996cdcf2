"""Market lists: once a venue, shared by accounts, kept over restarts."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import ccxt
import pytest

from app.domain.account import Credentials
from app.domain.errors import VenueGarbled, VenueUnreachable
from app.domain.position import ContractKind
from tests.support.exchange import Exchange

PAYLOADS = Path(__file__).parent / "binance" / "payloads"
LIST = "markets_linear"


@pytest.fixture
def binance(tmp_path: Path) -> Exchange:
    exchange = Exchange("binance", tmp_path, PAYLOADS)
    exchange.answers(LIST, "fapi_v1_exchangeInfo")
    exchange.answers("markets_inverse", "dapi_v1_exchangeInfo")
    return exchange


def contracts(exchange: Exchange, name: str = "main") -> Any:
    return exchange.account(name).connection.contracts("binanceusdm")


def test_contracts_say_kind_size_and_what_they_settle_in(binance: Exchange) -> None:
    linear = contracts(binance)["BTCUSDC"]
    inverse = binance.public().connection.contracts("binancecoinm")["BTCUSD_PERP"]

    assert (linear.symbol, linear.settle, linear.contract_size) == ("BTC/USDC:USDC", "USDC", 1)
    assert inverse.kind is ContractKind.INVERSE
    assert (inverse.symbol, inverse.settle, inverse.contract_size) == ("BTC/USD:BTC", "BTC", 100)


def test_a_list_is_asked_for_once_however_many_accounts_there_are(binance: Exchange) -> None:
    lists = [contracts(binance, name) for name in ("one", "two", "three")]
    binance.public().connection.contracts("binanceusdm")

    assert binance.asked() == [LIST]
    assert lists[0] is lists[1] is lists[2]


def test_accounts_share_one_table_in_memory(binance: Exchange) -> None:
    binance.answers("time", {"serverTime": 0})
    tables = []
    for name in ("one", "two"):
        connection = binance.account(name).connection
        connection.unified("binanceusdm", "market", "BTC/USDT:USDT")
        tables.append(connection._client("binanceusdm").exchange.markets)

    assert tables[0] is tables[1]


def test_many_threads_ask_for_a_list_once(binance: Exchange) -> None:
    go = Event()

    def wait_and_get(number: int) -> Any:
        go.wait()
        return contracts(binance, f"account {number}")

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(wait_and_get, number) for number in range(8)]
        go.set()
        found = [future.result() for future in waiting]

    assert binance.asked() == [LIST]
    assert all(item is found[0] for item in found)


def test_after_a_restart_a_fresh_list_is_not_asked_for(binance: Exchange, tmp_path: Path) -> None:
    before = contracts(binance)
    binance.forget()
    binance.now += timedelta(hours=23, minutes=59)
    binance.restarted(tmp_path)

    assert contracts(binance) == before
    assert binance.asked() == []


def test_a_list_is_asked_for_again_after_a_day(binance: Exchange, tmp_path: Path) -> None:
    contracts(binance)
    binance.forget()
    binance.now += timedelta(hours=24)
    contracts(binance)
    assert binance.asked() == [LIST]

    binance.restarted(tmp_path)
    binance.forget()
    contracts(binance)
    assert binance.asked() == [], "and kept again"


def test_an_old_list_outlives_a_venue_that_does_not_give_a_new_one(binance: Exchange) -> None:
    before = contracts(binance)
    binance.now += timedelta(hours=30)
    binance.answers(LIST, text="", status_code=503)
    binance.forget()

    assert contracts(binance) == before
    assert contracts(binance) == before
    assert binance.asked() == [LIST], "not asked again at once"

    binance.now += timedelta(minutes=6)
    binance.answers(LIST, "fapi_v1_exchangeInfo")
    binance.forget()
    contracts(binance)
    assert binance.asked() == [LIST]


def test_without_any_list_the_failure_is_told(binance: Exchange) -> None:
    binance.answers(LIST, text="", status_code=503)

    with pytest.raises(VenueUnreachable):
        contracts(binance)


@pytest.mark.parametrize("answer", [{"symbols": []}, {}, {"symbols": [{"symbol": "BTCUSDT"}]}])
def test_an_empty_or_garbled_list_is_never_kept(
    binance: Exchange, tmp_path: Path, answer: object
) -> None:
    binance.answers(LIST, answer)

    with pytest.raises(VenueGarbled):
        contracts(binance)
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"markets": []}', '{"loaded_at": "x"}', "null"])
def test_a_damaged_file_is_as_none(binance: Exchange, tmp_path: Path, text: str) -> None:
    before = contracts(binance)
    (file,) = tmp_path.rglob("*.json")
    file.write_text(text, encoding="utf-8")
    binance.restarted(tmp_path)
    binance.forget()

    assert contracts(binance) == before
    assert binance.asked() == [LIST]


def test_another_version_of_ccxt_has_files_of_its_own(
    binance: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts(binance)
    (file,) = tmp_path.rglob("*.json")
    assert ccxt.__version__ in file.name

    monkeypatch.setattr(ccxt, "__version__", "99.0.0")
    binance.restarted(tmp_path)
    binance.forget()
    contracts(binance)
    assert binance.asked() == [LIST]


def test_the_file_holds_contracts_only_and_nothing_of_an_account(
    binance: Exchange, tmp_path: Path
) -> None:
    contracts(binance)
    (file,) = tmp_path.rglob("*.json")
    text = file.read_text(encoding="utf-8")

    assert {m["contract"] for m in json.loads(text)["markets"]} == {True}
    reader = binance.account()
    credentials = reader.connection._credentials
    assert isinstance(credentials, Credentials)
    assert not any(value in text for value in credentials.values.values())


def test_a_write_that_fails_leaves_the_old_file(
    binance: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contracts(binance)
    (file,) = tmp_path.rglob("*.json")
    before = file.read_bytes()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError("no space left on device")

    binance.now += timedelta(hours=25)
    monkeypatch.setattr(json, "dump", fail)
    contracts(binance)

    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name], "no half file is left"
