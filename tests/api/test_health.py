"""Whether the parts of Seawall are running."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine

from app import __version__, clock
from app.store import heartbeat
from app.store.database import Database
from tests.support.api import Stage, body
from tests.support.databases import database_fixture_params, empty_database_url
from tests.support.nouns import NOON, later


def beat(stage: Stage) -> None:
    with stage.database.write() as conn:
        heartbeat.beat(conn, now=NOON)


def test_a_living_process_says_so_to_anybody(stage: Stage) -> None:
    alive = body(stage.stranger().get("/healthz"))
    assert alive == {"status": "ok", "version": __version__}


def test_it_is_ready_when_the_database_and_the_worker_are(
    stage: Stage, time: time_machine.Traveller
) -> None:
    assert body(stage.stranger().get("/readyz"), 503)["parts"]["worker"]["ready"] is False
    beat(stage)
    time.move_to(later(seconds=20))
    shown = body(stage.stranger().get("/readyz"))
    assert shown["ready"] is True
    assert shown["parts"]["worker"]["seen_at"] == "2026-11-22T12:00:00Z"


def test_a_worker_that_fell_silent_makes_it_not_ready(
    stage: Stage, time: time_machine.Traveller
) -> None:
    beat(stage)
    time.move_to(later(seconds=31))
    shown = body(stage.stranger().get("/readyz"), 503)
    assert shown["parts"]["database"]["ready"] is True
    assert shown["parts"]["worker"]["ready"] is False


@pytest.mark.parametrize("kind", database_fixture_params)
def test_a_database_that_is_not_migrated_makes_it_not_ready(
    kind: str, tmp_path: Path, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_database_url(kind, tmp_path / "empty") as url:
        (tmp_path / "empty").mkdir()
        database = Database(url)
        own = stage.app.extensions["seawall"]
        from dataclasses import replace

        monkeypatch.setitem(stage.app.extensions, "seawall", replace(own, database=database))
        shown = body(stage.stranger().get("/readyz"), 503)
        database.dispose()
    assert shown["parts"]["database"]["ready"] is False
    assert shown["parts"]["worker"]["ready"] is False
    assert body(stage.stranger().get("/healthz"))["status"] == "ok"


def test_a_database_out_of_reach_makes_it_not_ready(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    database = Database("postgresql://nobody@127.0.0.1:1/none")
    own = stage.app.extensions["seawall"]
    monkeypatch.setitem(stage.app.extensions, "seawall", replace(own, database=database))
    body(stage.stranger().get("/readyz"), 503)
    assert clock.now() == NOON
