"""One-time codes from the command line, and what every command does alike."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import clock
from app.cli import main
from app.cli.place import Place
from app.store import codes


def test_a_sign_in_link_signs_in_once(seawall, place: Place) -> None:
    result = seawall("sign-in")
    url, told = result.stdout.splitlines()
    assert url.startswith("http://127.0.0.1:8765/sign-in#")
    assert told == "It works once, for 15 minutes."
    code = url.partition("#")[2]
    assert redeem(place, code, "sign_in") == place.user_id
    assert redeem(place, code, "sign_in") is None


def test_the_link_names_the_port_that_is_configured(
    seawall, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_PORT", "9123")
    assert seawall("sign-in").stdout.startswith("http://127.0.0.1:9123/sign-in#")


def test_a_pairing_code_pairs_once_and_says_where(seawall, place: Place) -> None:
    import json

    told = json.loads(seawall("pair", "--json").stdout)
    assert told["base_url"] == "http://127.0.0.1:8765"
    assert told["expires_at"].endswith("Z")
    assert redeem(place, told["code"], "pairing") == place.user_id
    assert redeem(place, told["code"], "pairing") is None


def test_a_code_for_one_thing_is_none_for_the_other(seawall, place: Place) -> None:
    code = seawall("sign-in").stdout.splitlines()[0].partition("#")[2]
    assert redeem(place, code, "pairing") is None


@pytest.mark.parametrize("command", ["sign-in", "pair", "positions", "funds", "accounts"])
def test_without_a_database_every_command_says_how_to_make_one(seawall, command: str) -> None:
    result = seawall(command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("There is no database of this version yet")
    assert "seawall up" in result.stderr


def test_migrate_makes_what_is_missing_and_can_be_repeated(seawall, data_dir: Path) -> None:
    assert seawall("migrate").exit_code == 0
    assert seawall("migrate").stdout == "The database is up to date.\n"
    assert seawall("pair").exit_code == 0
    assert data_dir.stat().st_mode & 0o077 == 0
    private = [path for path in (data_dir / "worker").iterdir() if path.is_file()]
    assert private
    assert all(path.stat().st_mode & 0o077 == 0 for path in private)


def test_a_setting_that_cannot_be_used_is_a_sentence(
    seawall, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_UPSTREAM", "https://collector.example")
    result = seawall("positions")
    assert result.exit_code == 1
    assert "must be a loopback address" in result.stderr
    assert "Traceback" not in result.output


def test_every_command_has_a_line_of_help_and_a_page_of_its_own(seawall) -> None:
    shown = seawall("--help").stdout
    for name, command in main.commands.items():
        assert f"  {name} " in shown
        assert command.help
        assert seawall(name, "--help").exit_code == 0


def test_no_command_takes_a_secret_as_an_argument() -> None:
    for command in main.commands.values():
        names = {option for parameter in command.params for option in parameter.opts}
        assert not names & {"--secret", "--api-key", "--key", "--passphrase", "--token", "secret"}


def test_help_is_there_at_once_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from app.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'ccxt', 'flask', 'sqlalchemy', 'rich', 'marshmallow', 'numpy', 'alembic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert time.perf_counter() - started < 3


def redeem(place: Place, code: str, purpose: codes.Purpose) -> str | None:
    with place.database.write() as connection:
        return codes.redeem(connection, code=code, purpose=purpose, now=clock.now())
