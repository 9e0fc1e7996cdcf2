"""What a key may do, asked of the sandbox's venues; nothing of it is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sandbox import ACCOUNTS, Sandbox

KEY_VENUES = ("binance", "bybit", "okx")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def upstream(sandbox: Sandbox, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_UPSTREAM", sandbox.url)


def on_stdin(venue: str, name: str) -> str:
    return json.dumps({"venue": venue, "credentials": dict(ACCOUNTS[venue][name].fields)})


@pytest.mark.parametrize("venue", KEY_VENUES)
def test_a_read_only_key_passes(seawall, venue: str) -> None:
    result = seawall("verify-key", "--stdin-json", input=on_stdin(venue, "read_only"))
    assert result.exit_code == 0, result.output
    assert "✓ cannot trade" in result.stdout
    assert "✓ cannot withdraw" in result.stdout
    assert "It can only read. Nothing of it was stored." in result.stdout


@pytest.mark.parametrize("venue", KEY_VENUES)
def test_a_key_that_can_trade_is_named_as_such(seawall, venue: str) -> None:
    result = seawall("verify-key", "--stdin-json", input=on_stdin(venue, "trade"))
    assert result.exit_code == 3
    assert "✗ can trade: " in result.stdout
    assert "Seawall would refuse it." in result.stdout


@pytest.mark.parametrize("venue", KEY_VENUES)
def test_a_key_the_venue_does_not_accept_is_a_sentence(seawall, venue: str) -> None:
    result = seawall("verify-key", "--stdin-json", input=on_stdin(venue, "expired"))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_a_public_address_can_only_read(seawall) -> None:
    result = seawall("verify-key", "--stdin-json", input=on_stdin("hyperliquid", "user"))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("venue", KEY_VENUES)
def test_only_the_last_four_characters_are_shown(seawall, venue: str) -> None:
    fields = ACCOUNTS[venue]["trade"].fields
    for arguments in (("--json",), ()):
        shown = seawall("verify-key", "--stdin-json", *arguments, input=on_stdin(venue, "trade"))
        assert fields["api_key"][-4:] in shown.stdout
        assert all(value not in shown.output for value in fields.values())


def test_a_person_is_asked_and_nothing_typed_is_echoed(seawall) -> None:
    fields = ACCOUNTS["okx"]["read_only"].fields
    typed = "".join(f"{fields[name]}\n" for name in ("api_key", "secret", "passphrase"))
    result = seawall("verify-key", "okx", input=typed)
    assert result.exit_code == 0, result.output
    assert fields["secret"] not in result.output
    assert fields["passphrase"] not in result.output


def test_a_machine_gets_the_powers(seawall) -> None:
    result = seawall("verify-key", "--stdin-json", "--json", input=on_stdin("binance", "withdraw"))
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    assert told["verdict"] == "has_powers"
    assert {"trade", "withdraw"} <= {power["kind"] for power in told["powers"]}


def test_nothing_is_stored_and_nothing_but_reads_is_sent(
    seawall, sandbox: Sandbox, data_dir: Path
) -> None:
    seawall("verify-key", "--stdin-json", input=on_stdin("binance", "read_only"))
    assert not data_dir.exists()
    assert sandbox.writes == ()


def test_an_unreachable_venue_is_a_sentence(seawall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_UPSTREAM", "http://127.0.0.1:9")
    result = seawall("verify-key", "--stdin-json", input=on_stdin("binance", "read_only"))
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr
