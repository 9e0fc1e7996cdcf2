"""Bitget's two generations of accounts, and its reserve's history read in turns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import VenueError
from app.venues.base import VenueReader
from app.venues.bitget_market import Fund
from app.venues.turns import choose
from tests.support.exchange import Exchange

CLASSIC = {
    "code": "40084",
    "msg": "You are in Classic Account mode, and the Unified Account API is not supported",
    "requestTime": 1795334400000,
    "data": None,
}
UNIFIED = CLASSIC | {"code": "40085", "msg": "You are in Unified Account mode"}
CATEGORIES = 3


def answer(data: Any) -> dict[str, Any]:
    return {"code": "00000", "msg": "success", "requestTime": 1795334400000, "data": data}


@pytest.fixture
def bitget(tmp_path: Path) -> Exchange:
    return Exchange("bitget", tmp_path, Path(__file__).parent / "cases")


def is_classic(bitget: Exchange) -> None:
    bitget.answers("positions_unified", CLASSIC, status_code=400)
    bitget.answers("positions_classic", answer([]))


def is_unified(bitget: Exchange) -> None:
    bitget.answers("positions_unified", answer({"list": []}))
    bitget.answers("positions_classic", UNIFIED, status_code=400)


def asked_by_one_refresh(bitget: Exchange, reader: VenueReader) -> list[str]:
    bitget.forget()
    reader.read_account()
    return bitget.asked()


def test_a_classic_account_is_found_out_once(bitget: Exchange) -> None:
    is_classic(bitget)
    reader = bitget.account()

    first = asked_by_one_refresh(bitget, reader)
    assert first == ["positions_unified", *["positions_classic"] * CATEGORIES]
    assert asked_by_one_refresh(bitget, reader) == ["positions_classic"] * CATEGORIES


def test_an_account_that_is_upgraded_is_followed(bitget: Exchange) -> None:
    is_classic(bitget)
    reader = bitget.account()
    reader.read_account()
    is_unified(bitget)

    assert asked_by_one_refresh(bitget, reader) == [
        "positions_classic",
        *["positions_unified"] * CATEGORIES,
    ]


def test_the_question_about_a_key_tells_the_generation_for_the_positions(bitget: Exchange) -> None:
    is_classic(bitget)
    bitget.answers("key_unified", CLASSIC, status_code=400)
    bitget.answers("key_classic", answer({"ips": "", "authorities": ["cpor"]}))
    reader = bitget.account()
    reader.check_permissions()

    assert asked_by_one_refresh(bitget, reader) == ["positions_classic"] * CATEGORIES


def test_another_error_never_makes_the_other_generation_answer(bitget: Exchange) -> None:
    refused = CLASSIC | {"code": "40014", "msg": "Incorrect permissions"}
    bitget.answers("positions_unified", refused, status_code=400)
    bitget.answers("positions_classic", answer([]))

    with pytest.raises(VenueError):
        bitget.account().read_account()
    assert "positions_classic" not in bitget.asked()


def test_histories_are_read_in_turns_and_those_wanted_each_time() -> None:
    known = [fund(f"C{number}USDT") for number in range(5)]

    first, start = choose(known, ["C3USDT"], start=0, size=2)
    second, start = choose(known, ["C3USDT"], start=start, size=2)
    third, _ = choose(known, ["C3USDT"], start=start, size=2)

    assert [one.symbols[0] for one in first] == ["C3USDT", "C0USDT", "C1USDT"]
    assert [one.symbols[0] for one in second] == ["C3USDT", "C2USDT", "C4USDT"]
    assert [one.symbols[0] for one in third] == ["C3USDT", "C0USDT", "C1USDT"]


def test_a_fund_without_contracts_has_no_history_to_ask_for() -> None:
    assert choose([fund()], [], start=0, size=2) == ((), 0)


def fund(*symbols: str) -> Fund:
    return Fund(category="USDT-FUTURES", coin="USDT", symbols=symbols, amount=1.0)
