"""A venue where nobody has an account gives its memory back between two readings."""

from __future__ import annotations

from pathlib import Path

from tests.support.venue_stage import Stage


def a_stage(folder: Path) -> Stage:
    stage = Stage("okx", folder, Path(__file__).parent / "okx" / "payloads")
    for line in ("SWAP", "FUTURES"):
        kind = {"instType": line}
        stage.answers("instruments", f"public_instruments_{line.lower()}", query=kind)
        stage.answers("mark_price", f"public_mark_price_{line.lower()}", query=kind)
        stage.answers("open_interest", f"public_open_interest_{line.lower()}", query=kind)
    return stage


def test_after_a_rest_the_market_list_comes_from_disk(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    before = stage.public().read_markets(())
    stage.clients.rest("okx")
    stage.forget()

    assert stage.public().read_markets(()) == before
    assert "instruments" not in stage.asked()


def test_while_resting_neither_clients_nor_lists_are_kept(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    stage.public().read_markets(())
    stage.clients.rest("okx")

    assert stage.public().connection._clients == {}
    assert stage.clients._lists._lists == {}


def test_where_somebody_has_an_account_nothing_rests(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    stage.account()
    stage.public().read_markets(())
    stage.clients.rest("okx")

    assert stage.clients._lists._lists != {}
