"""Names that people and venues give reach terminals, pages and databases; none of it obeys them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ccxt
import pytest
import time_machine
from click.testing import CliRunner

from app import clock
from app.cli import main
from app.cli.output import print_table
from app.cli.place import Place, prepare
from app.domain.errors import InvalidInput
from app.settings import load_settings
from app.store import accounts, tokens, users
from app.store.database import Database
from app.store.identifiers import new_id
from app.venues.errors import venue_error
from tests.support.api import Stage
from tests.support.databases import open_database
from tests.support.nouns import NOON, an_assessment

UNSEEN = ["a\x1b]0;owned\x07", "a\x9b31m", "a\u202eb", "a\u2066b", "a\x00b", "a\u200bb", "\ud800"]
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
MARKUP = "[/red][link=https://evil.example]main[/link]"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with (
        time_machine.travel(NOON, tick=False),
        open_database("sqlite", tmp_path) as database,
    ):
        made = Stage(database, tmp_path, clock.now)
        yield made
        made.app.extensions["seawall"].demand.settle()


@pytest.mark.parametrize("label", UNSEEN)
def test_a_label_with_what_does_not_show_is_refused_by_the_store(label: str, stage: Stage) -> None:
    with stage.database.write() as conn:
        with pytest.raises(InvalidInput):
            accounts.create(
                conn,
                account_id=new_id(),
                user_id=stage.user_id,
                venue="binance",
                label=label,
                kind="key",
                public_part="public",
                key_id="k",
                sealed=b"sealed",
                now=NOON,
            )
        with pytest.raises(InvalidInput):
            tokens.issue(conn, user_id=stage.user_id, label=label, scopes=["read"], now=NOON)


@pytest.mark.parametrize("label", ["Главный счёт", "主账户", "🧑‍🚀 main", "café", "حساب"])
def test_a_label_in_any_script_is_taken(label: str, stage: Stage) -> None:
    account_id = stage.account(label=label)
    with stage.database.read() as conn:
        assert accounts.get_any(conn, account_id=account_id).label == label


@pytest.mark.parametrize("label", UNSEEN[:-1])
def test_a_form_of_the_page_refuses_it_too(label: str, stage: Stage) -> None:
    account_id = stage.account()
    answer = stage.browser().post(f"/accounts/{account_id}/label", data={"label": label})
    assert answer.status_code == 422


def test_a_script_in_a_label_or_symbol_is_text_on_every_page(stage: Stage) -> None:
    account_id = stage.account(label=SCRIPT[:80])
    assessment = an_assessment()
    position = replace(assessment.position, native_symbol=SCRIPT, symbol=SCRIPT)
    stage.holds(account_id, [replace(assessment, position=position)])
    browser = stage.browser()
    for path in ("/", "/accounts", "/accounts?venue=binance", "/venues", "/venues/binance"):
        page = browser.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in page.partition("alert(1)")[2][:120]
    assert "&lt;script&gt;alert" in browser.get("/").get_data(as_text=True)
    answer = stage.caller("read").get("/api/v1/positions")
    assert answer.mimetype == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.get_json()["items"][0]["native_symbol"] == SCRIPT


def test_a_table_in_the_terminal_obeys_no_cell(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Label", "Said"), [(MARKUP, "venue\x1b]0;owned\x07 \x1b[2J \x9b31m\u202e said")])
    shown = capsys.readouterr().out
    assert MARKUP in shown
    assert "said" in shown
    for character in "\x1b\x07\x9b\u202e":
        assert character not in shown


def test_what_a_venue_says_moves_no_terminal() -> None:
    body = json.dumps({"code": -1, "msg": "no\x1b[2J\u009b31m\u202e\u200b\x07 entry"})
    said = str(venue_error(ccxt.ExchangeError(f"binance {body}"), venue="binance", name="Binance"))
    assert said.isprintable()
    assert "entry" in said


def test_seawall_accounts_lists_a_label_that_looks_like_markup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "QUEUE_URL", "UPSTREAM"):
        monkeypatch.delenv(f"SEAWALL_{name}", raising=False)
    monkeypatch.setenv("SEAWALL_DATA_DIR", str(tmp_path / "data"))
    settings = load_settings()
    prepare(settings)
    database = Database(settings.database_url)
    with database.write() as conn:
        owner = users.ensure_owner(conn, now=NOON)
    place = Place(settings=settings, database=database, user_id=owner.id)
    with place.database.write() as conn:
        accounts.create(
            conn,
            account_id=new_id(),
            user_id=owner.id,
            venue="binance",
            label=MARKUP,
            kind="key",
            public_part="public",
            key_id="k",
            sealed=b"sealed",
            now=NOON,
        )
    database.dispose()
    listed = CliRunner().invoke(main, ["accounts"])
    assert listed.exit_code == 0, listed.output
    assert MARKUP in listed.stdout
